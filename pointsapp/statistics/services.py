"""Count the running periods anew, and close those that are over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.locks import LockKind, try_lock
from pointsapp.exports.rules import canonical, digest_of
from pointsapp.ledger.models import Posting
from pointsapp.statistics.models import RunningCount, StatisticSheet
from pointsapp.statistics.queries.counting import count_period
from pointsapp.statistics.rules import Period, ended_periods, periods_of

# A settlement of the month is opened on the 1st; whoever booked just before midnight has committed long since.
RESTS = timedelta(hours=6)
AT_A_TIME = 4  # periods closed in one go: a new deployment with a long history takes several


def count_running(session: Session, *, now: datetime) -> int:
    """Count this month, this quarter and this year as they stand; the job comes every hour."""
    if not try_lock(session, LockKind.STATISTICS, 0):
        return 0
    for period in periods_of(clock.local_day(now)):
        text = canonical(count_period(session, period, now=now))
        row = session.get(RunningCount, period.key)
        if row is None:
            session.add(RunningCount(period=period.key, counted_at=now, content=text))
        else:
            row.counted_at, row.content = now, text
    session.flush()
    return 0  # nothing is left for another round


def close_ended(session: Session, *, now: datetime) -> int:
    """Close periods that are over, the oldest first: from now on nothing changes them. Return how many were closed."""
    if not try_lock(session, LockKind.STATISTICS, 1):
        return 0
    since = _first_day(session)
    if since is None:
        return 0
    closed = set(session.scalars(select(StatisticSheet.period)))
    today = clock.local_day(now - RESTS)
    waiting = [period for period in ended_periods(since, today) if period.key not in closed]
    for period in waiting[:AT_A_TIME]:
        _close(session, period, now)
    session.flush()
    return len(waiting[:AT_A_TIME])


def _close(session: Session, period: Period, now: datetime) -> None:
    text = canonical(count_period(session, period, now=now))
    session.add(
        StatisticSheet(
            period=period.key,
            first_on=period.first,
            last_on=period.last,
            cut_off_at=clock.day_bounds(period.last)[1],
            closed_at=now,
            digest=digest_of(text),
            content=text,
        )
    )
    running = session.get(RunningCount, period.key)
    if running is not None:
        session.delete(running)


def _first_day(session: Session) -> date | None:
    """Return the local day of the first posting, None while the books are empty."""
    first = session.scalar(select(func.min(Posting.entry_id)))
    at = session.scalar(select(Posting.posted_at).where(Posting.entry_id == first).limit(1)) if first else None
    return clock.local_day(at) if at is not None else None
