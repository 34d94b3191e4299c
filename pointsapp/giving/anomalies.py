"""What is worth a second look about gifts: points that go round among a few people and come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from pointsapp.core.anomalies import AnomalyRule, EvidenceRow, Found
from pointsapp.core.events import EventRow
from pointsapp.giving.models import Gift
from pointsapp.giving.policies import RING_DAYS, RING_PEOPLE, RING_POINTS
from pointsapp.giving.rules import rings_through
from pointsapp.people.models import Person

HEARS = ("giving.received",)
MOST_ROWS = 200  # gifts of one case
GIFT = "gift"


def find_rings(
    session: Session, events: Sequence[EventRow], limits: Mapping[str, Any], now: datetime
) -> Iterable[Found]:
    """Find people who gave one another in a ring: each enough to the next within the days, two who gave each other among them."""
    since, enough, most = now - timedelta(days=limits["ring_days"]), limits["ring_points"], limits["ring_people"]
    kept: dict[int, tuple[int, ...]] = {}

    def gave(people: frozenset[int]) -> dict[int, Iterable[int]]:
        missing = people - kept.keys()
        if missing:
            kept.update(_gave(session, missing, since, enough))
        return {person: kept[person] for person in people}

    pairs = {
        (event.actor_id, event.person_id)
        for event in events
        if event.actor_id is not None and event.person_id is not None
    }
    told: set[tuple[int, ...]] = set()
    for giver, receiver in sorted(pairs):
        if receiver not in gave(frozenset({giver}))[giver]:
            continue  # too little so far
        for ring in rings_through(gave, giver, receiver, most):
            if ring not in told:
                told.add(ring)
                yield _case(session, ring, since)


def _gave(session: Session, people: Iterable[int], since: datetime, enough: int) -> dict[int, tuple[int, ...]]:
    """Return to whom each of these people gave at least `enough` points since then: one statement."""
    found: dict[int, list[int]] = {person: [] for person in people}
    rows = session.execute(
        select(Gift.giver_id, Gift.receiver_id)
        .where(Gift.giver_id.in_(found), Gift.at >= since)
        .group_by(Gift.giver_id, Gift.receiver_id)
        .having(func.sum(Gift.points) >= enough)
    )
    for giver, receiver in rows:
        found[giver].append(receiver)
    return {giver: tuple(receivers) for giver, receivers in found.items()}


def _case(session: Session, ring: tuple[int, ...], since: datetime) -> Found:
    steps = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    along = or_(*(and_(Gift.giver_id == giver, Gift.receiver_id == receiver) for giver, receiver in steps))
    gifts = session.scalars(select(Gift).where(along, Gift.at >= since).order_by(Gift.id).limit(MOST_ROWS)).all()
    homes = session.execute(select(Person.id, Person.home_area_id).where(Person.id.in_(ring)))
    areas = {person: area_id for person, area_id in homes if area_id is not None}
    return Found(
        key=f"ring:{'-'.join(str(person) for person in ring)}",
        rows=tuple(
            EvidenceRow(
                kind="gift",
                row_id=gift.id,
                at=gift.at,
                person_id=gift.receiver_id,
                by_id=gift.giver_id,
                facts={"title": GIFT, "points": gift.points},
            )
            for gift in gifts
        ),
        least=len(ring),
        area_id=next((areas[person] for person in ring if person in areas), None),
        person_id=ring[0],
        by_id=ring[1],
    )


ANOMALIES = (
    AnomalyRule(
        key="giving.ring",
        title=_l("积分转了一圈"),
        states=_l(
            "%(ring_days)s 天里，%(ring_people)s 人以内互相赠送转成一圈（两个人互送也算），每一步至少 %(ring_points)s 分。"
        ),
        hears=HEARS,
        thresholds=(RING_PEOPLE, RING_POINTS, RING_DAYS),
        look=find_rings,
        in_office=False,  # residents give
        titles={GIFT: _l("赠送积分")},
    ),
)
