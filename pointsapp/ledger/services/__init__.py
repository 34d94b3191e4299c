"""The bank's workshop: post, hold, reverse, take back, lapse. Everything runs inside the caller's `write()`."""

from pointsapp.ledger.services.bulk import post_many
from pointsapp.ledger.services.claims import TakenBack, ask_write_off, take_back, write_off
from pointsapp.ledger.services.drafts import EntryDraft, EntryReceipt, PostingDraft, RuleTrace
from pointsapp.ledger.services.entries import Prepared, post, prepare, reverse
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

__all__ = [
    "EntryDraft",
    "EntryReceipt",
    "HoldReceipt",
    "PostingDraft",
    "Prepared",
    "RuleTrace",
    "TakenBack",
    "ask_write_off",
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
    "write_off",
]
