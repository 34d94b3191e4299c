"""Two accounts become one: by two people, by entries, with nothing lost and nothing rewritten; and what stands in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.boards.queries import board_for, ranking, verify_boards
from pointsapp.boards.services import fold
from pointsapp.checkin.services import AskCorrection, approve_correction, ask_correction
from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.ledger.models import Entry, Hold, HoldState, Lot, Posting
from pointsapp.ledger.queries import person_points, verify
from pointsapp.merging.errors import MergeBarred, MergeDecided, MergeNeedsAnother
from pointsapp.merging.models import Merge, MergeState
from pointsapp.merging.queries import likely_duplicates, merge_row, preview_of, two_people
from pointsapp.merging.services import ProposeMerge, carry_leftovers, confirm_merge, propose_merge, reject_merge
from pointsapp.people.models import Person
from pointsapp.people.queries import load_actor, merged_into, person_by_personal_code, person_by_phone
from pointsapp.privacy.services.erasing import erase_leftovers, erase_person
from pointsapp.redemption.models import Voucher, VoucherState
from pointsapp.redemption.queries import voucher_by_public_id
from pointsapp.redemption.services import cancel_voucher, issue_voucher, redeem
from pointsapp.stars.models import Branch, BranchKind, Membership
from pointsapp.tasks.models import Signup, SignupState
from tests.checkin.venue import Venue
from tests.conftest import Clock
from tests.factories import actor_of, grant, make_clerk, make_merchant
from tests.merchants.shops import Shop, give_points, make_offer


class Two:
    """One person with two accounts in one community; `old` is to be given up for `new`."""

    def __init__(self, venue: Venue, clock: Clock) -> None:
        self.venue, self.session, self.clock = venue, venue.session, clock
        self.old, self.new = venue.person(name="李桂兰"), venue.person(name="李桂兰", phone=None)

    def propose(self, by: Person | None = None, *, old: Person | None = None, new: Person | None = None) -> str:
        command = ProposeMerge(
            absorbed=(old or self.old).public_id,
            survivor=(new or self.new).public_id,
            reason="本人到窗口，两个编号都认",
        )
        actor = actor_of(self.session, by or self.venue.staff)
        return write(propose_merge, actor, command, now=self.clock.at).public_id

    def merge(self, **over: Any) -> Any:
        return self.confirm(self.propose(**over))

    def confirm(self, merge: str, by: Person | None = None) -> Any:
        actor = actor_of(self.session, by or self.venue.other_staff)
        return write(confirm_merge, actor, merge, now=self.clock.at)

    def person(self, who: Person) -> Person:
        return self.session.get_one(Person, who.id, populate_existing=True)


@pytest.fixture
def two(venue: Venue, clock: Clock) -> Two:
    return Two(venue, clock)


def came(two: Two, who: Person, *, starts_in: float = 0) -> Any:
    shift = two.venue.shift(starts_in=starts_in)
    two.venue.sign_up(shift, who)
    two.venue.scan(who, shift)
    return shift


class TestWhatGoesOver:
    def test_points_and_minutes_by_entries_and_the_books_balance(self, two: Two, session: Session) -> None:
        came(two, two.old)
        before = session.scalars(select(Posting.entry_id).order_by(Posting.entry_id)).all()
        done = two.merge()
        assert done.state is MergeState.DONE
        assert (two.venue.books(two.old), two.venue.books(two.new)) == ((0, 0), (20, 120))
        assert verify(session).problems == ()
        after = session.scalars(select(Posting.entry_id).order_by(Posting.entry_id)).all()
        assert list(after[: len(before)]) == list(before)  # what stood there stands
        assert session.scalars(select(Entry.kind).where(Entry.id > before[-1])).all() == ["merge"] * 4

    def test_a_lot_keeps_its_end(self, two: Two, session: Session) -> None:
        end = time.now() + timedelta(days=90)
        give_points(session, two.old, 40, lot_expires_at=end)
        two.merge()
        assert session.execute(select(Lot.person_id, Lot.remaining, Lot.expires_at).where(Lot.remaining > 0)).all() == [
            (two.new.id, 40, end)
        ]
        assert verify(session).ok

    def test_sign_ups_and_attendances(self, two: Two, session: Session) -> None:
        done, coming = came(two, two.old), two.venue.shift(starts_in=600)
        two.venue.sign_up(coming, two.old)
        two.merge()
        assert two.venue.attendance(two.new, done) is not None
        assert two.venue.signup(two.new, coming).state is SignupState.CONFIRMED
        assert session.scalars(select(Signup.id).where(Signup.person_id == two.old.id)).all() == []

    def test_of_two_places_at_one_shift_one_is_given_back(self, two: Two, session: Session) -> None:
        shift = two.venue.shift(starts_in=600, capacity=5)
        two.venue.sign_up(shift, two.old)
        two.venue.sign_up(shift, two.new)
        two.merge()
        states = session.execute(select(Signup.person_id, Signup.state).where(Signup.shift_id == shift.id)).all()
        assert sorted(states) == [(two.new.id, SignupState.CANCELLED), (two.new.id, SignupState.CONFIRMED)]
        taken = session.execute(select(type(shift).taken).where(type(shift).id == shift.id)).scalar_one()
        assert taken == 1

    def test_who_came_with_the_old_account_keeps_that_place(self, two: Two, session: Session) -> None:
        shift = two.venue.shift(capacity=5)
        two.venue.sign_up(shift, two.new)
        two.venue.sign_up(shift, two.old)
        two.venue.scan(two.old, shift)
        two.merge()
        assert two.venue.attendance(two.new, shift) is not None
        live = select(Signup.person_id).where(Signup.shift_id == shift.id, Signup.state == SignupState.CONFIRMED)
        assert session.scalars(live).all() == [two.new.id]
        assert two.venue.books(two.new) == (20, 120)

    def test_an_open_voucher_keeps_its_code_and_is_redeemed_later(self, two: Two, session: Session) -> None:
        voucher = self._voucher(two)
        two.merge()
        row = session.scalars(select(Voucher).execution_options(populate_existing=True)).one()
        assert (row.person_id, row.code, row.state) == (two.new.id, voucher.code, VoucherState.ISSUED)
        holds = session.execute(select(Hold.person_id, Hold.state).order_by(Hold.id)).all()
        assert holds == [(two.old.id, HoldState.RELEASED), (two.new.id, HoldState.OPEN)]
        points = person_points(session, two.new.id, now=two.clock.at)
        assert (points.balance, points.held) == (20, 30)
        assert verify(session).ok
        clerk = session.get_one(Person, self.clerk.id)
        assert write(redeem, actor_of(session, clerk), voucher.code, now=two.clock.at).points == 30
        assert verify(session).ok

    def test_an_open_voucher_can_still_be_given_back(self, two: Two, session: Session) -> None:
        voucher = self._voucher(two)
        two.merge()
        write(cancel_voucher, actor_of(session, two.person(two.new)), voucher.public_id, now=two.clock.at)
        assert two.venue.books(two.new)[0] == 50
        again = voucher_by_public_id(session, voucher.public_id, now=two.clock.at)
        assert again is not None
        assert again.state is VoucherState.CANCELLED
        assert verify(session).ok

    def _voucher(self, two: Two) -> Any:
        session, tree = two.session, two.venue.areas
        merchant, other = make_merchant(session, tree["community"]), make_merchant(session, tree["community"])
        self.clerk = make_clerk(session, merchant)
        shop = Shop(
            session=session,
            tree=tree,
            merchant=merchant,
            other=other,
            manager=make_clerk(session, merchant, Role.MERCHANT_MANAGER),
            clerk=self.clerk,
            other_clerk=make_clerk(session, other),
            staff=two.venue.staff,
            resident=two.old,
        )
        give_points(session, two.old, 50)
        offer = make_offer(shop)
        return write(issue_voucher, actor_of(session, two.old), offer.public_id, now=two.clock.at)

    def test_a_membership_begins_today_with_the_account_that_goes_on(self, two: Two, session: Session) -> None:
        branch = Branch(
            code="b1", name="第一支部", kind=BranchKind.BRANCH, area_id=two.venue.home.id, created_at=two.clock.at
        )
        session.add(branch)
        session.flush()
        session.add(Membership(person_id=two.old.id, branch_id=branch.id, recorded_at=two.clock.at))
        session.commit()
        two.merge()
        rows = session.execute(
            select(Membership.person_id, Membership.ended_at.is_(None)).order_by(Membership.id)
        ).all()
        assert [tuple(row) for row in rows] == [(two.old.id, False), (two.new.id, True)]


class TestTheOldAccount:
    def test_it_signs_nobody_in_and_leads_to_the_other(self, two: Two, session: Session) -> None:
        old_phone, old_code = two.old.phone, two.old.personal_code
        two.merge()
        assert load_actor(session, two.old.id, now=two.clock.at) is None
        assert merged_into(session, two.old.public_id) == two.new.public_id
        found = person_by_personal_code(session, old_code)
        assert found is not None
        assert found.id == two.new.id
        assert old_phone is not None
        by_phone = person_by_phone(session, old_phone)
        assert by_phone is not None
        assert by_phone.id == two.new.id  # who had none takes the old one's
        assert two.person(two.old).password_hash is None

    @pytest.mark.parametrize("who", ["old", "new", "neither"])
    def test_who_chose_to_stand_on_no_ranking_stays_off(self, two: Two, session: Session, who: str) -> None:
        came(two, two.new)
        chosen = None if who == "neither" else two.clock.at
        chooses = two.new if who == "new" else two.old
        session.execute(update(Person).where(Person.id == chooses.id).values(off_rankings_since=chosen))
        session.commit()
        while write(fold, now=two.clock.at):
            pass
        two.merge()
        assert two.person(two.new).off_rankings_since == chosen
        assert two.person(two.old).off_rankings_since is None
        for _ in range(2):  # before the fold, and after
            board = board_for(session, None, two.venue.home.code, "all", now=two.clock.at)
            listed = ranking(session, board, PageRequest(limit=5, after=None), me=two.new.id)
            assert [row.points for row in listed.page.items] == ([20] if chosen is None else [])
            assert (listed.me.points, listed.me.is_listed) == (20, chosen is None)
            assert verify_boards(session, now=two.clock.at).problems == ()
            while write(fold, now=two.clock.at):
                pass

    def test_a_chain_leads_to_its_end(self, two: Two, session: Session) -> None:
        two.merge()
        third = two.venue.person(name="李桂兰")
        two.merge(old=two.new, new=third)
        assert merged_into(session, two.old.public_id) == third.public_id

    def test_what_comes_late_goes_over_and_never_lapses(self, two: Two, session: Session) -> None:
        shift = came(two, two.old)
        signup = two.venue.signup(two.old, shift).public_id
        two.merge()
        give_points(session, two.old, 15)  # news that was under way
        write(erase_leftovers, now=two.clock.at)
        write(carry_leftovers, now=two.clock.at)
        assert two.venue.books(two.new)[0] == 35
        write(carry_leftovers, now=two.clock.at)
        assert two.venue.books(two.new)[0] == 35
        two.clock.forward(minutes=130)
        asked = write(
            ask_correction,
            actor_of(session, two.venue.staff),
            signup,
            AskCorrection(minutes=60, reason="早退"),
            now=two.clock.at,
        )
        write(approve_correction, actor_of(session, two.venue.other_staff), asked.id, now=two.clock.at)
        assert two.venue.books(two.new)[1] == 60
        assert verify(session).ok

    def test_who_leaves_takes_both_names_along(self, two: Two, session: Session) -> None:
        two.merge()
        write(erase_person, two.new.id, now=two.clock.at)
        assert {two.person(who).name for who in (two.old, two.new)} == {"已注销"}
        assert session.scalars(select(Merge.reason)).one() == ""


class TestTwoPeople:
    def test_who_proposed_does_not_confirm(self, two: Two) -> None:
        merge = two.propose()
        with pytest.raises(MergeNeedsAnother):
            two.confirm(merge, two.venue.staff)
        assert two.confirm(merge).state is MergeState.DONE
        assert two.confirm(merge).is_repeat

    def test_nobody_merges_their_own_account(self, two: Two) -> None:
        with pytest.raises(MergeNeedsAnother):
            two.propose(new=two.venue.staff)
        with pytest.raises(MergeNeedsAnother):
            two.confirm(two.propose(new=two.venue.other_staff))

    def test_staff_of_elsewhere_do_not_know_of_them(self, two: Two) -> None:
        with pytest.raises(NotFound):
            two.propose(two.venue.foreign_staff)
        merge = two.propose()
        with pytest.raises(NotFound):
            two.confirm(merge, two.venue.foreign_staff)
        with pytest.raises(Forbidden):
            two.propose(two.venue.person())

    def test_the_same_proposal_is_one_and_another_waits(self, two: Two) -> None:
        assert two.propose() == two.propose(two.venue.other_staff)
        with pytest.raises(MergeDecided):
            two.propose(new=two.venue.person())

    def test_a_no_keeps_both_as_they_are(self, two: Two, session: Session) -> None:
        merge = two.propose()
        actor = actor_of(session, two.venue.other_staff)
        assert write(reject_merge, actor, merge, "问过了，是姐妹", now=two.clock.at).state is MergeState.REJECTED
        with pytest.raises(MergeDecided):
            two.confirm(merge)
        assert load_actor(session, two.old.id, now=two.clock.at) is not None
        row = merge_row(session, merge)
        assert row is not None
        assert row.decision_reason == "问过了，是姐妹"


def test_the_log_says_whose_accounts_it_was_about(two: Two, session: Session) -> None:
    two.propose()
    merge = session.scalars(select(Merge.public_id)).one()
    two.confirm(merge)
    told = session.execute(
        select(Event.kind, Event.person_id).where(Event.kind.like("merging.%")).order_by(Event.id)
    ).all()
    assert told == [("merging.proposed", two.old.id), ("merging.done", two.new.id)]


class TestBars:
    def barred(self, two: Two) -> str:
        with pytest.raises(MergeBarred) as refused:
            two.propose()
        return str(refused.value.facts["bar"])

    def test_an_office_is_handed_over_first(self, two: Two, session: Session) -> None:
        grant(session, two.old, Role.GRID_LEADER, area=two.venue.areas["grid"])
        actor = actor_of(session, two.venue.admin)
        command = ProposeMerge(absorbed=two.old.public_id, survivor=two.new.public_id, reason="同一个人")
        with pytest.raises(MergeBarred) as refused:
            write(propose_merge, actor, command, now=two.clock.at)
        assert refused.value.facts == {"bar": "people.roles", "n": 1}

    def test_one_hour_that_both_were_paid_for_is_put_right_first(self, two: Two) -> None:
        came(two, two.old)
        came(two, two.new)
        assert self.barred(two) == "checkin.overlapping"

    def test_who_is_there_now_checks_out_first(self, two: Two) -> None:
        shift = two.venue.checked_out_shift()
        two.venue.sign_up(shift, two.old)
        two.venue.scan(two.old, shift)
        assert self.barred(two) == "checkin.present"

    def test_what_came_up_since_is_judged_at_the_confirmation(self, two: Two) -> None:
        merge = two.propose()
        came(two, two.old)
        came(two, two.new)
        with pytest.raises(MergeBarred):
            two.confirm(merge)


def test_the_preview_says_what_moves_and_the_merge_moves_it(two: Two, session: Session) -> None:
    """A place that was given back goes over uncounted; one that both accounts hold is given back, and neither said nor counted."""
    two.venue.sign_up(two.venue.shift(starts_in=600), two.old, state=SignupState.CANCELLED)
    doubled = two.venue.shift(starts_in=1200, capacity=5)
    two.venue.sign_up(doubled, two.old)
    two.venue.sign_up(doubled, two.new)
    came(two, two.old)
    actor = actor_of(session, two.venue.staff)
    both = two_people(session, actor, two.old.public_id, two.new.public_id, now=two.clock.at)
    said = {line.key: line.number for line in preview_of(session, both, now=two.clock.at).goes}
    assert said == {"tasks.signups": 1, "checkin.attendances": 1, "ledger.points": 20, "ledger.minutes": 120}
    two.merge()
    moved = session.scalars(select(Merge.moved)).one()
    assert {key: number for key, number in moved.items() if number} == said


class TestLikely:
    def test_one_name_in_one_community_with_an_unused_account(self, two: Two, session: Session) -> None:
        actor = actor_of(session, two.venue.staff)
        (pair,) = likely_duplicates(session, actor)
        assert {pair.keep, pair.give_up} == {two.old.public_id, two.new.public_id}
        assert pair.give_up == two.new.public_id  # without a phone
        assert set(pair.hints) >= {"no_phone", "same_home"}
        assert likely_duplicates(session, actor_of(session, two.venue.foreign_staff)) == ()

    def test_a_decided_no_is_not_asked_again(self, two: Two, session: Session) -> None:
        merge = two.propose()
        actor = actor_of(session, two.venue.other_staff)
        assert likely_duplicates(session, actor) == ()
        write(reject_merge, actor, merge, "姐妹", now=two.clock.at)
        assert likely_duplicates(session, actor) == ()
