"""The reach list: who must know that a task was called off, or a shift moved or stopped; and that somebody told them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import NotFound
from pointsapp.core.events import EventRow
from pointsapp.core.states import rows_changed
from pointsapp.desk.models import Reach, Way
from pointsapp.tasks.models import Shift, Signup, SignupState, Task
from pointsapp.tasks.policies import may_run_task

CHANGES = ("tasks.cancelled_for_person", "tasks.shift_moved_for_person", "tasks.shift_stopped_for_person")
WORTH_CALLING = timedelta(days=7)  # where nothing says when they would have come


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReceipt:
    """`task` is the public id of the task whose list it is."""

    task: str
    way: Way
    is_repeat: bool


def hear_change(session: Session, event: EventRow) -> None:
    """Put the person of one change on the task's reach list; heard twice, it is one row. Who made the change knows."""
    task_id = event.facts.get("task_id")
    if event.person_id is None or task_id is None or event.person_id == event.actor_id:
        return
    if session.scalar(select(Reach.id).where(Reach.event_id == event.id)) is not None:
        return
    shift_id = event.facts.get("shift_id")
    session.execute(
        insert(Reach).values(
            public_id=new_public_id(),
            event_id=event.id,
            kind=event.kind,
            task_id=task_id,
            shift_id=shift_id,
            area_id=event.area_id,
            person_id=event.person_id,
            at=event.at,
            matters_until=_matters_until(session, event, int(task_id), shift_id),
            tries=0,
        )
    )


def _matters_until(session: Session, event: EventRow, task_id: int, shift_id: int | None) -> datetime:
    """Return when the person would have come: the old start of a moved shift, a stopped one's end, their first cancelled shift."""
    if event.kind == "tasks.shift_moved_for_person" and event.facts.get("from_at"):
        return max(datetime.fromisoformat(str(event.facts["from_at"])), event.at)
    if shift_id is not None:
        ends_at = session.scalar(select(Shift.ends_at).where(Shift.id == shift_id))
        return max(ends_at or event.at, event.at)
    first = session.scalar(
        select(func.min(Shift.starts_at))
        .join(Signup, Signup.shift_id == Shift.id)
        .where(Shift.task_id == task_id, Signup.person_id == event.person_id, Shift.ends_at > event.at)
        .where(Signup.state == SignupState.CANCELLED)
    )
    return max(first or event.at + WORTH_CALLING, event.at)


def mark_told(session: Session, actor: Actor, reach: str, way: Way, *, now: datetime) -> ToldReceipt:
    """Note that somebody was told, or that nobody answered. Told once stays told; a repeat changes nothing."""
    found = session.execute(
        select(Reach, Area.path, Task.public_id)
        .join(Area, Area.id == Reach.area_id)
        .join(Task, Task.id == Reach.task_id)
        .where(Reach.public_id == reach)
    ).one_or_none()
    if found is None:
        raise NotFound()
    row, path, task = found
    require(may_run_task(actor, path))
    open_row = update(Reach).where(Reach.id == row.id, Reach.told_at.is_(None))
    if way is Way.NO_ANSWER:
        changed = rows_changed(session, open_row.values(tries=Reach.tries + 1))
    else:
        changed = rows_changed(session, open_row.values(told_at=now, told_by_id=actor.person_id, way=way))
    if changed:
        events.record(
            session,
            "desk.person_told",
            at=now,
            subject=f"reach:{row.id}",
            area_id=row.area_id,
            actor_id=actor.person_id,
            whom=row.person_id,
            task_id=row.task_id,
            way=way.value,
        )
    return ToldReceipt(task=task, way=way, is_repeat=not changed)


def open_phones(session: Session, actor: Actor, task: str, *, now: datetime) -> int:
    """Note that the phones on a task's reach list were opened, and return how many people stand on it; the page then shows them."""
    found = session.execute(
        select(Task.id, Task.area_id, Area.path).join(Area, Area.id == Task.area_id).where(Task.public_id == task)
    ).one_or_none()
    if found is None:
        raise NotFound()
    require(may_run_task(actor, found.path))
    people = session.scalars(select(Reach.person_id).where(Reach.task_id == found.id).distinct()).all()
    for person_id in sorted(people):  # each in their own record: they read it on their page
        events.record(
            session,
            "people.phone_shown",
            at=now,
            subject=f"person:{person_id}",
            area_id=found.area_id,
            person_id=person_id,
            actor_id=actor.person_id,
            task_id=found.id,
            why="call",
        )
    return len(people)
