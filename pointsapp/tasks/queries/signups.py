"""Lists of sign-ups: a person's own, and a shift's roster."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.people.models import Person
from pointsapp.tasks.models import NoticeText, PointsMode, Shift, ShiftState, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import may_see_signups, may_see_task, sees_full_names
from pointsapp.tasks.queries.briefs import leads_shift, shift_brief


def attendance_of(arrived_at: datetime | None, settled_at: datetime | None) -> str:
    """none: not seen yet; present: checked in, not yet credited; done: credited."""
    if arrived_at is None:
        return "none"
    return "present" if settled_at is None else "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class MySignup:
    """One of a person's own sign-ups with its task and shift."""

    id: int
    public_id: str
    state: SignupState
    created_at: datetime
    offer_expires_at: datetime | None
    arrived_at: datetime | None
    settled_at: datetime | None
    cancelled_because: str | None
    waiting_position: int | None
    offer_lapsed: bool  # waiting again after an offer ran out
    shift_id: int
    shift_public_id: str
    starts_at: datetime
    ends_at: datetime
    shift_state: ShiftState
    stopped_at: datetime | None
    task_public_id: str
    title: str
    category: str
    points: int
    points_mode: PointsMode
    place: str
    check_out_required: bool
    cancel_until_minutes: int
    contact: str | None
    task_state: TaskState
    signup_opens_at: datetime | None

    @property
    def itself(self) -> MySignup:
        """The JSON answer nests task and shift; both read this row."""
        return self

    @property
    def attendance(self) -> str:
        return attendance_of(self.arrived_at, self.settled_at)


def _mine(person_id: int) -> Select[Any]:
    ahead = aliased(Signup)
    position = (
        select(func.count())
        .where(
            ahead.shift_id == Signup.shift_id,
            ahead.state == SignupState.WAITLISTED,
            (ahead.queued_at < Signup.queued_at) | ((ahead.queued_at == Signup.queued_at) & (ahead.id <= Signup.id)),
        )
        .correlate(Signup)
        .scalar_subquery()
    )
    return (
        select(
            Signup.id,
            Signup.public_id,
            Signup.state,
            Signup.created_at,
            Signup.offer_expires_at,
            Signup.arrived_at,
            Signup.settled_at,
            Signup.cancelled_because,
            position.label("ahead"),
            Shift.id.label("shift_id"),
            Shift.public_id.label("shift_public_id"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.state.label("shift_state"),
            Shift.stopped_at,
            Task.public_id.label("task_public_id"),
            Task.title,
            Task.category,
            Task.points,
            Task.points_mode,
            Task.place,
            Task.check_out_required,
            Task.cancel_until_minutes,
            Task.contact,
            Task.state.label("task_state"),
            Task.signup_opens_at,
        )
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Signup.person_id == person_id)
    )


def _as_mine(row: Any) -> MySignup:
    values = row._asdict()
    ahead = values.pop("ahead")
    is_waiting = row.state is SignupState.WAITLISTED
    has_lapsed = is_waiting and row.offer_expires_at is not None  # there it only marks an offer that ran out
    if row.state is not SignupState.OFFERED:
        values["offer_expires_at"] = None
    return MySignup(**values, waiting_position=ahead if is_waiting else None, offer_lapsed=has_lapsed)


def my_signups_page(session: Session, person_id: int, page: PageRequest) -> Page[MySignup]:
    """Return one page of everything the person ever signed up for, newest first."""
    statement = _mine(person_id).order_by(Signup.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Signup.id < page.after[0])
    return cut([_as_mine(row) for row in session.execute(statement)], page.limit, lambda row: (row.id,))


def my_signups_in(session: Session, person_id: int, shift_ids: tuple[int, ...]) -> dict[int, MySignup]:
    """Return the person's live sign-ups in these shifts, by shift."""
    if not shift_ids:
        return {}
    statement = _mine(person_id).where(Signup.shift_id.in_(shift_ids), Signup.state != SignupState.CANCELLED)
    return {row.shift_id: _as_mine(row) for row in session.execute(statement)}


def upcoming_for(session: Session, person_id: int, now: datetime, limit: int = 20) -> tuple[MySignup, ...]:
    """Return the person's live sign-ups whose shift has not ended, soonest first."""
    return upcoming_page(session, person_id, PageRequest(limit=limit), now=now).items


def upcoming_page(session: Session, person_id: int, page: PageRequest, *, now: datetime) -> Page[MySignup]:
    """Return a page of them. Key: the shift's start, the sign-up."""
    statement = (
        _mine(person_id)
        .where(Signup.state != SignupState.CANCELLED, Shift.ends_at > now, Shift.state == ShiftState.OPEN)
        .order_by(Shift.starts_at, Signup.id)
        .limit(page.limit + 1)
    )
    if page.after:
        at, key = instant(page.after[0]), page.after[1]
        statement = statement.where(or_(Shift.starts_at > at, and_(Shift.starts_at == at, Signup.id > key)))
    rows = [_as_mine(row) for row in session.execute(statement)]
    return cut(rows, page.limit, lambda row: (row.starts_at.isoformat(), row.id))


