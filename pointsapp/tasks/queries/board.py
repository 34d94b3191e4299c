"""What residents see: the list of tasks to grab, soonest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.clock import day_bounds, local_day
from pointsapp.core.coordinates import Point
from pointsapp.core.errors import Invalid
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.tasks.models import Shift, ShiftState, Task, TaskState
from pointsapp.tasks.queries.details import ShiftView
from pointsapp.tasks.queries.lists import TaskCard, as_cards, eligible, scope_condition, select_cards
from pointsapp.tasks.queries.signups import MySignup, my_signups_in


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
    on_map: bool = False


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
    spot: Point | None
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
        spot=card.spot,
        sort_key=(_micros(shift.starts_at), card.id),
    )


__all__ = ["BoardCard", "BoardFilter", "When", "board_page"]
