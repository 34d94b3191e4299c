"""Everything that changes a month."""

from pointsapp.settlements.services.drafting import open_settlement, open_settlements
from pointsapp.settlements.services.lines import AnswerLine, DisputeLine, answer_line, dispute_line
from pointsapp.settlements.services.steps import (
    NotePayment,
    ReturnMonth,
    SeenSums,
    approve_month,
    check_month,
    confirm_month,
    note_payment,
    return_month,
)

__all__ = [
    "AnswerLine",
    "DisputeLine",
    "NotePayment",
    "ReturnMonth",
    "SeenSums",
    "answer_line",
    "approve_month",
    "check_month",
    "confirm_month",
    "dispute_line",
    "note_payment",
    "open_settlement",
    "open_settlements",
    "return_month",
]
