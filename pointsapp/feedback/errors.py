"""Refusals of feedback."""

from __future__ import annotations

from pointsapp.core.errors import Conflict, Forbidden, NotFound, RuleBroken, TooMany


class FeedbackUnknown(NotFound):
    """No feedback with this number and secret; which of the two is wrong is not said."""

    code = "feedback_unknown"


class GuestsTooMany(TooMany):
    """Guests have said as much as can be read within an hour. facts: retry_after (seconds)."""

    code = "feedback_guests_too_many"


class TooMuchAtOnce(TooMany):
    """One person has said as much as they may within a day. facts: most, retry_after."""

    code = "feedback_too_much"


class PlaceMissing(RuleBroken):
    """Nobody can tell whose it is: a guest, or a person without a home area, names a community."""

    code = "feedback_place_missing"


class NotYourFeedback(Forbidden):
    """Nobody handles what they said themself."""

    code = "own_feedback"


class FeedbackMoved(Forbidden):
    """Somebody was named to answer it, and it went on to another office. facts: office."""

    code = "feedback_moved"


class YouDecidedIt(Forbidden):
    """Nobody handles a complaint about what they decided themself."""

    code = "feedback_you_decided"


class NobodyThere(RuleBroken):
    """Nobody who may answer it is on duty at the office it was to be handed to, so it would come back. facts: office."""

    code = "feedback_nobody_there"


class AnswerIsOld(Conflict):
    """The days in which an answer can be found wanting are over. facts: days."""

    code = "feedback_answer_old"
