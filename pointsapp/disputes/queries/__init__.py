"""Reads about disputes: one, a desk's, a shop's, and everything a voucher lived through."""

from pointsapp.disputes.queries.rows import (
    DisputeRow,
    count_open,
    dispute_of_redemption,
    dispute_row,
    disputes_about,
    disputes_page,
    disputes_with,
)
from pointsapp.disputes.queries.story import Moment, StatementRow, statements_of, story_of

__all__ = [
    "DisputeRow",
    "Moment",
    "StatementRow",
    "count_open",
    "dispute_of_redemption",
    "dispute_row",
    "disputes_about",
    "disputes_page",
    "disputes_with",
    "statements_of",
    "story_of",
]
