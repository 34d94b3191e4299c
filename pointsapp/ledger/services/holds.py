"""Holds: points set aside for one promise, resolved at most once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.ledger.services.entries import EntryReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReceipt:
    """`balance` is what the person can spend after it."""

    hold_id: int
    entry_id: int
    balance: int
    is_repeat: bool = False


def open_hold(
    session: Session,
    *,
    reference: str,
    person_id: int,
    amount: int,
    expires_at: datetime,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> HoldReceipt:
    """Set `amount` aside; InsufficientPoints when the person cannot spend as much."""
    raise NotImplementedError


def settle_hold(
    session: Session,
    hold_id: int,
    *,
    to_account: str,
    reference: str,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> EntryReceipt:
    """Give the held points to `to_account` (a merchant's takings)."""
    raise NotImplementedError


def release_hold(
    session: Session,
    hold_id: int,
    *,
    reference: str,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
    expired: bool = False,
) -> EntryReceipt:
    """Give the points back to the person; what would expire sooner lives at least 30 more days."""
    raise NotImplementedError


def reopen_hold(
    session: Session,
    hold_id: int,
    *,
    from_account: str,
    reference: str,
    expires_at: datetime,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> HoldReceipt:
    """Undo a settlement: the points go from `from_account` into a new hold; a settled hold is reopened once."""
    raise NotImplementedError
