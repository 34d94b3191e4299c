"""The first page: what a neighbour wants to know today, in as few statements as it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below, root_of, subtree_ids
from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor
from pointsapp.core.paging import PageRequest
from pointsapp.home.policies import LEVEL_POINTS
from pointsapp.home.rules import NEAR, SOON, Level, level_of
from pointsapp.ledger.models import IS_EARNED, Posting, Unit
from pointsapp.ledger.queries import PersonPoints, person_points
from pointsapp.merchants.queries import OfferFilter, OfferView, window_page
from pointsapp.merchants.rules import Standing
from pointsapp.notices.queries import unread_count
from pointsapp.people.models import Person
from pointsapp.tasks.models import PointsMode, Shift, ShiftState, Signup, SignupState, Task, TaskCategory, TaskState
from pointsapp.tasks.queries import MySignup, upcoming_for
from pointsapp.tasks.queries.lists import eligible

AHEAD = timedelta(days=14)
COMMUNITY_DEPTH = 3  # district, street, community: grids below share their community's page
MOST_TASKS, MOST_OFFERS = 3, 8
LOOKED_AT = 3 * MOST_OFFERS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCard:
    """One shift with free places, as the task card shows it."""

    public_id: str
    shift: str
    title: str
    category: str
    category_name: str
    area_name: str
    place: str
    organiser: str | None
    points: int
    points_mode: PointsMode
    starts_at: datetime
    ends_at: datetime
    taken: int
    capacity: int
    state_label: str = ""

    @property
    def left(self) -> int:
        return self.capacity - self.taken


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """One offer, as the offer card shows it. `affordable` is None for a guest, who has no points to compare."""

    public_id: str
    title: str
    merchant_name: str
    area_name: str
    points: int
    stock_left: int | None
    ends_at: datetime | None
    affordable: bool | None
    short: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """What the neighbours of one community did together: this month, and the whole of the last."""

    name: str
    minutes: int
    people: int
    minutes_last_month: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """The one line about today: one's own next shift, else the next with a free place."""

    mine: MySignup | None
    open: ShiftCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """Everything on the first page; the person's parts are None for a guest."""

    tasks: tuple[ShiftCard, ...]
    offers: tuple[OfferLine, ...]
    today: Today
    points: PersonPoints | None = None
    level: Level | None = None
    community: Community | None = None
    lapsing: tuple[date, int] | None = None
    unread: int = 0

    @property
    def can_get_some(self) -> bool:
        return any(offer.affordable for offer in self.offers)


def front_page(session: Session, actor: Actor | None, *, now: datetime) -> FrontPage:
    """Return the first page of this person, or of a guest."""
    near = _nearest_shifts(session, actor, now)
    next_open = min(near, key=lambda card: card.starts_at, default=None)
    tasks = near[:MOST_TASKS]
    if actor is None:
        return FrontPage(
            tasks=tasks,
            offers=_offers(session, None, None, now),
            today=Today(mine=None, open=next_open),
        )
    points = person_points(session, actor.person_id, now=now)
    steps = policy.value(session, LEVEL_POINTS, now=now)
    mine = next((row for row in upcoming_for(session, actor.person_id, now, 3) if _is_near(row, now)), None)
    lapsing = next(iter(points.expiring), None)
    return FrontPage(
        tasks=tasks,
        offers=_offers(session, actor.home_path, points.balance, now),
        today=Today(mine=mine, open=next_open),
        points=points,
        level=level_of(points.earned_total, steps),
        community=_community(session, actor.home_path, now),
        lapsing=lapsing if lapsing and lapsing[0] <= clock.local_day(now + SOON) else None,
        unread=unread_count(session, actor.person_id),
    )


def _is_near(row: MySignup, now: datetime) -> bool:
    """A place kept for an answer is always news; a confirmed one when its hour comes."""
    if row.state is SignupState.OFFERED:
        return True
    return row.state is SignupState.CONFIRMED and row.starts_at <= now + NEAR


