"""Bringing a file in begins with a look at every row; taking a list out begins with a reason where names are whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import require_area
from pointsapp.batches.errors import BadRows, NothingToRun, ReasonMissing
from pointsapp.batches.models import Batch, BatchKind, BatchRow, BatchState
from pointsapp.batches.policies import may_batch_in, may_bring, may_see_batch, office_of
from pointsapp.batches.queries import count_out
from pointsapp.batches.services.judging import judge
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import NotFound, Refused
from pointsapp.core.states import move


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFile:
    """An import's rows as (line, cells in the order of the kind's columns)."""

    kind: BatchKind
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskExport:
    """`area_id` is an area's id or code; `with_names` needs a reason."""

    kind: BatchKind
    area_id: str
    with_names: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReceipt:
    public_id: str
    state: BatchState
    is_repeat: bool = False


def check_file(session: Session, actor: Actor, command: CheckFile, *, now: datetime) -> BatchReceipt | Refused:
    """Judge every row and keep the file for the preview; BadRows names each bad row, and then nothing of the file is kept.

    What is wrong with a list of members may say who is a member elsewhere: that somebody asked stays in the audit.
    """
    require(may_bring(actor, command.kind))
    judged = judge(session, actor, command.kind, command.rows, now=now)
    problems = [row.problem for row in judged if row.problem is not None]
    if problems and command.kind is BatchKind.MEMBERS_IN:
        events.record(
            session,
            "batches.members_checked",
            at=now,
            subject="batch:check",
            area_id=office_of(actor, command.kind),
            actor_id=actor.person_id,
            rows=len(judged),
            wrong=len(problems),
        )
        return Refused(BadRows(problems))
    if problems:
        raise BadRows(problems)
    batch = _new(actor, command.kind, BatchState.CHECKED, total=len(judged), now=now)
    batch.area_id = office_of(actor, command.kind)
    session.add(batch)
    session.flush()
    session.execute(
        insert(BatchRow),
        [
            {
                "batch_id": batch.id,
                "number": number,
                "line": row.line,
                "cells": list(row.cells),
                "outcome": row.outcome,
                "facts": {},
            }
            for number, row in enumerate(judged, 1)
        ],
    )
    return BatchReceipt(public_id=batch.public_id, state=batch.state)


def ask_export(session: Session, actor: Actor, command: AskExport, *, now: datetime) -> BatchReceipt:
    """Let the worker make a list of an area. Whole names leave a line in each person's own record, and one in the audit."""
    area = require_area(session, command.area_id)
    require(may_batch_in(actor, area.path))
    with_names = command.with_names and command.kind is not BatchKind.TASKS_OUT  # no person stands in a list of tasks
    if with_names and not command.reason:
        raise ReasonMissing()
    total = count_out(session, command.kind, area.path)
    batch = _new(actor, command.kind, BatchState.WAITING, total=total, now=now)
    batch.area_id, batch.with_names, batch.reason = area.id, with_names, command.reason
    session.add(batch)
    session.flush()
    events.record(
        session,
        "batches.export_asked",
        at=now,
        subject=f"batch:{batch.id}",
        area_id=area.id,
        actor_id=actor.person_id,
        what=command.kind.value,
        with_names=with_names,
        reason=command.reason,
        rows=total,
    )
    return BatchReceipt(public_id=batch.public_id, state=batch.state)


def start_batch(session: Session, actor: Actor, batch: str, *, now: datetime) -> BatchReceipt:
    """Hand a checked file to the worker; a repeat changes nothing."""
    row = _mine(session, actor, batch)
    if row.state in (BatchState.WAITING, BatchState.RUNNING, BatchState.DONE):
        return BatchReceipt(public_id=row.public_id, state=row.state, is_repeat=True)
    if row.state is not BatchState.CHECKED:
        raise NothingToRun()
    move(session, row, BatchState.WAITING)
    events.record(
        session,
        "batches.import_started",
        at=now,
        subject=f"batch:{row.id}",
        area_id=row.area_id,
        actor_id=actor.person_id,
        what=row.kind.value,
        rows=row.total,
    )
    return BatchReceipt(public_id=row.public_id, state=BatchState.WAITING)


def cancel_batch(session: Session, actor: Actor, batch: str, *, now: datetime) -> BatchReceipt:
    """Stop a batch; what was done stays done, and the result says which rows were."""
    row = _mine(session, actor, batch)
    if row.state is BatchState.CANCELLED:
        return BatchReceipt(public_id=row.public_id, state=row.state, is_repeat=True)
    if BatchState.CANCELLED not in Batch.transitions[row.state]:
        raise NothingToRun()
    move(session, row, BatchState.CANCELLED, done_at=now)
    return BatchReceipt(public_id=row.public_id, state=BatchState.CANCELLED)


def _mine(session: Session, actor: Actor, batch: str) -> Batch:
    row = session.scalar(select(Batch).where(Batch.public_id == batch).with_for_update())
    if row is None or not may_see_batch(actor, row.made_by_id):
        raise NotFound()
    return row


def _new(actor: Actor, kind: BatchKind, state: BatchState, *, total: int, now: datetime) -> Batch:
    return Batch(
        public_id=new_public_id(),
        kind=kind,
        state=state,
        with_names=False,
        reason="",
        made_by_id=actor.person_id,
        made_at=now,
        total=total,
        cursor=0,
        done=0,
        added=0,
        changed=0,
        same=0,
        refused=0,
    )
