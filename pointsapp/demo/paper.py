"""Work recorded on paper in the demo: now and then a grid leader types in a list, and the community's staff confirms it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.demo import facts
from pointsapp.demo.dice import SEED, Dice
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.people.models import Person
from pointsapp.stars.services import RecordPaper, confirm_paper, record_paper

OCCASIONS = ("停电夜楼道照看", "老年活动站打扫", "雨后清淤", "邻里送药送菜", "自行车棚整理")
SOURCES = ("社区档案柜第三格", "网格长工作本", "党群服务中心登记簿")


def plan_paper(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put a few lists of each community on the timeline; the last ones still wait for somebody to look at them."""
    dice = Dice(SEED + 2)
    days = (clock.local_day(now) - clock.local_day(street.opened_at)).days
    for number, (code, _name, _grids) in enumerate(facts.COMMUNITIES):
        for back in (dice.randrange(20, days - 5), dice.randrange(3, 20)):
            moment = clock.at_local(clock.local_day(now) - timedelta(days=back), time(10 + number % 6, 30))
            timeline.at(moment, _record(timeline, street, dice, code, waits=False))
        if number < 3:
            timeline.at(now - timedelta(hours=number + 1), _record(timeline, street, dice, code, waits=True))


def _record(
    timeline: Timeline, street: Street, dice: Dice, code: str, *, waits: bool
) -> Callable[[Session, datetime], object]:
    def happen(session: Session, now: datetime) -> object:
        people = dice.sample(street.residents[code], dice.randrange(4, 9))
        numbers = session.scalars(
            select(Person.volunteer_number).where(Person.id.in_([one.person.id for one in people])).order_by(Person.id)
        ).all()
        leaders = street.leaders[code]
        grid = dice.randrange(len(leaders))  # a grid leader types in what was done in their own grid
        command = RecordPaper(
            area=street.areas[f"{code}-{grid + 1}"].public_id,
            title=dice.choice(OCCASIONS),
            done_on=clock.local_day(now) - timedelta(days=dice.randrange(1, 3)),
            source=dice.choice(SOURCES),
            lines=tuple((number, dice.choice((30, 45, 60, 90))) for number in numbers),
        )
        done = record_paper(session, leaders[grid], command, now=now)
        if not waits:
            timeline.at(now + timedelta(hours=5), _confirm(street, code, done.public_id))
        return done

    return happen


def _confirm(street: Street, code: str, sheet_id: str) -> Callable[[Session, datetime], object]:
    return lambda session, now: confirm_paper(session, street.staff[code], sheet_id, now=now)
