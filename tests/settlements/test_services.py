"""A shop's month: drafted once, disputed line by line, taken through its steps by four people, corrected in the month after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pointsapp.core import policy
from pointsapp.core.actor import Role
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import verify
from pointsapp.redemption.errors import UndoWindowOver
from pointsapp.redemption.policies import UNDO_MINUTES
from pointsapp.redemption.services import ReverseRedemption, reverse_redemption
from pointsapp.settlements.errors import (
    AnotherPerson,
    LineAnswered,
    LinesDisputed,
    NothingToPay,
    PaidInFuture,
    StepNotDue,
    TotalsMoved,
)
from pointsapp.settlements.models import SettlementState
from pointsapp.settlements.queries import LineRow, each_line, settlements_of, waiting_months
from pointsapp.settlements.services import (
    AnswerLine,
    DisputeLine,
    NotePayment,
    ReturnMonth,
    answer_line,
    approve_month,
    check_month,
    confirm_month,
    dispute_line,
    note_payment,
    open_settlement,
    open_settlements,
    return_month,
)
from tests.conftest import Clock
from tests.factories import actor_of, grant, make_staff
from tests.merchants.shops import Shop
from tests.settlements.months import Month, make_month


@pytest.fixture
def november(session: Session, shop: Shop, clock: Clock) -> Month:
    return make_month(session, shop, clock)


def lines(month: Month, settlement_id: int) -> list[LineRow]:
    return list(each_line(month.session, settlement_id))


def test_a_month_is_drafted_once_it_cannot_change(session: Session, shop: Shop, clock: Clock) -> None:
    month = make_month(session, shop, clock)
    clock.forward(minutes=-35)
    assert write(open_settlements, now=clock.at) == 0
    assert write(open_settlement, shop.merchant.id, "2026-11", now=clock.at) is None
    clock.forward(minutes=35)
    assert write(open_settlements, now=clock.at) == 1
    assert write(open_settlements, now=clock.at) == 0
    assert month.draft().is_repeat
    (row,) = settlements_of(session, shop.merchant.id)
    assert (row.month, row.state) == ("2026-11", SettlementState.DRAFT)
    assert (row.redemptions, row.total_points, row.total_fen) == (2, 60, 400)
    told = session.scalars(select(Event.person_id).where(Event.kind == "settlements.opened")).all()
    assert told == [shop.manager.id]


def test_a_worker_that_slept_catches_up(november: Month) -> None:
    november.clock.forward(days=45)
    assert write(open_settlements, now=november.clock.at) == 1
    assert [row.month for row in settlements_of(november.session, november.shop.merchant.id)] == ["2026-11"]


def test_four_people_take_it_to_its_payment(november: Month) -> None:
    row = november.draft()
    with pytest.raises(StepNotDue):
        write(check_month, november.staff, november.sums(row), now=november.clock.at)
    with pytest.raises(TotalsMoved):
        write(confirm_month, november.manager, november.sums(row, total_fen=500), now=november.clock.at)
    confirmed = write(confirm_month, november.manager, november.sums(row, note="收款人胖婶"), now=november.clock.at)
    assert (confirmed.state, confirmed.merchant_note) == (SettlementState.CONFIRMED, "收款人胖婶")
    assert write(confirm_month, november.manager, november.sums(row), now=november.clock.at).is_repeat
    with pytest.raises(StepNotDue):
        write(approve_month, november.street, november.sums(row), now=november.clock.at)
    checked = write(check_month, november.staff, november.sums(row), now=november.clock.at)
    assert checked.state is SettlementState.CHECKED
    approved = write(approve_month, november.street, november.sums(row), now=november.clock.at)
    assert approved.state is SettlementState.APPROVED
    assert write(approve_month, november.street, november.sums(row), now=november.clock.at).is_repeat
    paid = NotePayment(settlement=row.public_id, paid_on=date(2026, 12, 1), reference="转 20261201-7")
    with pytest.raises(AnotherPerson):
        write(note_payment, november.street, paid, now=november.clock.at)
    ahead = NotePayment(settlement=row.public_id, paid_on=date(2026, 12, 2), reference="转 20261201-7")
    with pytest.raises(PaidInFuture):
        write(note_payment, november.staff, ahead, now=november.clock.at)
    done = write(note_payment, november.staff, paid, now=november.clock.at)
    assert (done.state, done.paid_reference) == (SettlementState.PAID, "转 20261201-7")
    assert write(note_payment, november.staff, paid, now=november.clock.at).is_repeat
    assert verify(november.session).ok


def test_each_step_is_by_the_role_whose_it_is(november: Month) -> None:
    session, shop, at = november.session, november.shop, november.clock.at
    row = november.draft()
    foreign = actor_of(session, make_staff(session, shop.tree["other"]))
    for stranger in (foreign, actor_of(session, shop.resident), actor_of(session, shop.other_clerk)):
        for step in (confirm_month, check_month, approve_month):
            with pytest.raises(NotFound):
                write(step, stranger, november.sums(row), now=at)
    for reader in (november.clerk, november.staff):
        with pytest.raises(Forbidden):
            write(confirm_month, reader, november.sums(row), now=at)
    write(confirm_month, november.manager, november.sums(row), now=at)
    with pytest.raises(Forbidden):
        write(check_month, november.manager, november.sums(row), now=at)
    write(
        check_month, november.street, november.sums(row), now=at
    )  # a street's office may check where the community has nobody
    with pytest.raises(Forbidden):
        write(approve_month, november.staff, november.sums(row), now=at)
    with pytest.raises(AnotherPerson):
        write(approve_month, november.street, november.sums(row), now=at)
    second = make_staff(session, shop.tree["street"], Role.STREET_ADMIN)
    assert write(approve_month, actor_of(session, second), november.sums(row), now=at).state is SettlementState.APPROVED


def test_who_works_for_the_shop_takes_no_step_of_the_office(november: Month) -> None:
    session, shop = november.session, november.shop
    both = make_staff(session, shop.tree["community"])
    grant(session, both, Role.MERCHANT_CLERK, merchant=shop.merchant)
    session.commit()
    row = november.draft()
    write(confirm_month, november.manager, november.sums(row), now=november.clock.at)
    with pytest.raises(Forbidden):
        write(check_month, actor_of(session, both), november.sums(row), now=november.clock.at)


def test_the_database_itself_wants_two_people(november: Month) -> None:
    row = november.approved(november.draft())
    with pytest.raises(IntegrityError):
        november.session.execute(
            text("UPDATE settlement SET approved_by_id = office_confirmed_by_id WHERE id = :id"), {"id": row.id}
        )
    november.session.rollback()


def test_a_disputed_line_waits_for_its_answer_and_only_the_answer_changes_the_sum(november: Month) -> None:
    row, at = november.draft(), november.clock.at
    first, second = lines(november, row.id)
    wrong = DisputeLine(settlement=row.public_id, line=first.public_id, reason="说好 3 元", claimed_fen=300)
    with pytest.raises(Forbidden):
        write(dispute_line, november.clerk, wrong, now=at)
    assert write(dispute_line, november.manager, wrong, now=at).open_lines == 1
    with pytest.raises(LineAnswered):
        write(dispute_line, november.manager, wrong, now=at)
    other = DisputeLine(settlement=row.public_id, line=second.public_id, reason="不是我们店的")
    write(dispute_line, november.manager, other, now=at)
    assert november.now(row).total_fen == 400
    assert waiting_months(november.session, november.staff).to_answer == 1
    with pytest.raises(LinesDisputed) as refused:
        write(confirm_month, november.manager, november.sums(row), now=at)
    assert refused.value.facts == {"lines": 2}
    seen = november.sums(row)
    agrees = AnswerLine(settlement=row.public_id, line=first.public_id, answer="协议是 3 元", fen=300)
    with pytest.raises(Forbidden):
        write(answer_line, november.manager, agrees, now=at)
    below = AnswerLine(settlement=row.public_id, line=first.public_id, answer="-", fen=-300)
    with pytest.raises(Invalid):
        write(answer_line, november.staff, below, now=at)
    assert write(answer_line, november.staff, agrees, now=at).total_fen == 500
    with pytest.raises(LineAnswered):
        write(answer_line, november.staff, agrees, now=at)
    keeps = AnswerLine(settlement=row.public_id, line=second.public_id, answer="收银台有记录")
    assert write(answer_line, november.staff, keeps, now=at).open_lines == 0
    with pytest.raises(TotalsMoved):
        write(confirm_month, november.manager, seen, now=at)
    done = november.approved(row)
    assert (done.total_fen, done.disputed_lines) == (500, 2)


def test_a_month_sent_back_begins_anew_with_its_reason(november: Month) -> None:
    row, at = november.draft(), november.clock.at
    write(confirm_month, november.manager, november.sums(row), now=at)
    back = ReturnMonth(settlement=row.public_id, reason="请核对第 2 行")
    with pytest.raises(Forbidden):
        write(return_month, november.manager, back, now=at)
    draft = write(return_month, november.staff, back, now=at)
    assert (draft.state, draft.return_reason, draft.merchant_confirmed_at) == (
        SettlementState.DRAFT,
        "请核对第 2 行",
        None,
    )
    write(confirm_month, november.manager, november.sums(row), now=at)
    write(check_month, november.staff, november.sums(row), now=at)
    with pytest.raises(Forbidden):
        write(return_month, november.staff, back, now=at)
    assert write(return_month, november.street, back, now=at).state is SettlementState.DRAFT
    november.approved(row)
    with pytest.raises(StepNotDue):
        write(return_month, november.street, back, now=at)


def test_a_shop_that_stays_silent_holds_nobody_up(november: Month) -> None:
    row = november.draft()
    november.clock.forward(days=10)
    done = write(check_month, november.staff, november.sums(row), now=november.clock.at)
    assert (done.state, done.merchant_confirmed_at) == (SettlementState.CHECKED, None)


def test_what_is_approved_is_not_undone_at_the_till(november: Month) -> None:
    write(policy.set_value, UNDO_MINUTES, 60 * 24 * 90, now=november.clock.at, reason="test")
    november.clock.forward(days=91)
    november.approved(november.draft())
    undo = ReverseRedemption(redemption=november.used[0], reason="太晚了")
    with pytest.raises(UndoWindowOver) as refused:
        write(reverse_redemption, november.clerk, undo, now=november.used_at)
    assert refused.value.facts["reason"] == "settled"


def test_what_is_undone_after_the_draft_is_a_line_of_the_next_month(november: Month) -> None:
    row = november.draft()
    undo = ReverseRedemption(redemption=november.used[0], reason="扫错了")
    write(reverse_redemption, november.clerk, undo, now=november.used_at)  # as a longer window would allow
    done = november.approved(row)
    assert (done.redemptions, done.total_points, done.total_fen) == (2, 60, 400), "what was read stays"
    november.clock.forward(days=31)
    assert write(open_settlements, now=november.clock.at) == 1
    after = settlements_of(november.session, november.shop.merchant.id)[0]
    assert (after.month, after.redemptions, after.corrections) == ("2026-12", 0, 1)
    assert (after.total_points, after.total_fen) == (-30, -200)
    (line,) = lines(november, after.id)
    assert (line.is_correction, line.redemption, line.undo_reason) == (True, november.used[0], "扫错了")
    november.clock.forward(days=31)
    assert write(open_settlements, now=november.clock.at) == 0, "taken off once"


def test_a_correction_takes_off_what_the_line_came_to(november: Month) -> None:
    row, at = november.draft(), november.clock.at
    line = next(each for each in lines(november, row.id) if each.redemption == november.used[0])
    write(
        dispute_line,
        november.manager,
        DisputeLine(settlement=row.public_id, line=line.public_id, reason="少了"),
        now=at,
    )
    write(
        answer_line,
        november.staff,
        AnswerLine(settlement=row.public_id, line=line.public_id, answer="补", fen=350),
        now=at,
    )
    undo = ReverseRedemption(redemption=november.used[0], reason="扫错了")
    write(reverse_redemption, november.clerk, undo, now=november.used_at)
    november.clock.forward(days=31)
    assert november.draft("2026-12").total_fen == -350


def test_nothing_is_paid_for_what_a_shop_gives_itself(session: Session, shop: Shop, clock: Clock) -> None:
    month = make_month(session, shop, clock, fen=None)
    row = month.approved(month.draft())
    assert row.total_fen == 0
    with pytest.raises(NothingToPay):
        write(
            note_payment,
            month.staff,
            NotePayment(settlement=row.public_id, paid_on=date(2026, 12, 1), reference="x"),
            now=clock.at,
        )
    assert waiting_months(session, month.staff).all == 0


def test_the_desk_counts_the_months_its_list_shows_whoever_s_turn_it_is(november: Month) -> None:
    session, at = november.session, november.clock.at
    row = november.draft()
    assert waiting_months(session, november.staff).all == 0
    write(confirm_month, november.manager, november.sums(row), now=at)
    assert waiting_months(session, november.staff).to_check == 1
    write(check_month, november.staff, november.sums(row), now=at)
    assert waiting_months(session, november.staff).to_approve == 1
    assert waiting_months(session, november.street).to_approve == 1
    write(approve_month, november.street, november.sums(row), now=at)
    assert waiting_months(session, november.staff).to_pay == 1
    assert waiting_months(session, november.clerk).all == 0


def test_a_month_without_a_line_is_not_drafted(session: Session, shop: Shop, clock: Clock) -> None:
    assert write(open_settlement, shop.merchant.id, "2026-10", now=clock.at) is None
    with pytest.raises(Invalid):
        write(open_settlement, shop.merchant.id, "2026-13", now=clock.at + timedelta(days=60))
