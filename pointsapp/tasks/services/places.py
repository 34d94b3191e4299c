"""「就在这里」: a task's place is set from where its staff stand, so that nobody has to read figures off a map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.core.coordinates import CoordinateSystem, Point, distance_m
from pointsapp.core.errors import Conflict
from pointsapp.core.states import must_move
from pointsapp.tasks.errors import LocationTooVague, PlaceIsSet
from pointsapp.tasks.models import Task, TaskState
from pointsapp.tasks.queries.console import place_to_set
from pointsapp.tasks.queries.details import TaskView
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
    row, runs = place_to_set(session, actor, task, stands_there=command.accuracy_m is not None, now=now)
    if row.state not in OPEN:
        raise Conflict()
    if command.accuracy_m is not None and command.accuracy_m > MOST_OFF_M:
        raise LocationTooVague(accuracy_m=round(command.accuracy_m), most_m=MOST_OFF_M)
    if not runs:
        _refuse_to_move_away(row, command)
    # The place as it was judged: somebody may just be setting another.
    is_as_read = (
        Task.latitude.is_not_distinct_from(row.latitude),
        Task.longitude.is_not_distinct_from(row.longitude),
        Task.coordinate_system == row.coordinate_system,
    )
    must_move(
        session,
        update(Task)
        .where(Task.id == row.id, Task.state.in_(OPEN), *is_as_read)
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


def _refuse_to_move_away(task: TaskView, command: Stand) -> None:
    """Let who leads one shift mend a place that is set, not move it: it is the place of all shifts, and others have read it."""
    if task.wgs84 is None:
        return
    here = Point(command.latitude, command.longitude, command.coordinate_system).to(CoordinateSystem.WGS84)
    away = distance_m(task.wgs84.latitude, task.wgs84.longitude, here.latitude, here.longitude)
    if away > (task.checkin_radius_m or 0) + (command.accuracy_m or 0):
        raise PlaceIsSet(distance_m=round(away))
