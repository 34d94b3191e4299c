"""What an accepted attempt writes: arrival, departure, a repeat. Called under the lock on the person's time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.checkin.errors import TimeTaken
from pointsapp.checkin.models import Action, AttendanceState
from pointsapp.checkin.queries import Look, title_in_the_way
from pointsapp.checkin.rules.judge import Verdict
from pointsapp.checkin.rules.minutes import Span, planned, served
from pointsapp.checkin.services.credits import Earned, Rows, arriving, credit, credit_arrival
from pointsapp.checkin.services.scans import SCAN, Trace, keep, refuse, values_of
from pointsapp.core import events
from pointsapp.core.bundle import write_rows
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Refused
from pointsapp.core.locks import LockKind, share
from pointsapp.ledger.queries import person_balance, person_minutes
from pointsapp.tasks.services import ARRIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInReceipt:
    """What was accepted. `points_awarded` is what this act brought; a repeat shows what it brought the first time."""

    id: str
    signup_id: str
    shift_id: str
    action: Action
    state: AttendanceState
    points_awarded: int
    points_balance: int
    service_minutes: int
    person_id: int
    is_repeat: bool = False


def act(
    session: Session, look: Look, verdict: Verdict, trace: Trace, *, booked_at: datetime | None = None
) -> CheckInReceipt | Refused:
    """Turn the verdict into rows. `booked_at` is when the books are written, where that is later than the act (a list without a
    connection): what was posted is never dated back."""
    booked_at = booked_at or trace.at
    if verdict.refusal is not None:
        return refuse(session, trace, verdict.refusal)
    if verdict.is_repeat:
        return _repeat(session, look, trace)
    if trace.action is Action.CHECK_OUT:
        return _check_out(session, look, verdict, trace, booked_at)
    return _arrive(session, look, verdict, trace, booked_at)


def _arrive(
    session: Session, look: Look, verdict: Verdict, trace: Trace, booked_at: datetime
) -> CheckInReceipt | Refused:
    brief, now = look.brief, trace.at
    assert look.signup_id is not None
    assert look.fresh_id is not None
    span = _claimed(look, verdict, now)
    # Outside the shift nothing is claimed here, so without a clash in the look there is none.
    title = title_in_the_way(session, look.person_id, span.start, span.end) if look.may_clash else None
    if title is not None:
        return refuse(session, trace, TimeTaken(title=title))
    pays_now = not brief.check_out_required and not verdict.is_late
    state = AttendanceState.PROVISIONAL if verdict.is_late else AttendanceState.PRESENT
    row = _begun(look, verdict, trace, span, state, credited_at=booked_at if pays_now else None)
    columns = tuple(row)
    values = {f"attendance_{name}": value for name, value in row.items()}
    values |= {"arrived_at": now, "settled_at": row["credited_at"], "task_id": brief.task_id}
    values |= values_of(trace, attendance_id=look.fresh_id)
    # Whoever gives back what is left of the task's points waits, and finds this arrival; or was first, and ARRIVED finds that.
    share(session, LockKind.TASK_RESERVE, brief.task_id)
    if not pays_now:
        kind = "checkin.provisional" if verdict.is_late else "checkin.accepted"
        write_rows(
            session,
            (ARRIVED, arriving(columns), SCAN, *events.parts_of(kind)),
            values | {"signup_id": look.signup_id} | _news(kind, look, look.fresh_id, span.minutes, trace, booked_at),
        )
        return _unpaid(session, look, row["public_id"], trace, state)
    earned = Earned(
        attendance_id=look.fresh_id,
        signup_id=look.signup_id,
        person_id=look.person_id,
        span=span,
        was=state,
        vouched_by_id=row["checked_in_by_id"],
    )
    arrival = Rows(parts=(SCAN,), values=values)
    paid = credit_arrival(session, brief, earned, arrival, columns=columns, now=booked_at)
    return _receipt(
        look,
        row["public_id"],
        trace,
        AttendanceState.CREDITED,
        points=paid.points,
        balance=paid.points_balance,
        minutes=paid.service_minutes,
    )


def _claimed(look: Look, verdict: Verdict, now: datetime) -> Span:
    """Return the time an arrival takes up: the shift's own where it counts whole, else from now to its end, 0 minutes as yet."""
    brief = look.brief
    if verdict.is_late or not brief.check_out_required:
        return planned(brief.starts_at, brief.last_moment)
    return Span(max(now, brief.starts_at), max(now, brief.last_moment), 0)


