"""The tables of the bank: its books, and their seals."""

from __future__ import annotations

from pointsapp.ledger.models.books import (
    IS_EARNED,
    KEY_LENGTH,
    Balance,
    Claim,
    Entry,
    Flow,
    Hold,
    HoldLot,
    HoldState,
    Lot,
    Posting,
    Unit,
)
from pointsapp.ledger.models.seals import (
    Seal,
    SealBlock,
    SealCut,
)

__all__ = [
    "IS_EARNED",
    "KEY_LENGTH",
    "Balance",
    "Claim",
    "Entry",
    "Flow",
    "Hold",
    "HoldLot",
    "HoldState",
    "Lot",
    "Posting",
    "Seal",
    "SealBlock",
    "SealCut",
    "Unit",
]
