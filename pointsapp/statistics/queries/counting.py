"""The counting of a period: a handful of statements over the whole deployment, each grouped by area, at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.ledger.models import Flow, Posting, Unit
from pointsapp.ledger.queries import StatementLine, line_of
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.redemption.models import Redemption
from pointsapp.settlements.models import Settlement, SettlementState
from pointsapp.statistics.rules import FORMAT, Period, band_of, gathered
from pointsapp.tasks.models import Shift, ShiftState, Task, TaskState

_Line = tuple[int | None, dict[str, int]]
_Figures = dict[int | None, dict[str, int]]
_Born = list[tuple[int | None, int | None, int]]  # area, year of birth, people


def count_period(session: Session, period: Period, *, now: datetime) -> dict[str, Any]:
    """Return the content of a period: every area with what is its own; `elsewhere` is what belongs to no area.

    The cut-off is the end of the last local day: what was booked until then counts, however late it is counted; of a period that
    still runs, what was booked until `now`.
    """
    # What was booked at this very moment is booked.
    start, end = clock.at_local(period.first), min(clock.day_bounds(period.last)[1], now + timedelta(microseconds=1))
    figures: dict[int | None, dict[str, int]] = defaultdict(dict)
    for look in (_books, _arrivals, _tasks, _shifts, _shops, _tills):
        for area_id, found in look(session, start, end):
            figures[area_id].update(found)
    for area_id, found in _settlements(session, period):
        figures[area_id].update(found)
    ages = _people(session, start, end, figures), _active(session, start, end, figures)
    rows = session.execute(
        select(Area.id, Area.public_id, Area.code, Area.name, Area.kind, Area.parent_id).order_by(Area.code)
    ).all()
    codes = {row.id: row.code for row in rows}
    parents: dict[int | None, int | None] = {row.id: row.parent_id for row in rows}
    for prefix, born in zip(("age_", "active_age_"), ages, strict=True):
        for area_id, bands in gathered(_by_band(born, period.last.year), parents).items():
            figures[area_id].update({f"{prefix}{band}": people for band, people in bands.items()})
    return {
        "format": FORMAT,
        "period": period.key,
        "first_on": period.first.isoformat(),
        "last_on": period.last.isoformat(),
        "cut_off": clock.to_local(end).isoformat(timespec="seconds"),
        "areas": [
            {
                "id": row.public_id,
                "code": row.code,
                "name": row.name,
                "kind": row.kind.value,
                "parent": codes.get(row.parent_id),
                "figures": _plain(figures.get(row.id, {})),
            }
            for row in rows
        ],
        "elsewhere": _plain(figures.get(None, {})),
    }


def _plain(found: dict[str, int]) -> dict[str, int]:
    return {name: int(amount) for name, amount in found.items() if amount}


def _by_band(born: _Born, year: int) -> dict[int | None, dict[str, int]]:
    found: dict[int | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for area_id, birth_year, people in born:
        found[area_id][band_of(birth_year, year)] += people
    return found


def _people(session: Session, start: datetime, end: datetime, figures: _Figures) -> _Born:
    """Count who is registered at the cut-off and who joined, by home; return the registered by year of birth."""
    query = (
        select(Person.home_area_id, Person.birth_year, func.count(), func.count().filter(Person.created_at >= start))
        .where(Person.created_at < end, or_(Person.erased_at.is_(None), Person.erased_at >= end))
        .group_by(Person.home_area_id, Person.birth_year)
    )
    born = []
    for area_id, birth_year, registered, joined in session.execute(query):
        _add(figures[area_id], "registered", registered)
        _add(figures[area_id], "joined", joined)
        born.append((area_id, birth_year, registered))
    return born


def _add(figures: dict[str, int], name: str, amount: int) -> None:
    figures[name] = figures.get(name, 0) + amount


def _books(session: Session, start: datetime, end: datetime) -> Iterator[_Line]:
    """Sum both books of everybody by home: what moved in the period, and where everything ever given out is at the cut-off."""
    inside = func.sum(case((Posting.posted_at >= start, Posting.amount), else_=0))
    query = (
        select(Person.home_area_id, Posting.unit, Posting.flow, inside, func.sum(Posting.amount))
        .select_from(Posting)
        .join(Person, Person.id == Posting.person_id)
        .where(Posting.posted_at < end)
        .group_by(Person.home_area_id, Posting.unit, Posting.flow)
    )
    sums: dict[int | None, dict[Unit, tuple[dict[Flow, int], dict[Flow, int]]]] = {}
    for area_id, unit, flow, moved, ever in session.execute(query):
        books = sums.setdefault(area_id, {each: (dict.fromkeys(Flow, 0), dict.fromkeys(Flow, 0)) for each in Unit})
        books[unit][0][flow], books[unit][1][flow] = int(moved), int(ever)
    for area_id, books in sums.items():
        points, ever = (line_of(Unit.POINT, books[Unit.POINT][which], books[Unit.POINT][1]) for which in (0, 1))
        minutes = books[Unit.MINUTE][0]
        yield area_id, _points(points, ever) | {"minutes": minutes[Flow.ISSUED] - minutes[Flow.REVERSED]}


def _points(moved: StatementLine, ever: StatementLine) -> dict[str, int]:
    return {
        "issued": moved.issued - moved.reversed,
        "spent": moved.spent,
        "donated": moved.donated,
        "lapsed": moved.lapsed,
        "available": ever.available_at_end,
        "held": ever.held_at_end,
        "issued_ever": ever.issued - ever.reversed,
        "spent_ever": ever.spent,
        "donated_ever": ever.donated,
        "lapsed_ever": ever.lapsed,
    }


def _active(session: Session, start: datetime, end: datetime, figures: _Figures) -> _Born:
    """Count who was credited minutes in the period, each once, by home; return them by year of birth."""
    query = (
        select(Person.home_area_id, Person.birth_year, func.count(Posting.person_id.distinct()))
        .select_from(Posting)
        .join(Person, Person.id == Posting.person_id)
        .where(
            Posting.unit == Unit.MINUTE,
            Posting.flow == Flow.ISSUED,
            Posting.posted_at >= start,
            Posting.posted_at < end,
        )
        .group_by(Person.home_area_id, Person.birth_year)
    )
    born = [(area_id, birth_year, active) for area_id, birth_year, active in session.execute(query)]
    for area_id, _birth_year, active in born:
        _add(figures[area_id], "active", active)
    return born


def _arrivals(session: Session, start: datetime, end: datetime) -> Iterator[_Line]:
    """Count credited attendances by home: 人次."""
    query = (
        select(Person.home_area_id, func.count())
        .select_from(Attendance)
        .join(Person, Person.id == Attendance.person_id)
        .where(
            Attendance.state == AttendanceState.CREDITED, Attendance.credited_at >= start, Attendance.credited_at < end
        )
        .group_by(Person.home_area_id)
    )
    for area_id, times in session.execute(query):
        yield area_id, {"times": times}


def _tasks(session: Session, start: datetime, end: datetime) -> Iterator[_Line]:
    """Count tasks published in the period, by their area."""
    query = (
        select(Task.area_id, func.count())
        .where(Task.published_at >= start, Task.published_at < end)
        .group_by(Task.area_id)
    )
    for area_id, tasks in session.execute(query):
        yield area_id, {"tasks": tasks}


def _shifts(session: Session, start: datetime, end: datetime) -> Iterator[_Line]:
    """Count shifts that ended in the period and were held, by the task's area."""
    query = (
        select(Task.area_id, func.count())
        .select_from(Shift)
        .join(Task, Task.id == Shift.task_id)
        .where(
            Shift.ends_at >= start,
            Shift.ends_at < end,
            Shift.state == ShiftState.OPEN,
            Task.state.in_((TaskState.PUBLISHED, TaskState.CLOSED)),
        )
        .group_by(Task.area_id)
    )
    for area_id, shifts in session.execute(query):
        yield area_id, {"shifts": shifts}


