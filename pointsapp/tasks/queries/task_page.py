"""One task's page as one person sees it: its shifts, and the one button that tells the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.tasks.models import NoShowState, ShiftState, SignupState, TaskState
from pointsapp.tasks.policies import (
    NO_SHOW_POLICIES,
    PROMOTION_STOPS_MINUTES,
    WAITLIST_OFFER_MINUTES,
    WEEKLY_QUOTA,
    may_see_task,
)
from pointsapp.tasks.queries.briefs import shift_brief
from pointsapp.tasks.queries.details import LeaderName, ShiftView, TaskView, task_view
from pointsapp.tasks.queries.no_shows import no_show_rule, paused_until
from pointsapp.tasks.queries.signups import MySignup, accepted_notice, my_signups_in
from pointsapp.tasks.queries.standing import Look, look, standing_of
from pointsapp.tasks.rules import (
    Button,
    Gate,
    Mine,
    NoShowRule,
    Standing,
    button_of,
    choose_shift,
    promotion_ends_at,
    refusal_to_cancel,
    signup_gate,
    state_of_leave,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """One shift on the task's page."""

    shift: ShiftView
    mine: MySignup | None
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """The task's page as one person sees it now."""

    task: TaskView
    lines: tuple[ShiftLine, ...]
    chosen: ShiftLine
    button: Button
    gate: Gate
    may_cancel: bool
    leaders: tuple[LeaderName, ...]  # with telephone, only for who has a place
    weekly_quota: int | None
    no_shows: NoShowRule
    paused_until: datetime | None
    may_excuse: bool  # too late to give the place back, not too late to say why
    leave_in_time: bool  # and early enough that it is accepted by itself
    offer_minutes: int  # how long a freed place is kept for who waits, 0: it is theirs at once
    stops_minutes: int  # how long before the start the queue stops
    moved_from_at: datetime | None  # told to whoever signed up for the old time, to nobody who chose the new one


def task_page(session: Session, actor: Actor | None, task: str, shift: str | None, *, now: datetime) -> TaskPage | None:
    """Return the page of one task, None where there is none for this person; `shift` chooses one of its shifts."""
    view = task_view(session, task)
    if view is None or not view.shifts or not may_see_task(actor, view.area.path, view.is_draft):
        return None
    ids = tuple(each.id for each in view.shifts)
    mine = my_signups_in(session, actor.person_id, ids) if actor else {}
    lines = tuple(
        ShiftLine(
            shift=each, mine=mine.get(each.id), is_over=signup_gate(each, now) not in (Gate.OPEN, Gate.NOT_YET_OPEN)
        )
        for each in view.shifts
    )
    asked = [line for line in lines if line.shift.public_id == shift]
    chosen = asked[0] if asked else lines[choose_shift(view.shifts, mine, now)]
    quota, stops, offer, *values = policy.values(
        session, WEEKLY_QUOTA, PROMOTION_STOPS_MINUTES, WAITLIST_OFFER_MINUTES, *NO_SHOW_POLICIES, now=now
    )
    rule, own = no_show_rule(values), chosen.mine
    is_asked = actor is not None and own is None  # who has a place already is not paused out of it
    paused = paused_until(session, actor.person_id, rule, now=now) if actor and is_asked else None
    standing = _standing(session, actor, chosen, quota=quota, paused=paused, now=now)
    moves = now < promotion_ends_at(chosen.shift.starts_at, stops or 0)
    return TaskPage(
        task=view,
        lines=lines,
        chosen=chosen,
        button=button_of(
            chosen.shift,
            standing,
            None
            if own is None
            else Mine(
                state=own.state,
                arrived_at=own.arrived_at,
                settled_at=own.settled_at,
                offer_lapsed=own.offer_lapsed,
            ),
            checks_out=view.check_out_required,
            queue_moves=moves,
            now=now,
        ),
        gate=standing.gate,
        may_cancel=own is not None and may_cancel(own, now),
        leaders=chosen.shift.leaders if own is not None and own.state is SignupState.CONFIRMED else (),
        weekly_quota=quota,
        no_shows=rule,
        paused_until=paused,
        may_excuse=own is not None and may_excuse(own, now),
        leave_in_time=state_of_leave(rule, chosen.shift.starts_at, now) is NoShowState.EXCUSED,
        offer_minutes=offer or 0,
        stops_minutes=stops or 0,
        moved_from_at=_old_time(session, actor, chosen),
    )


def _old_time(session: Session, actor: Actor | None, chosen: ShiftLine) -> datetime | None:
    """Return when a moved shift was, for somebody whose notice on signing up said another time than now."""
    shift, mine = chosen.shift, chosen.mine
    if actor is None or mine is None or shift.moved_from_at is None:
        return None
    accepted = accepted_notice(session, actor.person_id, mine.public_id)
    knew = accepted is not None and (shift.starts_at, shift.ends_at) in accepted.shifts
    return None if knew else shift.moved_from_at


def _standing(
    session: Session,
    actor: Actor | None,
    chosen: ShiftLine,
    *,
    quota: int | None,
    paused: datetime | None,
    now: datetime,
) -> Standing:
    if actor is None:
        brief = shift_brief(session, chosen.shift.id)
        assert brief is not None
        return standing_of(Look(brief=brief, mine=None, has_clash=False, week_count=0), None, quota=None, now=now)
    seen = look(session, actor.person_id, chosen.shift.id, quota=quota)
    assert seen is not None
    return standing_of(seen, actor, quota=quota, paused_until=paused, now=now)


def may_excuse(mine: MySignup, now: datetime) -> bool:
    """Tell whether the person may still ask for leave (请假): they hold a place that is too late to cancel."""
    is_held = mine.state is SignupState.CONFIRMED and mine.arrived_at is None and mine.shift_state is ShiftState.OPEN
    return is_held and mine.task_state is TaskState.PUBLISHED and now < mine.ends_at and not may_cancel(mine, now)


def may_cancel(mine: MySignup, now: datetime) -> bool:
    """Tell whether the person may still give this place back; cancel_signup judges by the same rule."""
    if mine.state is SignupState.CANCELLED or now >= mine.ends_at:
        return False
    refusal = refusal_to_cancel(
        state=mine.state,
        arrived_at=mine.arrived_at,
        signed_up_at=mine.created_at,
        starts_at=mine.starts_at,
        ends_at=mine.ends_at,
        cancel_until_minutes=mine.cancel_until_minutes,
        now=now,
    )
    return refusal is None


__all__ = ["ShiftLine", "TaskPage", "may_cancel", "may_excuse", "task_page"]
