"""Real commits from many threads: the month's limit, two who give each other, closing a fund while people donate."""

from __future__ import annotations

from collections import Counter

import pytest

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.giving.queries import find_fund
from pointsapp.giving.services import Donate, GivePoints, close_fund, donate, give_points
from pointsapp.ledger.queries import person_balance, verify
from tests.databases import Clone
from tests.giving.conftest import make_street
from tests.merchants.shops import give_points as earn
from tests.race.crowd import at_once

pytestmark = pytest.mark.race


def test_a_month_is_given_once_however_often_one_taps(live: Clone) -> None:
    with live.app.app_context():
        street = make_street(db.session)
        actor, to = street.actor(street.giver), street.receiver.volunteer_number
        act = lambda: write(give_points, actor, GivePoints(volunteer_number=to, points=25), now=clock.now())  # noqa: E731
        seen = Counter(at_once(live, [act] * 10))
        assert seen == {"done": 4, "gift_too_large": 6}  # 100 a month
        assert (person_balance(db.session, street.giver.id), person_balance(db.session, street.receiver.id)) == (
            100,
            100,
        )
        assert verify(db.session).ok


def test_two_who_give_each_other_do_not_wait_for_each_other(live: Clone) -> None:
    with live.app.app_context():
        street = make_street(db.session)
        earn(db.session, street.receiver, 200)
        one, other = street.giver, street.receiver
        pairs = [(street.actor(one), other.volunteer_number), (street.actor(other), one.volunteer_number)] * 5
        acts = [
            lambda actor=actor, to=to: write(
                give_points, actor, GivePoints(volunteer_number=to, points=10), now=clock.now()
            )
            for actor, to in pairs
        ]
        assert Counter(at_once(live, acts)) == {"done": 10}
        assert (person_balance(db.session, one.id), person_balance(db.session, other.id)) == (200, 200)
        assert verify(db.session).ok


def test_nothing_reaches_a_fund_that_has_ended(live: Clone) -> None:
    with live.app.app_context():
        street = make_street(db.session)
        giver, officer = street.actor(street.giver), street.actor(street.officer)
        acts = [lambda: write(donate, giver, Donate(fund_id=street.fund, points=5), now=clock.now())] * 8
        acts.append(lambda: write(close_fund, officer, street.fund, now=clock.now()))
        seen = at_once(live, acts)
        given = seen[:8].count("done")
        assert set(seen[:8]) <= {"done", "fund_closed"}
        assert seen[8] == "done"
        fund = find_fund(db.session, street.fund)
        assert fund.closed_at is not None
        assert fund.donated == 5 * given == 200 - person_balance(db.session, street.giver.id)
