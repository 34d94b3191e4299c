"""Looking after people: acting for somebody by consent, cards, a lost phone, a move, a newcomer by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pointsapp.boards.services import fold
from pointsapp.care.errors import (
    MandateExists,
    MandateOver,
    MoveAnswered,
    MoveWaiting,
    NameKnown,
    OwnShop,
    SameCommunity,
    SpendingNotAllowed,
    TooManyCards,
)
from pointsapp.care.models import Act, AreaMove, Consent, HelpAct, Mandate, MandateState, MoveState
from pointsapp.care.queries import acts_on, mandates_given
from pointsapp.care.services import (
    ANOTHER,
    AddNewcomer,
    AskMove,
    LeaveFor,
    OfferMandate,
    RecordMandate,
    accept_mandate,
    accept_move,
    accept_place_for,
    add_newcomer,
    ask_move,
    cancel_for,
    end_mandate,
    give_back_for,
    issue_card,
    note_print,
    offer_mandate,
    open_mandate,
    record_mandate,
    refuse_move,
    report_lost_phone,
    revoke_card,
    sign_up_for,
    start_desk,
    take_leave_for,
    take_voucher_for,
    tell_helpers,
    withdraw_move,
)
from pointsapp.core import clock as clocks
from pointsapp.core import policy
from pointsapp.core.actor import Role
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.events import Event, EventRow
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import person_balance, verify
from pointsapp.notices.models import Notice
from pointsapp.people.errors import NotVerified, PhoneTaken
from pointsapp.people.models import ApiToken, OneTimeCode, Person, PersonalCard
from pointsapp.people.queries import person_by_personal_code
from pointsapp.people.services import IssueOneTimeCode, issue_one_time_code, verify_at_desk
from pointsapp.redemption.errors import CodeReplaced, CodeUnknown
from pointsapp.redemption.models import Voucher, VoucherState
from pointsapp.redemption.queries import voucher_by_code
from pointsapp.redemption.services import issue_voucher, redeem
from pointsapp.tasks.errors import NothingToExcuse, OfferExpired, ShiftFull
from pointsapp.tasks.models import Signup, SignupState
from pointsapp.tasks.policies import WAITLIST_OFFER_MINUTES
from pointsapp.tasks.services import cancel_signup, sign_up
from pointsapp.web.typed import page_of
from pointsapp.worker import deliver_events
from tests.conftest import Clock, HouseClient
from tests.factories import (
    actor_of,
    bearer,
    grant,
    make_person,
    make_shift,
    make_signup,
    make_staff,
    make_task,
)
from tests.merchants.shops import Shop, give_points, make_offer


def act(fn: Any, *args: Any) -> Any:
    return write(fn, *args, now=clocks.now())


def daughter_of(shop: Shop, **over: Any) -> Person:
    person = make_person(shop.session, shop.tree["community"], name="李小兰", **over)
    shop.session.expunge(person)
    return person


def consent(shop: Shop, helper: Person, *, may_spend: bool = True, days: int = 30) -> str:
    """The resident asks, the helper agrees; return the mandate's public id."""
    offered = OfferMandate(who=str(helper.phone), days=days, may_spend=may_spend)
    given = act(offer_mandate, actor_of(shop.session, shop.resident), offered)
    return str(act(accept_mandate, actor_of(shop.session, helper), given.public_id).public_id)


