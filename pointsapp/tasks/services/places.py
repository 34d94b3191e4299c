"""「就在这里」: a task's place is set from where its staff stand, so that nobody has to read figures off a map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.coordinates import CoordinateSystem
from pointsapp.core.errors import Conflict, NotFound
from pointsapp.core.states import must_move
from pointsapp.tasks.errors import LocationTooVague
from pointsapp.tasks.models import Task, TaskState
from pointsapp.tasks.policies import may_see_task, may_set_place
from pointsapp.tasks.queries.briefs import leads_task_now
from pointsapp.tasks.queries.details import TaskView, task_view
from pointsapp.tasks.services.drafts import viewed

MOST_OFF_M = 150  # as at check-in: what a phone claims to be off beyond that is no place
OPEN = (TaskState.DRAFT, TaskState.PUBLISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a task is. `accuracy_m`: how far the phone says it may be off; None where somebody read the figures off a map."""

    latitude: float
    longitude: float
    coordinate_system: CoordinateSystem = CoordinateSystem.WGS84
    accuracy_m: float | None = None


def set_place(session: Session, actor: Actor, task: str, command: Stand, *, now: datetime) -> TaskView:
    """Set where the task is, also when it is published already; arrivals are measured from there from now on."""
    row = task_view(session, task)
    if row is None or not may_see_task(actor, row.area.path, row.is_draft):
        raise NotFound()
    leads = leads_task_now(session, row.id, actor.person_id, now)
    stands_there = command.accuracy_m is not None
    require(may_set_place(actor, row.area.path, leads_now=leads, stands_there=stands_there))
    if row.state not in OPEN:
        raise Conflict()
    if command.accuracy_m is not None and command.accuracy_m > MOST_OFF_M:
        raise LocationTooVague(accuracy_m=round(command.accuracy_m), most_m=MOST_OFF_M)
    must_move(
        session,
        update(Task)
        .where(Task.id == row.id, Task.state.in_(OPEN))
        .values(
            latitude=command.latitude,
            longitude=command.longitude,
            coordinate_system=command.coordinate_system,
        ),
    )
    events.record(
        session,
        "tasks.place_set",
        at=now,
        subject=f"task:{row.id}",
        area_id=row.area.id,
        actor_id=actor.person_id,
        task=row.public_id,
        latitude=command.latitude,
        longitude=command.longitude,
        coordinate_system=str(command.coordinate_system),
        on_the_spot=command.accuracy_m is not None,
    )
    return viewed(session, row.id)
