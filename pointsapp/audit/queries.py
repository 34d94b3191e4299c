"""The audit log as its readers see it: acts within their remit, the newest first, and who searched before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any, require_area
from pointsapp.audit.models import AuditSearch
from pointsapp.audit.policies import AUDIT_READERS, SEARCH_MINUTES, may_read_audit
from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.events import IS_ACT, Event
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.people.rules import read_phone, read_volunteer_number
from pointsapp.tasks.models import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRow:
    """One search: what was asked, why, when, and whether its result may still be read."""

    id: int
    public_id: str
    by: str
    at: datetime
    asked: dict[str, Any]
    reason: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """One act: `by` did `kind`, to `whom` (masked, empty for nobody), in `area`; `about` names the task or the shop."""

    id: int
    at: datetime
    kind: str
    by: str
    whom: str
    area: str
    about: str
    facts: dict[str, Any]


def find_search(session: Session, actor: Actor, public_id: str, *, now: datetime) -> SearchRow:
    """Return one's own search; NotFound for anybody else's."""
    require(may_read_audit(actor))
    row = session.scalars(
        select(AuditSearch).where(AuditSearch.public_id == public_id, AuditSearch.by_id == actor.person_id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    minutes = policy.value(session, SEARCH_MINUTES, now=now)
    return _search(row, actor.display_name, now - timedelta(minutes=minutes))


def searches_page(session: Session, actor: Actor, page: PageRequest, *, now: datetime) -> Page[SearchRow]:
    """Return who searched the log, the newest first: one's own searches, for the platform's administrator everybody's."""
    require(may_read_audit(actor))
    query = (
        select(AuditSearch, Person.name)
        .join(Person, Person.id == AuditSearch.by_id)
        .order_by(AuditSearch.id.desc())
        .limit(page.limit + 1)
    )
    if not actor.is_platform_admin:
        query = query.where(AuditSearch.by_id == actor.person_id)
    if page.after:
        query = query.where(AuditSearch.id < page.after[0])
    since = now - timedelta(minutes=policy.value(session, SEARCH_MINUTES, now=now))
    return cut([_search(row, by, since) for row, by in session.execute(query)], page.limit, lambda row: (row.id,))


def _search(row: AuditSearch, by: str, since: datetime) -> SearchRow:
    return SearchRow(
        id=row.id, public_id=row.public_id, by=by, at=row.at, asked=row.asked, reason=row.reason, is_open=row.at > since
    )


def acts_page(session: Session, actor: Actor, asked: Mapping[str, Any], page: PageRequest) -> Page[ActRow]:
    """Return the acts that a search asks for, within this actor's remit."""
    query = _acts().where(*_within(session, actor, asked)).limit(page.limit + 1)
    if page.after:
        at, key = instant(page.after[0]), page.after[1]
        query = query.where(or_(Event.at < at, and_(Event.at == at, Event.id < key)))
    rows = session.execute(query).all()
    about = _about(session, [row[0] for row in rows])
    acts = [
        ActRow(
            id=event.id,
            at=event.at,
            kind=event.kind,
            by=by or "",
            whom=mask_name(whom) if whom else "",
            area=area or "",
            about=about.get(event.id, ""),
            facts=event.facts,
        )
        for event, by, whom, area in rows
    ]
    return cut(acts, page.limit, lambda row: (row.at.isoformat(), row.id))


def _acts() -> Select[*tuple[Any, ...]]:
    by, whom = aliased(Person), aliased(Person)
    return (
        select(Event, by.name, whom.name, Area.name)
        .outerjoin(by, by.id == Event.actor_id)
        .outerjoin(whom, whom.id == Event.person_id)
        .outerjoin(Area, Area.id == Event.area_id)
        .where(IS_ACT)
        .order_by(Event.at.desc(), Event.id.desc())
    )


def acts_upon(session: Session, person_id: int, before: datetime | None, limit: int) -> list[tuple[Any, str]]:
    """Return (event, who did it) of what others did to one person, the newest first: at most `limit`."""
    query = (
        select(Event, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(IS_ACT, Event.person_id == person_id)
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(Event.at <= before)
    return [(event, name or "") for event, name in session.execute(query)]


def _within(session: Session, actor: Actor, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    paths = actor.paths(AUDIT_READERS)
    if asked.get("area"):
        area = require_area(session, asked["area"])
        require(actor.holds(AUDIT_READERS, area.path))
        paths = (area.path,)
    if paths != ("/",):
        conditions.append(Event.area_id.in_(select(Area.id).where(below_any(Area.path, paths))))
    for name, column in (("who", Event.actor_id), ("whom", Event.person_id)):
        if asked.get(name):
            conditions.append(column == _person(asked[name]).scalar_subquery())
    if asked.get("kind"):
        conditions.append(Event.kind == asked["kind"])
    if asked.get("from_on"):
        conditions.append(Event.at >= clock.at_local(date.fromisoformat(asked["from_on"])))
    if asked.get("until_on"):
        conditions.append(Event.at < clock.day_bounds(date.fromisoformat(asked["until_on"]))[1])
    return conditions


def _person(text: str) -> Select[*tuple[Any, ...]]:
    """Find one person by the whole phone or volunteer number; a part of one finds nobody."""
    known = [
        column == value
        for column, value in (
            (Person.phone, read_phone(text)),
            (Person.volunteer_number, read_volunteer_number(text)),
        )
        if value
    ]
    query = select(Person.id).where(Person.erased_at.is_(None), or_(*known) if known else Person.id == 0)
    return query.order_by(Person.id).limit(1)


def _about(session: Session, events: Iterable[Event]) -> dict[int, str]:
    """Name the task or the shop that an act is about, by the event's key."""
    tasks, shops = dict[int, int](), dict[int, int]()
    for event in events:
        kind, _, key = event.subject.partition(":")
        number = int(key) if key.isdigit() else 0
        task = number if kind == "task" else event.facts.get("task_id")
        shop = number if kind == "merchant" else event.facts.get("merchant_id")
        if isinstance(task, int) and task:
            tasks[event.id] = task
        if isinstance(shop, int) and shop:
            shops[event.id] = shop
    named: dict[int, str] = {}
    for wanted, column, key_column in ((tasks, Task.title, Task.id), (shops, Merchant.name, Merchant.id)):
        if wanted:
            names = dict(session.execute(select(key_column, column).where(key_column.in_(set(wanted.values())))).all())
            named |= {event_id: names[key] for event_id, key in wanted.items() if key in names}
    return named