class TestConsent:
    def test_holds_once_the_helper_agrees_and_until_it_is_taken_back(self, session: Session, shop: Shop) -> None:
        helper = daughter_of(shop)
        me, she = actor_of(session, shop.resident), actor_of(session, helper)
        given = act(offer_mandate, me, OfferMandate(who=helper.volunteer_number, days=30, may_spend=True))
        with pytest.raises(MandateOver):
            act(open_mandate, she, given.public_id)
        with pytest.raises(NotFound):
            act(accept_mandate, me, given.public_id)  # nobody says yes for the helper
        act(accept_mandate, she, given.public_id)
        act(open_mandate, she, given.public_id)
        act(end_mandate, me, given.public_id)
        with pytest.raises(MandateOver):
            act(open_mandate, she, given.public_id)
        assert act(end_mandate, me, given.public_id).helper_id == helper.id  # again: nothing happens

    def test_runs_out_by_itself_and_may_be_given_anew(self, session: Session, shop: Shop, clock: Clock) -> None:
        helper = daughter_of(shop)
        mandate = consent(shop, helper, days=30)
        with pytest.raises(MandateExists):
            consent(shop, helper)
        clock.forward(days=31)
        with pytest.raises(MandateOver):
            act(open_mandate, actor_of(session, helper), mandate)
        assert consent(shop, helper) != mandate
        assert [line.state for line in mandates_given(session, shop.resident.id, now=clocks.now())] == [
            MandateState.OPEN,
            MandateState.ENDED,
        ]

    def test_names_somebody_else_who_is_here(self, session: Session, shop: Shop) -> None:
        me = actor_of(session, shop.resident)
        for who in ("13999999999", str(shop.resident.phone)):
            with pytest.raises(Invalid) as refused:
                act(offer_mandate, me, OfferMandate(who=who, days=30, may_spend=False))
            assert "who" in refused.value.errors

    def test_never_lasts_longer_than_the_operator_allows(self, session: Session, shop: Shop) -> None:
        consent(shop, daughter_of(shop), days=9999)
        ends_at = session.scalars(select(Mandate.ends_at)).one()
        assert ends_at == clocks.now() + timedelta(days=365)

    def test_the_desk_records_it_for_others_never_for_itself(self, session: Session, shop: Shop) -> None:
        staff, helper = actor_of(session, shop.staff), daughter_of(shop)
        same = {"person": shop.resident.public_id, "days": 30, "may_spend": False, "note": "母女一起来"}
        command = RecordMandate(**same, who=str(helper.phone), consent=Consent.WRITTEN)  # type: ignore[arg-type]
        made = act(record_mandate, staff, command)
        act(open_mandate, actor_of(session, helper), made.public_id)
        own = RecordMandate(**same, who=str(shop.staff.phone), consent=Consent.SPOKEN)  # type: ignore[arg-type]
        with pytest.raises(Forbidden):
            act(record_mandate, staff, own)
        stranger = make_person(session, shop.tree["community"])
        with pytest.raises(NotFound):
            act(record_mandate, actor_of(session, stranger), command)

    def test_a_visit_at_the_desk_ends_within_the_hour(self, session: Session, shop: Shop, clock: Clock) -> None:
        staff = actor_of(session, shop.staff)
        made = act(start_desk, staff, shop.resident.public_id, "本人在窗口")
        act(open_mandate, staff, made.public_id)
        clock.forward(minutes=61)
        with pytest.raises(MandateOver):
            act(open_mandate, staff, made.public_id)
        assert act(start_desk, staff, shop.resident.public_id, "又来了").public_id != made.public_id
        with pytest.raises((Forbidden, NotFound)):
            act(start_desk, actor_of(session, shop.clerk), shop.resident.public_id, "我是店员")


