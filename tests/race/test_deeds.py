"""Real commits from many threads: one decision whoever is quicker, one month's cap, one pot, one picture."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

from pointsapp.core import clock, policy
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.deeds.models import Deed, DeedKind, DeedReview
from pointsapp.deeds.policies import A_DAY, POINTS_A_MONTH
from pointsapp.deeds.services import Approve, HandIn, Refuse, approve_deed, hand_in, reject_deed
from pointsapp.ledger.queries import person_balance, verify
from tests.databases import Clone
from tests.deeds.conftest import make_street, picture
from tests.race.crowd import at_once

pytestmark = pytest.mark.race


def test_two_who_decide_at_once_leave_one_decision(live: Clone) -> None:
    with live.app.app_context():
        street = make_street(db.session)
        key = street.hand_in()
        yes, no = street.actor(street.staff), street.actor(street.colleague)
        acts = [lambda: write(approve_deed, yes, Approve(deed_id=key), now=clock.now())] * 4
        acts += [lambda: write(reject_deed, no, Refuse(deed_id=key, reason="看不清楚"), now=clock.now())] * 4
        seen = Counter(at_once(live, acts))
        assert db.session.scalar(select(func.count()).select_from(DeedReview).where(DeedReview.turn == 1)) == 1
        # Whoever refused may not approve; but who approves a refused deed is the second look, by somebody else.
        assert seen["done"] + seen["repeat"] + seen["deed_reviewed"] == 8, seen
        assert person_balance(db.session, street.doer.id) in (0, 5)
        assert verify(db.session).ok


def test_the_months_cap_holds_however_many_decide_at_once(live: Clone) -> None:
    with live.app.app_context():
        street = make_street(db.session)
        policy.set_value(db.session, POINTS_A_MONTH, 12, now=clock.now())
        policy.set_value(db.session, A_DAY, 20, now=clock.now())
        db.session.commit()
        keys = [street.hand_in(number) for number in range(6)]
        who = [street.actor(street.staff), street.actor(street.colleague)]
        acts = [
            lambda key=key, actor=who[number % 2]: write(approve_deed, actor, Approve(deed_id=key), now=clock.now())
            for number, key in enumerate(keys)
        ]
        assert Counter(at_once(live, acts)) == {"done": 6}
        assert person_balance(db.session, street.doer.id) == 12
        assert verify(db.session).ok


def test_a_picture_sent_ten_times_is_one_deed(live: Clone) -> None:
    with live.app.app_context():
        street = make_street(db.session)
        doer, command = street.actor(street.doer), HandIn(kind=DeedKind.TIDY, words="扫了门口", picture=picture(1))
        acts = [lambda: write(hand_in, doer, command, now=clock.now())] * 10
        seen = Counter(at_once(live, acts))
        assert seen == {"done": 1, "deed_picture_used": 9}
        assert db.session.scalar(select(func.count()).select_from(Deed)) == 1
