"""Time: `now()` is read once per request, at the door; everything below is handed an instant.

Instants are aware and in UTC; a local day is what a person in Shanghai calls today.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_zone = ZoneInfo("Asia/Shanghai")


def use_zone(name: str) -> None:
    """Set the deployment's one local zone; called once, by `create_app`."""
    global _zone
    _zone = ZoneInfo(name)


def _system_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """Return this instant in UTC, to the microsecond."""
    return _source()


def use_source(source: Callable[[], datetime] | None) -> None:
    """Tell the time from `source` (a test's fixed clock); None goes back to the system's."""
    global _source
    _source = source or _system_time


def to_local(instant: datetime) -> datetime:
    """Return `instant` on the local wall clock."""
    return instant.astimezone(_zone)


def local_day(instant: datetime) -> date:
    """Return the local date of `instant`: what caps and boards mean by "today"."""
    return to_local(instant).date()


def at_local(day: date, at: time = time(0)) -> datetime:
    """Return the UTC instant of `at` o'clock on the local `day`."""
    return datetime.combine(day, at, tzinfo=_zone).astimezone(UTC)


def is_near(day: date) -> bool:
    """Tell whether the day (or instant) lies in years that anything here can lie in; others have no UTC, or overflow sums."""
    return 2000 <= day.year <= 2100


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the half-open UTC span [start, end) of the local `day`."""
    return at_local(day), at_local(day + timedelta(days=1))


def period_start(period: str, instant: datetime) -> datetime | None:
    """Return when the current `week`, `month`, `quarter` or `year` began, None for `all`; a week begins on Monday."""
    day = local_day(instant)
    starts = {
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
        "year": day.replace(month=1, day=1),
    }
    return at_local(starts[period]) if period in starts else None


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first and the last local date of the quarter that `day` lies in."""
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, following - timedelta(days=1)


def next_quarter(day: date) -> date:
    """Return the first local date of the quarter after the one that `day` lies in."""
    return quarter_of(day)[1] + timedelta(days=1)
