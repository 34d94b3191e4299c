"""What changes about a person's own say: asking to be erased, staying after all, being erased, taking a copy."""

from __future__ import annotations

from pointsapp.privacy.services.copies import TakenCopy, take_copy
from pointsapp.privacy.services.erasing import erase_due, erase_leftovers, erase_person
from pointsapp.privacy.services.requests import AskErasure, ErasureReceipt, ask_erasure, withdraw_erasure

__all__ = [
    "AskErasure",
    "ErasureReceipt",
    "TakenCopy",
    "ask_erasure",
    "erase_due",
    "erase_leftovers",
    "erase_person",
    "take_copy",
    "withdraw_erasure",
]