def _nearest_shifts(session: Session, actor: Actor | None, now: datetime) -> tuple[ShiftCard, ...]:
    """Return shifts with free places, one per task: the own community first, then the own street, then the rest."""
    conditions = [
        Task.state == TaskState.PUBLISHED,
        or_(Task.signup_opens_at.is_(None), Task.signup_opens_at <= now),
        Shift.state == ShiftState.OPEN,
        Shift.starts_at > now,
        Shift.starts_at < now + AHEAD,
        Shift.taken < Shift.capacity,
    ]
    distance: ColumnElement[Any] = literal(0)
    if actor is not None:
        conditions.append(eligible(actor))
        same_task = aliased(Shift)
        mine = exists(
            select(Signup.id)
            .join(same_task, same_task.id == Signup.shift_id)
            .where(same_task.task_id == Task.id, Signup.person_id == actor.person_id)
            .where(Signup.state != SignupState.CANCELLED)
        )
        conditions.append(~mine)
        distance = _distance(actor.home_path)
    rows = session.execute(
        select(
            Task.public_id,
            Shift.public_id.label("shift"),
            Task.title,
            Task.category,
            func.coalesce(TaskCategory.name, Task.category).label("category_name"),
            Area.name.label("area_name"),
            Task.place,
            Task.organiser,
            Task.points,
            Task.points_mode,
            Shift.starts_at,
            Shift.ends_at,
            Shift.taken,
            Shift.capacity,
        )
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .outerjoin(TaskCategory, TaskCategory.key == Task.category)
        .where(*conditions)
        .order_by(distance, Shift.starts_at, Shift.id)
        .limit(24)
    )
    cards: dict[str, ShiftCard] = {}
    for row in rows.mappings():
        cards.setdefault(row["public_id"], ShiftCard(**row))
    return tuple(cards.values())


def _distance(home_path: str | None) -> ColumnElement[Any]:
    """Return how many levels up one must go to find the task: by the area tree, never by where the phone is."""
    steps = [part for part in (home_path or "").split("/") if part][:COMMUNITY_DEPTH]
    if not steps:
        return literal(0)
    ways = [
        (below(Area.path, "/" + "/".join(steps[:depth]) + "/"), len(steps) - depth)
        for depth in range(len(steps), 0, -1)
    ]
    return case(*ways, else_=len(steps))


def _offers(session: Session, home_path: str | None, balance: int | None, now: datetime) -> tuple[OfferLine, ...]:
    """Return what one can get now, the best first, then what is nearest; for a guest what there is.

    Three shops may give the same thing: one of them stands here, the window shows all.
    """
    by = OfferFilter(path=root_of(home_path) if home_path else None)
    page = window_page(session, PageRequest(limit=LOOKED_AT), by, balance=balance or 0, now=now)
    by_title: dict[str, OfferLine] = {}
    for row in page.items:
        if row.standing is Standing.OPEN and row.left != 0:
            by_title.setdefault(row.title, _line(row, balance))
    lines = tuple(by_title.values())
    can_get = tuple(line for line in lines if line.affordable)
    return can_get[:MOST_OFFERS] or lines[:MOST_TASKS]


def _line(row: OfferView, balance: int | None) -> OfferLine:
    return OfferLine(
        public_id=row.public_id,
        title=row.title,
        merchant_name=row.merchant_name,
        area_name=row.area.name,
        points=row.points,
        stock_left=row.left,
        ends_at=row.ends_at,
        affordable=None if balance is None else row.points <= balance,
        short=0 if balance is None else max(row.points - balance, 0),
    )


def _community(session: Session, home_path: str | None, now: datetime) -> Community | None:
    """Return what the people of one's community did together: a sum, never a ranking."""
    steps = [part for part in (home_path or "").split("/") if part][:COMMUNITY_DEPTH]
    if len(steps) < COMMUNITY_DEPTH:
        return None
    month = clock.period_start("month", now)
    assert month is not None
    last = clock.period_start("month", month - timedelta(days=1))
    path = "/" + "/".join(steps) + "/"
    this_month = Posting.posted_at >= month
    row = session.execute(
        select(
            select(Area.name).where(Area.id == int(steps[-1])).scalar_subquery().label("name"),
            func.coalesce(func.sum(case((this_month, Posting.change), else_=0)), 0).label("minutes"),
            func.coalesce(func.sum(case((this_month, 0), else_=Posting.change)), 0).label("minutes_last_month"),
            func.count(case((this_month, Posting.person_id)).distinct()).label("people"),
        )
        .select_from(Posting)
        .join(Person, Person.id == Posting.person_id)
        .where(
            IS_EARNED,
            Posting.unit == Unit.MINUTE,
            Posting.posted_at >= last,
            Person.home_area_id.in_(subtree_ids(path)),
        )
    ).one()
    return Community(
        name=row.name or "", minutes=int(row.minutes), people=row.people, minutes_last_month=int(row.minutes_last_month)
    )
