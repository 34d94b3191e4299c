"""Donations and gifts through the books: exact sums, the end of expiring points, and every refusal without a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from pointsapp.core import clock as time
from pointsapp.core.errors import Forbidden, Invalid, Refusal
from pointsapp.core.paging import PageRequest
from pointsapp.giving.models import Gift
from pointsapp.giving.queries import donations_of, find_fund, fund_uses, gifts_of
from pointsapp.giving.services import (
    Donate,
    GivePoints,
    OpenFund,
    TellUse,
    close_fund,
    donate,
    give_points,
    open_fund,
    tell_use,
)
from pointsapp.ledger.queries import entries_page, person_balance, person_points, statement, verify
from pointsapp.ledger.services import lapse_due
from tests.conftest import Clock
from tests.factories import make_person
from tests.giving.conftest import Street, do
from tests.merchants.shops import give_points as earn


def gift(street: Street, points: int) -> GivePoints:
    return GivePoints(volunteer_number=street.receiver.volunteer_number, points=points)


class TestDonating:
    def test_points_leave_for_good_and_stand_in_the_fund(self, street: Street) -> None:
        receipt = do(donate, street.actor(street.giver), Donate(fund_id=street.fund, points=30))
        assert (receipt.points, receipt.balance) == (30, 170)
        fund = find_fund(street.session, street.fund)
        assert (fund.donated, fund.used, fund.left, fund.donors) == (30, 0, 30, None)
        assert [(line.fund, line.points) for line in donations_of(street.session, street.giver.id)] == [
            ("暖心午餐", 30)
        ]
        line = entries_page(street.session, street.giver.id, PageRequest()).items[0]
        assert (line.points, line.balance_after, line.words) == (-30, 170, "捐给「暖心午餐」")
        assert verify(street.session).ok

    def test_donors_are_counted_out_from_five_on(self, street: Street) -> None:
        for _ in range(4):
            person = make_person(street.session)
            earn(street.session, person, 5)
            do(donate, street.actor(person), Donate(fund_id=street.fund, points=5))
        assert find_fund(street.session, street.fund).donors is None
        do(donate, street.actor(street.giver), Donate(fund_id=street.fund, points=5))
        do(donate, street.actor(street.giver), Donate(fund_id=street.fund, points=5))
        assert find_fund(street.session, street.fund).donors == 5

    @pytest.mark.parametrize(
        ("points", "closed", "verified", "code"),
        [
            (201, False, True, "insufficient_points"),
            (1, True, True, "fund_closed"),
            (1, False, False, "not_verified"),
        ],
    )
    def test_what_is_refused_changes_nothing(
        self, street: Street, points: int, closed: bool, verified: bool, code: str
    ) -> None:
        if closed:
            do(close_fund, street.actor(street.officer), street.fund)
        actor = replace(street.actor(street.giver), is_verified=verified)
        with pytest.raises(Refusal) as refused:
            do(donate, actor, Donate(fund_id=street.fund, points=points))
        assert refused.value.code == code
        assert person_balance(street.session, street.giver.id) == 200
        assert find_fund(street.session, street.fund).donated == 0


class TestUses:
    def test_a_use_is_told_in_public_up_to_what_was_donated(self, street: Street, clock: Clock) -> None:
        do(donate, street.actor(street.giver), Donate(fund_id=street.fund, points=30))
        today = time.local_day(clock.at)
        told = TellUse(fund_id=street.fund, points=20, words="五位老人的午饭", used_on=today)
        do(tell_use, street.actor(street.officer), told)
        fund = find_fund(street.session, street.fund)
        assert (fund.used, fund.left) == (20, 10)
        assert [(use.points, use.words) for use in fund_uses(street.session, fund, PageRequest()).items] == [
            (20, "五位老人的午饭")
        ]
        with pytest.raises(Refusal) as refused:
            do(tell_use, street.actor(street.officer), replace(told, points=11))
        assert (refused.value.code, refused.value.facts) == ("fund_has_less", {"left": 10})
        with pytest.raises(Invalid):
            do(tell_use, street.actor(street.officer), replace(told, points=1, used_on=today + timedelta(days=1)))

    def test_only_the_office_of_the_area_runs_it(self, street: Street, clock: Clock) -> None:
        actor, today = street.actor(street.giver), time.local_day(clock.at)
        area = street.actor(street.officer).grants[0].area_id
        code = street.session.scalar(text("SELECT code FROM area WHERE id = :id"), {"id": area})
        for act, command in (
            (close_fund, street.fund),
            (tell_use, TellUse(fund_id=street.fund, points=1, words="x", used_on=today)),
            (open_fund, OpenFund(area=str(code), name="x", purpose="x")),
        ):
            with pytest.raises(Forbidden):
                do(act, actor, command)

    def test_closed_twice_is_closed_once(self, street: Street) -> None:
        assert not do(close_fund, street.actor(street.officer), street.fund).is_repeat
        assert do(close_fund, street.actor(street.officer), street.fund).is_repeat


class TestGifts:
    def test_a_line_in_each_book_and_the_sums_of_all_stay(self, street: Street, clock: Clock) -> None:
        receipt = do(give_points, street.actor(street.giver), gift(street, 40))
        assert (receipt.points, receipt.balance) == (40, 160)
        assert street.receiver.name not in receipt.masked_name
        assert person_balance(street.session, street.receiver.id) == 40
        books = [
            entries_page(street.session, each.id, PageRequest()).items[0] for each in (street.giver, street.receiver)
        ]
        assert [(line.points, line.balance_after, line.words) for line in books] == [
            (-40, 160, "送给邻居"),
            (40, 40, "收到邻居的赠送"),
        ]
        assert [line.points for line in gifts_of(street.session, street.giver.id)] == [-40]
        assert [line.points for line in gifts_of(street.session, street.receiver.id)] == [40]
        assert person_points(street.session, street.receiver.id, now=clock.at).earned_total == 0
        assert verify(street.session).ok
        month = time.period_start("month", clock.at)
        assert month is not None
        line = statement(street.session, month, clock.at + timedelta(seconds=1)).lines[0]
        assert (line.issued, line.donated, line.available_at_end) == (200, 0, 200)

    def test_what_was_going_to_expire_still_does(self, street: Street, clock: Clock) -> None:
        person, soon = make_person(street.session), clock.at + timedelta(days=40)
        earn(street.session, person, 10, lot_expires_at=soon)
        earn(street.session, person, 10, lot_expires_at=soon + timedelta(days=10))
        do(give_points, street.actor(person), gift(street, 15))
        expiring = person_points(street.session, street.receiver.id, now=clock.at).expiring
        assert [points for _day, points in expiring] == [10, 5]
        clock.forward(days=41)
        assert do(lapse_due) == 1
        assert person_balance(street.session, street.receiver.id) == 5
        assert verify(street.session).ok

    def test_the_month_of_the_giver_and_of_the_receiver(self, street: Street, clock: Clock) -> None:
        actor = street.actor(street.giver)
        for _ in range(2):
            do(give_points, actor, gift(street, 50))
        with pytest.raises(Refusal) as refused:
            do(give_points, actor, gift(street, 1))
        assert (refused.value.code, refused.value.facts) == ("gift_too_large", {"left": 0})
        for points in (50, 50):
            other = make_person(street.session)
            earn(street.session, other, 60)
            do(give_points, street.actor(other), gift(street, points))
        with pytest.raises(Refusal) as refused:
            do(give_points, street.actor(other), gift(street, 1))
        assert refused.value.code == "receiver_has_enough"
        clock.forward(days=10)  # 1 December in Shanghai
        do(give_points, actor, gift(street, 50))

    @pytest.mark.parametrize(
        ("number", "points", "code"),
        [
            ("self", 5, "gift_to_oneself"),
            ("12345678901", 5, "receiver_unknown"),
            ("unverified", 5, "receiver_unknown"),
            ("erased", 5, "receiver_unknown"),
            ("receiver", 51, "gift_too_large"),
        ],
    )
    def test_what_is_refused_changes_nothing(
        self, street: Street, clock: Clock, number: str, points: int, code: str
    ) -> None:
        people = {
            "self": street.giver,
            "receiver": street.receiver,
            "unverified": make_person(street.session, verified=False),
            "erased": make_person(street.session, erased_at=clock.at),
        }
        to = people[number].volunteer_number if number in people else number
        with pytest.raises(Refusal) as refused:
            do(give_points, street.actor(street.giver), GivePoints(volunteer_number=to, points=points))
        assert refused.value.code == code
        assert person_balance(street.session, street.giver.id) == 200
        assert street.session.scalar(select(Gift.id)) is None

    def test_more_than_one_has(self, street: Street) -> None:
        poor = make_person(street.session)
        earn(street.session, poor, 3)
        with pytest.raises(Refusal) as refused:
            do(give_points, street.actor(poor), gift(street, 4))
        assert (refused.value.code, refused.value.facts) == ("insufficient_points", {"balance": 3, "needed": 4})
        assert street.session.scalar(select(Gift.id)) is None

    def test_the_proof_sees_a_gift_that_nobody_received(self, street: Street) -> None:
        do(give_points, street.actor(street.giver), gift(street, 40))
        is_postgresql = street.session.get_bind().dialect.name == "postgresql"
        guard = "posting_append_only ON posting" if is_postgresql else "posting_no_delete"
        street.session.execute(text(f"DROP TRIGGER {guard}"))
        street.session.execute(text("DELETE FROM posting WHERE source = 'system:gifts'"))
        report = verify(street.session)
        assert not report.ok
        assert any("gift that nobody received" in str(problem) for problem in report.problems)
