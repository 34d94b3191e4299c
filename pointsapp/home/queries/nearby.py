"""What is the same for everybody of one home: the shifts they could take, and what their community did together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import area_by_id, ids_in, root_of
from pointsapp.boards.queries import community_month
from pointsapp.core.actor import Actor
from pointsapp.core.db import UTCDateTime, table_of
from pointsapp.core.swift import Swift
from pointsapp.tasks.models import (
    Audience,
    PointsMode,
    Shift,
    ShiftState,
    Signup,
    SignupState,
    Task,
    TaskCategory,
    TaskState,
)

AHEAD = timedelta(days=14)
COMMUNITY_DEPTH = 3  # district, street, community: grids below share their community's page
LOOKED_AT = 24  # tasks
NOWHERE = "-"  # no path begins like this


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCard:
    """One shift with free places, as the task card shows it."""

    task_id: int
    public_id: str
    shift: str
    title: str
    category: str
    category_name: str
    area_name: str
    place: str
    organiser: str | None
    points: int
    points_mode: PointsMode
    starts_at: datetime
    ends_at: datetime
    taken: int
    capacity: int
    state_label: str = ""

    @property
    def left(self) -> int:
        return self.capacity - self.taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """What the neighbours of one community did together: this month, and the whole of the last."""

    name: str
    minutes: int
    people: int
    minutes_last_month: int


class _Who(StrEnum):
    """Whose eyes a list of shifts is for: rules.is_eligible of tasks says the same of one task."""

    GUEST = "guest"
    HOMELESS = "homeless"
    AT_HOME = "at_home"


def _statement(who: _Who, *, without_own: bool) -> Select[Any]:
    """Build the first free shift of each task, the nearest by the area tree first, never by where the phone is."""
    shift, task, area, category = table_of(Shift), table_of(Task), table_of(Area), table_of(TaskCategory)
    now, until = bindparam("now", type_=UTCDateTime()), bindparam("until", type_=UTCDateTime())
    conditions = [
        task.c.state == TaskState.PUBLISHED,
        or_(task.c.signup_opens_at.is_(None), task.c.signup_opens_at <= now),
        shift.c.state == ShiftState.OPEN,
        shift.c.starts_at > now,
        shift.c.starts_at < until,
        shift.c.taken < shift.c.capacity,
    ]
    distance, audience = _reach(who, task, area)
    conditions += audience
    if without_own:
        own, beside = table_of(Signup), shift.alias("beside")
        conditions.append(
            ~exists().where(
                beside.c.task_id == task.c.id,
                own.c.shift_id == beside.c.id,
                own.c.person_id == bindparam("person_id"),
                own.c.state != SignupState.CANCELLED,
            )
        )
    turn = func.row_number().over(partition_by=shift.c.task_id, order_by=(shift.c.starts_at, shift.c.id))
    first = (
        select(
            task.c.id.label("task_id"),
            task.c.public_id,
            shift.c.public_id.label("shift"),
            task.c.title,
            task.c.category,
            func.coalesce(category.c.name, task.c.category).label("category_name"),
            area.c.name.label("area_name"),
            task.c.place,
            task.c.organiser,
            task.c.points,
            task.c.points_mode,
            shift.c.starts_at,
            shift.c.ends_at,
            shift.c.taken,
            shift.c.capacity,
            shift.c.id.label("shift_id"),
            distance.label("distance"),
            turn.label("turn"),
        )
        .join(task, task.c.id == shift.c.task_id)
        .join(area, area.c.id == task.c.area_id)
        .outerjoin(category, category.c.key == task.c.category)
        .where(*conditions)
        .subquery()
    )
    shown = [column for column in first.c if column.key not in ("shift_id", "distance", "turn")]
    return (
        select(*shown)
        .where(first.c.turn == 1)
        .order_by(first.c.distance, first.c.starts_at, first.c.shift_id)
        .limit(LOOKED_AT)
    )


def _reach(who: _Who, task: Table, area: Table) -> tuple[Any, list[ColumnElement[bool]]]:
    """Return how far off a task is, in steps up the area tree, and the conditions under which it is meant for `who`."""
    if who is _Who.GUEST:
        return literal(0), []
    if who is _Who.HOMELESS:
        return literal(0), [task.c.audience == Audience.DISTRICT]
    lives_here = bindparam("home").like(area.c.path + "%")
    meant = or_(
        and_(task.c.audience == Audience.DISTRICT, area.c.path.like(bindparam("district"))),
        and_(task.c.audience == Audience.AREA, lives_here),
    )
    steps = range(COMMUNITY_DEPTH)
    distance = case(*((area.c.path.like(bindparam(f"near_{n}")), n) for n in steps), else_=COMMUNITY_DEPTH)
    return distance, [meant]


_NEAREST = {(who, own): Swift(partial(_statement, who, without_own=own)) for who in _Who for own in (False, True)}


def nearest_shifts(
    session: Session, actor: Actor | None, *, now: datetime, without_own: bool = False
) -> tuple[ShiftCard, ...]:
    """Return shifts with free places, one per task: the own community first, then the own street, then the rest.

    They depend on the actor's home alone, unless `without_own` leaves out the tasks that this person has a place in.
    """
    values: dict[str, Any] = {"now": now, "until": now + AHEAD}
    who = _Who.GUEST if actor is None else _Who.HOMELESS
    if actor is not None and actor.home_path:
        who = _Who.AT_HOME
        values |= {"home": actor.home_path, "district": f"{root_of(actor.home_path)}%"}
        values |= {f"near_{n}": pattern for n, pattern in enumerate(_patterns(actor.home_path))}
    if actor is not None and without_own:
        values["person_id"] = actor.person_id
    rows = _NEAREST[who, without_own].rows(session, **values)
    return tuple(ShiftCard(**row._asdict()) for row in rows)


def _patterns(home_path: str) -> list[str]:
    """/3/17/20/31/ -> /3/17/20/%, /3/17/%, /3/%: community, street, district; a home above them has fewer ways up."""
    steps = ids_in(home_path)[:COMMUNITY_DEPTH]
    ways = ["/" + "/".join(map(str, steps[:depth])) + "/%" for depth in range(len(steps), 0, -1)]
    return ways + [NOWHERE] * (COMMUNITY_DEPTH - len(ways))


def community_of(session: Session, home_path: str | None, *, now: datetime) -> Community | None:
    """Return what the people of a home's community did together: a sum, never a ranking."""
    steps = ids_in(home_path or "")[:COMMUNITY_DEPTH]
    area = area_by_id(session, steps[-1]) if len(steps) == COMMUNITY_DEPTH else None
    if area is None:
        return None
    found = community_month(session, area, now=now)
    return Community(
        name=area.name, minutes=found.minutes, people=found.helpers, minutes_last_month=found.minutes_last_month
    )
