"""The proof that the boards say what the books say: every sum derived again and compared, by the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.boards.models import UnfoldedPerson, UnfoldedPosting
from pointsapp.boards.queries.derivation import Derived, derivations
from pointsapp.core.snapshots import make_room
from pointsapp.stars.queries import counted_rounds, wrong_editions, wrong_tallies

MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardsReport:
    """`ok` only if every sum follows from the books; `unfolded` rows wait for the worker and are no mistake."""

    ok: bool
    rows: dict[str, int]
    unfolded: int
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "problems": list(self.problems)}


def verify_boards(session: Session, *, now: datetime) -> BoardsReport:
    """Derive every sum again, one statement per table, and name where it differs. Right also while others post and fold.

    The branches' counts take several looks: begin with `core.snapshots.look_at_one_moment`, so that all are of one moment.
    """
    make_room(session)
    problems: list[str] = []
    rows: dict[str, int] = {}
    for derived in derivations(session, now=now):
        problems += _differences(session, derived)
        rows[derived.table] = session.scalar(derived.statement(f"SELECT COUNT(*) FROM {derived.table}")) or 0
    problems += wrong_tallies(session, counted_rounds(session), now=now)
    problems += wrong_editions(session)
    waiting = [
        session.scalar(select(func.count()).select_from(model)) or 0 for model in (UnfoldedPosting, UnfoldedPerson)
    ]
    return BoardsReport(ok=not problems, rows=rows, unfolded=sum(waiting), problems=tuple(problems))


def _differences(session: Session, derived: Derived) -> list[str]:
    """Return what is due but not kept, and what is kept but not due; sorted and compared, so that any size is quick."""
    columns = ", ".join(derived.columns)
    query = f"""
    WITH due AS (SELECT {columns} FROM ({derived.query}) derived WHERE {derived.only}),
    kept AS (SELECT {columns} FROM {derived.table} WHERE {derived.only})
    SELECT * FROM (
        SELECT 'due' AS side, missing.* FROM (SELECT * FROM due EXCEPT SELECT * FROM kept) missing
        UNION ALL
        SELECT 'kept', wrong.* FROM (SELECT * FROM kept EXCEPT SELECT * FROM due) wrong
    ) differences LIMIT {MOST_NAMED}"""
    return [
        f"{derived.table}: {', '.join(str(part) for part in row)}" for row in session.execute(derived.statement(query))
    ]
