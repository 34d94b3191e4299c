"""What needs doing today in the areas one works for; every figure opens to the page it is counted on."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.core.actor import COMMUNITY_STAFF, Actor
from pointsapp.desk.queries import WorkList, work_list
from pointsapp.home.queries.deliveries import given_up_count
from pointsapp.ledger.models import Balance
from pointsapp.merchants.models import Merchant
from pointsapp.people.models import Person
from pointsapp.redemption.models import Redemption
from pointsapp.tasks.models import Shift, ShiftLeader, ShiftState, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import LEADERS_BEFORE, may_run_task

BACK, AHEAD = timedelta(minutes=30), timedelta(hours=36)
DAYS_SHOWN = 14
MOST_SHIFTS, MOST_BUDGETS = 12, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftToday:
    """One running or coming shift with its places and who has arrived; `is_led` by who looks, wherever it is.

    Its leader may do nothing with it before `leads_from`; None is for who may now.
    """

    public_id: str
    task: str
    title: str
    place: str
    area_name: str
    starts_at: datetime
    ends_at: datetime
    taken: int
    waiting: int
    capacity: int
    arrived: int
    is_on: bool
    is_led: bool
    leads_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What is begun and not sent: drafts nobody has published; messages given up on, None for who may not send them again."""

    drafts: int
    deliveries: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What was done since Monday, and in the same span of the week before."""

    people: int
    minutes: int
    points: int
    redemptions: int
    joined: int
    minutes_before: int
    points_before: int
    starts_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLeft:
    area_name: str
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleToday:
    shifts: tuple[ShiftToday, ...]
    work: WorkList
    begun: Begun
    week: Week
    days: tuple[tuple[date, int], ...]
    budgets: tuple[BudgetLeft, ...]
    budget_total: int
    more_areas: int
    more_points: int


def console_today(session: Session, actor: Actor, *, now: datetime) -> ConsoleToday:
    """Return the console's first page for the areas this actor works for."""
    mine = below_any(Area.path, actor.paths(COMMUNITY_STAFF))
    budgets, count, total = _budgets(session, mine)
    week, days = _work(session, mine, now)
    return ConsoleToday(
        shifts=_shifts(session, actor, mine, now),
        work=work_list(session, actor, now=now),
        begun=_begun(session, actor, mine),
        week=week,
        days=days,
        budgets=budgets,
        budget_total=total,
        more_areas=count - len(budgets),
        more_points=total - sum(line.balance for line in budgets),
    )


