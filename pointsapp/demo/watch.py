"""What is unusual in the demo: a night of ticks, two leaders who confirm each other, a burst at one till; one case is decided.

Everything goes through the services people use, at hours when people should not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Action
from pointsapp.checkin.services import CheckInPerson, check_in_person
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Refusal
from pointsapp.demo import facts
from pointsapp.demo.history import notice
from pointsapp.demo.shops import Shops
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.redemption.services import issue_voucher, redeem
from pointsapp.tasks.models import Shift
from pointsapp.tasks.services import create_draft, publish, sign_up
from pointsapp.watch.models import Anomaly, AnomalyState
from pointsapp.watch.services import Decide, decide

Happening = Callable[[Session, datetime], object]
NIGHT, TURNS, BURST = 7, 3, 9  # people ticked in a night, times each way, vouchers in a burst
PAIRED = "checkin.pair"


def plan_watch(timeline: Timeline, street: Street, shops: Shops, *, now: datetime) -> None:
    """Put the unusual onto the timeline, and one decision about it."""
    fourth, fifth = (code for code, _name, _grids in facts.COMMUNITIES[3:5])

    def ago(days: int, hour: int, minute: int = 0) -> datetime:
        return clock.at_local(clock.local_day(now) - timedelta(days=days), time(hour, minute))

    night = _Shift(street, fourth, street.leaders[fourth][0], ago(3, 18))
    helpers = [one.actor for one in street.residents[fourth][20 : 20 + NIGHT]]
    timeline.at(ago(6, 9), night.publish)
    timeline.at(ago(4, 20), lambda session, now: [night.sign_up(session, who, now) for who in helpers])
    for number, who in enumerate(helpers):
        timeline.at(ago(3, 23, 20 + 3 * number), night.tick(who))
    first, second = street.leaders[fifth][:2]
    for turn in range(TURNS):
        for number, (leader, helper) in enumerate(((first, second), (second, first))):
            _plan_turn(timeline, street, fifth, leader, helper, ago(30 - 7 * turn - number, 15))
    burst = _Burst(street, shops)
    timeline.at(ago(2, 21), burst.issue)
    for number in range(BURST):
        timeline.at(ago(2, 22, 30) + timedelta(seconds=20 * number), burst.redeem(number))
    why = "两位网格长互相带队，一人带一个网格；核对了签到表和现场照片，人都到了。"
    timeline.at(now - timedelta(hours=4), lambda session, now: _decide(session, street.street_admin, why, now))


class _Shift:
    """One shift of the demo: published, signed up for, ticked by its leader."""

    def __init__(self, street: Street, community: str, leader: Actor, starts_at: datetime) -> None:
        self.street, self.community, self.leader, self.starts_at = street, community, leader, starts_at
        self.shift = Shift()

    def publish(self, session: Session, now: datetime) -> None:
        staff = self.street.staff[self.community]
        work = next(one for one in facts.WORKS if not one.per_hour)
        draft = notice(self.street, work, self.community, [self.starts_at], self.leader)
        task = create_draft(session, staff, draft, now=now)
        publish(session, staff, task.public_id, now=now, needs_full_notice=True)
        self.shift = session.scalars(select(Shift).where(Shift.task_id == task.id)).one()

    def sign_up(self, session: Session, who: Actor, now: datetime) -> object:
        try:
            return sign_up(session, who, self.shift.id, now=now)
        except Refusal as refusal:  # busy elsewhere, or no place left
            return refusal

    def tick(self, who: Actor) -> Happening:
        command = CheckInPerson(code=None, user_id=who.public_id, action=Action.CHECK_IN)
        return lambda session, now: check_in_person(session, self.leader, self.shift.public_id, command, now=now)


def _plan_turn(
    timeline: Timeline, street: Street, community: str, leader: Actor, helper: Actor, starts_at: datetime
) -> None:
    """Let one leader come to the other's shift."""
    shift = _Shift(street, community, leader, starts_at)
    timeline.at(starts_at - timedelta(days=2), shift.publish)
    timeline.at(starts_at - timedelta(days=1), lambda session, now: shift.sign_up(session, helper, now))
    timeline.at(starts_at + timedelta(minutes=4), shift.tick(helper))


class _Burst:
    """Vouchers that one till uses within minutes, late in the evening."""

    def __init__(self, street: Street, shops: Shops) -> None:
        self.street, self.shelf = street, min(shops.shelves, key=lambda shelf: shelf.points)
        self.codes: list[str] = []

    def issue(self, session: Session, now: datetime) -> None:
        for resident in self.street.everyone():
            if len(self.codes) == BURST:
                return
            try:
                self.codes.append(issue_voucher(session, resident.actor, self.shelf.offer, now=now).code)
            except Refusal:  # has no points, or has had enough of it
                continue

    def redeem(self, number: int) -> Happening:
        def happen(session: Session, now: datetime) -> object:
            return redeem(session, self.shelf.clerk, self.codes[number], now=now) if number < len(self.codes) else None

        return happen


def _decide(session: Session, who: Actor, why: str, now: datetime) -> None:
    row = session.scalars(select(Anomaly).where(Anomaly.rule == PAIRED, Anomaly.state == AnomalyState.OPEN)).first()
    if row is not None:
        decide(session, who, Decide(anomaly_id=row.public_id, state=AnomalyState.HARMLESS, reason=why), now=now)
