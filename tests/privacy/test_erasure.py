"""Erasing a person: asked, taken back, done; what goes, what stays, and that the books and their seals hold."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import String as Text
from sqlalchemy import cast, select, text
from sqlalchemy.orm import Session

from pointsapp.core import clock as clocks
from pointsapp.core import jobs, personal
from pointsapp.core.actor import Role
from pointsapp.core.db import Base
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.masking import ERASED
from pointsapp.core.personal import Fate
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.models import Claim, Entry
from pointsapp.ledger.queries import account_sum, person_balance, verify, verify_seals
from pointsapp.ledger.services import take_back
from pointsapp.ledger.services.seals import seal_due
from pointsapp.notices.models import Notice
from pointsapp.people.models import ApiToken, Person, RoleGrant
from pointsapp.people.queries import load_actor
from pointsapp.people.services import issue_one_time_code
from pointsapp.people.services.one_time_codes import IssueOneTimeCode
from pointsapp.privacy.errors import ErasureNotWaiting, RolesHeld
from pointsapp.privacy.models import Erasure, ErasureState
from pointsapp.privacy.queries import leaving_page
from pointsapp.privacy.services import AskErasure, ask_erasure, erase_due, erase_leftovers, withdraw_erasure
from pointsapp.redemption.models import Voucher, VoucherState
from pointsapp.redemption.services import issue_voucher
from pointsapp.tasks.models import Signup, SignupState
from pointsapp.tasks.services import sign_up
from pointsapp.worker import deliver_events
from tests.conftest import Clock
from tests.factories import actor_of, bearer, grant, make_person, make_shift, make_task
from tests.merchants.shops import Shop, give_points, make_offer


def ask(shop: Shop, person: Person | None = None, by: Person | None = None) -> Any:
    person = person or shop.resident
    return write(
        ask_erasure, actor_of(shop.session, by or person), AskErasure(person=person.public_id), now=clocks.now()
    )


def run(clock: Clock, **span: float) -> int:
    clock.forward(**span)
    return jobs.run_job(write, jobs.Scheduled("privacy.erase_due", 300, erase_due), clocks.now())


def row(session: Session, person: Person) -> Person:
    session.expire_all()
    found = session.get(Person, person.id)
    assert found is not None
    return found


class TestAsking:
    def test_waits_to_the_end_of_the_seventh_day_and_signs_out(self, session: Session, shop: Shop) -> None:
        bearer(session, shop.resident)
        receipt = ask(shop)
        assert clocks.to_local(receipt.due_at).isoformat() == "2026-11-29T00:00:00+08:00"
        assert row(session, shop.resident).session_version == shop.resident.session_version + 1
        assert session.scalars(select(ApiToken.revoked_at)).all() != [None]
        assert ask(shop).is_repeat
        assert session.scalars(select(Erasure.state)).all() == [ErasureState.WAITING]

    def test_can_be_taken_back_until_the_last_moment(self, session: Session, shop: Shop, clock: Clock) -> None:
        due_at = ask(shop).due_at
        clock.at = due_at - timedelta(seconds=1)
        assert run(clock) == 0
        write(withdraw_erasure, actor_of(session, shop.resident), shop.resident.public_id, now=clocks.now())
        assert run(clock, days=2) == 0
        assert row(session, shop.resident).erased_at is None
        with pytest.raises(ErasureNotWaiting):
            write(withdraw_erasure, actor_of(session, shop.resident), shop.resident.public_id, now=clocks.now())

    def test_who_holds_an_office_hands_it_over_first(self, session: Session, shop: Shop) -> None:
        with pytest.raises(RolesHeld) as refused:
            ask(shop, shop.clerk)
        assert refused.value.facts["roles"] == 1

    def test_staff_ask_for_whom_they_may_help_and_nobody_else_does(self, session: Session, shop: Shop) -> None:
        neighbour = make_person(session, shop.tree["community"])
        with pytest.raises(NotFound):
            ask(shop, shop.resident, by=neighbour)
        away = make_person(session, shop.tree["other_street"])
        with pytest.raises((NotFound, Forbidden)):
            ask(shop, away, by=shop.staff)
        assert not ask(shop, shop.resident, by=shop.staff).is_repeat
        deliver_events(clocks.now())
        told = session.scalars(select(Notice).where(Notice.person_id == shop.resident.id)).all()
        assert [each.kind for each in told if each.read_at is None] == ["privacy.erasure_asked"]

    def test_the_page_says_what_is_open_what_goes_and_what_stays_and_why(self, session: Session, shop: Shop) -> None:
        give_points(session, shop.resident, 70)
        write(issue_voucher, actor_of(session, shop.resident), make_offer(shop).public_id, now=clocks.now())
        page = leaving_page(session, shop.resident.id, now=clocks.now())
        assert any("70" in words for words in page.ends), (
            "the points of the voucher come back and lapse with the others"
        )
        assert any("1 张" in words for words in page.ends)
        assert all(why for _names, why in page.stays)
        assert len(page.stays) >= 3


class TestErasing:
    def test_everything_is_ended_and_the_points_lapse_for_all_to_see(
        self, session: Session, shop: Shop, clock: Clock
    ) -> None:
        resident, neighbour = shop.resident, make_person(session, shop.tree["community"])
        give_points(session, resident, 100)
        write(issue_voucher, actor_of(session, resident), make_offer(shop).public_id, now=clocks.now())
        task = make_task(session, shop.tree["community"], waitlist=True)
        start = clocks.now() + timedelta(days=20)
        shift = make_shift(session, task, capacity=1, starts_at=start)
        write(sign_up, actor_of(session, resident), shift.public_id, now=clocks.now())
        write(sign_up, actor_of(session, neighbour), shift.public_id, now=clocks.now())
        ask(shop)
        before = account_sum(session, accounts.LAPSED)
        assert run(clock, days=8) == 1
        session.expire_all()
        assert person_balance(session, resident.id) == 0
        assert account_sum(session, accounts.LAPSED) - before == 100
        assert session.scalars(select(Voucher.state)).all() == [VoucherState.CANCELLED]
        places = dict(session.execute(select(Signup.person_id, Signup.state)).all())  # type: ignore[arg-type]
        assert places == {resident.id: SignupState.CANCELLED, neighbour.id: SignupState.CONFIRMED}
        done = session.scalars(select(Erasure)).one()
        assert done.state is ErasureState.DONE
        assert done.ended["ledger.points"] == 100
        assert verify(session).ok

    def test_no_table_holds_name_phone_number_or_code_any_more(
        self, session: Session, shop: Shop, clock: Clock
    ) -> None:
        resident = shop.resident
        give_points(session, resident, 60)
        write(issue_voucher, actor_of(session, resident), make_offer(shop).public_id, now=clocks.now())
        bearer(session, resident)
        code = IssueOneTimeCode(person=resident.public_id)
        write(issue_one_time_code, actor_of(session, shop.staff), code, now=clocks.now())
        deliver_events(clocks.now())
        secrets = {resident.name, str(resident.phone), resident.volunteer_number, resident.personal_code}
        assert _found(session, secrets), "else this test looks in the wrong place"
        ask(shop)
        run(clock, days=8)
        deliver_events(clocks.now())  # news of what was ended reaches nobody
        write(erase_leftovers, now=clocks.now())
        assert _found(session, secrets) == {}
        kept = row(session, resident)
        assert (kept.name, kept.phone, kept.password_hash) == (ERASED, None, None)
        assert session.scalars(select(Notice.id).where(Notice.person_id == resident.id)).all() == []
        assert load_actor(session, resident.id, now=clocks.now()) is None
        for part in personal.holdings():
            if part.fate is Fate.GOES and part.through is None:
                table = Base.metadata.tables[part.table]
                assert session.execute(select(table).where(table.c[part.column] == resident.id)).all() == [], part.table

    def test_a_grid_gives_way_to_its_community(self, session: Session, shop: Shop, clock: Clock) -> None:
        person = make_person(session, shop.tree["grid"])
        session.expunge(person)
        ask(shop, person)
        run(clock, days=8)
        assert row(session, person).home_area_id == shop.tree["community"].id

    def test_what_is_owed_is_paid_first(self, session: Session, shop: Shop, clock: Clock) -> None:
        give_points(session, shop.resident, 30)
        for reference, amount in (("a", 40), ("b", 5)):
            write(
                take_back, person_id=shop.resident.id, amount=amount, to_account=accounts.task_reserved(1),
                reference=reference, memo="test", facts={}, now=clocks.now(),
            )  # fmt: skip
        give_points(session, shop.resident, 8)
        ask(shop)
        run(clock, days=8)
        claims = session.execute(select(Claim.remaining, Claim.written_off).order_by(Claim.id)).all()
        # 30 of the 45 were taken at once; the 8 that came pay as far as they go, and two people write the other 7 off.
        assert [tuple(each) for each in claims] == [(2, 0), (5, 0)]
        assert person_balance(session, shop.resident.id) == 0
        assert verify(session).ok

    def test_points_that_come_late_lapse_too(self, session: Session, shop: Shop, clock: Clock) -> None:
        ask(shop)
        run(clock, days=8)
        give_points(session, shop.resident, 12)  # minutes that an organiser confirmed a day later
        assert person_balance(session, shop.resident.id) == 12
        clock.forward(hours=1)
        write(erase_leftovers, now=clocks.now())
        assert person_balance(session, shop.resident.id) == 0
        assert verify(session).ok

    def test_every_seal_of_every_day_still_holds(self, session: Session, shop: Shop, clock: Clock) -> None:
        give_points(session, shop.resident, 50)
        session.commit()
        clock.forward(days=1)
        job = jobs.Scheduled("ledger.seal_due", 60, seal_due)
        jobs.run_job(write, job, clocks.now())
        entries = session.execute(select(Entry.id, Entry.fingerprint, cast(Entry.facts, Text))).all()
        head = verify_seals(session).head
        assert head
        ask(shop)
        run(clock, days=8)
        clock.forward(days=1)
        jobs.run_job(write, job, clocks.now())
        report = verify_seals(session)
        assert (report.ok, report.problems) == (True, ())
        assert (report.seals, report.entries) == (10, 4)  # every day to the one after the points lapsed
        again = session.execute(select(Entry.id, Entry.fingerprint, cast(Entry.facts, Text)).order_by(Entry.id)).all()
        assert again[: len(entries)] == sorted(entries)
        assert verify(session).ok


def test_no_trigger_stands_in_the_way_of_what_must_go(session: Session) -> None:
    """A table that the database keeps as it is cannot be one whose rows go: found here, not on the day somebody leaves."""
    if session.get_bind().dialect.name == "sqlite":
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
    else:
        names = session.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).all()
    kept = {name.removesuffix(end) for name in names for end in ("_no_update", "_append_only") if name.endswith(end)}
    assert "entry" in kept
    assert [part.table for part in personal.holdings() if part.fate is not Fate.STAYS and part.table in kept] == []


def test_two_are_erased_beside_each_other(session: Session, shop: Shop, clock: Clock) -> None:
    other = make_person(session, shop.tree["community"])
    session.expunge(other)
    ask(shop)
    ask(shop, other)
    assert run(clock, days=8) == 2
    assert row(session, other).volunteer_number != row(session, shop.resident).volunteer_number


def test_a_role_given_while_somebody_thinks_ends_with_them(session: Session, shop: Shop, clock: Clock) -> None:
    ask(shop)
    grant(session, session.merge(shop.resident), Role.STAFF, area=session.merge(shop.tree["community"]))
    run(clock, days=8)
    ended = session.scalars(select(RoleGrant.ended_at).where(RoleGrant.person_id == shop.resident.id)).one()
    assert ended is not None


def _found(session: Session, words: set[str]) -> dict[str, list[str]]:
    """Return which of `words` stand anywhere in the database, by table and column."""
    session.expire_all()
    found: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)).mappings():
            for name, value in row.items():
                said = json.dumps(value, ensure_ascii=False, default=str)
                hits = [word for word in words if word in said]
                if hits:
                    found.setdefault(f"{table.name}.{name}", []).extend(hits)
    return found
