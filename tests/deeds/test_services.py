"""Deeds through the services: who decides, what it gives, where the points come from, and every refusal without a trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pointsapp.care.models import Consent, Mandate, MandateState
from pointsapp.core import clock as time
from pointsapp.core import events, policy
from pointsapp.core.errors import Forbidden, NotFound, Refusal
from pointsapp.core.events import Event
from pointsapp.core.paging import PageRequest
from pointsapp.core.personal import closings
from pointsapp.core.transaction import write
from pointsapp.deeds.models import DeedKind, DeedPot, DeedReview, DeedState
from pointsapp.deeds.policies import A_DAY, POT_A_MONTH
from pointsapp.deeds.queries import (
    close_to,
    deed_for,
    deeds_page,
    limits_now,
    look_alike,
    my_deeds_page,
    reviews_of,
    standing_of,
)
from pointsapp.deeds.queries.unfinished import deeds_of
from pointsapp.deeds.services import (
    Approve,
    HandIn,
    Refuse,
    approve_deed,
    close_pots,
    hand_in,
    reject_deed,
    revoke_deed,
    withdraw_deed,
)
from pointsapp.desk.queries import work_list
from pointsapp.ledger import accounts
from pointsapp.ledger.queries import account_balance, account_sum, entries_page, person_balance, verify
from pointsapp.people.models import Person
from pointsapp.stars.models import Evidence
from tests.conftest import Clock
from tests.deeds.conftest import Street, do, drawn, make_street, picture
from tests.factories import kept, make_person, make_staff


def refused(street: Street, code: str, fn: Any, *args: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        do(fn, *args)
    assert caught.value.code == code
    return caught.value


class TestHandingIn:
    def test_it_goes_to_the_community_above_the_grid_with_a_working_days_limit(self, street: Street) -> None:
        key = street.hand_in()
        deed = deed_for(street.session, street.actor(street.doer), key)
        assert (deed.area_id, deed.state, deed.points, deed.has_picture) == (
            street.tree["community"].id, DeedState.WAITING, 0, True,
        )  # fmt: skip
        assert str(time.local_day(deed.due_at)) == "2026-11-25"  # Saturday; until the end of Tuesday
        assert street.session.scalars(select(Event.kind).where(Event.subject == f"deed:{deed.id}")).all() == [
            "deeds.handed_in"
        ]

    def test_a_day_takes_so_many_and_the_next_one_more(self, street: Street, clock: Clock) -> None:
        policy.set_value(street.session, A_DAY, 2, now=time.now())
        street.session.commit()
        taken_back = street.hand_in(1)
        do(withdraw_deed, street.actor(street.doer), taken_back)
        for number in (2, 3):
            street.hand_in(number)
        command = HandIn(kind=DeedKind.TIDY, words="又扫了一次", picture=picture(4))
        assert refused(street, "deeds_enough_today", hand_in, street.actor(street.doer), command).facts == {"most": 2}
        street.hand_in(5, street.neighbour)
        clock.forward(days=1)
        street.hand_in(4)

    def test_the_same_file_is_taken_once_while_it_stands(self, street: Street) -> None:
        first = street.hand_in(1)
        again = HandIn(kind=DeedKind.GREEN, words="又扫了一次", picture=picture(1))
        error = refused(street, "deed_picture_used", hand_in, street.actor(street.doer), again)
        assert error.facts == {"deed": first}
        do(reject_deed, street.actor(street.staff), Refuse(deed_id=first, reason="看不清做了什么"))
        assert street.hand_in(1) != first  # what was refused may be told again

    def test_without_a_home_or_a_picture_there_is_nobody_or_nothing_to_look_at(self, street: Street) -> None:
        stranger = kept(street.session, make_person(street.session))
        command = HandIn(kind=DeedKind.TIDY, words="扫了门口", picture=picture(1))
        refused(street, "deed_needs_home", hand_in, street.actor(stranger), command)
        bare = HandIn(kind=DeedKind.TIDY, words="扫了门口")
        refused(street, "deed_picture_unreadable", hand_in, street.actor(street.doer), bare)

    def test_taking_back_works_until_somebody_has_looked(self, street: Street) -> None:
        key, doer = street.hand_in(), street.actor(street.doer)
        with pytest.raises(NotFound):
            do(withdraw_deed, street.actor(street.neighbour), key)
        assert not do(withdraw_deed, doer, key).is_repeat
        assert do(withdraw_deed, doer, key).is_repeat
        refused(street, "deed_taken_back", approve_deed, street.actor(street.staff), Approve(deed_id=key))
        seen = street.hand_in(2)
        do(approve_deed, street.actor(street.staff), Approve(deed_id=seen))
        refused(street, "deed_reviewed", withdraw_deed, doer, seen)


class TestDeciding:
    def test_an_approval_posts_points_from_the_pot_with_its_reasons(self, street: Street) -> None:
        key = street.hand_in()
        receipt = do(approve_deed, street.actor(street.staff), Approve(deed_id=key, points=3))
        assert (receipt.state, receipt.points, receipt.is_repeat) == (DeedState.APPROVED, 3, False)
        assert person_balance(street.session, street.doer.id) == 3
        line = entries_page(street.session, street.doer.id, PageRequest()).items[0]
        assert (line.points, line.words, line.facts) == (3, "随手做志愿", {"deed": key})
        assert [step["key"] for step in line.steps] == ["deed_given"]
        pot = accounts.pot_reserved(street.tree["community"].id, "2026-11")
        assert account_sum(street.session, pot) == 97  # a fifth of 500 was set aside
        assert account_balance(street.session, accounts.budget(street.tree["street"].id)) == 900
        assert verify(street.session).ok

    def test_one_review_whoever_asks_again(self, street: Street) -> None:
        key = street.hand_in()
        do(approve_deed, street.actor(street.staff), Approve(deed_id=key, points=3))
        again = do(approve_deed, street.actor(street.colleague), Approve(deed_id=key, points=5))
        assert (again.points, again.is_repeat) == (3, True)
        refused(
            street, "deed_reviewed", reject_deed, street.actor(street.colleague), Refuse(deed_id=key, reason="不行")
        )
        assert person_balance(street.session, street.doer.id) == 3
        assert street.session.scalars(select(DeedReview.turn)).all() == [1]

    def test_the_month_is_capped_and_says_so(self, street: Street, clock: Clock) -> None:
        staff = street.actor(street.staff)
        policy.set_value(street.session, A_DAY, 20, now=time.now())
        street.session.commit()
        given = [
            do(approve_deed, staff, Approve(deed_id=street.hand_in(number), points=5 if number else 4)).points
            for number in range(8)
        ]
        assert given == [4, 5, 5, 5, 5, 5, 1, 0]  # 30 a month
        standing = standing_of(
            street.session, street.doer.id, limits_now(street.session, now=time.now()), now=time.now()
        )
        assert (standing.got, standing.left, standing.today, standing.left_today) == (30, 0, 8, 12)
        clock.forward(days=11)
        assert do(approve_deed, street.actor(street.staff), Approve(deed_id=street.hand_in(9))).points == 5
        assert verify(street.session).ok

    def test_more_than_one_deed_may_have_is_refused(self, street: Street) -> None:
        error = refused(
            street, "deed_points_too_many", approve_deed, street.actor(street.staff),
            Approve(deed_id=street.hand_in(), points=6),
        )  # fmt: skip
        assert error.facts == {"most": 5}

    def test_never_ones_own_nor_of_who_acts_for_one(self, street: Street) -> None:
        own = street.hand_in(1, street.staff)
        refused(street, "own_deed", approve_deed, street.actor(street.staff), Approve(deed_id=own))
        now = time.now()
        street.session.add(
            Mandate(
                person_id=street.doer.id,
                helper_id=street.staff.id,
                state=MandateState.OPEN,
                consent=Consent.OWN,
                may_spend=False,
                recorded_by_id=street.doer.id,
                asked_at=now,
                starts_at=now,
                ends_at=now,
            )
        )
        street.session.commit()
        key = street.hand_in(2)
        assert close_to(street.session, street.doer.id) == {street.staff.id}
        for fn, command in ((approve_deed, Approve(deed_id=key)), (reject_deed, Refuse(deed_id=key, reason="不行"))):
            refused(street, "own_deed", fn, street.actor(street.staff), command)
        assert do(approve_deed, street.actor(street.colleague), Approve(deed_id=key)).points == 5

    def test_a_visit_at_the_desk_makes_nobody_a_relative(self, street: Street) -> None:
        now = time.now()
        street.session.add(
            Mandate(
                person_id=street.doer.id,
                helper_id=street.staff.id,
                state=MandateState.OPEN,
                consent=Consent.SPOKEN,
                may_spend=False,
                is_desk=True,
                recorded_by_id=street.staff.id,
                asked_at=now,
                starts_at=now,
                ends_at=now,
            )
        )
        street.session.commit()
        assert close_to(street.session, street.doer.id) == frozenset()

    def test_who_is_not_of_the_community_sees_nothing(self, street: Street) -> None:
        key = street.hand_in()
        foreign = kept(street.session, make_staff(street.session, street.tree["other"]))
        for person in (foreign, street.neighbour):
            with pytest.raises(NotFound):
                do(approve_deed, street.actor(person), Approve(deed_id=key))
        with pytest.raises(Forbidden):
            do(approve_deed, street.actor(street.doer), Approve(deed_id=key))
        assert deeds_page(street.session, street.actor(foreign), PageRequest()).items == ()
        assert len(deeds_page(street.session, street.actor(street.admin), PageRequest()).items) == 1


class TestLookingAgain:
    def test_a_refused_deed_is_approved_by_somebody_else_only(self, street: Street) -> None:
        key, reason = street.hand_in(), "照片看不出做了什么"
        do(reject_deed, street.actor(street.staff), Refuse(deed_id=key, reason=reason))
        assert do(reject_deed, street.actor(street.colleague), Refuse(deed_id=key, reason="别的")).is_repeat
        refused(street, "own_deed_review", approve_deed, street.actor(street.staff), Approve(deed_id=key))
        assert do(approve_deed, street.actor(street.colleague), Approve(deed_id=key, points=2)).points == 2
        deed = deed_for(street.session, street.actor(street.doer), key)
        assert [(row.turn, row.decision.value, row.reason) for row in reviews_of(street.session, deed.id)] == [
            (1, "rejected", reason), (2, "approved", ""),
        ]  # fmt: skip
        refused(street, "deed_reviewed", revoke_deed, street.actor(street.admin), Refuse(deed_id=key, reason="不对"))

    def test_an_approval_is_taken_back_with_its_points(self, street: Street) -> None:
        key, revoke = street.hand_in(), Refuse(deed_id="", reason="照片用过了")
        do(approve_deed, street.actor(street.staff), Approve(deed_id=key))
        command = Refuse(deed_id=key, reason=revoke.reason)
        refused(street, "own_deed_review", revoke_deed, street.actor(street.staff), command)
        assert do(revoke_deed, street.actor(street.admin), command).state is DeedState.REVOKED
        assert do(revoke_deed, street.actor(street.admin), command).is_repeat
        assert person_balance(street.session, street.doer.id) == 0
        assert account_balance(street.session, accounts.budget(street.tree["street"].id)) == 905
        mine = my_deeds_page(street.session, street.doer.id, PageRequest()).items[0]
        assert (mine.state, mine.points) == (DeedState.REVOKED, 0)
        assert verify(street.session).ok

    def test_what_waits_cannot_be_taken_back(self, street: Street) -> None:
        command = Refuse(deed_id=street.hand_in(), reason="不对不对")
        refused(street, "deed_reviewed", revoke_deed, street.actor(street.admin), command)


class TestTheStarBoard:
    def test_a_deed_is_of_the_day_it_was_handed_in_whenever_somebody_looks(self, street: Street, clock: Clock) -> None:
        """So is what takes it back: neither moves into another quarter because the desk was busy."""
        handed_in = clock.now()
        keys = [street.hand_in(1), street.hand_in(2)]
        start = handed_in - timedelta(days=1)
        waiting = street.session.execute(deeds_of(start, handed_in + timedelta(seconds=1))).all()
        assert [(row.person_id, row.received_at) for row in waiting] == [(street.doer.id, handed_in)] * 2
        assert street.session.execute(deeds_of(start, handed_in)).all() == []
        clock.forward(days=2)
        do(approve_deed, street.actor(street.staff), Approve(deed_id=keys[0]))
        clock.forward(days=60)
        do(revoke_deed, street.actor(street.admin), Refuse(deed_id=keys[0], reason="照片用过了"))
        assert len(street.session.execute(deeds_of(start, clock.now())).all()) == 1
        write(events.deliver_due, now=clock.now())
        rows = street.session.scalars(select(Evidence).where(Evidence.metric == "deeds").order_by(Evidence.id)).all()
        assert [(row.quantity, row.occurred_at, row.received_at) for row in rows] == [
            (1, handed_in, handed_in), (-1, handed_in, handed_in),
        ]  # fmt: skip


class TestPots:
    def test_a_month_ends_and_the_rest_goes_back_once(self, street: Street, clock: Clock) -> None:
        do(approve_deed, street.actor(street.staff), Approve(deed_id=street.hand_in()))
        assert do(close_pots) == 0  # the month still runs
        clock.forward(days=12)
        assert (do(close_pots), do(close_pots)) == (1, 0)
        assert account_balance(street.session, accounts.budget(street.tree["street"].id)) == 995
        pot = street.session.scalars(select(DeedPot)).one()
        assert account_sum(street.session, accounts.pot_reserved(pot.area_id, pot.month)) == 0
        assert verify(street.session).ok

    def test_a_month_gives_no_more_than_the_policy_says(self, street: Street) -> None:
        policy.set_value(street.session, POT_A_MONTH, 7, now=time.now())
        street.session.commit()
        staff = street.actor(street.staff)
        do(approve_deed, staff, Approve(deed_id=street.hand_in(1)))
        second = street.hand_in(2)
        error = refused(street, "deed_pot_empty", approve_deed, staff, Approve(deed_id=second))
        assert error.facts == {"left": 2}
        assert deed_for(street.session, staff, second).state is DeedState.WAITING
        assert do(approve_deed, staff, Approve(deed_id=second, points=2)).points == 2
        assert do(approve_deed, staff, Approve(deed_id=street.hand_in(3), points=0)).points == 0
        assert verify(street.session).ok

    def test_without_a_budget_thanks_alone_are_given(self, session: Any, clock: Clock) -> None:
        street = make_street(session, budget=0)
        key = street.hand_in()
        refused(street, "insufficient_budget", approve_deed, street.actor(street.staff), Approve(deed_id=key))
        assert do(approve_deed, street.actor(street.staff), Approve(deed_id=key, points=0)).points == 0


class TestPictures:
    def test_the_reviewer_sees_where_else_a_picture_was_used(self, street: Street) -> None:
        first = street.hand_in(1)
        copied = street.hand_in(1, street.neighbour)  # the very same file, from somebody else
        smaller = street.hand_in(1, street.colleague, picture=picture(1, size=(320, 240), quality=40))
        other = street.hand_in(2, street.neighbour)
        keys = {
            key: deed_for(street.session, street.actor(street.admin), key).id for key in (first, copied, smaller, other)
        }
        found = look_alike(street.session, keys.values(), most_places=3)
        assert {each.public_id for each in found[keys[first]]} == {copied, smaller}
        assert [each.places for each in found[keys[copied]] if each.public_id == first] == [0]
        assert keys[other] not in found
        assert drawn(1) != drawn(2)


class TestDesk:
    def test_it_waits_in_the_list_of_the_day_until_it_was_looked_at(self, street: Street, clock: Clock) -> None:
        def lines(person: Person) -> list[tuple[str, int]]:
            found = work_list(street.session, street.actor(person), now=time.now())
            return [(line.title, line.count) for line in found.lines if line.kind == "deeds.unseen"]

        first = street.hand_in(1)
        street.hand_in(2)
        assert lines(street.staff) == [(street.tree["community"].name, 2)]
        street.hand_in(3, street.staff)  # not for oneself
        assert lines(street.staff) == [(street.tree["community"].name, 2)]
        do(approve_deed, street.actor(street.staff), Approve(deed_id=first))
        assert lines(street.staff) == [(street.tree["community"].name, 1)]
        assert lines(street.admin) == []
        clock.forward(days=6)
        assert lines(street.admin) == [(street.tree["community"].name, 2)]  # overdue, it climbed


class TestLeaving:
    def test_what_waits_is_taken_back_before_somebody_is_erased(self, street: Street) -> None:
        street.hand_in(1)
        closing = next(each for each in closings() if each.key == "deeds.waiting")
        count = closing.counts(street.doer.id, now=time.now())
        assert street.session.scalar(select(count)) == 1
        assert do(lambda session, now: closing.ends(session, street.doer.id, now=now)) == 1
        assert my_deeds_page(street.session, street.doer.id, PageRequest()).items[0].state is DeedState.WITHDRAWN
