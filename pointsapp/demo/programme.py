"""What is on today and in the next days: the demo is never a street where nothing happens any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.demo import facts
from pointsapp.demo.history import plan_task
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.tasks.models import Shift

DAYS_AHEAD = 6


def plan_programme(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Publish one task that runs right now, one tonight, and some for the coming days in every community."""
    dice, first = street.dice, facts.COMMUNITIES[0][0]
    works = {work.title: work for work in facts.WORKS}
    running = now.replace(second=0, microsecond=0) - timedelta(minutes=10)
    publish_at = now - timedelta(hours=30)
    plan_task(timeline, street, None, works["老人手机课助教"], first, [running], publish_at, turnout=0.5)
    plan_task(timeline, street, None, works["傍晚平安巡逻"], first, list(_evenings(now, 4)), publish_at, turnout=0.75)
    for number, (code, _name, _grids) in enumerate(facts.COMMUNITIES):
        for work in dice.sample(facts.WORKS, 3 if number else 5):
            day = clock.local_day(now) + timedelta(days=dice.randrange(1, DAYS_AHEAD))
            starts = [clock.at_local(day + timedelta(days=7 * week), time(work.hour)) for week in range(2)]
            plan_task(timeline, street, None, work, code, starts, publish_at, turnout=dice.choice((0.3, 0.5, 0.8, 1.2)))


def _evenings(now: datetime, days: int) -> Iterator[datetime]:
    today = clock.local_day(now)
    for ahead in range(days + 1):
        start = clock.at_local(today + timedelta(days=ahead), time(19))
        if start > now + timedelta(minutes=30):
            yield start


def is_quiet(session: Session, *, now: datetime) -> bool:
    """Tell whether fewer than ten shifts lie ahead: the demo was left standing for days."""
    ahead = session.scalar(select(func.count()).select_from(Shift).where(Shift.starts_at > now)) or 0
    return ahead < 10
