"""The bank's workshop: post, hold, reverse, take back, lapse. Everything runs inside the caller's `write()`."""

from pointsapp.ledger.services.bulk import post_many
from pointsapp.ledger.services.carrying import carry_minutes, carry_points
from pointsapp.ledger.services.claims import TakenBack, ask_write_off, take_back, write_off
from pointsapp.ledger.services.closing import close_person
from pointsapp.ledger.services.drafts import EntryDraft, EntryReceipt, PostingDraft, RuleTrace
from pointsapp.ledger.services.entries import Prepared, post, prepare, reverse
from pointsapp.ledger.services.gifts import GiftDraft, GiftEntries, give
from pointsapp.ledger.services.holds import (
    HoldReceipt,
    open_hold,
    prepare_hold,
    prepare_settlement,
    release_hold,
    reopen_hold,
    settle_hold,
)
from pointsapp.ledger.services.lapses import lapse_due
from pointsapp.ledger.services.reminders import tell_lapsing

__all__ = [
    "EntryDraft",
    "EntryReceipt",
    "GiftDraft",
    "GiftEntries",
    "HoldReceipt",
    "PostingDraft",
    "Prepared",
    "RuleTrace",
    "TakenBack",
    "ask_write_off",
    "carry_minutes",
    "carry_points",
    "close_person",
    "give",
    "lapse_due",
    "open_hold",
    "post",
    "post_many",
    "prepare",
    "prepare_hold",
    "prepare_settlement",
    "release_hold",
    "reopen_hold",
    "reverse",
    "settle_hold",
    "take_back",
    "tell_lapsing",
    "write_off",
]
