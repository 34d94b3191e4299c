"""Budgets: what an area was granted, has reserved for tasks, has issued to people and got back, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below, below_any
from pointsapp.core import clock, figures
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.ledger.models import IS_EARNED, Balance, Flow, Posting, Unit
from pointsapp.people.models import Person
from pointsapp.rewards.models import BudgetGrant
from pointsapp.rewards.rules import PACE_DAYS, Pace, pace_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLabel:
    public_id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """One area's budget. granted = balance + reserved + issued; `returned` came back from closed tasks along the way.

    `pace` is how much it gave to people of late, None while that cannot be told; `lasts_until` the last local day for which what is
    available and what is reserved are enough at that pace.
    """

    area_id: int
    area: AreaLabel
    path: str
    balance: int
    granted: int
    reserved: int
    issued: int
    returned: int
    pace: Pace | None
    lasts_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLine:
    id: int
    public_id: str
    area_name: str
    points: int
    memo: str
    granted_by_name: str
    balance_after: int
    created_at: datetime


def budgets_page(
    session: Session, paths: Iterable[str], area_path: str | None, page: PageRequest, *, now: datetime
) -> Page[BudgetLine]:
    """Return the budgets at or below `paths` (and at or below `area_path`), by the area's code."""
    condition = below_any(Area.path, paths)
    if area_path is not None:
        condition &= below(Area.path, area_path)
    if page.after:
        condition &= Area.code > page.after[0]
    rows = _budgets(session, condition, page.limit + 1)
    full = _with_figures(session, rows[: page.limit], now)
    return cut(full + rows[page.limit :], page.limit, lambda line: (line.area.code,))


def find_budget(session: Session, area_public_id: str, *, now: datetime) -> BudgetLine | None:
    """Return one area's budget, None where it never had one."""
    lines = _with_figures(session, _budgets(session, Area.public_id == area_public_id, 1), now)
    return lines[0] if lines else None


def _budgets(session: Session, condition: ColumnElement[bool], limit: int) -> list[BudgetLine]:
    rows = session.execute(
        select(Area.id, Area.public_id, Area.code, Area.name, Area.path, Balance.amount)
        .join(Balance, Balance.account == literal("budget:").concat(Area.id))
        .where(condition)
        .order_by(Area.code)
        .limit(limit)
    )
    return [
        BudgetLine(
            area_id=row.id,
            area=AreaLabel(public_id=row.public_id, code=row.code, name=row.name),
            path=row.path,
            balance=row.amount,
            granted=0,
            reserved=0,
            issued=0,
            returned=0,
            pace=None,
            lasts_until=None,
        )
        for row in rows
    ]


def _with_figures(session: Session, lines: list[BudgetLine], now: datetime) -> list[BudgetLine]:
    """Add the sums: two statements for all lines, over the budgets' own postings and those of the tasks they feed."""
    if not lines:
        return []
    keys = {f"budget:{line.area_id}": line for line in lines}
    own: dict[str, dict[Flow, _Sum]] = {key: {} for key in keys}
    budget = case((Posting.source.in_(keys), Posting.source), else_=Posting.destination)
    is_late = Posting.posted_at >= _late_from(now)
    for key, flow, amount, late, first in session.execute(
        select(
            budget,
            Posting.flow,
            func.sum(Posting.amount),
            func.sum(case((is_late, Posting.amount), else_=0)),
            func.min(Posting.posted_at),
        )
        .where(Posting.source.in_(keys) | Posting.destination.in_(keys))
        .group_by(budget, Posting.flow)
    ):
        own[key][flow] = _Sum(int(amount), int(late), first)
    issued = _issued(session, keys, now)
    full = []
    for key, line in keys.items():
        sums = own[key]
        granted, back = sums.get(Flow.GRANTED, _NOTHING).all, sums.get(Flow.UNGRANTED, _NOTHING).all
        reserved, returned = sums.get(Flow.RESERVED, _NOTHING), sums.get(Flow.RETURNED, _NOTHING).all
        direct, undone = sums.get(Flow.ISSUED, _NOTHING), sums.get(Flow.REVERSED, _NOTHING)
        through_tasks = issued.get(key, _NOTHING)
        uses = [each.first for each in (reserved, direct) if each.first is not None]
        pace = pace_of(through_tasks.late + direct.late - undone.late, min(uses, default=None), now)
        still_reserved = reserved.all - returned - through_tasks.all
        full.append(
            replace(
                line,
                granted=granted - back,
                reserved=still_reserved,
                issued=through_tasks.all + direct.all - undone.all,
                returned=returned,
                pace=pace,
                lasts_until=pace.lasts_until(line.balance + still_reserved, clock.local_day(now)) if pace else None,
            )
        )
    return full