class TestActing:
    def test_is_the_persons_own_act_with_both_names_on_record(self, session: Session, shop: Shop) -> None:
        helper = daughter_of(shop)
        mandate, she = consent(shop, helper), actor_of(session, helper)
        give_points(session, shop.resident, 70)
        shift = make_shift(session, make_task(session, shop.tree["community"], title="包饺子"))
        offer = make_offer(shop)
        signed = act(sign_up_for, she, mandate, shift.public_id)
        voucher = act(take_voucher_for, she, mandate, offer.public_id)
        assert voucher.person_id == shop.resident.id
        assert person_balance(session, shop.resident.id) == 40
        act(note_print, she, mandate, Act.PRINTED_VOUCHER, voucher.public_id)
        act(give_back_for, she, mandate, voucher.public_id)
        act(cancel_for, she, mandate, signed.public_id)
        states = session.scalars(select(Signup.state).where(Signup.person_id == shop.resident.id)).all()
        assert states == [SignupState.CANCELLED]
        assert [(line.act, line.title, line.helper_name) for line in reversed(acts_on(session, shop.resident.id))] == [
            (Act.SIGNED_UP, "包饺子", "李小兰"),
            (Act.TOOK_VOUCHER, "烩面一碗", "李小兰"),
            (Act.PRINTED_VOUCHER, "烩面一碗", "李小兰"),
            (Act.GAVE_BACK, "烩面一碗", "李小兰"),
            (Act.CANCELLED, "包饺子", "李小兰"),
        ]
        told = session.execute(select(Event.person_id, Event.actor_id).where(Event.kind == "care.acted")).all()
        assert set(told) == {(shop.resident.id, helper.id)}
        assert person_balance(session, helper.id) == 0
        assert verify(session).ok

    def test_takes_an_offered_place_and_gives_one_back_when_it_is_too_late_to_cancel(
        self, session: Session, shop: Shop, clock: Clock
    ) -> None:
        helper = daughter_of(shop)
        mandate, she = consent(shop, helper), actor_of(session, helper)
        task = make_task(session, shop.tree["community"], title="包饺子", cancel_until_minutes=120)
        shift = make_shift(session, task)
        until = clock.now() + timedelta(minutes=30)
        offered = make_signup(session, shift, shop.resident, SignupState.OFFERED, offer_expires_at=until)
        act(accept_place_for, she, mandate, offered.public_id)
        assert act(accept_place_for, she, mandate, offered.public_id).is_repeat
        session.expire_all()
        assert session.get_one(Signup, offered.id).state is SignupState.CONFIRMED
        left = act(take_leave_for, she, mandate, LeaveFor(signup=offered.public_id, reason="发烧了"))
        assert left.place_given_back
        session.expire_all()
        assert session.get_one(Signup, offered.id).state is SignupState.CANCELLED
        assert [line.act for line in reversed(acts_on(session, shop.resident.id))] == [Act.SIGNED_UP, Act.CANCELLED]

    def test_a_place_that_ran_out_is_refused_and_leave_ends_with_the_shift(
        self, session: Session, shop: Shop, clock: Clock
    ) -> None:
        helper, neighbour = daughter_of(shop), make_person(session, shop.tree["community"])
        mandate, she = consent(shop, helper), actor_of(session, helper)
        shift = make_shift(session, make_task(session, shop.tree["community"]))
        theirs = make_signup(session, shift, neighbour)
        late = clock.now() - timedelta(minutes=1)
        offered = make_signup(session, shift, shop.resident, SignupState.OFFERED, offer_expires_at=late)
        with pytest.raises(OfferExpired):
            act(accept_place_for, she, mandate, offered.public_id)
        for mine in (theirs.public_id, "nothing12345"):
            with pytest.raises(NotFound):
                act(accept_place_for, she, mandate, mine)
            with pytest.raises(NotFound):
                act(take_leave_for, she, mandate, LeaveFor(signup=mine, reason="发烧了"))
        over = make_shift(
            session, make_task(session, shop.tree["community"]), starts_at=clock.now() - timedelta(hours=3)
        )
        missed = make_signup(session, over, shop.resident)
        with pytest.raises(NothingToExcuse):
            act(take_leave_for, she, mandate, LeaveFor(signup=missed.public_id, reason="发烧了"))
        assert acts_on(session, shop.resident.id) == ()

    def test_whoever_helps_hears_of_an_offered_place_once(self, session: Session, shop: Shop, clock: Clock) -> None:
        helper, asked, former, staff = (*(make_person(session, shop.tree["community"]) for _ in range(3)), shop.staff)
        mandate = consent(shop, helper)
        offer = OfferMandate(who=str(asked.phone), days=30, may_spend=False)
        act(offer_mandate, actor_of(session, shop.resident), offer)  # has not said yes
        act(end_mandate, actor_of(session, former), consent(shop, former))
        act(start_desk, actor_of(session, staff), shop.resident.public_id, "本人在窗口")
        policy.set_value(session, WAITLIST_OFFER_MINUTES, 10, now=clock.at)
        shift = make_shift(session, make_task(session, shop.tree["community"], waitlist=True), capacity=1)
        neighbour = make_person(session, shop.tree["community"])
        act(sign_up, actor_of(session, neighbour), shift.public_id)
        waiting = act(sign_up, actor_of(session, shop.resident), shift.public_id)
        assert waiting.state is SignupState.WAITLISTED
        held = session.scalars(select(Signup.public_id).where(Signup.person_id == neighbour.id)).one()
        act(cancel_signup, actor_of(session, neighbour), held)
        deliver_events(clock.now())
        told = session.scalars(select(Event).where(Event.kind == "care.place_offered")).all()
        assert [(each.person_id, each.facts["mandate"]) for each in told] == [(helper.id, mandate)]
        offered = session.scalars(select(Event).where(Event.kind == "tasks.place_offered")).one()
        again = EventRow(
            id=offered.id, kind=offered.kind, at=offered.at, area_id=offered.area_id, person_id=offered.person_id,
            actor_id=None, subject=offered.subject, facts=offered.facts,
        )  # fmt: skip
        write(tell_helpers, again)
        assert len(session.scalars(select(Event.id).where(Event.kind == "care.place_offered")).all()) == 1
        deliver_events(clock.now())
        told_to = select(Notice.person_id).where(Notice.kind == "care.place_offered")
        assert session.scalars(told_to).all() == [helper.id]

    def test_whoever_helps_hears_of_a_place_that_came_by_itself(
        self, session: Session, shop: Shop, client: HouseClient, clock: Clock
    ) -> None:
        helper, neighbour = (make_person(session, shop.tree["community"]) for _ in range(2))
        mandate = consent(shop, helper)
        shift = make_shift(session, make_task(session, shop.tree["community"], waitlist=True), capacity=1)
        act(sign_up, actor_of(session, neighbour), shift.public_id)
        waiting = act(sign_up, actor_of(session, shop.resident), shift.public_id)
        held = session.scalars(select(Signup.public_id).where(Signup.person_id == neighbour.id)).one()
        act(cancel_signup, actor_of(session, neighbour), held)
        assert (
            session.scalar(select(Signup.state).where(Signup.public_id == waiting.public_id)) is SignupState.CONFIRMED
        )
        deliver_events(clock.now())
        told = session.scalars(select(Event).where(Event.kind == "care.signup_promoted")).all()
        assert [(each.person_id, each.facts["mandate"]) for each in told] == [(helper.id, mandate)]
        assert session.scalars(select(Event.id).where(Event.kind == "care.place_offered")).all() == []
        deliver_events(clock.now())
        page = client.sign_in(session.get_one(Person, told[0].person_id)).get("/me/notices").text
        assert "您照看的人候补上了" in page
        assert "您可以替他取消" in page
        assert f"/for/{mandate}" in page

    def test_without_consent_to_spend_points_stay(self, session: Session, shop: Shop) -> None:
        helper = daughter_of(shop)
        mandate = consent(shop, helper, may_spend=False)
        give_points(session, shop.resident, 70)
        offer = make_offer(shop)
        with pytest.raises(SpendingNotAllowed):
            act(take_voucher_for, actor_of(session, helper), mandate, offer.public_id)
        assert person_balance(session, shop.resident.id) == 70

    def test_nobody_spends_anothers_points_in_their_own_shop(self, session: Session, shop: Shop) -> None:
        mandate = consent(shop, shop.clerk)
        give_points(session, shop.resident, 70)
        offer = make_offer(shop)
        with pytest.raises(OwnShop):
            act(take_voucher_for, actor_of(session, shop.clerk), mandate, offer.public_id)

    def test_reaches_only_what_is_the_persons(self, session: Session, shop: Shop) -> None:
        helper, neighbour = daughter_of(shop), make_person(session, shop.tree["community"])
        mandate, she = consent(shop, helper), actor_of(session, helper)
        give_points(session, neighbour, 70)
        theirs = act(issue_voucher, actor_of(session, neighbour), make_offer(shop).public_id)
        with pytest.raises(NotFound):
            act(give_back_for, she, mandate, theirs.public_id)
        with pytest.raises(NotFound):
            act(note_print, she, mandate, Act.PRINTED_VOUCHER, theirs.public_id)
        with pytest.raises(NotFound):
            act(open_mandate, actor_of(session, neighbour), mandate)

    def test_what_was_done_is_never_changed(self, session: Session, shop: Shop) -> None:
        helper = daughter_of(shop)
        act(open_mandate, actor_of(session, helper), consent(shop, helper))
        row = session.scalars(select(HelpAct)).one()
        row.title = "没有的事"
        with pytest.raises(DBAPIError):
            session.flush()


