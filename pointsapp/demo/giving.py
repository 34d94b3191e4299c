"""Giving in the demo: two funds, neighbours who donate what they do not need, one use told, and small gifts between neighbours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.demo.dice import SEED, Dice
from pointsapp.demo.street import Resident, Street
from pointsapp.demo.timeline import Timeline
from pointsapp.giving.queries import find_fund
from pointsapp.giving.services import Donate, GivePoints, OpenFund, TellUse, donate, give_points, open_fund, tell_use
from pointsapp.people.queries import person_by_public_id

Happening = Callable[[Session, datetime], object]
OPENS, DONATES, GIVES, TOLD = timedelta(weeks=5), timedelta(weeks=4), timedelta(weeks=3), timedelta(days=4)
DONORS, GIVERS = 60, 25
FUNDS = (
    ("暖心午餐", "给八十岁以上的独居老人送热乎的午饭，由社区食堂做、红马甲送。"),
    ("一米阳光书屋", "给院里的孩子添书和文具，放学后在社区书屋写作业。"),
)


def plan_giving(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put the funds, what was donated and given, and one use on the timeline."""
    dice = Dice(SEED + 9)  # dice of its own: the rest of the street falls as it did without them
    opened: list[str] = []
    timeline.at(now - OPENS, lambda session, moment: _open(session, street, opened, moment))
    everyone = street.everyone()
    for resident in dice.sample(everyone, DONORS):
        at = now - DONATES * dice.uniform(0.05, 1.0)
        timeline.at(at, _donate(resident, opened, dice.randrange(len(FUNDS)), dice.choice((5, 10, 10, 20, 30))))
    for _ in range(GIVERS):
        giver, receiver = dice.sample(everyone, 2)
        timeline.at(now - GIVES * dice.uniform(0.05, 1.0), _give(giver, receiver, dice.choice((5, 10, 20))))
    keen = sorted((each for each in everyone if not each.keeps_word), key=lambda each: each.keenness)[-3:]
    for number, giver in enumerate(keen):  # points that go round: something for the trust desk
        timeline.at(now - timedelta(days=6 - number), _give(giver, keen[(number + 1) % len(keen)], 20))
    timeline.at(now - TOLD, lambda session, moment: _tell(session, street, opened, moment))


def _open(session: Session, street: Street, opened: list[str], now: datetime) -> None:
    area = street.areas[min(street.staff)]
    for name, purpose in FUNDS:
        command = OpenFund(area=area.public_id, name=name, purpose=purpose)
        opened.append(open_fund(session, street.street_admin, command, now=now).public_id)


def _donate(resident: Resident, opened: list[str], number: int, points: int) -> Happening:
    return lambda session, now: donate(session, resident.actor, Donate(fund_id=opened[number], points=points), now=now)


def _give(giver: Resident, receiver: Resident, points: int) -> Happening:
    def happen(session: Session, now: datetime) -> object:
        to = person_by_public_id(session, receiver.actor.public_id)
        assert to is not None
        return give_points(
            session, giver.actor, GivePoints(volunteer_number=to.volunteer_number, points=points), now=now
        )

    return happen


def _tell(session: Session, street: Street, opened: list[str], now: datetime) -> None:
    left = find_fund(session, opened[0]).left
    if left >= 10:
        words = "为梧桐里、文苑两个社区的 12 位独居老人各送午饭一次，签收单在社区食堂。"
        command = TellUse(fund_id=opened[0], points=left // 2, words=words, used_on=clock.local_day(now))
        tell_use(session, street.street_admin, command, now=now)
