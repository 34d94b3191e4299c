"""A batch as its page shows it, its rows, and the batches somebody made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.batches.models import Batch, BatchKind, BatchRow, BatchState, Outcome
from pointsapp.batches.policies import may_see_batch
from pointsapp.core.actor import Actor
from pointsapp.core.paging import Page, PageRequest, cut

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """`area_name` is what a list covers; empty for a file, whose rows name their own areas.

    `planned` counts the rows of a preview by what they would do; `has_rows` while the rows are kept.
    """

    id: int
    public_id: str
    kind: BatchKind
    state: BatchState
    area_name: str
    with_names: bool
    reason: str
    made_at: datetime
    done_at: datetime | None
    total: int
    done: int
    counts: dict[str, int]
    planned: dict[str, int]
    has_rows: bool

    @property
    def is_open(self) -> bool:
        return self.state in (BatchState.WAITING, BatchState.RUNNING)


def batch_view(session: Session, actor: Actor, public_id: str) -> BatchView | None:
    """Return a batch for who made it, None for anybody else."""
    found = session.execute(_select().where(Batch.public_id == public_id)).one_or_none()
    if found is None or not may_see_batch(actor, found[0].made_by_id):
        return None
    rows = session.execute(
        select(BatchRow.outcome, func.count()).where(BatchRow.batch_id == found[0].id).group_by(BatchRow.outcome)
    ).all()
    planned = {outcome.value: number for outcome, number in rows if outcome is not None}
    return _view(*found, planned=planned, has_rows=bool(rows))


def batches_page(session: Session, actor: Actor, page: PageRequest) -> Page[BatchView]:
    """Return what somebody brought in and took out, newest first."""
    statement = _select().where(Batch.made_by_id == actor.person_id).order_by(Batch.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Batch.id < page.after[0])
    views = [_view(*found, planned={}, has_rows=False) for found in session.execute(statement)]
    return cut(views, page.limit, lambda view: (view.id,))


def _select() -> Any:
    return select(Batch, Area.name).outerjoin(Area, Area.id == Batch.area_id).execution_options(populate_existing=True)


def _view(row: Batch, area_name: str | None, *, planned: dict[str, int], has_rows: bool) -> BatchView:
    return BatchView(
        id=row.id,
        public_id=row.public_id,
        kind=row.kind,
        state=row.state,
        area_name="" if row.kind.is_import else area_name or "",
        with_names=row.with_names,
        reason=row.reason,
        made_at=row.made_at,
        done_at=row.done_at,
        total=row.total,
        done=row.done,
        counts={outcome.value: getattr(row, outcome.value) for outcome in Outcome},
        planned=planned,
        has_rows=has_rows,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    number: int
    line: int
    cells: tuple[str, ...]
    outcome: Outcome | None
    why: str | None
    facts: dict[str, Any]


def preview_rows(session: Session, batch_id: int, *, limit: int, refused_first: bool) -> tuple[ResultRow, ...]:
    """Return the first rows; after a run those that were refused."""
    statement = select(BatchRow).where(BatchRow.batch_id == batch_id).order_by(BatchRow.number).limit(limit)
    if refused_first:
        statement = statement.where(BatchRow.outcome == Outcome.REFUSED)
    return tuple(_result(row) for row in session.scalars(statement.execution_options(populate_existing=True)))


def each_result(session: Session, batch_id: int) -> Iterator[ResultRow]:
    """Yield every row, BATCH at a time: a file holds them all, memory does not."""
    after = 0
    while True:
        rows = session.scalars(
            select(BatchRow)
            .where(BatchRow.batch_id == batch_id, BatchRow.number > after)
            .order_by(BatchRow.number)
            .limit(BATCH)
        ).all()
        yield from map(_result, rows)
        if len(rows) < BATCH:
            return
        after = rows[-1].number


def _result(row: BatchRow) -> ResultRow:
    return ResultRow(
        number=row.number,
        line=row.line,
        cells=tuple(row.cells),
        outcome=row.outcome,
        why=row.why,
        facts=dict(row.facts),
    )
