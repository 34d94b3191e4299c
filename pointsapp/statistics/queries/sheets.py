"""Counted periods as they are read: one with an area's sums, and which there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaRow
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut, day
from pointsapp.exports.rules import canonical, digest_of
from pointsapp.statistics.models import RunningCount, StatisticSheet
from pointsapp.statistics.rules import Branching, Period, areas_of, branch_out, names_in, read_period

MOST_PERIODS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A counted period. `cut_off` is what counts until when; `digest` of the whole, None while it runs."""

    period: Period
    counted_at: datetime
    cut_off: datetime
    digest: str | None
    content: dict[str, Any]

    @property
    def is_closed(self) -> bool:
        return self.digest is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPage:
    """An area's figures of a period; `names` are those that were counted then, `elsewhere` is what belongs to no area, shown at
    the root; `digest` is of what is shown."""

    counted: Counted
    names: frozenset[str]
    sums: Branching
    elsewhere: dict[str, int]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriod:
    """A period that is over, and the digest of its sheet."""

    period: Period
    last_on: date
    closed_at: datetime
    digest: str

    @property
    def key(self) -> str:
        return self.period.key


def periods(session: Session) -> tuple[str, ...]:
    """Return the keys of the periods that were counted, the newest first."""
    running = session.scalars(select(RunningCount.period)).all()
    closed = session.scalars(
        select(StatisticSheet.period).order_by(StatisticSheet.last_on.desc()).limit(MOST_PERIODS)
    ).all()
    return tuple(sorted({*running, *closed}, key=_newest, reverse=True))


def closed_periods(session: Session, page: PageRequest) -> Page[ClosedPeriod]:
    """Return a page of the periods that are closed, the newest first. Key: the period's last day and its name."""
    query = (
        select(StatisticSheet.period, StatisticSheet.last_on, StatisticSheet.closed_at, StatisticSheet.digest)
        .order_by(StatisticSheet.last_on.desc(), StatisticSheet.period.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        last_on, key = day(page.after[0]), page.after[1]
        query = query.where(
            or_(
                StatisticSheet.last_on < last_on,
                and_(StatisticSheet.last_on == last_on, StatisticSheet.period < key),
            )
        )
    rows = [
        ClosedPeriod(period=period, last_on=last_on, closed_at=at, digest=digest)
        for key, last_on, at, digest in session.execute(query)
        if (period := read_period(key)) is not None
    ]
    return cut(rows, page.limit, lambda row: (row.last_on.isoformat(), row.key))


def _newest(key: str) -> tuple[date, str]:
    period = read_period(key)
    return (period.last if period else date.min, key)


def counted(session: Session, key: str) -> Counted:
    """Return a counted period; NotFound for one that was not."""
    period = read_period(key)
    if period is None:
        raise NotFound()
    sheet = session.scalars(select(StatisticSheet).where(StatisticSheet.period == key)).one_or_none()
    if sheet is not None:
        content = json.loads(sheet.content)
        return Counted(
            period=period, counted_at=sheet.closed_at, cut_off=sheet.cut_off_at, digest=sheet.digest, content=content
        )
    running = session.get(RunningCount, key)
    if running is None:
        raise NotFound()
    content = json.loads(running.content)
    cut_off = datetime.fromisoformat(content["cut_off"])
    return Counted(period=period, counted_at=running.counted_at, cut_off=cut_off, digest=None, content=content)


def area_page(session: Session, key: str, area: AreaRow) -> AreaPage:
    """Return the figures of an area in a period; NotFound where either is not counted."""
    found = counted(session, key)
    names = names_in(found.content)
    sums = branch_out(areas_of(found.content), area.code, names)
    if sums is None:
        raise NotFound()
    elsewhere = found.content["elsewhere"] if area.parent_id is None else {}
    shown = {
        "period": found.period.key,
        "cut_off": found.content["cut_off"],
        "area": sums.area.code,
        "total": sums.total,
        "below": {one.code: figures for one, figures in sums.below},
    }
    digest = digest_of(canonical(shown))
    return AreaPage(counted=found, names=frozenset(names), sums=sums, elsewhere=elsewhere, digest=digest)
