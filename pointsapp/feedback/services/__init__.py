"""What changes something in feedback."""

from pointsapp.feedback.services.climbing import climb_overdue, close_answered
from pointsapp.feedback.services.handling import answer_feedback, hand_on, open_timeline, take_feedback
from pointsapp.feedback.services.moves import FeedbackReceipt, HandedOn
from pointsapp.feedback.services.saying import (
    GuestReceipt,
    SayFeedback,
    Verdict,
    give_verdict,
    say_as_guest,
    say_feedback,
    secret_hash,
    withdraw_feedback,
)

__all__ = [
    "FeedbackReceipt",
    "GuestReceipt",
    "HandedOn",
    "SayFeedback",
    "Verdict",
    "answer_feedback",
    "climb_overdue",
    "close_answered",
    "give_verdict",
    "hand_on",
    "open_timeline",
    "say_as_guest",
    "say_feedback",
    "secret_hash",
    "take_feedback",
    "withdraw_feedback",
]
