"""Public sums and the proof that the books balance: everything is re-derived from the postings by the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One unit's sums over a span, and what stood at its end."""

    unit: str
    issued: int
    reversed: int
    spent: int
    donated: int
    lapsed: int
    available_at_end: int
    held_at_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    start: datetime
    end: datetime
    lines: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """`ok` only if nothing is wrong; `problems` names what is, at most a few of each kind."""

    ok: bool
    entries: int
    postings: int
    totals: dict[str, dict[str, int]]
    problems: list[str] = field(default_factory=list)


def statement(session: Session, start: datetime, end: datetime) -> Statement:
    """Return the public sums of [start, end)."""
    raise NotImplementedError


def verify(session: Session) -> VerifyReport:
    """Re-derive every balance from the postings and prove the identity."""
    raise NotImplementedError
