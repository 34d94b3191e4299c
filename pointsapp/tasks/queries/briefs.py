"""One shift with its task, in one query: what sign-up and check-in judge by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.coordinates import CoordinateSystem
from pointsapp.core.db import table_of
from pointsapp.tasks.models import (
    Audience,
    PointsMode,
    Shift,
    ShiftLeader,
    ShiftState,
    Signup,
    SignupState,
    Task,
    TaskState,
)
from pointsapp.tasks.policies import LEADERS_AFTER, LEADERS_BEFORE, is_on_the_spot
from pointsapp.tasks.queries.placed import Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftBrief(Placed):
    """A shift and everything its task says about places, time, range and points."""

    id: int
    public_id: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    waiting: int
    shift_state: ShiftState
    stopped_at: datetime | None
    code_key: str
    task_id: int
    task_public_id: str
    title: str
    category: str
    area_id: int
    area_path: str
    area_name: str
    place: str
    latitude: float | None
    longitude: float | None
    coordinate_system: CoordinateSystem
    checkin_radius_m: int | None
    has_poster: bool
    points: int
    points_mode: PointsMode
    check_out_required: bool
    waitlist: bool
    audience: Audience
    signup_opens_at: datetime | None
    cancel_until_minutes: int
    task_state: TaskState
    created_by_id: int | None
    budget_account: str | None
    rule_version_id: int | None
    notice_version: int

    @property
    def planned_minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def is_draft(self) -> bool:
        return self.task_state is TaskState.DRAFT

    @property
    def last_moment(self) -> datetime:
        """When the work ended: the planned end, or the moment the shift was stopped."""
        return self.ends_at if self.stopped_at is None else min(self.ends_at, self.stopped_at)


# Columns of the tables, not of the mapped classes: a row of plain values needs none of the mapper's bookkeeping.
_shift, _task, _area, _signup = table_of(Shift), table_of(Task), table_of(Area), table_of(Signup)
BRIEF_COLUMNS: tuple[Any, ...] = (
    _shift.c.id,
    _shift.c.public_id,
    _shift.c.starts_at,
    _shift.c.ends_at,
    _shift.c.capacity,
    _shift.c.taken,
    _shift.c.waiting,
    _shift.c.state.label("shift_state"),
    _shift.c.stopped_at,
    _shift.c.code_key,
    _shift.c.task_id,
    _task.c.public_id.label("task_public_id"),
    _task.c.title,
    _task.c.category,
    _task.c.area_id,
    _area.c.path.label("area_path"),
    _area.c.name.label("area_name"),
    _task.c.place,
    _task.c.latitude,
    _task.c.longitude,
    _task.c.coordinate_system,
    _task.c.checkin_radius_m,
    _task.c.has_poster,
    _task.c.points,
    _task.c.points_mode,
    _task.c.check_out_required,
    _task.c.waitlist,
    _task.c.audience,
    _task.c.signup_opens_at,
    _task.c.cancel_until_minutes,
    _task.c.state.label("task_state"),
    _task.c.created_by_id,
    _task.c.budget_account,
    _task.c.rule_version_id,
    _task.c.notice_version,
)


def select_briefs(*more: Any) -> Select[Any]:
    """Return the select of BRIEF_COLUMNS (and `more`) over shift, task and area."""
    return (
        select(*BRIEF_COLUMNS, *more)
        .select_from(_shift)
        .join(_task, _task.c.id == _shift.c.task_id)
        .join(_area, _area.c.id == _task.c.area_id)
    )


def as_brief(row: Any) -> ShiftBrief:
    """Build the brief from a row that begins with BRIEF_COLUMNS."""
    return ShiftBrief(**{name: getattr(row, name) for name in ShiftBrief.__dataclass_fields__})


def shift_brief(session: Session, shift: int | str) -> ShiftBrief | None:
    """Return the shift with this key (int) or public_id (str), None when there is none."""
    is_it = Shift.id == shift if isinstance(shift, int) else Shift.public_id == shift
    row = session.execute(select_briefs().where(is_it)).one_or_none()
    return None if row is None else as_brief(row)


def leads_shift(session: Session, shift_id: int, person_id: int) -> bool:
    """Tell whether the person is named as a leader of the shift."""
    return (
        session.scalar(
            select(ShiftLeader.shift_id).where(ShiftLeader.shift_id == shift_id, ShiftLeader.person_id == person_id)
        )
        is not None
    )


def shifts_led_by(session: Session, person_id: int, start: datetime, end: datetime) -> tuple[ShiftBrief, ...]:
    """Return shifts of published tasks touching [start, end] that the person leads, soonest first."""
    rows = session.execute(
        select_briefs()
        .join(ShiftLeader, ShiftLeader.shift_id == Shift.id)
        .where(
            ShiftLeader.person_id == person_id,
            Task.state == TaskState.PUBLISHED,
            Shift.starts_at <= end,
            Shift.ends_at >= start,
        )
        .order_by(Shift.starts_at, Shift.id)
    )
    return tuple(as_brief(row) for row in rows)


def leads_task_now(session: Session, task_id: int, person_id: int, now: datetime) -> bool:
    """Tell whether the person leads a shift of the task that people arrive for just now."""
    return any(
        brief.task_id == task_id and is_on_the_spot(brief, now)
        for brief in shifts_led_by(session, person_id, now, now + LEADERS_BEFORE)
    )


def shifts_led_ahead(session: Session, person_id: int, now: datetime) -> tuple[ShiftBrief, ...]:
    """Return the shifts the person leads that still need them: until 24 hours after the end, two weeks ahead."""
    return shifts_led_by(session, person_id, now - LEADERS_AFTER, now + timedelta(days=14))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupRow:
    """One live sign-up."""

    id: int
    public_id: str
    shift_id: int
    person_id: int
    state: SignupState
    created_at: datetime
    queued_at: datetime
    offer_expires_at: datetime | None
    arrived_at: datetime | None
    settled_at: datetime | None
    is_walk_in: bool


SIGNUP_COLUMNS: tuple[Any, ...] = tuple(_signup.c[name] for name in SignupRow.__dataclass_fields__)


def signup_by_id(session: Session, signup: int | str) -> SignupRow | None:
    """Return the sign-up with this key (int) or public_id (str), whatever its state."""
    is_it = Signup.id == signup if isinstance(signup, int) else Signup.public_id == signup
    row = session.execute(select(*SIGNUP_COLUMNS).where(is_it)).one_or_none()
    return None if row is None else SignupRow(**row._asdict())
