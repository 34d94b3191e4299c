"""Make every sum of the boards again from the books, in one transaction; readers see the old ones until it commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, text, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from pointsapp.boards.models import BoardFold, BoardPlace, BoardStep, BookSum, HomeSum, PersonSum
from pointsapp.boards.queries.derivation import derivations
from pointsapp.core.locks import LockKind, lock

SORTING = "256MB"  # a million people are added up in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many rows each table has now."""

    rows: dict[str, int]


def rebuild(session: Session, *, now: datetime) -> Rebuilt:
    """Derive all sums anew. What is unfolded stays so: it was left out, and the next fold adds it."""
    lock(session, LockKind.BOARDS, 0)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL work_mem = '{SORTING}'"))
    for model in (PersonSum, BoardPlace, BoardStep, HomeSum, BookSum):
        session.execute(delete(model))
    rows: dict[str, int] = {}
    for derived in derivations(session, now=now):
        columns = ", ".join(derived.columns)
        made = session.execute(
            derived.statement(
                f"INSERT INTO {derived.table} ({columns}) SELECT {columns} FROM ({derived.query}) derived"
            )
        )
        assert isinstance(made, CursorResult)
        rows[derived.table] = made.rowcount
    session.execute(update(BoardFold).values(version=BoardFold.version + 1))
    return Rebuilt(rows=rows)
