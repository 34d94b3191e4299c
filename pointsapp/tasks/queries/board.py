"""What residents see: the list of tasks to grab, soonest first, and one task's page with its one true button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.clock import day_bounds, local_day
from pointsapp.core.errors import Invalid
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.tasks.models import Shift, ShiftState, SignupState, Task, TaskState
from pointsapp.tasks.policies import PROMOTION_STOPS_MINUTES, WEEKLY_QUOTA, may_see_task
from pointsapp.tasks.queries.briefs import shift_brief
from pointsapp.tasks.queries.details import LeaderName, ShiftView, TaskView, task_view
from pointsapp.tasks.queries.lists import TaskCard, as_cards, eligible, scope_condition, select_cards
from pointsapp.tasks.queries.signups import MySignup, my_signups_in
from pointsapp.tasks.queries.standing import Look, look, standing_of
from pointsapp.tasks.rules import (
    Button,
    Gate,
    Mine,
    Standing,
    button_of,
    choose_shift,
    promotion_ends_at,
    refusal_to_cancel,
    signup_gate,
)


class When(StrEnum):
    """Spans a resident filters by."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEKEND = "weekend"
    WEEK = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFilter:
    """What the list shows. Everything comes from the address, so that it can be sent to a neighbour."""

    area: str | None = None
    category: str | None = None
    when: When | None = None
    is_free: bool = False
    q: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardCard:
    """One task in the resident's list, with the shift that is meant; flat, as the card macro reads it."""

    public_id: str
    title: str
    category: str
    category_name: str
    area_name: str
    place: str
    organiser: str | None
    points: int
    points_mode: str
    starts_at: datetime
    ends_at: datetime
    taken: int
    capacity: int
    shift: str
    more_shifts: int
    signup_opens_at: datetime | None
    mine: MySignup | None
    has_room: bool
    sort_key: tuple[int, int]
    state_label: str = ""  # words, filled in at the door


def when_bounds(when: When, now: datetime) -> tuple[datetime, datetime]:
    """Return the span [start, end) of local days that the word means at `now`."""
    today = local_day(now)
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 if today.weekday() != 6 else 0)
    days = {
        When.TODAY: (today, today),
        When.TOMORROW: (today + timedelta(days=1), today + timedelta(days=1)),
        When.WEEKEND: (saturday, saturday + timedelta(days=6 - saturday.weekday())),
        When.WEEK: (today, today + timedelta(days=6)),
    }
    first, last = days[when]
    return day_bounds(first)[0], day_bounds(last)[1]


def board_page(
    session: Session, actor: Actor | None, wanted: BoardFilter, page: PageRequest, *, now: datetime
) -> Page[BoardCard]:
    """Return tasks with a shift still ahead, soonest first; only what this person may sign up for."""
    meant = [Shift.task_id == Task.id, Shift.state == ShiftState.OPEN, Shift.ends_at > now]
    if wanted.when is not None:
        start, end = when_bounds(wanted.when, now)
        meant += [Shift.starts_at < end, Shift.ends_at > start]
    if wanted.is_free:
        meant.append(Shift.taken < Shift.capacity)
    next_start = select(func.min(Shift.starts_at)).where(*meant).correlate(Task).scalar_subquery()
    statement = select_cards().add_columns(next_start.label("next_start")).where(Task.state == TaskState.PUBLISHED)
    statement = statement.where(next_start.is_not(None))
    scope = scope_condition(session, actor, wanted.area)
    if scope is not None:
        statement = statement.where(scope)
    if actor is not None:
        statement = statement.where(eligible(actor))
    if wanted.category:
        statement = statement.where(Task.category == wanted.category)
    if wanted.q:
        text = wanted.q
        statement = statement.where(
            or_(Task.title.icontains(text, autoescape=True), Task.place.icontains(text, autoescape=True))
        )
    if page.after:
        at, key = _moment(page.after[0]), page.after[1]
        statement = statement.where(or_(next_start > at, and_(next_start == at, Task.id > key)))
    rows = session.execute(statement.order_by(next_start, Task.id).limit(page.limit + 1)).all()
    cards = as_cards(session, rows)
    shifts = {card.id: _meant_shift(card, row.next_start) for card, row in zip(cards, rows, strict=True)}
    mine = my_signups_in(session, actor.person_id, tuple(shift.id for shift in shifts.values())) if actor else {}
    flat = [_flat(card, shifts[card.id], mine.get(shifts[card.id].id), now) for card in cards]
    return cut(flat, page.limit, lambda card: card.sort_key)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    """Return the instant a cursor names; a made-up one is refused, not a crash."""
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        raise Invalid({"cursor": ["cursor"]}) from None


def _meant_shift(card: TaskCard, starts_at: datetime) -> ShiftView:
    fitting = [shift for shift in card.shifts if shift.starts_at == starts_at and shift.shift_state is ShiftState.OPEN]
    return max(fitting, key=lambda shift: shift.left)


def _flat(card: TaskCard, shift: ShiftView, mine: MySignup | None, now: datetime) -> BoardCard:
    ahead = [each for each in card.shifts if each.ends_at > now and each.shift_state is ShiftState.OPEN]
    return BoardCard(
        public_id=card.public_id,
        title=card.title,
        category=card.category,
        category_name=card.category_name,
        area_name=card.area.name,
        place=card.place,
        organiser=card.organiser,
        points=card.points,
        points_mode=card.points_mode,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        taken=shift.taken,
        capacity=shift.capacity,
        shift=shift.public_id,
        more_shifts=len(ahead) - 1,
        signup_opens_at=card.signup_opens_at,
        mine=mine,
        has_room=shift.taken < shift.capacity,
        sort_key=(_micros(shift.starts_at), card.id),
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
    quota, stops = policy.values(session, WEEKLY_QUOTA, PROMOTION_STOPS_MINUTES, now=now)
    standing = _standing(session, actor, chosen, quota=quota, now=now)
    own = chosen.mine
    moves = now < promotion_ends_at(chosen.shift.starts_at, stops or 0)
    return TaskPage(
        task=view,
        lines=lines,
        chosen=chosen,
        button=button_of(
            chosen.shift,
            standing,
            None if own is None else Mine(state=own.state, arrived_at=own.arrived_at, settled_at=own.settled_at),
            checks_out=view.check_out_required,
            queue_moves=moves,
            now=now,
        ),
        gate=standing.gate,
        may_cancel=own is not None and may_cancel(own, now),
        leaders=chosen.shift.leaders if own is not None and own.state is SignupState.CONFIRMED else (),
        weekly_quota=quota,
    )


def _standing(
    session: Session, actor: Actor | None, chosen: ShiftLine, *, quota: int | None, now: datetime
) -> Standing:
    if actor is None:
        brief = shift_brief(session, chosen.shift.id)
        assert brief is not None
        return standing_of(Look(brief=brief, mine=None, has_clash=False, week_count=0), None, quota=None, now=now)
    seen = look(session, actor.person_id, chosen.shift.id, quota=quota)
    assert seen is not None
    return standing_of(seen, actor, quota=quota, now=now)


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


__all__ = ["BoardCard", "BoardFilter", "ShiftLine", "TaskPage", "When", "board_page", "may_cancel", "task_page"]