@dataclass(frozen=True, slots=True)
class _Sum:
    """Points of one flow: all, those of the last four weeks, and when the first went."""

    all: int = 0
    late: int = 0
    first: datetime | None = None


_NOTHING = _Sum()
ISSUED, ISSUED_TOOK = "rewards.issued_by_tasks", "rewards.issued_seconds"


def _late_from(now: datetime) -> datetime:
    return now - timedelta(days=PACE_DAYS)


def _issued(session: Session, keys: Iterable[str], now: datetime) -> dict[str, _Sum]:
    """Return what came to people through tasks; in a city, as the worker summed it last. What is reserved is then the rest."""
    known = figures.kept(session, ISSUED, ISSUED_TOOK)
    if known is None or not all(f"late={key}" in known for key in keys if f"budget={key}" in known):
        return _issued_by_tasks(session, keys, now)  # quick to count, or summed by a version that did not know the pace
    return {key: _Sum(int(known.get(f"budget={key}", 0)), int(known.get(f"late={key}", 0))) for key in keys}


def issued_by_budget(session: Session, *, now: datetime) -> dict[str, int]:
    """Return what every budget has given to people through tasks, in all (`budget=`) and in the last four weeks (`late=`), as figures'
    labels: two passes over the books, for the worker."""
    filled = (
        select(Posting.source.label("budget"), Posting.destination.label("reserve"))
        .where(Posting.flow == Flow.RESERVED)
        .distinct()
        .subquery()
    )
    is_out, is_late = Posting.flow == Flow.ISSUED, Posting.posted_at >= _late_from(now)
    reserve = case((is_out, Posting.source), else_=Posting.destination)
    amount = case((is_out, Posting.amount), else_=-Posting.amount)
    given = (
        select(
            reserve.label("reserve"),
            func.sum(amount).label("amount"),
            func.sum(case((is_late, amount), else_=0)).label("late"),
        )
        .where(IS_EARNED, Posting.unit == Unit.POINT)
        .group_by(reserve)
        .subquery()
    )
    rows = session.execute(
        select(filled.c.budget, func.sum(given.c.amount), func.sum(given.c.late))
        .join(given, given.c.reserve == filled.c.reserve)
        .group_by(filled.c.budget)
    )
    values: dict[str, int] = {}
    for key, amount_of, late in rows:
        values |= {f"budget={key}": int(amount_of), f"late={key}": int(late)}
    return values


def _issued_by_tasks(session: Session, keys: Iterable[str], now: datetime) -> dict[str, _Sum]:
    """Return per budget what the reserves it filled have given to people, corrections taken off."""
    filled = (
        select(Posting.source.label("budget"), Posting.destination.label("reserve"))
        .where(Posting.source.in_(list(keys)), Posting.flow == Flow.RESERVED)
        .distinct()
        .subquery()
    )
    out, back = aliased(Posting), aliased(Posting)

    def sums(line: type[Posting], sign: int) -> Select[Any]:
        amount = sign * line.amount
        late = case((line.posted_at >= _late_from(now), amount), else_=0)
        return select(filled.c.budget, func.sum(amount), func.sum(late)).group_by(filled.c.budget)

    given = sums(out, 1).join(out, (out.source == filled.c.reserve) & (out.flow == Flow.ISSUED))
    returned = sums(back, -1).join(back, (back.destination == filled.c.reserve) & (back.flow == Flow.REVERSED))
    found: dict[str, _Sum] = {}
    for key, amount, late in session.execute(given.union_all(returned)):
        before = found.get(key, _NOTHING)
        found[key] = _Sum(before.all + int(amount), before.late + int(late))
    return found


def grants_page(session: Session, paths: Iterable[str], page: PageRequest) -> Page[GrantLine]:
    """Return a page of the grants to areas at or below `paths`, newest first. Key: the grant's."""
    statement = (
        select(
            BudgetGrant.id,
            BudgetGrant.public_id,
            Area.name.label("area_name"),
            BudgetGrant.points,
            BudgetGrant.memo,
            func.coalesce(Person.name, "").label("granted_by_name"),
            BudgetGrant.balance_after,
            BudgetGrant.created_at,
        )
        .join(Area, Area.id == BudgetGrant.area_id)
        .outerjoin(Person, Person.id == BudgetGrant.granted_by_id)
        .where(below_any(Area.path, paths))
        .order_by(BudgetGrant.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(BudgetGrant.id < page.after[0])
    lines = [GrantLine(**row) for row in session.execute(statement).mappings()]
    return cut(lines, page.limit, lambda line: (line.id,))
