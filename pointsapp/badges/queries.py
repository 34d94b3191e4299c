"""What people have done, counted for their medals, and the medals they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.badges.models import Medal, Series
from pointsapp.badges.policies import STEPS
from pointsapp.badges.rules import Service, Shelf, figures_of, metal_of, shelf
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock, policy
from pointsapp.deeds.models import Deed, DeedState
from pointsapp.tasks.models import Shift, Task

MOST_SERVICES = 20_000  # of the people asked for: a hundred who come every other day for a year


@dataclass(frozen=True, slots=True, kw_only=True)
class WonMedal:
    series: Series
    least: int
    metal: int
    won_at: datetime


def steps_now(session: Session, *, now: datetime) -> dict[Series, tuple[int, ...]]:
    """Return the steps of every series in force."""
    values = policy.values(session, *STEPS.values(), now=now)
    return {series: tuple(value) for series, value in zip(STEPS, values, strict=True)}


def figures(session: Session, person_ids: Collection[int]) -> dict[int, dict[Series, int]]:
    """Return what each series counts of each of these people: two statements."""
    done: dict[int, list[Service]] = defaultdict(list)
    rows = session.execute(
        select(Attendance.person_id, Attendance.minutes, Attendance.from_at, Task.area_id, Task.category)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(
            Attendance.person_id.in_(person_ids),
            Attendance.state == AttendanceState.CREDITED,
            Attendance.minutes > 0,
        )
        .limit(MOST_SERVICES)
    )
    for person_id, minutes, from_at, area_id, category in rows:
        month = clock.local_day(from_at).replace(day=1)
        done[person_id].append(Service(minutes=minutes, month=month, organiser=area_id, category=category))
    deeds = session.execute(
        select(Deed.person_id, func.count())
        .where(Deed.person_id.in_(person_ids), Deed.state == DeedState.APPROVED)
        .group_by(Deed.person_id)
    )
    approved: dict[int, int] = {row[0]: row[1] for row in deeds}
    return {person: figures_of(done[person], approved.get(person, 0)) for person in person_ids}


def shelves(session: Session, person_id: int, *, now: datetime) -> tuple[Shelf, ...]:
    """Return every series as one person sees it: won, on the way, and still to come."""
    steps, counted = steps_now(session, now=now), figures(session, [person_id])[person_id]
    won: dict[Series, dict[int, datetime]] = defaultdict(dict)
    for medal in session.scalars(select(Medal).where(Medal.person_id == person_id).limit(500)):
        won[medal.series][medal.least] = medal.won_at
    return tuple(shelf(series, counted[series], steps[series], won[series]) for series in Series)


def latest_medals(session: Session, person_id: int, *, now: datetime, most: int = 6) -> tuple[WonMedal, ...]:
    """Return the highest medal of each series, the newest first, at most so many."""
    steps = steps_now(session, now=now)
    rows = session.scalars(
        select(Medal).where(Medal.person_id == person_id).order_by(Medal.won_at.desc(), Medal.least.desc()).limit(100)
    ).all()
    best: dict[Series, Medal] = {}
    for row in rows:
        if row.series not in best or best[row.series].least < row.least:
            best[row.series] = row
    newest = sorted(best.values(), key=lambda medal: medal.won_at, reverse=True)
    return tuple(
        WonMedal(
            series=medal.series,
            least=medal.least,
            metal=metal_of(medal.least, (*steps[medal.series], medal.least)),
            won_at=medal.won_at,
        )
        for medal in newest[:most]
    )
