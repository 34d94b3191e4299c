"""The street's big screen: what is on now, today's sums, who takes part by area. Counts and names of tasks and places, of nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.queries import AreaRow, below
from pointsapp.checkin.models import Attendance, AttendanceState
from pointsapp.core import clock
from pointsapp.core.errors import NotFound
from pointsapp.merchants.models import Merchant
from pointsapp.redemption.models import Redemption
from pointsapp.statistics.queries.sheets import counted
from pointsapp.statistics.rules import areas_of, branch_out, periods_of
from pointsapp.tasks.models import Shift, ShiftState, Signup, SignupState, Task, TaskState

SHIFTS, ARRIVALS, SHOPS, PARTS = 5, 4, 5, 16
AHEAD = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """One shift that is on or comes next."""

    key: str
    title: str
    area: str
    starts_at: datetime
    ends_at: datetime
    taken: int
    capacity: int
    arrived: int
    is_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalLine:
    """Somebody arrived: at which task, where, when; `key` only tells one line from another."""

    key: str
    title: str
    area: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLine:
    """An area right below, or what is the area's own (`is_own`): how many live and take part there this month, and their minutes."""

    name: str
    is_own: bool
    registered: int
    active: int
    minutes: int

    @property
    def share(self) -> int:
        """Active of registered in whole percent, rounded down."""
        return 100 * self.active // self.registered if self.registered else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopLine:
    name: str
    redemptions: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    area: AreaRow
    now: datetime
    on_now: int
    arrived_today: int
    minutes_today: int
    issued_today: int
    spent_today: int
    redemptions_today: int
    merchants: int
    active_month: int
    minutes_month: int
    shifts: tuple[ShiftLine, ...]
    arrivals: tuple[ArrivalLine, ...]
    parts: tuple[PartLine, ...]
    shops: tuple[ShopLine, ...]
    counted_at: datetime | None


def default_area(session: Session) -> AreaRow:
    """Return the area the screen shows when none is asked for: the street that was there first, else the first root."""
    columns = (Area.id, Area.public_id, Area.code, Area.name, Area.kind, Area.path, Area.parent_id)
    street = select(*columns).where(Area.kind == AreaKind.STREET).order_by(Area.id).limit(1)
    root = select(*columns).where(Area.parent_id.is_(None)).order_by(Area.id).limit(1)
    for query in (street, root):
        row = session.execute(query).mappings().first()
        if row is not None:
            return AreaRow(**row)
    raise NotFound()


def screen(session: Session, area: AreaRow, *, now: datetime) -> Screen:
    """Return what the big screen of an area shows at this moment."""
    today, _tomorrow = clock.day_bounds(clock.local_day(now))
    here = below(Area.path, area.path)
    arrived = (
        select(func.count())
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(here, Attendance.checked_in_at >= today, Attendance.state != AttendanceState.VOIDED)
    )
    credited = and_(here, Attendance.state == AttendanceState.CREDITED, Attendance.credited_at >= today)
    sums = session.execute(
        select(func.coalesce(func.sum(Attendance.minutes), 0), func.coalesce(func.sum(Attendance.points), 0))
        .select_from(Attendance)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(credited, Attendance.checked_in_at >= today - AHEAD)
    ).one()
    parts, active, minutes, counted_at = _month(session, area, now)
    shops, redemptions, spent = _shops(session, here, today)
    merchants = select(func.count()).select_from(Merchant).join(Area, Area.id == Merchant.area_id).where(here)
    on_now, arrived_today, merchant_count = session.execute(
        select(_running(here, now).scalar_subquery(), arrived.scalar_subquery(), merchants.scalar_subquery())
    ).one()
    return Screen(
        area=area,
        now=now,
        on_now=on_now,
        arrived_today=arrived_today,
        minutes_today=int(sums[0]),
        issued_today=int(sums[1]),
        spent_today=spent,
        redemptions_today=redemptions,
        merchants=merchant_count,
        active_month=active,
        minutes_month=minutes,
        shifts=_shifts(session, here, now),
        arrivals=_arrivals(session, here, today),
        parts=parts,
        shops=shops,
        counted_at=counted_at,
    )


