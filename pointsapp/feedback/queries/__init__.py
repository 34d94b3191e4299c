"""The reading room of feedback."""

from pointsapp.feedback.queries.deciders import deciders_of, kept_out, kept_out_each
from pointsapp.feedback.queries.duty import on_duty
from pointsapp.feedback.queries.handling import handled_feedback, require_handler
from pointsapp.feedback.queries.matters import (
    OPEN_VIEWS,
    FeedbackCounts,
    FeedbackRow,
    StepRow,
    feedback_counts,
    feedback_page,
    find_feedback,
    my_feedback_page,
    steps_of,
)
from pointsapp.feedback.queries.openings import OpeningLine, openings_of
from pointsapp.feedback.queries.timeline import Source, TimelineRow, open_until, timeline_page

__all__ = [
    "OPEN_VIEWS",
    "FeedbackCounts",
    "FeedbackRow",
    "OpeningLine",
    "Source",
    "StepRow",
    "TimelineRow",
    "deciders_of",
    "feedback_counts",
    "feedback_page",
    "find_feedback",
    "handled_feedback",
    "kept_out",
    "kept_out_each",
    "my_feedback_page",
    "on_duty",
    "open_until",
    "openings_of",
    "require_handler",
    "steps_of",
    "timeline_page",
]
