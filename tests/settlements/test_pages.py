"""The month's pages: the shop disputes and confirms without scripts, the office takes its steps, paper and workbook say the same."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core.transaction import write
from pointsapp.redemption.models import Voucher
from pointsapp.redemption.services import ReverseRedemption, reverse_redemption
from pointsapp.settlements.duties import DUTIES
from pointsapp.settlements.models import SettlementState
from pointsapp.settlements.queries import SettlementRow, each_line
from pointsapp.settlements.services import confirm_month
from pointsapp.worker import deliver_events
from tests.conftest import Clock, HouseClient
from tests.merchants.shops import Shop
from tests.redemption.test_services import round_trips
from tests.settlements.months import Month, make_month


@pytest.fixture
def november(session: Session, shop: Shop, clock: Clock) -> Month:
    return make_month(session, shop, clock)


@pytest.fixture
def draft(november: Month) -> SettlementRow:
    return november.draft()


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def hidden(answer: Any) -> dict[str, str]:
    """The sums that the page says it has shown."""
    body = answer.get_data(as_text=True)
    names = ("redemptions", "total_points", "total_fen")
    return {name: re.search(rf'name="{name}" value="(-?\d+)"', body).group(1) for name in names}  # type: ignore[union-attr]


def test_the_shop_disputes_a_line_and_confirms(client: HouseClient, november: Month, draft: SettlementRow) -> None:
    shop = november.shop
    client.sign_in(shop.manager)
    assert "2026年11月" in text_of(client.get(f"/shop/{shop.merchant.public_id}/months"))
    page = client.get(f"/shop/months/{draft.public_id}")
    assert "¥4.00" in text_of(page)
    assert "平台不经手资金" in text_of(page)
    assert "李**" in text_of(page)
    line = next(each_line(november.session, draft.id))
    wrong = client.post(f"/shop/months/{draft.public_id}/lines", data={"line": line.public_id, "claimed_yuan": "三"})
    assert wrong.status_code == 422
    for name in ("reason", "claimed_yuan"):  # the summary's links lead to the line's own fields
        assert f'href="#f-{name}"' in wrong.text
        assert f'id="f-{name}" name="{name}"' in wrong.text
    assert 'value="三"' in wrong.text
    said = {"line": line.public_id, "reason": "说好 3 元", "claimed_yuan": "3", "request_id": "r1"}
    assert client.post(f"/shop/months/{draft.public_id}/lines", data=said).status_code == 303
    assert "有异议" in text_of(client.get(f"/shop/months/{draft.public_id}"))
    early = client.post(f"/shop/months/{draft.public_id}/confirmation", data=hidden(page))
    assert early.status_code == 409
    assert "还有异议没答复" in text_of(early)
    client.sign_in(shop.staff)
    answer = {"line": line.public_id, "answer": "协议是 3 元", "yuan": "3", "request_id": "r2"}
    assert client.post(f"/console/settlements/{draft.public_id}/lines", data=answer).status_code == 303
    client.sign_in(shop.manager)
    stale = client.post(f"/shop/months/{draft.public_id}/confirmation", data=hidden(page))
    assert stale.status_code == 409
    assert "合计刚刚有变化" in text_of(stale)
    fresh = client.get(f"/shop/months/{draft.public_id}")
    done = client.post(f"/shop/months/{draft.public_id}/confirmation", data=hidden(fresh) | {"request_id": "r3"})
    assert done.status_code == 303
    assert november.now(draft).state is SettlementState.CONFIRMED
    assert "由 ¥2.00 改为 ¥3.00" in text_of(client.get(f"/shop/months/{draft.public_id}"))


def test_an_answer_below_nought_is_refused_at_its_field(
    client: HouseClient, november: Month, draft: SettlementRow
) -> None:
    shop = november.shop
    line = next(each_line(november.session, draft.id)).public_id
    said = {"line": line, "reason": "说好 3 元", "claimed_yuan": "3"}
    assert client.sign_in(shop.manager).post(f"/shop/months/{draft.public_id}/lines", data=said).status_code == 303
    answer = {"line": line, "answer": "照改", "yuan": "-3"}
    wrong = client.sign_in(shop.staff).post(f"/console/settlements/{draft.public_id}/lines", data=answer)
    assert wrong.status_code == 422
    assert text_of(wrong).count("应是 0 元或以上") == 2  # in the summary and beside the field
    assert 'id="f-yuan" name="yuan"' in wrong.text
    assert 'value="-3"' in wrong.text


def test_the_office_checks_approves_and_notes_the_payment(
    client: HouseClient, november: Month, draft: SettlementRow
) -> None:
    write(confirm_month, november.manager, november.sums(draft), now=november.clock.at)
    path = f"/console/settlements/{draft.public_id}"
    client.sign_in(november.shop.staff)
    assert "胖婶烩面" in text_of(client.get("/console/settlements?state=confirmed"))
    assert "胖婶烩面" not in text_of(client.get("/console/settlements?state=paid")).replace("胖婶烩面的", "")
    page = client.get(path)
    assert "核对无误" in text_of(page)
    sums = hidden(page)
    assert client.post(f"{path}/check", data=sums | {"request_id": "r1"}).status_code == 303
    refused = client.post(f"{path}/approval", data=sums | {"request_id": "r2"})
    assert refused.status_code == 403
    client.sign_in(november.people["street"])
    assert client.post(f"{path}/approval", data=sums | {"request_id": "r3"}).status_code == 303
    own = client.post(f"{path}/payment", data={"paid_on": "2026-12-01", "reference": "转 7"})
    assert own.status_code == 403
    assert "要由另一个人来办" in text_of(own)
    client.sign_in(november.shop.staff)
    ahead = client.post(f"{path}/payment", data={"paid_on": "2026-12-02", "reference": "转 7"})
    assert ahead.status_code == 422
    paid = client.post(f"{path}/payment", data={"paid_on": "2026-12-01", "reference": "转 7", "request_id": "r4"})
    assert paid.status_code == 303
    assert "单号 转 7" in text_of(client.get(path))


def test_a_month_below_nought_is_noted_as_paid_back(client: HouseClient, november: Month, draft: SettlementRow) -> None:
    undo = ReverseRedemption(redemption=november.used[0], reason="扫错了")
    write(reverse_redemption, november.clerk, undo, now=november.used_at)  # as a longer window would allow
    november.clock.forward(days=31)
    owed = november.approved(november.draft("2026-12"))
    assert owed.total_fen == -200
    page = text_of(client.sign_in(november.shop.staff).get(f"/console/settlements/{owed.public_id}"))
    assert "商户应退 ¥2.00" in page
    assert "登记退回" in page
    assert "退回日期" in page
    assert "付款日期" not in page
    assert "登记付款" not in page
    paper = text_of(client.get(f"/settlements/{owed.public_id}/print"))
    for words in (page, paper):
        assert "款项由商户在线下退回出资单位" in words
        assert "付给商户" not in words
    with client.get(f"/settlements/{owed.public_id}.xlsx") as file:
        cells = [row[1].value for row in load_workbook(io.BytesIO(file.get_data())).active.iter_rows(max_row=12)]
    assert any("款项由商户在线下退回出资单位" in str(cell) for cell in cells)
    noted = client.post(
        f"/console/settlements/{owed.public_id}/payment",
        data={"paid_on": "2027-01-01", "reference": "减 7", "request_id": "r1"},
        follow_redirects=True,
    )
    assert "退回的款项已登记" in text_of(noted)
    assert "款项已退回" in text_of(noted)
    assert "已付款" not in text_of(noted)
    deliver_events(november.clock.at)
    told = text_of(client.sign_in(november.shop.manager).get("/me/notices"))
    assert "应退出资单位 ¥2.00" in told
    assert "月结退回的款项登记好了" in told
    assert "应退的 ¥2.00 已登记" in told
    assert "付款登记好了" not in told


def test_a_later_month_says_that_an_earlier_one_below_nought_is_open(
    client: HouseClient, november: Month, draft: SettlementRow
) -> None:
    undo = ReverseRedemption(redemption=november.used[0], reason="扫错了")
    write(reverse_redemption, november.clerk, undo, now=november.used_at)
    november.clock.forward(days=31)
    owed = november.approved(november.draft("2026-12"))
    for each in november.used[1:]:
        write(reverse_redemption, november.clerk, replace(undo, redemption=each), now=november.used_at)
    november.clock.forward(days=31)
    after = november.draft("2027-01")
    shop, office = f"/shop/months/{after.public_id}", f"/console/settlements/{after.public_id}"
    pages = ((november.shop.manager, shop), (november.shop.staff, office))
    for who, path in pages:
        page = client.sign_in(who).get(path)
        assert "2026年12月应退的 ¥2.00 还没有办结" in text_of(page)
        assert f'href="{path.replace(after.public_id, owed.public_id)}"' in page.text
    assert "还没有办结" not in text_of(client.get(f"/console/settlements/{owed.public_id}")), (
        "its own page says it already"
    )
    client.post(
        f"/console/settlements/{owed.public_id}/payment",
        data={"paid_on": "2027-01-31", "reference": "退 7", "request_id": "r1"},
    )
    for who, path in pages:
        assert "还没有办结" not in text_of(client.sign_in(who).get(path))


def test_work_list_and_filter_name_what_is_given_back_too(
    client: HouseClient, november: Month, draft: SettlementRow
) -> None:
    client.sign_in(november.shop.staff)
    listed = text_of(client.get("/console/settlements"))
    assert "待登记付款或退回" in listed
    assert "已付款或已退回" in listed
    assert "登记付款或退回" in {str(each.name) for each in DUTIES}


def test_a_month_is_sent_back_with_a_reason(client: HouseClient, november: Month, draft: SettlementRow) -> None:
    write(confirm_month, november.manager, november.sums(draft), now=november.clock.at)
    path = f"/console/settlements/{draft.public_id}/return"
    client.sign_in(november.shop.staff)
    assert client.post(path, data={}).status_code == 422
    assert client.post(path, data={"reason": "第 2 行请核对", "request_id": "r1"}).status_code == 303
    page = text_of(client.sign_in(november.shop.manager).get(f"/shop/months/{draft.public_id}"))
    assert "第 2 行请核对" in page


def test_paper_and_workbook_hold_the_same_lines(client: HouseClient, november: Month, draft: SettlementRow) -> None:
    november.session.execute(update(Voucher).values(title="=HYPERLINK(1)"))
    november.session.commit()
    client.sign_in(november.shop.manager)
    paper = text_of(client.get(f"/settlements/{draft.public_id}/print"))
    assert paper.count("=HYPERLINK(1)") == 2
    assert "平台不经手资金" in paper
    with client.get(f"/settlements/{draft.public_id}.xlsx") as file:
        assert file.status_code == 200
        sheet = load_workbook(io.BytesIO(file.get_data())).active
    rows = [row for row in sheet.iter_rows() if row[1].value == "=HYPERLINK(1)"]
    assert len(rows) == 2
    assert {row[1].data_type for row in rows} == {"s"}, "no cell is a formula"
    assert {row[5].value for row in rows} == {2}
    for stranger in (november.shop.resident, november.shop.other_clerk):
        client.sign_in(stranger)
        for path in (f"/settlements/{draft.public_id}/print", f"/settlements/{draft.public_id}.xlsx"):
            assert client.get(path).status_code == 404


def test_pages_read_little(client: HouseClient, november: Month, draft: SettlementRow, session: Session) -> None:
    shop = november.shop
    pages = (
        (shop.manager, f"/shop/{shop.merchant.public_id}/months"),
        (shop.manager, f"/shop/months/{draft.public_id}"),
        (shop.manager, f"/settlements/{draft.public_id}/print"),
        (shop.staff, "/console/settlements"),
        (shop.staff, f"/console/settlements/{draft.public_id}"),
    )
    for person, path in pages:
        client.sign_in(person)
        with round_trips(session) as sent:
            assert client.get(path).status_code == 200
        assert len(sent) <= 12, "\n".join(sent)


def test_pages_speak_english(client: HouseClient, november: Month, draft: SettlementRow) -> None:
    shop = november.shop
    pages = ((shop.manager, f"/shop/months/{draft.public_id}"), (shop.staff, f"/console/settlements/{draft.public_id}"))
    for person, path in pages:
        page = text_of(client.sign_in(person).get(f"{path}?lang=en"))
        for word in ("月结", "异议", "核销", "商户"):
            assert word not in page, (path, word)
