"""Codes that were well-formed but not ours: how many each caller has tried, so that guessing is hopeless.

A mistyped code fails its check character and is never counted here. Rows live in the database, so every process and machine counts
the same tries.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Index, Integer, String, bindparam, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pointsapp.core.db import Base, instant, row_id, table_of
from pointsapp.core.states import rows_changed
from pointsapp.core.swift import Swift

WINDOW = timedelta(minutes=15)
MOST_SUSPECTS = 5000  # who have tried in vain; when there are more, each caller is looked up


class FailedCode(Base):
    """One try by one caller; `key` is a hash of who it was (person, shop or address)."""

    __tablename__ = "failed_code"
    __table_args__ = (Index("ix_failed_code_key_at", "key", "at"), Index("ix_failed_code_at", "at"))

    id: Mapped[row_id]
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[instant]


_NTH = Swift(
    lambda: (
        select(FailedCode.at)
        .where(FailedCode.key == bindparam("key"), FailedCode.at > bindparam("since"))
        .order_by(FailedCode.at.desc())
        .offset(bindparam("before_it", type_=Integer))
        .limit(1)
    )
)


_KEYS = Swift(
    lambda: select(FailedCode.key).where(FailedCode.at > bindparam("since")).distinct().limit(MOST_SUSPECTS + 1)
)


def suspects(session: Session, *, now: datetime) -> frozenset[str] | None:
    """Return the key of everybody with a failed try in the window; None when they are more than MOST_SUSPECTS."""
    rows = _KEYS.rows(session, since=now - WINDOW)
    return frozenset(row.key for row in rows) if len(rows) <= MOST_SUSPECTS else None


def key_of(caller: str) -> str:
    """Return what is stored of `caller`, such as "person:17"."""
    return hashlib.sha256(caller.encode()).hexdigest()


def count_failed_code(session: Session, callers: Iterable[str], *, now: datetime) -> None:
    """Keep one failed try for each of `callers`."""
    session.execute(insert(table_of(FailedCode)), [{"key": key_of(caller), "at": now} for caller in callers])


def seconds_to_wait(session: Session, caller: str, most: int, *, now: datetime) -> int:
    """Return how long `caller` must wait: until fewer than `most` tries lie in the window. 0 is not at all."""
    nth = _NTH.one(session, key=key_of(caller), since=now - WINDOW, before_it=most - 1)
    return 0 if nth is None else max(1, math.ceil((nth.at + WINDOW - now).total_seconds()))


def forget_failed_codes(session: Session, *, now: datetime) -> int:
    """Delete tries that no window reaches any more; return how many."""
    return rows_changed(session, delete(FailedCode).where(FailedCode.at <= now - WINDOW))