class TestCards:
    def test_a_card_is_scanned_like_the_phone_until_it_is_revoked(self, session: Session, shop: Shop) -> None:
        me = actor_of(session, shop.resident)
        card = act(issue_card, me, me.public_id)
        code = session.scalars(select(PersonalCard.code)).one()
        found = person_by_personal_code(session, code)
        assert found is not None
        assert found.id == shop.resident.id
        act(revoke_card, actor_of(session, shop.staff), me.public_id, card.public_id)
        assert person_by_personal_code(session, code) is None
        on_phone = person_by_personal_code(session, shop.resident.personal_code)
        assert on_phone is not None

    def test_two_at_a_time_and_nobody_elses(self, session: Session, shop: Shop) -> None:
        me = actor_of(session, shop.resident)
        first = act(issue_card, me, me.public_id)
        act(issue_card, me, me.public_id)
        with pytest.raises(TooManyCards):
            act(issue_card, me, me.public_id)
        act(revoke_card, me, me.public_id, first.public_id)
        act(issue_card, me, me.public_id)
        neighbour = actor_of(session, make_person(session, shop.tree["community"]))
        with pytest.raises(NotFound):
            act(issue_card, neighbour, me.public_id)
        with pytest.raises(NotFound):
            act(revoke_card, neighbour, neighbour.public_id, first.public_id)


