"""What a new task can begin with: a former task's copy, a template of the area; and the budgets its form reckons with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaOption, below_any, ids_in
from pointsapp.core import clock
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.recurrence import next_weeks
from pointsapp.ledger.accounts import budget, budget_area
from pointsapp.ledger.models import Balance
from pointsapp.tasks.models import Task, TaskState, TaskTemplate
from pointsapp.tasks.policies import may_see_task
from pointsapp.tasks.queries.console import visible_to_staff
from pointsapp.tasks.queries.details import ShiftView, TaskView

RECENT = 6  # former tasks offered for copying; any other is found in the table


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLine:
    """A template of an area the actor works for."""

    public_id: str
    name: str
    area_name: str
    title: str
    shifts: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentTask:
    public_id: str
    title: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a form begins with: fields by name, the area's public id, and shifts as (start, end, places)."""

    fields: dict[str, Any]
    area: str
    shifts: tuple[tuple[datetime, datetime, int], ...]


def copied(session: Session, actor: Actor, task: str, *, now: datetime) -> TaskView:
    """Return a former task as a new one begins: its shifts moved on by whole weeks until all lie ahead, nobody signed up."""
    view = visible_to_staff(session, actor, task)
    first = min((shift.starts_at for shift in view.shifts), default=now)
    days = (clock.local_day(next_weeks(first, now)) - clock.local_day(first)).days
    return replace(view, shifts=tuple(_moved(shift, days) for shift in view.shifts), signup_opens_at=None)


def _moved(shift: ShiftView, days: int) -> ShiftView:
    def later(moment: datetime) -> datetime:
        local = clock.to_local(moment)
        return clock.at_local(local.date() + timedelta(days=days), local.time())

    return replace(shift, starts_at=later(shift.starts_at), ends_at=later(shift.ends_at))


def templates_of(session: Session, actor: Actor) -> tuple[TemplateLine, ...]:
    """Return the templates of the areas this actor works for, and of those above: a street's are there for its communities."""
    rows = session.execute(
        select(TaskTemplate, Area.name)
        .join(Area, Area.id == TaskTemplate.area_id)
        .where(TaskTemplate.retired_at.is_(None), _in_reach(actor))
        .order_by(TaskTemplate.name)
        .limit(100)
    )
    return tuple(
        TemplateLine(
            public_id=row.public_id,
            name=row.name,
            area_name=area_name,
            title=str(row.fields.get("title", "")),
            shifts=len(row.shifts),
            created_at=row.created_at,
        )
        for row, area_name in rows
    )


def _in_reach(actor: Actor) -> Any:
    paths = actor.paths(COMMUNITY_STAFF)
    above = {area_id for path in paths for area_id in ids_in(path)}
    return or_(below_any(Area.path, paths), Area.id.in_(sorted(above)))


def recent_tasks(session: Session, actor: Actor) -> tuple[RecentTask, ...]:
    """Return the newest tasks of the actor's areas, one of each title."""
    rows = session.execute(
        select(Task.public_id, Task.title, Task.created_at)
        .join(Area, Area.id == Task.area_id)
        .where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
        .order_by(Task.id.desc())
        .limit(60)
    )
    newest: dict[str, RecentTask] = {}
    for row in rows:
        newest.setdefault(row.title, RecentTask(**row._mapping))
    return tuple(newest.values())[:RECENT]


def beginning(session: Session, actor: Actor, template: str, *, now: datetime) -> Beginning:
    """Return what a form begins with by a template: each shift on its next weekday from tomorrow on. 404 for one out of reach."""
    row = session.execute(
        select(TaskTemplate, Area.public_id)
        .join(Area, Area.id == TaskTemplate.area_id)
        .where(TaskTemplate.public_id == template, TaskTemplate.retired_at.is_(None), _in_reach(actor))
    ).one_or_none()
    if row is None:
        raise NotFound()
    found, area = row
    tomorrow = clock.local_day(now) + timedelta(days=1)
    shifts = sorted(_next_span(shift, tomorrow) for shift in found.shifts)
    return Beginning(fields=dict(found.fields), area=area, shifts=tuple(shifts))


def _next_span(shift: dict[str, Any], tomorrow: date) -> tuple[datetime, datetime, int]:
    day = tomorrow + timedelta(days=(int(shift["weekday"]) - tomorrow.weekday()) % 7)
    starts_at = clock.at_local(day, time.fromisoformat(shift["at"]))
    return starts_at, starts_at + timedelta(minutes=int(shift["minutes"])), int(shift["capacity"])


def budgets_by_area(session: Session, areas: Sequence[AreaOption]) -> dict[str, Any]:
    """Return what the form reckons with: `areas` maps each area's public id to the budgets a publication there would ask, the nearest
    first, as keys of `budgets`, which are [name, points left]."""
    chains = {option.public_id: list(reversed(ids_in(option.path))) for option in areas}
    wanted = sorted({area_id for chain in chains.values() for area_id in chain})
    rows = session.execute(
        select(Balance.account, Balance.amount).where(Balance.account.in_([budget(area_id) for area_id in wanted]))
    )
    held = {budget_area(account): int(amount) for account, amount in rows}
    names = dict(session.execute(select(Area.id, Area.name).where(Area.id.in_(sorted(held)))).all())
    return {
        "areas": {public_id: [key for key in chain if key in held] for public_id, chain in chains.items()},
        "budgets": {str(key): [names.get(key, ""), amount] for key, amount in held.items()},
    }


def picture_of(session: Session, actor: Actor | None, task: str) -> str:
    """Return the name of a task's picture in the attic; 404 without one, and for who may not know of the draft."""
    row = session.execute(
        select(Task.picture, Task.state, Area.path).join(Area, Area.id == Task.area_id).where(Task.public_id == task)
    ).one_or_none()
    if row is None or row.picture is None or not may_see_task(actor, row.path, row.state is TaskState.DRAFT):
        raise NotFound()
    return str(row.picture)
