"""Points that lapse are announced in time, once for each month in which some do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock as clock_module
from pointsapp.core import policy
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.ledger.policies import LAPSE_NOTICE_DAYS
from pointsapp.ledger.services import tell_lapsing
from tests.conftest import Clock
from tests.ledger.books import PERSON, credit, reserve

OTHER = PERSON + 1


@pytest.fixture(autouse=True)
def funds(session: Session) -> None:
    write(reserve, 500)


def earn(name: str, points: int, on: date, person_id: int = PERSON) -> None:
    """Earn points that lapse at noon of the local day `on`."""
    at = clock_module.at_local(on) + timedelta(hours=12)
    write(credit, name, points, lot_expires_at=at, person_id=person_id)


def told(session: Session) -> list[tuple[int | None, dict[str, Any]]]:
    session.rollback()
    rows = session.scalars(select(Event).where(Event.kind == "ledger.points_lapsing").order_by(Event.id))
    return [(row.person_id, row.facts) for row in rows]


def facts(points: int, first: str, last: str) -> dict[str, Any]:
    return {"points": points, "first_on": first, "last_on": last}


def test_one_notice_speaks_of_the_whole_month(session: Session, clock: Clock) -> None:
    # The clock stands on 21 November 2026.
    earn("a", 5, date(2026, 12, 10))
    earn("b", 7, date(2026, 12, 28))  # beyond thirty days, in the same month
    earn("c", 9, date(2027, 1, 5))
    earn("d", 3, date(2026, 12, 15), OTHER)
    assert write(tell_lapsing, now=clock.at) == 2
    assert write(tell_lapsing, now=clock.at) == 0
    assert told(session) == [
        (PERSON, facts(12, "2026-12-10", "2026-12-28")),
        (OTHER, facts(3, "2026-12-15", "2026-12-15")),
    ]


def test_each_month_is_told_when_its_first_points_come_near(session: Session, clock: Clock) -> None:
    earn("a", 5, date(2026, 12, 10))
    earn("c", 9, date(2027, 1, 5))
    write(tell_lapsing, now=clock.at)
    clock.forward(days=14)  # 5 December: 5 January is thirty-one days ahead
    assert write(tell_lapsing, now=clock.at) == 0
    clock.forward(days=2)
    assert write(tell_lapsing, now=clock.at) == 1
    assert told(session)[-1] == (PERSON, facts(9, "2027-01-05", "2027-01-05"))


def test_what_is_spent_or_far_away_is_not_spoken_of(session: Session, clock: Clock) -> None:
    earn("a", 5, date(2027, 3, 1))
    write(credit, "for_ever", 20)
    assert write(tell_lapsing, now=clock.at) == 0
    assert told(session) == []


def test_an_operator_says_how_many_days_before(session: Session, clock: Clock) -> None:
    earn("a", 5, date(2026, 11, 30))
    write(policy.set_value, LAPSE_NOTICE_DAYS, 0, now=clock.at)
    clock.forward(minutes=1)
    assert write(tell_lapsing, now=clock.at) == 0
    write(policy.set_value, LAPSE_NOTICE_DAYS, 10, now=clock.at)
    clock.forward(minutes=1)
    assert write(tell_lapsing, now=clock.at) == 1
