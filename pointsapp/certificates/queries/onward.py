"""What goes onward to the official volunteer system: rows that were not reported yet, or not with these minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, below, below_any
from pointsapp.certificates.models import OnwardReport, ReportedRow
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.people.policies import is_staff_of
from pointsapp.tasks.models import Shift, Task, TaskCategory

MOST = 20_000  # rows of one file


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardRow:
    """One service to report; `reported_minutes` is what was reported before, None for the first time."""

    attendance_id: int
    volunteer_number: str
    name: str
    phone: str | None
    task: str
    category: str
    organiser: str
    place: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    reported_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardLine:
    """One report that was made."""

    id: int
    public_id: str
    area_name: str
    from_on: date
    until_on: date
    rows: int
    made_at: datetime
    by_name: str


def onward_rows(
    session: Session, area: AreaRow, start: date, end: date, *, report: str | None = None
) -> tuple[OnwardRow, ...]:
    """Return what is to be reported of the area in these days, oldest first; `report`: the rows of that report instead.

    Rows of erased people are left out: their number leads to nobody in the other system.
    """
    if report is not None:
        return _rows(session, _select_reported(report))
    statement = _select()
    first, last = clock.day_bounds(start)[0], clock.day_bounds(end)[1]
    before = _reported().c.minutes
    changed = before.is_(None) | (before != Attendance.minutes)
    return _rows(
        session,
        statement.where(
            Attendance.state == AttendanceState.CREDITED,
            Attendance.minutes > 0,
            Shift.starts_at >= first,
            Shift.starts_at < last,
            below(Area.path, area.path),
            Person.erased_at.is_(None),
            changed,
        ),
    )


_LATEST: list[Any] = []


def _reported() -> Any:
    """Return, built once, the minutes each attendance was last reported with."""
    if not _LATEST:
        newest = select(func.max(ReportedRow.id).label("id")).group_by(ReportedRow.attendance_id).subquery()
        rows = (
            select(ReportedRow.attendance_id, ReportedRow.minutes)
            .join(newest, newest.c.id == ReportedRow.id)
            .subquery("reported")
        )
        _LATEST.append(rows)
    return _LATEST[0]


def _select() -> Any:
    reported = _reported()
    return (
        select(
            Attendance.id.label("attendance_id"),
            Person.volunteer_number,
            Person.name,
            Person.phone,
            Task.title.label("task"),
            func.coalesce(TaskCategory.name, Task.category).label("category"),
            func.coalesce(Task.organiser, Area.name).label("organiser"),
            Task.place,
            Attendance.from_at.label("starts_at"),
            Attendance.to_at.label("ends_at"),
            Attendance.minutes,
            reported.c.minutes.label("reported_minutes"),
        )
        .select_from(Attendance)
        .join(Person, Person.id == Attendance.person_id)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .outerjoin(TaskCategory, TaskCategory.key == Task.category)
        .outerjoin(reported, and_(reported.c.attendance_id == Attendance.id))
        .order_by(Shift.starts_at, Attendance.id)
        .limit(MOST)
    )


def _select_reported(report: str) -> Any:
    """Select the rows of one report with the minutes they were reported with, and with what stood before it."""
    mine, before = aliased(ReportedRow), aliased(ReportedRow)
    earlier = (
        select(before.minutes)
        .where(before.attendance_id == mine.attendance_id, before.id < mine.id)
        .order_by(before.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = [column for column in _select().selected_columns if column.key not in ("minutes", "reported_minutes")]
    return (
        select(*columns, mine.minutes, earlier.label("reported_minutes"))
        .select_from(Attendance)
        .join(mine, mine.attendance_id == Attendance.id)
        .join(OnwardReport, OnwardReport.id == mine.report_id)
        .join(Person, Person.id == Attendance.person_id)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .outerjoin(TaskCategory, TaskCategory.key == Task.category)
        .where(OnwardReport.public_id == report)
        .order_by(Shift.starts_at, Attendance.id)
    )


def _rows(session: Session, statement: Any) -> tuple[OnwardRow, ...]:
    return tuple(OnwardRow(**row) for row in session.execute(statement).mappings())


@dataclass(frozen=True, slots=True, kw_only=True)
class OnwardFile:
    """What a report was asked for; `area` is its public id."""

    area: str
    from_on: date
    until_on: date
    columns: tuple[str, ...]


def onward_report(session: Session, actor: Actor, public_id: str) -> OnwardFile | None:
    """Return a report of the areas `actor` is staff of."""
    row = session.execute(
        select(OnwardReport, Area.public_id, Area.path)
        .join(Area, Area.id == OnwardReport.area_id)
        .where(OnwardReport.public_id == public_id)
    ).one_or_none()
    if row is None or not is_staff_of(actor, row.path):
        return None
    report = row[0]
    return OnwardFile(
        area=row.public_id, from_on=report.from_on, until_on=report.until_on, columns=tuple(report.columns["keys"])
    )


def reports_page(session: Session, actor: Actor, page: PageRequest) -> Page[OnwardLine]:
    """Return reports of the areas `actor` is staff of, newest first."""
    statement = (
        select(
            OnwardReport.id,
            OnwardReport.public_id,
            Area.name.label("area_name"),
            OnwardReport.from_on,
            OnwardReport.until_on,
            OnwardReport.rows,
            OnwardReport.made_at,
            Person.name.label("by_name"),
        )
        .join(Area, Area.id == OnwardReport.area_id)
        .join(Person, Person.id == OnwardReport.made_by_id)
        .order_by(OnwardReport.id.desc())
        .limit(page.limit + 1)
    )
    if not actor.is_platform_admin:
        statement = statement.where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
    if page.after:
        statement = statement.where(OnwardReport.id < page.after[0])
    lines = [OnwardLine(**row) for row in session.execute(statement).mappings()]
    return cut(lines, page.limit, lambda line: (line.id,))