def _shifts(session: Session, actor: Actor, mine: ColumnElement[bool], now: datetime) -> tuple[ShiftToday, ...]:
    arrived = (
        select(func.count())
        .where(Signup.shift_id == Shift.id, Signup.state == SignupState.CONFIRMED, Signup.arrived_at.is_not(None))
        .correlate(Shift)
        .scalar_subquery()
    )
    led = Shift.id.in_(select(ShiftLeader.shift_id).where(ShiftLeader.person_id == actor.person_id))
    rows = session.execute(
        select(
            Shift.public_id,
            Task.public_id.label("task"),
            Task.title,
            Task.place,
            Area.name.label("area_name"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.taken,
            Shift.waiting,
            Shift.capacity,
            arrived.label("arrived"),
            led.label("is_led"),
            Area.path.label("area_path"),
        )
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(
            Task.state == TaskState.PUBLISHED,
            Shift.state == ShiftState.OPEN,
            Shift.ends_at >= now - BACK,
            Shift.starts_at <= now + AHEAD,
            or_(mine, led),
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST_SHIFTS)
    )
    return tuple(_shift_today(actor, dict(row), now) for row in rows.mappings())


def _shift_today(actor: Actor, row: dict[str, Any], now: datetime) -> ShiftToday:
    path, opens_at = row.pop("area_path"), row["starts_at"] - LEADERS_BEFORE
    waits = opens_at > now and not may_run_task(actor, path)
    is_on = row["starts_at"] <= now < row["ends_at"]
    return ShiftToday(**row, is_on=is_on, leads_from=opens_at if waits else None)


def _begun(session: Session, actor: Actor, mine: ColumnElement[bool]) -> Begun:
    drafts = (
        select(func.count())
        .select_from(Area)
        .join(Task, Task.area_id == Area.id)
        .where(mine, Task.state == TaskState.DRAFT)
    )
    given_up = given_up_count().scalar_subquery() if actor.is_platform_admin else literal(0)
    row = session.execute(select(drafts.scalar_subquery(), given_up)).one()
    return Begun(drafts=row[0], deliveries=row[1] if actor.is_platform_admin else None)


def _work(session: Session, mine: ColumnElement[bool], now: datetime) -> tuple[Week, tuple[tuple[date, int], ...]]:
    """Sum the credited work by local day: this week, the same span of the last, and the days of the chart."""
    monday = clock.period_start("week", now)
    assert monday is not None
    today = clock.local_day(now)
    starts = [clock.day_bounds(today - timedelta(days=back))[0] for back in range(DAYS_SHOWN - 1, -1, -1)]
    last_monday, same_moment = monday - timedelta(days=7), now - timedelta(days=7)
    credited = (
        select()
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(Attendance.state == AttendanceState.CREDITED, mine)
    )
    # By the moment work ended: a shift's people mostly share it, so the rows are few and the days are ours to cut.
    rows = session.execute(
        credited.add_columns(Attendance.to_at, func.sum(Attendance.minutes), func.sum(Attendance.points))
        .where(Attendance.to_at >= min(starts[0], last_monday))
        .group_by(Attendance.to_at)
    ).all()
    days = [0] * DAYS_SHOWN
    sums = {"minutes": 0, "points": 0, "minutes_before": 0, "points_before": 0}
    for to_at, minutes, points in rows:
        if to_at >= starts[0]:
            days[bisect(starts, to_at) - 1] += int(minutes)
        if to_at >= monday:
            sums["minutes"] += int(minutes)
            sums["points"] += int(points)
        elif last_monday <= to_at <= same_moment:
            sums["minutes_before"] += int(minutes)
            sums["points_before"] += int(points)
    people = credited.add_columns(func.count(Attendance.person_id.distinct())).where(Attendance.to_at >= monday)
    served, redeemed, joined = _others(session, mine, monday, people)
    week = Week(people=served, redemptions=redeemed, joined=joined, starts_on=clock.local_day(monday), **sums)
    return week, tuple((clock.local_day(start), minutes) for start, minutes in zip(starts, days, strict=True))


def _others(session: Session, mine: ColumnElement[bool], monday: datetime, people: Select[Any]) -> tuple[int, int, int]:
    redeemed = (
        select(func.count())
        .select_from(Redemption)
        .join(Merchant, Merchant.id == Redemption.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
        .where(Redemption.redeemed_at >= monday, Redemption.reversed_at.is_(None), mine)
    )
    joined = (
        select(func.count())
        .select_from(Person)
        .join(Area, Area.id == Person.home_area_id)
        .where(Person.created_at >= monday, mine)
    )
    counts = select(people.scalar_subquery(), redeemed.scalar_subquery(), joined.scalar_subquery())
    row = session.execute(counts).one()
    return row[0], row[1], row[2]


def _budgets(session: Session, mine: ColumnElement[bool]) -> tuple[tuple[BudgetLeft, ...], int, int]:
    """Return the first budgets, those that hold something first, how many there are, and what all of them hold."""
    depth = func.length(Area.path)
    rows = session.execute(
        select(
            Area.name, Balance.amount, func.count().over().label("areas"), func.sum(Balance.amount).over().label("held")
        )
        .join(Balance, Balance.account == literal("budget:").concat(Area.id))
        .where(mine)
        .order_by(case((Balance.amount > 0, 0), else_=1), depth, Area.code)
        .limit(MOST_BUDGETS)
    ).all()
    lines = tuple(BudgetLeft(area_name=row.name, balance=row.amount) for row in rows)
    return lines, rows[0].areas if rows else 0, int(rows[0].held) if rows else 0
