"""From presence to points: the one road by which an attendance is credited, whatever brought it here.

Which tasks pay at check-in and which at check-out is data (`check_out_required`); here only the sum and its trace are made.
All rows of a credit are parts of one act (core.bundle), the caller's own rows among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.checkin.policies import STOPPED_FULL_FROM
from pointsapp.checkin.rules.minutes import Span, planned, points_when_stopped
from pointsapp.core import events, policy
from pointsapp.core.bundle import Part, change, insert, write_rows
from pointsapp.core.db import table_of
from pointsapp.core.states import must_move
from pointsapp.ledger.services import prepare
from pointsapp.rewards.services import Credit, Due, due_for
from pointsapp.tasks.models import PointsMode
from pointsapp.tasks.queries.briefs import ShiftBrief
from pointsapp.tasks.services import ARRIVED, SETTLED

CREDITED = "checkin.credited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """An attendance about to be credited, and who vouched for it (None: the venue code did).

    `received_at` is when it came in, where it is only confirmed now: the quarter's cut-off looks at that.
    """

    attendance_id: int
    signup_id: int
    person_id: int
    span: Span
    was: AttendanceState
    vouched_by_id: int | None = None
    checked_out_at: datetime | None = None
    decided_by_id: int | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Parts of an act with their values."""

    parts: tuple[Part, ...] = ()
    values: dict[str, Any]


def credit(session: Session, brief: ShiftBrief, earned: Earned, *, now: datetime, also: Rows | None = None) -> Credit:
    """Pay both books once, close the attendance, tell everyone who listens; `also` is written with it."""
    closing: dict[str, Any] = {
        "state": AttendanceState.CREDITED,
        "from_at": earned.span.start,
        "to_at": earned.span.end,
        "minutes": earned.span.minutes,
        "credited_at": now,
    }
    if earned.decided_by_id:
        closing |= {"decided_by_id": earned.decided_by_id, "decided_at": now}
    if earned.checked_out_at is not None:
        closing["checked_out_at"] = earned.checked_out_at
    _must_be_drawn(earned.was, AttendanceState.CREDITED)
    values = {f"attendance_{name}": value for name, value in closing.items()}
    values |= {"attendance_id": earned.attendance_id, "attendance_was": earned.was}
    values |= {"signup_id": earned.signup_id, "settled_at": now}
    more = also or Rows(values={})
    return _pay(
        session,
        brief,
        earned,
        now=now,
        attendance=lambda entry: (_closing(tuple(closing), entry), SETTLED, *more.parts),
        values=values | more.values,
    )


def credit_arrival(
    session: Session, brief: ShiftBrief, earned: Earned, arrival: Rows, *, columns: tuple[str, ...], now: datetime
) -> Credit:
    """Take the arrival down and pay it, as one act; `columns` are those of the new attendance, `arrival` has their values."""
    return _pay(
        session,
        brief,
        earned,
        now=now,
        before=(ARRIVED,),
        attendance=lambda entry: (arriving(columns, entry), *arrival.parts),
        values=arrival.values | {"signup_id": earned.signup_id},
    )


def _pay(
    session: Session,
    brief: ShiftBrief,
    earned: Earned,
    *,
    now: datetime,
    attendance: Callable[[str], tuple[Part, ...]],
    values: dict[str, Any],
    before: tuple[Part, ...] = (),
) -> Credit:
    due = _due(session, brief, earned, now=now)
    entry = None if due.draft is None else prepare(due.draft, now=now)
    actor_id = earned.decided_by_id or earned.vouched_by_id or earned.person_id
    news = _news(
        brief,
        earned.attendance_id,
        earned.person_id,
        actor_id,
        minutes=earned.span.minutes,
        points=due.scored.points,
        now=now,
        received_at=earned.received_at,
    )
    written = write_rows(
        session,
        (
            *before,
            *(entry.parts if entry else ()),
            *attendance("@entry.id" if due.scored.points else "NULL"),
            *events.parts_of(CREDITED),
        ),
        values
        | {"attendance_points": due.scored.points}
        | (entry.values if entry else {})
        | events.values_of(CREDITED, **news),
    )
    return due.paid(session, entry.receipt(session, written, now=now) if entry else None)