def _shops(session: Session, _start: datetime, end: datetime) -> Iterator[_Line]:
    query = select(Merchant.area_id, func.count()).where(Merchant.created_at < end).group_by(Merchant.area_id)
    for area_id, merchants in session.execute(query):
        yield area_id, {"merchants": merchants}


def _tills(session: Session, start: datetime, end: datetime) -> Iterator[_Line]:
    """Count redemptions of the period that stood at its cut-off, by the shop's area."""
    stands = or_(Redemption.reversed_at.is_(None), Redemption.reversed_at >= end)
    query = (
        select(
            Merchant.area_id,
            func.count(Redemption.merchant_id.distinct()),
            func.count(),
            func.sum(Redemption.points),
        )
        .select_from(Redemption)
        .join(Merchant, Merchant.id == Redemption.merchant_id)
        .where(and_(Redemption.redeemed_at >= start, Redemption.redeemed_at < end, stands))
        .group_by(Merchant.area_id)
    )
    for area_id, shops, redemptions, points in session.execute(query):
        yield area_id, {"active_merchants": shops, "redemptions": redemptions, "redeemed_points": points}


def _settlements(session: Session, period: Period) -> Iterator[_Line]:
    """Sum the months settled with shops that lie in the period, by the shop's area."""
    query = (
        select(
            Merchant.area_id,
            func.count(),
            func.count().filter(Settlement.state.in_((SettlementState.APPROVED, SettlementState.PAID))),
            func.sum(Settlement.total_points),
            func.sum(Settlement.total_fen),
        )
        .select_from(Settlement)
        .join(Merchant, Merchant.id == Settlement.merchant_id)
        .where(Settlement.month.in_(period.months))
        .group_by(Merchant.area_id)
    )
    for area_id, settlements, confirmed, points, fen in session.execute(query):
        yield (
            area_id,
            {"settlements": settlements, "confirmed": confirmed, "settled_points": points, "settled_fen": fen},
        )