class TestALostPhone:
    @pytest.mark.parametrize("by", ["resident", "staff"])
    def test_ends_everything_that_was_on_it(self, session: Session, shop: Shop, by: str) -> None:
        give_points(session, shop.resident, 90)
        offer = make_offer(shop)
        used = act(issue_voucher, actor_of(session, shop.resident), offer.public_id)
        act(redeem, actor_of(session, shop.clerk), used.code)
        voucher = act(issue_voucher, actor_of(session, shop.resident), offer.public_id)
        bearer(session, shop.resident)
        act(issue_one_time_code, actor_of(session, shop.staff), IssueOneTimeCode(person=shop.resident.public_id))
        before = session.get(Person, shop.resident.id)
        assert before is not None
        old, version = before.personal_code, before.session_version
        done = act(report_lost_phone, actor_of(session, getattr(shop, by)), shop.resident.public_id)
        session.expire_all()
        now = session.get(Person, shop.resident.id)
        assert now is not None
        assert done.vouchers == 1
        assert now.personal_code != old
        assert now.session_version == version + 1
        assert session.scalar(select(func.count()).where(ApiToken.revoked_at.is_(None))) == 0
        assert session.scalar(select(func.count()).where(OneTimeCode.expires_at > clocks.now())) == 0
        assert voucher_by_code(session, voucher.code, now=clocks.now()) is None
        with pytest.raises(CodeReplaced):  # the true reason: it was good until a moment ago
            act(redeem, actor_of(session, shop.clerk), voucher.code)
        assert page_of(session, voucher.code, now=clocks.now(), is_guest=False) == f"/q/v/{voucher.code}"
        with pytest.raises(CodeUnknown) as never:
            act(redeem, actor_of(session, shop.clerk), "0000000000")
        assert not isinstance(never.value, CodeReplaced)
        again = session.scalars(select(Voucher).where(Voucher.public_id == voucher.public_id)).one()
        assert again.state is VoucherState.ISSUED
        act(redeem, actor_of(session, shop.clerk), again.code)
        kept = session.scalars(select(Voucher.code).where(Voucher.public_id == used.public_id)).one()
        assert kept == used.code  # what was used stands in the shop's accounts under its code

    def test_is_reported_by_oneself_or_the_own_desk(self, session: Session, shop: Shop) -> None:
        neighbour = actor_of(session, make_person(session, shop.tree["community"]))
        with pytest.raises(NotFound):
            act(report_lost_phone, neighbour, shop.resident.public_id)


