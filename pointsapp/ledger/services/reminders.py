"""Telling people in time: what lapses is announced once for each month in which something of theirs does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import String, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events, policy
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Balance, Lot
from pointsapp.ledger.policies import LAPSE_NOTICE_DAYS

BATCH = 200


def tell_lapsing(session: Session, *, now: datetime) -> int:
    """Tell a batch of people whose first points of a month lapse within the days of the policy; return how many.

    One notice speaks of all that lapses until that month's end, so who earns a little every day is not told every day.
    """
    days = int(policy.value(session, LAPSE_NOTICE_DAYS, now=now))
    until = now + timedelta(days=max(days, 0))
    for first in _months(clock.local_day(now), clock.local_day(until)):
        if told := _tell_month(session, first, until, now):
            return told
    return 0


def _months(day: date, last: date) -> Iterator[date]:
    """Yield the first days of the months from the one of `day` to the one of `last`."""
    first = day.replace(day=1)
    while first <= last:
        yield first
        first = _following(first)


def _following(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _tell_month(session: Session, first: date, until: datetime, now: datetime) -> int:
    start, end = max(clock.at_local(first), now), clock.at_local(_following(first))
    prefix = f"lapse:{first:%Y-%m}:"
    is_told = exists().where(events.Event.subject == literal(prefix) + cast(Lot.person_id, String))
    due = sorted(
        session.scalars(
            select(Lot.person_id)
            .where(Lot.remaining > 0, Lot.expires_at > start, Lot.expires_at < min(end, until), ~is_told)
            .distinct()
            .limit(BATCH)
        )
    )
    # Their balances in sorted order: another worker with the same people waits here, and finds them told.
    keys = sorted(accounts.person_available(person_id) for person_id in due)
    session.execute(
        select(Balance.account).where(Balance.account.in_(keys)).order_by(Balance.account).with_for_update()
    ).all()
    subjects = {person_id: f"{prefix}{person_id}" for person_id in due}
    told = set(session.scalars(select(events.Event.subject).where(events.Event.subject.in_(subjects.values()))))
    for row in session.execute(
        select(
            Lot.person_id,
            func.sum(Lot.remaining).label("points"),
            func.min(Lot.expires_at).label("first_at"),
            func.max(Lot.expires_at).label("last_at"),
        )
        .where(Lot.person_id.in_(due), Lot.remaining > 0, Lot.expires_at > start, Lot.expires_at < end)
        .group_by(Lot.person_id)
        .order_by(Lot.person_id)
    ):
        if subjects[row.person_id] not in told:
            events.record(
                session,
                "ledger.points_lapsing",
                at=now,
                subject=subjects[row.person_id],
                person_id=row.person_id,
                points=int(row.points),
                first_on=clock.local_day(row.first_at).isoformat(),
                last_on=clock.local_day(row.last_at).isoformat(),
            )
    return len(due)