def _begun(
    look: Look, verdict: Verdict, trace: Trace, span: Span, state: AttendanceState, *, credited_at: datetime | None
) -> dict[str, Any]:
    """Return the row of an attendance that begins in `state`, or is credited at once."""
    return {
        "id": look.fresh_id,
        "public_id": new_public_id(),
        "signup_id": look.signup_id,
        "shift_id": look.brief.id,
        "person_id": look.person_id,
        "state": state if credited_at is None else AttendanceState.CREDITED,
        "checked_in_at": trace.at,
        "from_at": span.start,
        "to_at": span.end,
        "minutes": span.minutes,
        "points": 0,
        "cut_off": False,
        "in_range": verdict.in_range,
        "way": trace.way,
        "checked_in_by_id": None if trace.by_id == look.person_id else trace.by_id,
        "credited_at": credited_at,
    }


def _check_out(
    session: Session, look: Look, verdict: Verdict, trace: Trace, booked_at: datetime
) -> CheckInReceipt | Refused:
    brief, came, now = look.brief, look.attendance, trace.at
    assert came is not None
    assert look.signup_id is not None
    span = Span(came.from_at, came.to_at, came.minutes)
    if (
        not verdict.confirms or now < booked_at
    ):  # a list ticked then says when they left; one ticked now says that they stayed
        span = served(came.checked_in_at, now, brief.starts_at, brief.last_moment)
    if span.start < came.from_at or span.end > came.to_at:  # the shift was moved: its new time must be free too
        title = title_in_the_way(session, look.person_id, span.start, span.end, without_signup=look.signup_id)
        if title is not None:
            return refuse(session, trace, TimeTaken(title=title))
    by_other = None if trace.by_id == look.person_id else trace.by_id
    earned = Earned(
        attendance_id=came.id,
        signup_id=look.signup_id,
        person_id=look.person_id,
        span=span,
        was=came.state,
        vouched_by_id=by_other,
        checked_out_at=now,
        decided_by_id=by_other if verdict.confirms else None,
    )
    kept = Rows(parts=(SCAN,), values=values_of(trace, attendance_id=came.id))
    paid = credit(session, brief, earned, now=booked_at, also=kept)
    return _receipt(
        look,
        came.public_id,
        trace,
        AttendanceState.CREDITED,
        points=paid.points,
        balance=paid.points_balance,
        minutes=paid.service_minutes,
    )


def _repeat(session: Session, look: Look, trace: Trace) -> CheckInReceipt:
    came = look.attendance
    assert came is not None
    keep(session, trace, attendance_id=came.id, is_repeat=True)
    brought_points = trace.action is Action.CHECK_OUT or not look.brief.check_out_required
    receipt = _unpaid(session, look, came.public_id, trace, came.state)
    return replace(receipt, points_awarded=came.points if brought_points else 0, is_repeat=True)


def _unpaid(session: Session, look: Look, public_id: str, trace: Trace, state: AttendanceState) -> CheckInReceipt:
    balance, minutes = person_balance(session, look.person_id), person_minutes(session, look.person_id)
    return _receipt(look, public_id, trace, state, points=0, balance=balance, minutes=minutes)


def _receipt(
    look: Look, public_id: str, trace: Trace, state: AttendanceState, *, points: int, balance: int, minutes: int
) -> CheckInReceipt:
    assert look.signup is not None
    assert trace.action is not None
    return CheckInReceipt(
        id=public_id,
        signup_id=look.signup,
        shift_id=look.brief.public_id,
        action=trace.action,
        state=state,
        points_awarded=points,
        points_balance=balance,
        service_minutes=minutes,
        person_id=look.person_id,
    )


def _news(kind: str, look: Look, attendance_id: int, minutes: int, trace: Trace, at: datetime) -> dict[str, Any]:
    """Return the event that tells that an attendance began, or waits for somebody to confirm it."""
    facts = {"attendance_id": attendance_id, "task_id": look.brief.task_id, "shift_id": look.brief.id}
    return events.values_of(
        kind,
        at=at,
        subject=f"attendance:{attendance_id}",
        area_id=look.brief.area_id,
        person_id=look.person_id,
        actor_id=trace.by_id,
        facts=facts | {"minutes": minutes},
    )