class TestMoving:
    def ask(self, shop: Shop, area: str = "other", words: str = "") -> Any:
        command = AskMove(area=shop.tree[area].public_id, words=words)
        return act(ask_move, actor_of(shop.session, shop.resident), command)

    def test_is_accepted_by_the_community_one_goes_to(self, session: Session, shop: Shop, clock: Clock) -> None:
        give_points(session, shop.resident, 30)
        write(fold, now=clocks.now())
        move = self.ask(shop)
        there = make_staff(session, session.merge(shop.tree["other"]))
        with pytest.raises(NotFound):
            act(accept_move, actor_of(session, shop.staff), move.public_id)  # the community one leaves has no say
        act(accept_move, actor_of(session, there), move.public_id)
        session.expire_all()
        now = session.get(Person, shop.resident.id)
        assert now is not None
        assert now.home_area_id == shop.tree["other"].id
        assert person_balance(session, shop.resident.id) == 30
        with pytest.raises(MoveAnswered):
            act(refuse_move, actor_of(session, there), move.public_id, "晚了")

    def test_is_refused_with_a_reason_and_nothing_changes(self, session: Session, shop: Shop) -> None:
        move = self.ask(shop, words="搬到建文小区")
        there = make_staff(session, session.merge(shop.tree["other"]))
        act(refuse_move, actor_of(session, there), move.public_id, "请带住址证明来")
        row = session.scalars(select(AreaMove)).one()
        assert (row.state, row.reason) == (MoveState.REJECTED, "请带住址证明来")
        told = session.scalars(select(Event).where(Event.kind == "care.move_refused")).one()
        assert told.facts["reason"] == "请带住址证明来"
        session.expire_all()
        now = session.get(Person, shop.resident.id)
        assert now is not None
        assert now.home_area_id == shop.tree["community"].id
        self.ask(shop)  # and asked again

    def test_one_request_at_a_time_never_to_where_one_is(self, session: Session, shop: Shop) -> None:
        with pytest.raises(SameCommunity):
            self.ask(shop, "community")
        self.ask(shop)
        with pytest.raises(MoveWaiting):
            self.ask(shop, "other_street")
        act(withdraw_move, actor_of(session, shop.resident))
        with pytest.raises(MoveAnswered):
            act(withdraw_move, actor_of(session, shop.resident))

    def test_is_due_in_two_working_days(self, session: Session, shop: Shop) -> None:
        self.ask(shop)  # on a Saturday
        due_at = session.scalars(select(AreaMove.due_at)).one()
        assert clocks.to_local(due_at).isoformat() == "2026-11-25T00:00:00+08:00"  # the end of Tuesday

    def test_nobody_takes_themself_in(self, session: Session, shop: Shop) -> None:
        other = session.merge(shop.tree["other"])
        mover = make_person(session, session.merge(shop.tree["community"]))
        grant(session, mover, Role.STAFF, area=other)
        move = act(ask_move, actor_of(session, mover), AskMove(area=other.public_id))
        with pytest.raises(Forbidden):
            act(accept_move, actor_of(session, mover), move.public_id)


