"""Moving or stopping one shift, naming its leaders."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict, NotFound, StateChanged
from pointsapp.core.states import must_move, rows_changed
from pointsapp.tasks.errors import BadField
from pointsapp.tasks.models import PointsMode, Shift, ShiftState, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import may_run_task, may_see_task
from pointsapp.tasks.queries.briefs import ShiftBrief, shift_brief
from pointsapp.tasks.queries.details import leaders_of
from pointsapp.tasks.queries.standing import clash_exists
from pointsapp.tasks.rules import minutes_between, shift_errors
from pointsapp.tasks.services import notices
from pointsapp.tasks.services.drafts import find_leaders, set_leaders, viewed

LIVE = (SignupState.CONFIRMED, SignupState.WAITLISTED, SignupState.OFFERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReceipt:
    """What became of one shift; `told` counts the people who were told, `clashing` those whose other plans now overlap."""

    public_id: str
    task: str
    state: ShiftState
    told: int = 0
    clashing: int = 0
    is_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveShift:
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


def require_shift(session: Session, actor: Actor, shift: int | str) -> ShiftBrief:
    """Return the shift if the actor may run its task; 404 and 403 as for the task."""
    brief = shift_brief(session, shift)
    if brief is None or not may_see_task(actor, brief.area_path, brief.is_draft):
        raise NotFound()
    require(may_run_task(actor, brief.area_path))
    return brief


def move_shift(session: Session, actor: Actor, shift: str, command: MoveShift, *, now: datetime) -> ShiftReceipt:
    """Put one shift at another time and tell everyone; who now has two things at once is told that, and keeps the place."""
    brief = require_shift(session, actor, shift)
    _judge_move(brief, command, now)
    same = (brief.starts_at, brief.ends_at) == (command.starts_at, command.ends_at)
    if same:
        return ShiftReceipt(
            public_id=brief.public_id, task=brief.task_public_id, state=brief.shift_state, is_repeat=True
        )
    must_move(
        session,
        update(Shift)
        .where(
            Shift.id == brief.id,
            Shift.state == ShiftState.OPEN,
            Shift.starts_at == brief.starts_at,
            Shift.ends_at == brief.ends_at,
        )
        # a new secret: codes printed or photographed for the old time end here
        .values(
            starts_at=command.starts_at,
            ends_at=command.ends_at,
            moved_from_at=brief.starts_at,
            code_key=secrets.token_hex(32),
        ),
    )
    notices.renew_notice(session, viewed(session, brief.task_id), now=now)
    people = session.execute(
        select(Signup.person_id, clash_exists(Signup.person_id))
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.shift_id == brief.id, Signup.state.in_(LIVE))
    ).all()
    facts: dict[str, Any] = {
        "task_id": brief.task_id,
        "shift_id": brief.id,
        "task": brief.task_public_id,
        "from_at": brief.starts_at.isoformat(),
        "starts_at": command.starts_at.isoformat(),
        "ends_at": command.ends_at.isoformat(),
    }
    where: dict[str, Any] = {"subject": f"shift:{brief.id}", "area_id": brief.area_id, "actor_id": actor.person_id}
    events.record(session, "tasks.shift_moved", at=now, **where, **facts)
    clashing = [person_id for person_id, clashes in people if clashes]
    for clashes, ids in ((True, clashing), (False, [person_id for person_id, clashes in people if not clashes])):
        events.record_each(
            session, "tasks.shift_moved_for_person", at=now, person_ids=ids, **where, clashes=clashes, **facts
        )
    return ShiftReceipt(
        public_id=brief.public_id,
        task=brief.task_public_id,
        state=brief.shift_state,
        told=len(people),
        clashing=len(clashing),
    )


def _judge_move(brief: ShiftBrief, command: MoveShift, now: datetime) -> None:
    for fields in shift_errors([(command.starts_at, command.ends_at)]).values():
        raise BadField("ends_at", words=fields["ends_at"][0])
    if command.ends_at <= now:
        raise BadField("ends_at", words="in_the_past")
    is_hourly = brief.points_mode is PointsMode.PER_HOUR
    if is_hourly and minutes_between(command.starts_at, command.ends_at) > brief.planned_minutes:
        raise BadField("ends_at", words="longer_than_reserved")
    if brief.task_state is not TaskState.PUBLISHED or brief.shift_state is not ShiftState.OPEN or brief.ends_at <= now:
        raise Conflict()


def stop_shift(session: Session, actor: Actor, shift: str, reason: str, *, now: datetime) -> ShiftReceipt:
    """Stop one shift (rain): who came keeps what they earned up to now, nobody is a no-show, everyone is told."""
    brief = require_shift(session, actor, shift)
    if brief.shift_state is ShiftState.STOPPED:
        return ShiftReceipt(
            public_id=brief.public_id, task=brief.task_public_id, state=ShiftState.STOPPED, is_repeat=True
        )
    if brief.task_state is not TaskState.PUBLISHED or brief.ends_at <= now:
        raise Conflict()
    still_open = select(Shift.id).where(Shift.id == brief.id, Shift.state == ShiftState.OPEN)
    if session.scalar(still_open.with_for_update()) is None:
        raise StateChanged  # two people saw the rain: everyone is told once
    told = end_early(session, [brief.id], because="shift_stopped", reason=reason, actor_id=actor.person_id, now=now)
    facts: dict[str, Any] = {
        "task_id": brief.task_id,
        "shift_id": brief.id,
        "task": brief.task_public_id,
        "stopped_at": now.isoformat(),
    }
    where: dict[str, Any] = {"subject": f"shift:{brief.id}", "area_id": brief.area_id, "actor_id": actor.person_id}
    events.record_each(session, "tasks.shift_stopped_for_person", at=now, person_ids=told, **where, **facts)
    return ShiftReceipt(public_id=brief.public_id, task=brief.task_public_id, state=ShiftState.STOPPED, told=len(told))


def end_early(
    session: Session, shift_ids: Sequence[int], *, because: str, reason: str, actor_id: int, now: datetime
) -> list[int]:
    """Stop these shifts now and give back every place nobody has come to; return the people to tell.

    Who has been checked in keeps the sign-up: their minutes up to this moment are theirs. Check-in hears of
    `tasks.shift_stopped` and closes what is open.
    """
    if not shift_ids:
        return []
    # The row locks keep new sign-ups out until all is said; sign_up asks for an open shift in its UPDATE.
    rows_changed(
        session,
        update(Shift)
        .where(Shift.id.in_(shift_ids), Shift.state == ShiftState.OPEN)
        .values(state=ShiftState.STOPPED, stopped_at=now, stop_reason=reason),
    )
    live = (Signup.shift_id.in_(shift_ids), Signup.state.in_(LIVE))
    told = list(session.scalars(select(Signup.person_id).where(*live).distinct().order_by(Signup.person_id)))
    rows_changed(
        session,
        update(Signup)
        .where(*live, Signup.arrived_at.is_(None))
        .values(state=SignupState.CANCELLED, cancelled_at=now, cancelled_because=because, offer_expires_at=None),
    )
    still = select(func.count()).where(Signup.shift_id == Shift.id, Signup.state == SignupState.CONFIRMED)
    rows_changed(
        session,
        update(Shift).where(Shift.id.in_(shift_ids)).values(waiting=0, taken=still.correlate(Shift).scalar_subquery()),
    )
    for shift_id, task_id, area_id in session.execute(
        select(Shift.id, Task.id, Task.area_id).join(Task, Task.id == Shift.task_id).where(Shift.id.in_(shift_ids))
    ).all():
        events.record(
            session,
            "tasks.shift_stopped",
            at=now,
            subject=f"shift:{shift_id}",
            area_id=area_id,
            actor_id=actor_id,
            shift_id=shift_id,
            task_id=task_id,
        )
    return told


def name_leaders(
    session: Session, actor: Actor, shift: str, leader_ids: Sequence[str], *, now: datetime
) -> ShiftReceipt:
    """Name who leads the shift, by public id, phone or volunteer number; the list replaces the old one."""
    brief = require_shift(session, actor, shift)
    if brief.task_state in (TaskState.CLOSED, TaskState.CANCELLED):
        raise Conflict()
    before = {leader.person_id for leader in leaders_of(session, [brief.id]).get(brief.id, ())}
    people = find_leaders(session, leader_ids, ("leader_ids",))
    set_leaders(session, brief.id, people)
    facts: dict[str, Any] = {"task_id": brief.task_id, "shift_id": brief.id, "task": brief.task_public_id}
    where: dict[str, Any] = {"subject": f"shift:{brief.id}", "area_id": brief.area_id, "actor_id": actor.person_id}
    events.record_each(session, "tasks.leader_named", at=now, person_ids=set(people) - before, **where, **facts)
    events.record_each(session, "tasks.leader_relieved", at=now, person_ids=before - set(people), **where, **facts)
    return ShiftReceipt(public_id=brief.public_id, task=brief.task_public_id, state=brief.shift_state)