def _running(here: ColumnElement[bool], now: datetime) -> Select[int]:
    return (
        select(func.count())
        .select_from(Shift)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(
            here,
            Task.state == TaskState.PUBLISHED,
            Shift.state == ShiftState.OPEN,
            Shift.starts_at <= now,
            Shift.ends_at > now,
        )
    )


def _shifts(session: Session, here: ColumnElement[bool], now: datetime) -> tuple[ShiftLine, ...]:
    arrived = (
        select(func.count())
        .where(Signup.shift_id == Shift.id, Signup.state == SignupState.CONFIRMED, Signup.arrived_at.is_not(None))
        .correlate(Shift)
        .scalar_subquery()
    )
    query = (
        select(
            Shift.public_id, Task.title, Area.name, Shift.starts_at, Shift.ends_at, Shift.taken, Shift.capacity, arrived
        )
        .select_from(Shift)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(
            here,
            Task.state == TaskState.PUBLISHED,
            Shift.state == ShiftState.OPEN,
            Shift.ends_at > now,
            Shift.starts_at <= now + AHEAD,
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(SHIFTS)
    )
    return tuple(
        ShiftLine(
            key=key, title=title, area=area, starts_at=starts_at, ends_at=ends_at, taken=taken, capacity=capacity,
            arrived=came, is_on=starts_at <= now,
        )
        for key, title, area, starts_at, ends_at, taken, capacity, came in session.execute(query)
    )  # fmt: skip


def _arrivals(session: Session, here: ColumnElement[bool], today: datetime) -> tuple[ArrivalLine, ...]:
    query = (
        select(Task.public_id, Task.title, Area.name, Attendance.checked_in_at)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(here, Attendance.checked_in_at >= today, Attendance.state != AttendanceState.VOIDED)
        .order_by(Attendance.checked_in_at.desc(), Attendance.id.desc())
        .limit(ARRIVALS)
    )
    return tuple(
        ArrivalLine(key=f"{task}-{at.isoformat()}", title=title, area=area, at=at)
        for task, title, area, at in session.execute(query)
    )


def _shops(session: Session, here: ColumnElement[bool], today: datetime) -> tuple[tuple[ShopLine, ...], int, int]:
    """Return the shops most gone to today, and how many redemptions and points there were in all."""
    query = (
        select(Merchant.name, func.count(), func.sum(Redemption.points))
        .select_from(Redemption)
        .join(Merchant, Merchant.id == Redemption.merchant_id)
        .join(Area, Area.id == Merchant.area_id)
        .where(here, Redemption.redeemed_at >= today, Redemption.reversed_at.is_(None))
        .group_by(Merchant.id, Merchant.name)
        .order_by(func.count().desc(), Merchant.name)
    )
    lines = [
        ShopLine(name=name, redemptions=count, points=int(points)) for name, count, points in session.execute(query)
    ]
    return tuple(lines[:SHOPS]), sum(line.redemptions for line in lines), sum(line.points for line in lines)


def _month(session: Session, area: AreaRow, now: datetime) -> tuple[tuple[PartLine, ...], int, int, datetime | None]:
    """Return who takes part this month by area right below, as the worker counted it last; nothing before the first count."""
    try:
        found = counted(session, periods_of(clock.local_day(now))[0].key)
    except NotFound:
        return (), 0, 0, None
    sums = branch_out(areas_of(found.content), area.code)
    if sums is None:
        return (), 0, 0, None
    below = [_part(one.name, all_) for one, all_ in sums.below if _is_seen(all_)]
    # Most work is done at a community itself, above its grids: without its own row all of it would seem to be nobody's.
    is_seen = bool(sums.own["active"] or sums.own["minutes"])
    parts = [*below[: PARTS - 1], _part(sums.area.name, sums.own, is_own=True)] if is_seen else below[:PARTS]
    return tuple(parts), sums.total["active"], sums.total["minutes"], found.counted_at


def _is_seen(figures: Mapping[str, int]) -> bool:
    """Tell whether somebody lives there or something was done."""
    return bool(figures["registered"] or figures["active"] or figures["minutes"])


def _part(name: str, figures: Mapping[str, int], *, is_own: bool = False) -> PartLine:
    return PartLine(
        name=name,
        is_own=is_own,
        registered=figures["registered"],
        active=figures["active"],
        minutes=figures["minutes"],
    )
