"""What shops' months, disputes and no-shows put on the list of the day: whose turn, until when, and who may never do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core import clock as time
from pointsapp.core.actor import Actor, Role
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.desk.queries import WorkLine, work_list
from pointsapp.disputes.models import DisputeKind
from pointsapp.disputes.services import DecideDispute, OpenDispute, decide_dispute, open_dispute
from pointsapp.people.models import Person
from pointsapp.redemption.services import issue_voucher, redeem
from pointsapp.settlements.queries import lines_page
from pointsapp.settlements.services import DisputeLine, confirm_month, dispute_line
from pointsapp.settlements.services.steps import approve_month, check_month
from pointsapp.tasks.models import NoShowState, Task
from pointsapp.tasks.services import Decision, appeal, ask_excuse, decide_no_show
from tests.conftest import Clock
from tests.factories import actor_of, grant, make_person, make_shift, make_signup, make_staff, make_task, make_tree
from tests.merchants.shops import Shop, give_points, make_offer, make_shop
from tests.settlements.months import Month, make_month


@pytest.fixture
def shop(session: Session) -> Shop:
    return make_shop(session)


def lines(session: Session, actor: Actor, kind: str, scope: str = "mine") -> tuple[WorkLine, ...]:
    return work_list(session, actor, scope=scope, kind=kind, now=time.now()).lines


def titles(session: Session, actor: Actor, kind: str) -> list[tuple[str, str]]:
    return [(line.title, line.note) for line in lines(session, actor, kind)]


class TestMonths:
    def test_each_step_waits_for_the_one_whose_it_is(self, session: Session, shop: Shop, clock: Clock) -> None:
        month = make_month(session, shop, clock)
        draft = month.draft()
        assert titles(session, month.staff, "settlements.check") == []
        write(confirm_month, month.manager, month.sums(draft), now=clock.at)
        assert titles(session, month.staff, "settlements.check") == [("胖婶烩面", "2026-11")]
        (line,) = lines(session, month.staff, "settlements.check")
        assert (line.endpoint, line.args) == ("settlements.show_console_month", {"public_id": draft.public_id})
        write(check_month, month.staff, month.sums(draft), now=clock.at)
        assert titles(session, month.staff, "settlements.approve") == []
        assert titles(session, month.street, "settlements.approve") == [("胖婶烩面", "2026-11")]
        write(approve_month, month.street, month.sums(draft), now=clock.at)
        assert titles(session, month.staff, "settlements.pay") == [("胖婶烩面", "2026-11")]

    def test_a_disputed_line_waits_to_be_answered(self, session: Session, shop: Shop, clock: Clock) -> None:
        month = make_month(session, shop, clock)
        _dispute_first(month)
        assert titles(session, month.staff, "settlements.disputed") == [("胖婶烩面", "2026-11")]

    def test_who_works_for_the_shop_is_never_asked(self, session: Session, shop: Shop, clock: Clock) -> None:
        month = make_month(session, shop, clock)
        both = make_staff(session, shop.tree["community"])
        grant(session, both, Role.MERCHANT_CLERK, merchant=shop.merchant)
        write(confirm_month, month.manager, month.sums(month.draft()), now=clock.at)
        actor = actor_of(session, both)
        assert titles(session, actor, "settlements.check") == []
        (line,) = lines(session, actor, "settlements.check", "all")
        assert not line.may_do
        assert both.name not in [holder.name for holder in line.holders]


def _dispute_first(month: Month) -> None:
    draft = month.draft()
    line = lines_page(month.session, draft.id, PageRequest()).items[0]
    command = DisputeLine(settlement=draft.public_id, line=line.public_id, reason="少算了", claimed_fen=250)
    write(dispute_line, month.manager, command, now=month.clock.at)


class TestDisputes:
    def begun(self, session: Session, shop: Shop, clock: Clock) -> str:
        give_points(session, shop.resident, 100)
        voucher = write(
            issue_voucher, actor_of(session, shop.resident), make_offer(shop, stock=5).public_id, now=clock.at
        )
        used = write(redeem, actor_of(session, shop.clerk), voucher.code, now=clock.at)
        command = OpenDispute(redemption=used.public_id, kind=DisputeKind.NOTHING_GIVEN, words="没给面")
        return write(open_dispute, actor_of(session, shop.resident), command, now=clock.at).public_id

    def test_it_waits_until_its_own_day(self, session: Session, shop: Shop, clock: Clock) -> None:
        dispute, staff = self.begun(session, shop, clock), actor_of(session, shop.staff)
        (line,) = lines(session, staff, "disputes.undecided")
        assert (line.endpoint, line.args) == ("disputes.show_case", {"public_id": dispute})
        assert time.local_day(line.due_at - timedelta(seconds=1)).isoformat() == "2026-11-27"  # five working days
        decided = DecideDispute(dispute=dispute, is_upheld=False, reason="看过监控")
        write(decide_dispute, staff, decided, now=clock.at)
        assert lines(session, staff, "disputes.undecided") == ()

    @pytest.mark.parametrize("party", ["clerk", "resident"])
    def test_no_party_decides(self, session: Session, shop: Shop, clock: Clock, party: str) -> None:
        person: Person = getattr(shop, party)
        grant(session, person, Role.STAFF, area=shop.tree["community"])
        self.begun(session, shop, clock)
        assert lines(session, actor_of(session, person), "disputes.undecided") == ()
        (line,) = lines(session, actor_of(session, person), "disputes.undecided", "all")
        assert not line.may_do


class TestNoShows:
    def asked(self, session: Session, clock: Clock, **over: Any) -> tuple[dict[str, Any], Person, str]:
        tree = make_tree(session)
        task = make_task(session, tree["community"], title="夜巡", **over)
        shift = make_shift(
            session, task, starts_at=clock.at - timedelta(hours=3), ends_at=clock.at - timedelta(hours=1)
        )
        person = make_person(session, tree["community"])
        signup = make_signup(session, shift, person)
        public_id = write(ask_excuse, actor_of(session, person), signup.public_id, "孩子发烧", now=clock.at).public_id
        return tree, person, public_id

    def test_a_reason_waits_for_an_answer(self, session: Session, clock: Clock) -> None:
        tree, person, no_show = self.asked(session, clock)
        staff = actor_of(session, make_staff(session, tree["community"]))
        assert titles(session, staff, "tasks.excuses") == [("夜巡", "孩子发烧")]
        assert lines(session, actor_of(session, person), "tasks.excuses") == ()
        said = Decision(about="excuse", is_accepted=True, words="好的")
        assert write(decide_no_show, staff, no_show, said, now=clock.at).state is NoShowState.EXCUSED
        assert lines(session, staff, "tasks.excuses") == ()

    def test_an_appeal_waits_for_somebody_who_had_no_part_in_it(self, session: Session, clock: Clock) -> None:
        tree, person, no_show = self.asked(session, clock)
        first, writer, third = (make_staff(session, tree["community"]) for _ in range(3))
        session.execute(update(Task).values(created_by_id=writer.id))
        session.commit()
        said = Decision(about="excuse", is_accepted=False, words="没有提前说")
        write(decide_no_show, actor_of(session, first), no_show, said, now=clock.at)
        write(appeal, actor_of(session, person), no_show, "当时打过电话", now=clock.at)
        assert [titles(session, actor_of(session, who), "tasks.appeals") for who in (first, writer, third)] == [
            [],
            [],
            [("夜巡", "当时打过电话")],
        ]
