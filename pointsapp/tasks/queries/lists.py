"""Lists of tasks: what a resident may grab, what staff run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.queries import AreaOption, area_options, below, below_any, require_area, root_of
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.core.coordinates import Point, point
from pointsapp.core.db import UTCDateTime
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.core.swift import Swift
from pointsapp.tasks.models import Audience, PointsMode, Shift, ShiftState, Task, TaskCategory, TaskState
from pointsapp.tasks.queries.details import AreaName, ShiftView, shifts_of_tasks

# What the JSON list shows; a draft only to who may run it.
LISTED = (TaskState.DRAFT, TaskState.PUBLISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """What to list. `area`: an id or a code, and everything below; None is the person's whole district."""

    area: str | None = None
    category: str | None = None
    q: str | None = None
    is_open: bool = False
    starts_before: datetime | None = None
    starts_after: datetime | None = None
    states: tuple[TaskState, ...] = (TaskState.PUBLISHED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCard:
    """One task in a list."""

    id: int
    public_id: str
    title: str
    category: str
    category_name: str
    points: int
    points_mode: PointsMode
    place: str
    organiser: str | None
    state: TaskState
    waitlist: bool
    signup_opens_at: datetime | None
    area: AreaName
    shifts: tuple[ShiftView, ...]
    spot: Point | None = None

    @property
    def left(self) -> int:
        return sum(shift.left for shift in self.shifts)

    @property
    def capacity(self) -> int:
        return sum(shift.capacity for shift in self.shifts)


CARD_COLUMNS: tuple[Any, ...] = (
    Task.id,
    Task.public_id,
    Task.title,
    Task.category,
    TaskCategory.name.label("category_name"),
    Task.points,
    Task.points_mode,
    Task.place,
    Task.organiser,
    Task.state,
    Task.waitlist,
    Task.signup_opens_at,
    Task.latitude,
    Task.longitude,
    Task.coordinate_system,
    Task.area_id,
    Area.public_id.label("area_public_id"),
    Area.code.label("area_code"),
    Area.name.label("area_name"),
    Area.path.label("area_path"),
)


def select_cards() -> Select[Any]:
    """Select tasks as CARD_COLUMNS; whoever asks adds who may see them."""
    return (
        select(*CARD_COLUMNS)
        .select_from(Task)
        .join(Area, Area.id == Task.area_id)
        .outerjoin(TaskCategory, TaskCategory.key == Task.category)
    )


def as_cards(session: Session, rows: Any) -> tuple[TaskCard, ...]:
    """Build cards from rows of `select_cards`, with their shifts by one more query."""
    rows = list(rows)
    shifts = shifts_of_tasks(session, [row.id for row in rows])
    return tuple(
        TaskCard(
            id=row.id,
            public_id=row.public_id,
            title=row.title,
            category=row.category,
            category_name=row.category_name or row.category,
            points=row.points,
            points_mode=row.points_mode,
            place=row.place,
            organiser=row.organiser,
            state=row.state,
            waitlist=row.waitlist,
            signup_opens_at=row.signup_opens_at,
            area=AreaName(
                id=row.area_id, public_id=row.area_public_id, code=row.area_code, name=row.area_name, path=row.area_path
            ),
            shifts=shifts.get(row.id, ()),
            spot=point(row.latitude, row.longitude, row.coordinate_system),
        )
        for row in rows
    )


def scope_condition(session: Session, actor: Actor | None, area: str | None) -> ColumnElement[bool] | None:
    """Return the condition on Area.path: the asked area and below, else the person's district, else nothing.

    A person without a home area, and a guest, are shown all districts.
    """
    if area:
        return below(Area.path, require_area(session, area).path)
    if actor is not None and actor.home_path:
        return below(Area.path, root_of(actor.home_path))
    return None


def visible_tasks(actor: Actor | None) -> ColumnElement[bool]:
    """Return the condition: published, or a draft the actor may run."""
    if actor is None or not actor.is_staff_anywhere:
        return Task.state != TaskState.DRAFT
    return or_(Task.state != TaskState.DRAFT, below_any(Area.path, actor.paths(COMMUNITY_STAFF)))


def open_now(actor: Actor | None, now: datetime) -> ColumnElement[bool]:
    """Return the condition "a sign-up would be possible now", apart from the person's other commitments."""
    conditions = [_has_room(now)]
    if actor is not None:
        conditions.append(eligible(actor))
    return and_(*conditions)


def _has_room(now: Any) -> ColumnElement[bool]:
    return and_(
        Task.state == TaskState.PUBLISHED,
        or_(Task.signup_opens_at.is_(None), Task.signup_opens_at <= now),
        exists(
            select(Shift.id).where(
                Shift.task_id == Task.id,
                Shift.state == ShiftState.OPEN,
                Shift.ends_at > now,
                or_(Shift.taken < Shift.capacity, Task.waitlist),
            )
        ),
    )


def eligible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition "the task is for this person" (rules.is_eligible says the same of one task)."""
    if actor.home_path is None:
        return Task.audience == Audience.DISTRICT
    steps = [part for part in actor.home_path.split("/") if part]
    at_or_above = ["/" + "/".join(steps[: depth + 1]) + "/" for depth in range(len(steps))]
    return or_(
        and_(Task.audience == Audience.DISTRICT, below(Area.path, root_of(actor.home_path))),
        and_(Task.audience == Audience.AREA, Area.path.in_(at_or_above)),
    )


def tasks_page(
    session: Session, actor: Actor | None, wanted: TaskFilter, page: PageRequest, *, now: datetime
) -> Page[TaskCard]:
    """Return one page of tasks, newest first; staff also see the drafts they may run."""
    if _is_plain(actor, wanted):
        return cut(
            as_cards(session, _plain_rows(session, actor, wanted, page, now)), page.limit, lambda card: (card.id,)
        )
    statement = _filtered(session, actor, wanted, now).order_by(Task.id.desc()).limit(page.limit + 1)
    if page.after:
        statement = statement.where(Task.id < page.after[0])
    return cut(as_cards(session, session.execute(statement)), page.limit, lambda card: (card.id,))


def _is_plain(actor: Actor | None, wanted: TaskFilter) -> bool:
    """Tell whether a neighbour asks for what is there, as nearly everybody does: those lists are one statement each, built once."""
    narrows = wanted.category or wanted.q or wanted.starts_before or wanted.starts_after
    is_neighbour = actor is not None and not actor.is_staff_anywhere
    return is_neighbour and not narrows and TaskState.PUBLISHED in wanted.states and set(wanted.states) <= set(LISTED)


def _plain_rows(
    session: Session, actor: Actor | None, wanted: TaskFilter, page: PageRequest, now: datetime
) -> list[Any]:
    assert actor is not None
    path = actor.home_path
    scope = require_area(session, wanted.area).path if wanted.area else root_of(path) if path else "/"
    values: dict[str, Any] = {"scope": f"{scope}%", "most": page.limit + 1, "now": now}
    if path:
        values |= {"home": path, "district": f"{root_of(path)}%"}
    if page.after:
        values["after"] = page.after[0]
    shape = _plain_list(is_open=wanted.is_open, at_home=bool(path), is_later=bool(page.after))
    return shape.rows(session, **values)


@cache
def _plain_list(*, is_open: bool, at_home: bool, is_later: bool) -> Swift:
    """Build what `_filtered` says, for a neighbour (at_home: with a home area), with its values named."""
    statement = select_cards().where(Task.state == TaskState.PUBLISHED, Area.path.like(bindparam("scope")))
    if is_open:
        statement = statement.where(_has_room(bindparam("now", type_=UTCDateTime())))
        far = Task.audience == Audience.DISTRICT
        near = and_(Task.audience == Audience.AREA, bindparam("home").like(Area.path + "%"))
        statement = statement.where(or_(and_(far, Area.path.like(bindparam("district"))), near) if at_home else far)
    if is_later:
        statement = statement.where(Task.id < bindparam("after"))
    statement = statement.order_by(Task.id.desc()).limit(bindparam("most", type_=Integer()))
    return Swift(lambda: statement)


def _filtered(session: Session, actor: Actor | None, wanted: TaskFilter, now: datetime) -> Select[Any]:
    statement = select_cards().where(Task.state.in_(wanted.states), visible_tasks(actor))
    scope = scope_condition(session, actor, wanted.area)
    if scope is not None:
        statement = statement.where(scope)
    if wanted.category:
        statement = statement.where(Task.category == wanted.category)
    if wanted.q:
        statement = statement.where(
            or_(
                Task.title.icontains(wanted.q, autoescape=True),
                Task.place.icontains(wanted.q, autoescape=True),
                Task.description.icontains(wanted.q, autoescape=True),
            )
        )
    if wanted.is_open:
        statement = statement.where(open_now(actor, now))
    return statement


# Kinds a resident knows by name; grids below them are too many for a list.
_KNOWN_KINDS = frozenset({AreaKind.DISTRICT, AreaKind.STREET, AreaKind.COMMUNITY})


def area_choices(session: Session, actor: Actor | None) -> list[AreaOption]:
    """Return the areas a list may be narrowed to: those of the person's district, all of them for a guest.

    A district above all the others narrows nothing: the list's own "everywhere" says it already.
    """
    paths = None if actor is None or actor.home_path is None else [root_of(actor.home_path)]
    options = area_options(session, paths, _KNOWN_KINDS)
    return [one for one in options if not all(other.path.startswith(one.path) for other in options)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleFilter:
    """What the console's table shows."""

    area: str | None = None
    category: str | None = None
    state: TaskState | None = None
    q: str | None = None


def console_page(session: Session, actor: Actor, wanted: ConsoleFilter, page: PageRequest) -> Page[TaskCard]:
    """Return one page of the tasks this person may run, newest first."""
    statement = select_cards().where(below_any(Area.path, actor.paths(COMMUNITY_STAFF)))
    if wanted.area:
        statement = statement.where(below(Area.path, require_area(session, wanted.area).path))
    if wanted.category:
        statement = statement.where(Task.category == wanted.category)
    if wanted.state is not None:
        statement = statement.where(Task.state == wanted.state)
    if wanted.q:
        statement = statement.where(
            or_(Task.title.icontains(wanted.q, autoescape=True), Task.place.icontains(wanted.q, autoescape=True))
        )
    if page.after:
        statement = statement.where(Task.id < page.after[0])
    statement = statement.order_by(Task.id.desc()).limit(page.limit + 1)
    return cut(as_cards(session, session.execute(statement)), page.limit, lambda card: (card.id,))
