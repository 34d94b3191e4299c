"""One certificate, a person's, and the lines that wait for an organiser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.certificates.models import Certificate, CertificateLine, CertificateState, LineState
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.tasks.models import Shift, Task

SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One organiser's line of a certificate; `by_name` is who confirmed it, in full."""

    public_id: str
    area_id: int
    area_name: str
    times: int
    minutes: int
    first_on: date
    last_on: date
    state: LineState
    reason: str | None
    decided_at: datetime | None
    by_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """A certificate with its lines. `holder` is the full name as issued (the name of now before that): mask it where others read."""

    id: int
    public_id: str
    person_id: int
    state: CertificateState
    from_on: date
    until_on: date
    asked_at: datetime
    due_at: datetime
    number: str | None
    holder: str
    volunteer_number: str
    minutes: int
    issuer: str | None
    issued_at: datetime | None
    superseded_at: datetime | None
    lines: tuple[LineView, ...]


def _select() -> Any:
    return (
        select(Certificate, Person.name, Person.volunteer_number, Area.name.label("issuer"))
        .join(Person, Person.id == Certificate.person_id)
        .outerjoin(Area, Area.id == Certificate.issuer_area_id)
        .order_by(Certificate.id.desc())
        .limit(SHOWN)
    )


def _views(session: Session, statement: Any) -> tuple[CertificateView, ...]:
    found = session.execute(statement).all()
    lines: dict[int, list[LineView]] = {}
    asked = (
        select(CertificateLine, Area.name, Person.name)
        .join(Area, Area.id == CertificateLine.area_id)
        .outerjoin(Person, Person.id == CertificateLine.decided_by_id)
        .where(CertificateLine.certificate_id.in_([row[0].id for row in found]))
        .order_by(CertificateLine.minutes.desc(), CertificateLine.id)
    )
    for line, area_name, by_name in session.execute(asked):
        lines.setdefault(line.certificate_id, []).append(
            LineView(
                public_id=line.public_id,
                area_id=line.area_id,
                area_name=area_name,
                times=line.times,
                minutes=line.minutes,
                first_on=line.first_on,
                last_on=line.last_on,
                state=line.state,
                reason=line.reason,
                decided_at=line.decided_at,
                by_name=by_name,
            )
        )
    return tuple(
        CertificateView(
            id=row.id,
            public_id=row.public_id,
            person_id=row.person_id,
            state=row.state,
            from_on=row.from_on,
            until_on=row.until_on,
            asked_at=row.asked_at,
            due_at=row.due_at,
            number=row.number,
            holder=row.holder or name,
            volunteer_number=volunteer_number,
            minutes=row.minutes,
            issuer=issuer,
            issued_at=row.issued_at,
            superseded_at=row.superseded_at,
            lines=tuple(lines.get(row.id, ())),
        )
        for row, name, volunteer_number, issuer in found
    )


def certificates_of(session: Session, person_id: int) -> tuple[CertificateView, ...]:
    """Return the person's certificates and requests, newest first."""
    return _views(session, _select().where(Certificate.person_id == person_id))


def certificates_page(session: Session, person_id: int, page: PageRequest) -> Page[CertificateView]:
    """Return a page of the person's certificates and requests, newest first. Key: id."""
    statement = _select().where(Certificate.person_id == person_id).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Certificate.id < page.after[0])
    return cut(list(_views(session, statement)), page.limit, lambda view: (view.id,))


def certificate_of(session: Session, person_id: int, public_id: str) -> CertificateView | None:
    """Return one certificate of the person."""
    found = _views(session, _select().where(Certificate.person_id == person_id, Certificate.public_id == public_id))
    return found[0] if found else None


def certificate_by_number(session: Session, number: str) -> CertificateView | None:
    """Return the certificate with this number: issued, or superseded since."""
    found = _views(session, _select().where(Certificate.number == number))
    return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """A line that waits for an organiser; the name is full, for who confirms."""

    id: int
    public_id: str
    person_id: int
    name: str
    volunteer_number: str
    area_name: str
    area_path: str
    from_on: date
    until_on: date
    times: int
    minutes: int
    due_at: datetime
    state: LineState
    reason: str | None


def waiting_lines(session: Session, actor: Actor, page: PageRequest, *, line: str | None = None) -> Page[WaitingLine]:
    """Return lines that wait for the areas `actor` is staff of, oldest first; `line`: only this one, whatever its state."""
    statement = (
        select(
            CertificateLine.id,
            CertificateLine.public_id,
            Certificate.person_id,
            Person.name,
            Person.volunteer_number,
            Area.name.label("area_name"),
            Area.path.label("area_path"),
            Certificate.from_on,
            Certificate.until_on,
            CertificateLine.times,
            CertificateLine.minutes,
            Certificate.due_at,
            CertificateLine.state,
            CertificateLine.reason,
        )
        .join(Certificate, Certificate.id == CertificateLine.certificate_id)
        .join(Person, Person.id == Certificate.person_id)
        .join(Area, Area.id == CertificateLine.area_id)
        .order_by(CertificateLine.id)
        .limit(page.limit + 1)
    )
    if not actor.is_platform_admin:
        statement = statement.where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
    if line is not None:
        statement = statement.where(CertificateLine.public_id == line)
    else:
        statement = statement.where(
            CertificateLine.state == LineState.WAITING, Certificate.state == CertificateState.ASKED
        )
    if page.after:
        statement = statement.where(CertificateLine.id > page.after[0])
    lines = [WaitingLine(**row) for row in session.execute(statement).mappings()]
    return cut(lines, page.limit, lambda each: (each.id,))


def line_services(session: Session, line: str) -> tuple[tuple[str, datetime, int], ...]:
    """Return (task, start, minutes) of every service behind a line, newest first: what is confirmed can be looked at."""
    found = session.execute(
        select(CertificateLine.area_id, Certificate.person_id, Certificate.from_on, Certificate.until_on)
        .join(Certificate, Certificate.id == CertificateLine.certificate_id)
        .where(CertificateLine.public_id == line)
    ).one_or_none()
    if found is None:
        return ()
    first, last = clock.day_bounds(found.from_on)[0], clock.day_bounds(found.until_on)[1]
    rows = session.execute(
        select(Task.title, Shift.starts_at, Attendance.minutes)
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(
            Attendance.person_id == found.person_id,
            Attendance.state == AttendanceState.CREDITED,
            Attendance.minutes > 0,
            Task.area_id == found.area_id,
            Shift.starts_at >= first,
            Shift.starts_at < last,
        )
        .order_by(Shift.starts_at.desc())
        .limit(200)
    )
    return tuple((row.title, row.starts_at, row.minutes) for row in rows)
