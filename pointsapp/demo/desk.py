"""The staff's desk in the demo: a template to begin from, a deputy for a week, a shift that was moved with people to call, and a
grid leader who helps to lead what is on today."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core import clock
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.services import NameDeputy, name_deputy
from pointsapp.tasks.models import Shift, ShiftState, Task, TaskState
from pointsapp.tasks.queries import leaders_of
from pointsapp.tasks.services import MoveShift, move_shift, name_leaders, save_template

TEMPLATES = ("每周例行", "照老样子")


def plan_desk(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put what the desk needs to be alive on the timeline."""
    staff, leader = street.by_log_in["staff"], street.by_log_in["grid_leader"]
    soon = now + timedelta(hours=12)
    deputised_until = clock.day_bounds(clock.local_day(now) + timedelta(days=5))[1]
    timeline.at(now - timedelta(days=8), lambda session, at: _keep_templates(session, staff, at))
    timeline.at(now - timedelta(days=1), lambda session, at: _name_deputy(session, leader, staff, deputised_until, at))
    timeline.at(now - timedelta(hours=2), lambda session, at: _move_one(session, staff, soon, at))
    timeline.at(now - timedelta(hours=1), lambda session, at: _call_for_help(session, staff, leader, soon, at))


def _keep_templates(session: Session, staff: Actor, at: datetime) -> None:
    newest: dict[str, str] = {}
    rows = session.execute(
        select(Task.title, Task.public_id)
        .join(Area, Area.id == Task.area_id)
        .where(below_any(Area.path, staff.paths(COMMUNITY_STAFF)), Task.state == TaskState.CLOSED)
        .order_by(Task.id.desc())
        .limit(40)
    )
    for title, public_id in rows:
        newest.setdefault(title, public_id)
    for name, public_id in zip(TEMPLATES, newest.values(), strict=False):
        save_template(session, staff, public_id, name, now=at)


def _name_deputy(session: Session, leader: Actor, deputy: Actor, until: datetime, at: datetime) -> None:
    grant = session.scalars(
        select(RoleGrant.public_id).where(RoleGrant.person_id == leader.person_id).order_by(RoleGrant.id)
    ).first()
    phone = session.scalars(select(Person.phone).where(Person.id == deputy.person_id)).one()
    if grant is not None and phone is not None:
        name_deputy(session, leader, grant, NameDeputy(deputy=phone, ends_at=until), now=at)


def _open_shifts(staff: Actor, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(
            below_any(Area.path, staff.paths(COMMUNITY_STAFF)),
            Task.state == TaskState.PUBLISHED,
            Shift.state == ShiftState.OPEN,
        )
    )


def _move_one(session: Session, staff: Actor, after: datetime, at: datetime) -> None:
    """Move the fullest of the later shifts by half an hour: its people have to be told."""
    row = session.execute(
        _open_shifts(staff, Shift.public_id, Shift.starts_at, Shift.ends_at)
        .where(Shift.starts_at > after, Shift.taken > 0)
        .order_by(Shift.taken.desc(), Shift.id)
        .limit(1)
    ).one_or_none()
    if row is not None:
        later = timedelta(minutes=30)
        command = MoveShift(starts_at=row.starts_at + later, ends_at=row.ends_at + later)
        move_shift(session, staff, row.public_id, command, now=at)


def _call_for_help(session: Session, staff: Actor, leader: Actor, until: datetime, at: datetime) -> None:
    """Name the grid's leader beside those who lead the next two shifts."""
    rows = session.execute(
        _open_shifts(staff, Shift.id, Shift.public_id)
        .where(Shift.starts_at > at, Shift.starts_at < until)
        .order_by(Shift.starts_at, Shift.id)
        .limit(2)
    ).all()
    named = leaders_of(session, [row.id for row in rows])
    for row in rows:
        who = {each.person_id for each in named.get(row.id, ())} | {leader.person_id}
        ids = session.scalars(select(Person.public_id).where(Person.id.in_(who)).order_by(Person.id)).all()
        name_leaders(session, staff, row.public_id, ids, now=at)