def past_signups(session: Session, person_id: int, page: PageRequest, *, now: datetime) -> Page[MySignup]:
    """Return one page of what the person came to, or missed, or gave back: the latest shift first, as its day is what the line shows."""
    is_past = or_(Signup.state == SignupState.CANCELLED, Shift.ends_at <= now, Shift.state == ShiftState.STOPPED)
    statement = _mine(person_id).where(is_past).order_by(Shift.starts_at.desc(), Signup.id.desc()).limit(page.limit + 1)
    if page.after:
        at, key = instant(page.after[0]), page.after[1]
        statement = statement.where(or_(Shift.starts_at < at, and_(Shift.starts_at == at, Signup.id < key)))
    rows = [_as_mine(row) for row in session.execute(statement)]
    return cut(rows, page.limit, lambda row: (row.starts_at.isoformat(), row.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedNotice:
    """The text a volunteer accepted (志愿服务条例), by its parts."""

    task_public_id: str
    title: str
    parts: dict[str, str]
    shifts: tuple[tuple[datetime, datetime], ...]
    accepted_at: datetime


def accepted_notice(session: Session, person_id: int, signup: str) -> AcceptedNotice | None:
    """Return the notice in the version this sign-up accepted; None for anybody else's."""
    row = session.execute(
        select(NoticeText.text, Task.public_id, Signup.created_at)
        .select_from(Signup)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(
            NoticeText,
            and_(NoticeText.task_id == Task.id, NoticeText.version == Signup.accepted_notice_version),
        )
        .where(Signup.public_id == signup, Signup.person_id == person_id)
    ).one_or_none()
    if row is None:
        return None
    kept = json.loads(row.text)
    spans = [
        (datetime.fromisoformat(each["starts_at"]), datetime.fromisoformat(each["ends_at"])) for each in kept["shifts"]
    ]
    return AcceptedNotice(
        task_public_id=row.public_id,
        title=kept["title"],
        parts={name: text for name, text in kept.items() if isinstance(text, str) and name != "title"},
        shifts=tuple(spans),
        accepted_at=row.created_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLine:
    """One person on a shift's list. `shown_name` is masked except for the shift's leaders in their time."""

    id: int
    public_id: str
    person_id: int
    user_id: str
    number_tail: str
    shown_name: str
    phone: str | None
    state: SignupState
    created_at: datetime
    queued_at: datetime
    offer_expires_at: datetime | None
    arrived_at: datetime | None
    settled_at: datetime | None
    is_walk_in: bool

    @property
    def attendance(self) -> str:
        return attendance_of(self.arrived_at, self.settled_at)


def arrived_count(session: Session, shift_id: int) -> int:
    """Return how many of the shift's people have arrived."""
    arrived = (Signup.shift_id == shift_id, Signup.state == SignupState.CONFIRMED, Signup.arrived_at.is_not(None))
    return session.scalar(select(func.count()).where(*arrived)) or 0


def roster_page(session: Session, shift_id: int, page: PageRequest, *, full_names: bool) -> Page[RosterLine]:
    """Return one page of the shift's live sign-ups in the order they came."""
    statement = (
        select(
            Signup.id,
            Signup.public_id,
            Signup.person_id,
            Person.public_id.label("user_id"),
            Person.volunteer_number,
            Person.name,
            Person.phone,
            Signup.state,
            Signup.created_at,
            Signup.queued_at,
            Signup.offer_expires_at,
            Signup.arrived_at,
            Signup.settled_at,
            Signup.is_walk_in,
        )
        .join(Person, Person.id == Signup.person_id)
        .where(Signup.shift_id == shift_id, Signup.state != SignupState.CANCELLED)
        .order_by(Signup.id)
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(Signup.id > page.after[0])
    lines = []
    for row in session.execute(statement):
        values = row._asdict()
        name, number, phone = values.pop("name"), values.pop("volunteer_number"), values.pop("phone")
        shown = name if full_names else mask_name(name)
        lines.append(
            RosterLine(**values, number_tail=number[-4:], shown_name=shown, phone=phone if full_names else None)
        )
    return cut(lines, page.limit, lambda line: (line.id,))


def shift_roster(session: Session, actor: Actor, shift: str, page: PageRequest, *, now: datetime) -> Page[RosterLine]:
    """Return the roster to staff and to the shift's leaders; 404 for a hidden shift, 403 for everybody else."""
    brief = shift_brief(session, shift)
    if brief is None or not may_see_task(actor, brief.area_path, brief.is_draft):
        raise NotFound()
    is_leader = leads_shift(session, brief.id, actor.person_id)
    require(may_see_signups(actor, brief, is_leader))
    return roster_page(session, brief.id, page, full_names=sees_full_names(is_leader, brief, now))


__all__ = [
    "MySignup",
    "RosterLine",
    "accepted_notice",
    "attendance_of",
    "my_signups_in",
    "my_signups_page",
    "past_signups",
    "roster_page",
    "shift_roster",
    "upcoming_for",
    "upcoming_page",
]
