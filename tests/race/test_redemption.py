"""Real commits from many threads: the last item, one voucher at two tills, a person's limit, use against cancel against expiry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import person_points, verify
from pointsapp.merchants.models import Offer
from pointsapp.redemption.models import Redemption, Voucher, VoucherState
from pointsapp.redemption.services import (
    ReverseRedemption,
    cancel_voucher,
    expire_due,
    issue_voucher,
    redeem,
    reverse_redemption,
)
from tests.databases import Clone
from tests.factories import actor_of, make_person
from tests.merchants.shops import Shop, give_points, make_offer, make_shop
from tests.race.crowd import at_once

pytestmark = pytest.mark.race
MANY = 20


def buyers(shop: Shop, number: int, points: int = 30) -> list[Actor]:
    people = [make_person(shop.session, shop.tree["community"]) for _ in range(number)]
    for person in people:
        give_points(shop.session, person, points)
    return [actor_of(shop.session, person) for person in people]


def count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def taken(offer: str) -> tuple[int, int]:
    row = db.session.scalars(
        select(Offer).where(Offer.public_id == offer).execution_options(populate_existing=True)
    ).one()
    return row.taken, row.day_taken


def test_the_last_item_goes_to_one(live: Clone) -> None:
    with live.app.app_context():
        shop = make_shop(db.session)
        offer = make_offer(shop, stock=1).public_id
        actors = buyers(shop, MANY)
    answers = at_once(live, [lambda a=a: write(issue_voucher, a, offer, now=clock.now()) for a in actors])
    assert Counter(answers) == {"done": 1, "out_of_stock": MANY - 1}
    with live.app.app_context():
        assert count(Voucher) == 1
        assert taken(offer) == (1, 1)
        balances = [person_points(db.session, actor.person_id, now=clock.now()).balance for actor in actors]
        assert Counter(balances) == {0: 1, 30: MANY - 1}
        assert verify(db.session).ok


def test_the_days_share_is_not_exceeded(live: Clone) -> None:
    with live.app.app_context():
        shop = make_shop(db.session)
        offer = make_offer(shop, daily_limit=5).public_id
        actors = buyers(shop, MANY)
    answers = at_once(live, [lambda a=a: write(issue_voucher, a, offer, now=clock.now()) for a in actors])
    assert Counter(answers) == {"done": 5, "out_of_stock": MANY - 5}
    with live.app.app_context():
        assert taken(offer) == (5, 5)


def test_one_persons_limit_holds_however_often_they_press(live: Clone) -> None:
    with live.app.app_context():
        shop = make_shop(db.session)
        offer = make_offer(shop, per_person_limit=2).public_id
        (actor,) = buyers(shop, 1, points=30 * MANY)
    answers = at_once(live, [lambda: write(issue_voucher, actor, offer, now=clock.now())] * MANY)
    assert Counter(answers) == {"done": 2, "limit_reached": MANY - 2}
    with live.app.app_context():
        assert taken(offer) == (2, 2)
        held = person_points(db.session, actor.person_id, now=clock.now())
        assert (held.balance, held.held) == (30 * (MANY - 2), 60)
        assert verify(db.session).ok


def test_points_for_three_buy_three(live: Clone) -> None:
    with live.app.app_context():
        shop = make_shop(db.session)
        offer = make_offer(shop).public_id
        (actor,) = buyers(shop, 1, points=100)
    answers = at_once(live, [lambda: write(issue_voucher, actor, offer, now=clock.now())] * MANY)
    assert Counter(answers) == {"done": 3, "insufficient_points": MANY - 3}
    with live.app.app_context():
        assert person_points(db.session, actor.person_id, now=clock.now()).balance == 10
        assert verify(db.session).ok


def _one_voucher(live: Clone, **over: Any) -> tuple[Actor, list[Actor], str, str, str]:
    with live.app.app_context():
        shop = make_shop(db.session)
        offer = make_offer(shop, stock=5, **over).public_id
        (owner,) = buyers(shop, 1)
        voucher = write(issue_voucher, owner, offer, now=clock.now())
        tills = [actor_of(db.session, shop.clerk), actor_of(db.session, shop.manager)]
    return owner, tills, offer, voucher.public_id, voucher.code


def test_one_voucher_at_many_tills_is_used_once(live: Clone) -> None:
    _owner, tills, offer, _voucher, code = _one_voucher(live)
    acts = [lambda a=tills[n % 2]: write(redeem, a, code, now=clock.now()) for n in range(MANY)]
    assert Counter(at_once(live, acts)) == {"done": 1, "already_redeemed": MANY - 1}
    with live.app.app_context():
        assert count(Redemption) == 1
        assert taken(offer)[0] == 1
        assert verify(db.session).ok


def test_use_against_cancel_against_expiry_has_one_end(live: Clone) -> None:
    ends: Counter[str] = Counter()
    for _ in range(6):
        owner, tills, offer, voucher, code = _one_voucher(live)
        past = clock.now() + timedelta(days=8)
        acts: list[Callable[[], Any]] = [
            lambda t=tills, c=code: write(redeem, t[0], c, now=clock.now()),
            lambda o=owner, v=voucher: write(cancel_voucher, o, v, now=clock.now()),
            lambda p=past: write(expire_due, now=p),
        ]
        used, cancelled, _worked = at_once(live, acts)
        with live.app.app_context():
            row = db.session.scalars(
                select(Voucher).where(Voucher.public_id == voucher).execution_options(populate_existing=True)
            ).one()
            ends[row.state.value] += 1
            assert (used == "done") == (row.state is VoucherState.REDEEMED)
            assert (cancelled == "done") == (row.state is VoucherState.CANCELLED)
            assert used in ("done", "voucher_cancelled", "voucher_expired")
            assert cancelled in ("done", "already_redeemed", "voucher_expired")
            held = person_points(db.session, owner.person_id, now=clock.now())
            assert (held.balance, held.held) == ((0, 0) if row.state is VoucherState.REDEEMED else (30, 0))
            assert taken(offer)[0] == (1 if row.state is VoucherState.REDEEMED else 0)
    assert sum(ends.values()) == 6
    with live.app.app_context():
        assert verify(db.session).ok


def test_a_redemption_is_undone_once(live: Clone) -> None:
    _owner, tills, _offer, voucher, code = _one_voucher(live)
    with live.app.app_context():
        used = write(redeem, tills[0], code, now=clock.now()).public_id
    command = ReverseRedemption(redemption=used, reason="扫错了")
    acts = [lambda a=tills[n % 2]: write(reverse_redemption, a, command, now=clock.now()) for n in range(8)]
    assert Counter(at_once(live, acts)) == {"done": 1, "repeat": 7}
    with live.app.app_context():
        row = db.session.scalars(select(Voucher).where(Voucher.public_id == voucher)).one()
        assert (row.state, row.holds) == (VoucherState.ISSUED, 2)
        assert verify(db.session).ok


def test_the_worker_and_the_residents_do_not_wait_in_a_ring(live: Clone) -> None:
    """Many people's vouchers of several offers expire while the same people take new ones of the same offers."""
    with live.app.app_context():
        shop = make_shop(db.session)
        offers = [make_offer(shop, points=1).public_id for _ in range(3)]
        actors = buyers(shop, 8, points=100)
        before = clock.now() - timedelta(days=8)
        for actor in actors:
            for offer in offers:
                write(issue_voucher, actor, offer, now=before)
    acts: list[Callable[[], Any]] = [lambda: write(expire_due, now=clock.now(), limit=9)] * 4
    acts += [
        lambda a=actor, o=offers[n % 3]: write(issue_voucher, a, o, now=clock.now())
        for n, actor in enumerate(actors * 2)
    ]
    assert set(at_once(live, acts)) == {"done"}
    with live.app.app_context():
        while write(expire_due, now=clock.now()):
            pass
        assert count(Voucher, Voucher.state == VoucherState.EXPIRED) == 24
        assert sum(taken(offer)[0] for offer in offers) == 16
        assert verify(db.session).ok
