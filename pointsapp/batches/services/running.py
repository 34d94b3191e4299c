"""The worker's turn: a hundred rows to a transaction, each row judged again, so that a page sees how far it is and a stop is clean."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.batches.models import Batch, BatchKind, BatchRow, BatchState, Outcome
from pointsapp.batches.policies import may_batch_in, may_bring
from pointsapp.batches.queries import rows_out
from pointsapp.batches.rules import Problem
from pointsapp.batches.services.judging import judge
from pointsapp.batches.services.verdicts import Judged
from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Forbidden, Refusal
from pointsapp.core.states import must_move
from pointsapp.core.table_file import BadFile
from pointsapp.people.queries import load_actor
from pointsapp.people.services.imports import PersonDraft, import_people
from pointsapp.people.services.looks import RECORD_OPENED
from pointsapp.stars.services import HeadcountDraft, MemberDraft, import_headcounts, import_members
from pointsapp.tasks.services import TaskDraft, create_draft

CHUNK = 100
KEPT_FOR = timedelta(days=3)
_OPEN = (BatchState.WAITING, BatchState.RUNNING)


def run_next(session: Session, *, now: datetime) -> int:
    """Do the next rows of the oldest batch that waits; return how many, 0 when nothing waits."""
    batch = session.scalar(
        select(Batch)
        .where(Batch.state.in_(_OPEN))
        .order_by(Batch.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if batch is None:
        return 0
    actor = load_actor(session, batch.made_by_id, now=now)
    counts, cursor, seen = (
        _bring_in(session, batch, actor, now=now) if batch.kind.is_import else _take_out(session, batch, actor, now=now)
    )
    is_over = seen < CHUNK
    values: dict[str, Any] = {outcome.value: getattr(Batch, outcome.value) + counts[outcome] for outcome in Outcome}
    values |= {
        "done": Batch.done + seen,
        "cursor": cursor,
        "started_at": batch.started_at or now,
        "state": BatchState.DONE if is_over else BatchState.RUNNING,
        "done_at": now if is_over else None,
    }
    must_move(session, update(Batch).where(Batch.id == batch.id, Batch.state.in_(_OPEN)).values(**values))
    if is_over:
        events.record(
            session,
            "batches.done",
            at=now,
            subject=f"batch:{batch.id}",
            area_id=batch.area_id,
            person_id=None,
            actor_id=batch.made_by_id,
            what=batch.kind.value,
            rows=batch.done + seen,
        )
    return max(seen, 1)


Done = tuple[dict[Outcome, int], int, int]


def _bring_in(session: Session, batch: Batch, actor: Actor | None, *, now: datetime) -> Done:
    rows = session.execute(
        select(BatchRow.number, BatchRow.line, BatchRow.cells)
        .where(BatchRow.batch_id == batch.id, BatchRow.number > batch.cursor)
        .order_by(BatchRow.number)
        .limit(CHUNK)
    ).all()
    counts = dict.fromkeys(Outcome, 0)
    for row in rows:
        outcome, problem = _one(session, batch.kind, actor, row.line, row.cells, now=now)
        counts[outcome] += 1
        session.execute(
            update(BatchRow)
            .where(BatchRow.batch_id == batch.id, BatchRow.number == row.number)
            .values(
                outcome=outcome,
                why=problem.why if problem else None,
                facts=dict(problem.facts) if problem else {},
            )
        )
    return counts, rows[-1].number if rows else batch.cursor, len(rows)


def _one(
    session: Session, kind: BatchKind, actor: Actor | None, line: int, cells: list[str], *, now: datetime
) -> tuple[Outcome, Problem | None]:
    """Do one row; a no leaves nothing half written and says why."""
    if actor is None or not may_bring(actor, kind):
        return Outcome.REFUSED, Problem(line=line, why="no_role")
    try:
        (judged,) = judge(session, actor, kind, [(line, cells)], now=now)
        if judged.problem is not None or judged.outcome is Outcome.SAME:
            return judged.outcome, judged.problem
        with session.begin_nested():
            _write(session, actor, judged, now=now)
    except BadFile:
        return Outcome.REFUSED, Problem(line=line, why="conflict")
    except Forbidden:
        return Outcome.REFUSED, Problem(line=line, why="no_role")
    except Refusal as refusal:
        return Outcome.REFUSED, Problem(line=line, why="refused", facts={"code": refusal.code})
    return judged.outcome, None


def _write(session: Session, actor: Actor, judged: Judged, *, now: datetime) -> None:
    if isinstance(judged.draft, PersonDraft):
        import_people(session, [judged.draft], now=now)
    elif isinstance(judged.draft, TaskDraft):
        create_draft(session, actor, judged.draft, now=now)
    elif isinstance(judged.draft, HeadcountDraft):
        import_headcounts(session, [judged.draft], now=now, by_id=actor.person_id)
    elif isinstance(judged.draft, MemberDraft):
        import_members(session, [judged.draft], now=now, by_id=actor.person_id)


def _take_out(session: Session, batch: Batch, actor: Actor | None, *, now: datetime) -> Done:
    counts = dict.fromkeys(Outcome, 0)
    path = session.scalar(select(Area.path).where(Area.id == batch.area_id)) or ""
    if actor is None or not may_batch_in(actor, path):  # the office was taken away meanwhile
        return counts, batch.cursor, 0
    rows = rows_out(session, batch.kind, path, after=batch.cursor, limit=CHUNK, with_names=batch.with_names)
    if rows:
        session.execute(
            insert(BatchRow),
            [
                {"batch_id": batch.id, "number": batch.done + place, "line": 0, "cells": list(row.cells), "facts": {}}
                for place, row in enumerate(rows, 1)
            ],
        )
    if batch.with_names:
        for person_id in sorted({row.person_id for row in rows if row.person_id not in (None, actor.person_id)}):
            events.record(
                session,
                RECORD_OPENED,
                at=now,
                subject=f"person:{person_id}",
                area_id=batch.area_id,
                person_id=person_id,
                actor_id=actor.person_id,
                why="export",
            )
    return counts, rows[-1].key if rows else batch.cursor, len(rows)


def forget_rows(session: Session, *, now: datetime) -> int:
    """Sweep the rows of old batches away: they are copies of a file, or of a list that was taken. Returns how many batches."""
    old = session.scalars(
        select(Batch.id)
        .where(Batch.made_at < now - KEPT_FOR, select(BatchRow.number).where(BatchRow.batch_id == Batch.id).exists())
        .order_by(Batch.id)
        .limit(20)
    ).all()
    if old:
        session.execute(
            update(Batch)
            .where(Batch.id.in_(old), Batch.state.in_((BatchState.CHECKED, *_OPEN)))
            .values(state=BatchState.CANCELLED, done_at=now)
        )
        session.execute(delete(BatchRow).where(BatchRow.batch_id.in_(old)))
    return len(old)