def _due(session: Session, brief: ShiftBrief, earned: Earned, *, now: datetime) -> Due:
    rate, from_full = _rate(session, brief, earned.span, now=now)
    return due_for(
        session,
        attendance_id=earned.attendance_id,
        person_id=earned.person_id,
        task_id=brief.task_id,
        category=brief.category,
        points=rate,
        points_mode=brief.points_mode,
        minutes=earned.span.minutes,
        planned_minutes=brief.planned_minutes,
        rule_version_id=brief.rule_version_id,
        budget_account=brief.budget_account,
        now=now,
        task_public_id=brief.task_public_id,
        task_title=brief.title,
        confirmed_by_id=earned.vouched_by_id,
        stopped_from_points=from_full,
    )


@cache
def arriving(columns: tuple[str, ...], entry: str = "NULL") -> Part:
    """Return the part that takes down a new attendance; `entry` is the key of the points entry."""
    return insert("attendance", {name: f":attendance_{name}" for name in columns} | {"entry_id": entry})


@cache
def _closing(columns: tuple[str, ...], entry: str) -> Part:
    return change(
        "attendance",
        {name: f":attendance_{name}" for name in (*columns, "points")} | {"entry_id": entry},
        where="attendance.id = :attendance_id AND attendance.state = :attendance_was",
    )


def tell_credited(
    session: Session,
    brief: ShiftBrief,
    attendance_id: int,
    person_id: int,
    actor_id: int,
    *,
    minutes: int,
    points: int,
    now: datetime,
    received_at: datetime | None = None,
) -> None:
    """Tell the boards and the person: work done, hours and points written down."""
    news = _news(
        brief, attendance_id, person_id, actor_id, minutes=minutes, points=points, now=now, received_at=received_at
    )
    write_rows(session, events.parts_of(CREDITED), events.values_of(CREDITED, **news))


def _news(
    brief: ShiftBrief,
    attendance_id: int,
    person_id: int,
    actor_id: int,
    *,
    minutes: int,
    points: int,
    now: datetime,
    received_at: datetime | None = None,
) -> dict[str, Any]:
    came_in = {} if received_at is None else {"received_at": received_at.isoformat()}
    return {
        "at": now,
        "subject": f"attendance:{attendance_id}",
        "area_id": brief.area_id,
        "person_id": person_id,
        "actor_id": actor_id,
        "facts": {
            "attendance_id": attendance_id,
            "task_id": brief.task_id,
            "shift_id": brief.id,
            "category": brief.category,
            "minutes": minutes,
            "points": points,
            "occurred_at": brief.starts_at.isoformat(),  # work belongs to the quarter in which it was done
            **came_in,
        },
    }


@cache
def _move(names: tuple[str, ...]) -> Update:
    """Build each form of the UPDATE once: on the hot path, building a statement costs more than running it."""
    table = table_of(Attendance)
    return (
        update(table)
        .where(table.c.id == bindparam("key"), table.c.state == bindparam("was"))
        .values({name: bindparam(name) for name in ("state", *names)})
    )


def close(session: Session, attendance_id: int, was: AttendanceState, to: AttendanceState, **values: object) -> None:
    """Move an attendance along a drawn arrow; StateChanged when somebody else moved it first."""
    _must_be_drawn(was, to)
    must_move(session, _move(tuple(values)), {"key": attendance_id, "was": was, "state": to, **values})


def _must_be_drawn(was: AttendanceState, to: AttendanceState) -> None:
    if to not in Attendance.transitions[was]:
        raise ValueError(f"no move from {was} to {to}")


def _rate(session: Session, brief: ShiftBrief, span: Span, *, now: datetime) -> tuple[int, int | None]:
    """Return the task's points, and, where rain cut a per-completion shift short, the share of them and the full sum."""
    if brief.stopped_at is None or brief.points_mode != PointsMode.PER_COMPLETION or not brief.check_out_required:
        return brief.points, None
    percent = policy.value(session, STOPPED_FULL_FROM, now=now)
    whole = planned(brief.starts_at, brief.ends_at).minutes
    share = points_when_stopped(brief.points, span.minutes, whole, percent)
    return share, None if share == brief.points else brief.points