class TestANewcomer:
    def shift(self, shop: Shop, **over: Any) -> Any:
        task = make_task(shop.session, shop.session.merge(shop.tree["community"]))
        return make_shift(shop.session, task, starts_at=clocks.now() - timedelta(minutes=10), **over)

    def test_is_checked_in_by_name_and_spends_once_activated(self, session: Session, shop: Shop) -> None:
        leader = make_person(session, session.merge(shop.tree["community"]))
        shift = self.shift(shop, leaders=(leader,))
        made = act(add_newcomer, actor_of(session, leader), AddNewcomer(shift=shift.public_id, name="张奶奶"))
        person = session.scalars(select(Person).where(Person.public_id == made.public_id)).one()
        assert (person.verified_at, person.consent_version, person.phone) == (None, None, None)
        assert person.home_area_id == shop.tree["community"].id
        signup = session.scalars(select(Signup).where(Signup.person_id == person.id)).one()
        assert signup.is_walk_in
        assert signup.arrived_at is not None
        give_points(session, person, 50)
        offer = make_offer(shop)
        with pytest.raises(NotVerified):
            act(issue_voucher, actor_of(session, person), offer.public_id)
        act(verify_at_desk, actor_of(session, shop.staff), made.public_id)
        act(issue_voucher, actor_of(session, person), offer.public_id)

    def test_who_comes_again_is_asked_for_and_kept_one(self, session: Session, shop: Shop, clock: Clock) -> None:
        leader = make_person(session, session.merge(shop.tree["community"]))

        def come(**said: str) -> Any:
            clock.forward(days=1)
            shift = self.shift(shop, leaders=(leader,))
            return act(
                add_newcomer, actor_of(session, leader), AddNewcomer(shift=shift.public_id, name="张奶奶", **said)
            )

        first = come()
        with pytest.raises(NameKnown):
            come()
        again = come(who=first.public_id)
        assert (again.public_id, again.is_new) == (first.public_id, False)
        other = come(who=ANOTHER)
        assert other.is_new
        assert other.public_id != first.public_id
        came = select(func.count(Signup.id)).join(Person, Person.id == Signup.person_id).group_by(Person.public_id)
        assert session.scalars(came.order_by(func.count(Signup.id))).all() == [1, 2]

    def test_a_name_leads_to_nobody_who_signs_in_or_lives_elsewhere(self, session: Session, shop: Shop) -> None:
        shift = self.shift(shop)
        for over in ({"phone": "13800000077"}, {"password_hash": "x"}):
            make_person(session, session.merge(shop.tree["community"]), name="张奶奶", **{"phone": None, **over})
        make_person(session, session.merge(shop.tree["other"]), name="张奶奶", phone=None, password_hash=None)
        command = AddNewcomer(shift=shift.public_id, name="张奶奶", who=shop.resident.public_id)
        with pytest.raises(NotFound):
            act(add_newcomer, actor_of(session, shop.staff), command)
        assert act(add_newcomer, actor_of(session, shop.staff), replace(command, who="")).is_new

    def test_who_gets_no_place_is_not_written_down(self, session: Session, shop: Shop) -> None:
        shift = self.shift(shop, capacity=1)
        make_signup(session, shift, make_person(session))
        before = session.scalar(select(func.count()).select_from(Person))
        with pytest.raises(ShiftFull):
            act(add_newcomer, actor_of(session, shop.staff), AddNewcomer(shift=shift.public_id, name="张奶奶"))
        assert session.scalar(select(func.count()).select_from(Person)) == before

    def test_a_number_that_is_known_leads_to_the_account(self, session: Session, shop: Shop) -> None:
        shift = self.shift(shop)
        command = AddNewcomer(shift=shift.public_id, name="张奶奶", phone=shop.resident.phone)
        with pytest.raises(PhoneTaken):
            act(add_newcomer, actor_of(session, shop.staff), command)

    def test_only_who_leads_here_writes_names_down(self, session: Session, shop: Shop) -> None:
        shift = self.shift(shop)
        with pytest.raises(Forbidden):
            act(add_newcomer, actor_of(session, shop.resident), AddNewcomer(shift=shift.public_id, name="张奶奶"))
