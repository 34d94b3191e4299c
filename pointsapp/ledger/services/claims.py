"""Claims: an error already spent never makes a balance negative; what is left is taken, the rest is a visible claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """`taken` left the balance, `claimed` waits as a claim; `entry_id` is None when nothing could be taken."""

    taken: int
    claimed: int
    balance: int
    entry_id: int | None
    is_repeat: bool = False


def take_back(
    session: Session,
    *,
    person_id: int,
    amount: int,
    to_account: str,
    reference: str,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> TakenBack:
    """Take `amount` back from what the person can spend, and claim the rest."""
    raise NotImplementedError


def ask_write_off(session: Session, claim_id: int, *, by_id: int) -> None:
    """The first of two people proposes to write a claim off."""
    raise NotImplementedError


def write_off(session: Session, claim_id: int, *, by_id: int, now: datetime) -> int:
    """The second person writes off what is left of a claim; return how much."""
    raise NotImplementedError
