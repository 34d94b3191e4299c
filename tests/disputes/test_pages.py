"""The dispute's pages: from a used voucher to the desk's decision, without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.core.transaction import write
from pointsapp.ledger.queries import person_points
from pointsapp.redemption.services import Redeemed, issue_voucher, redeem
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of
from tests.merchants.shops import Shop, give_points, make_offer
from tests.redemption.test_services import round_trips


@pytest.fixture
def used(session: Session, shop: Shop, clock: Clock) -> Redeemed:
    give_points(session, shop.resident, 100)
    offer = make_offer(shop, stock=5)
    voucher = write(issue_voucher, actor_of(session, shop.resident), offer.public_id, now=clock.at)
    return write(redeem, actor_of(session, shop.clerk), voucher.code, now=clock.at)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_from_the_voucher_to_the_decision(
    client: HouseClient, shop: Shop, used: Redeemed, session: Session, clock: Clock
) -> None:
    client.sign_in(shop.resident)
    assert f"/me/redemptions/{used.public_id}/dispute" in client.get(f"/me/vouchers/{used.voucher}").get_data(
        as_text=True
    )
    path = f"/me/redemptions/{used.public_id}/dispute"
    assert client.get(path).status_code == 200
    assert client.post(path, data={"kind": "not_me"}).status_code == 422
    begun = client.post(path, data={"kind": "nothing_given", "words": "没给面", "request_id": "r1"})
    assert begun.status_code == 303
    dispute = begun.location
    assert "没给面" in text_of(client.get(dispute))
    assert "已经提过争议" in text_of(client.get(path))
    client.sign_in(shop.clerk)
    assert "烩面一碗" in text_of(client.get("/shop/disputes"))
    assert client.post(f"{dispute}/statements", data={"words": "给了", "request_id": "r2"}).status_code == 303
    client.sign_in(shop.staff)
    assert "烩面一碗" in text_of(client.get("/console/disputes"))
    case = f"/console{dispute}"
    both = text_of(client.get(case))
    assert "没给面" in both
    assert "给了" in both
    assert "李桂兰" not in both
    assert client.post(f"{case}/decision", data={"decision": "uphold"}).status_code == 422
    decided = {"decision": "uphold", "reason": "店家认了", "request_id": "r3"}
    assert client.post(f"{case}/decision", data=decided).status_code == 303
    assert "烩面一碗" in text_of(client.get("/console/disputes?closed=1"))
    assert person_points(session, shop.resident.id, now=clock.at).balance == 100
    client.sign_in(shop.resident)
    told = text_of(client.get(dispute))
    assert "店家认了" in told
    assert "争议成立" in told
    late = client.post(f"{dispute}/statements", data={"words": "谢谢"})
    assert late.status_code == 409


def test_too_late_says_where_to_go(client: HouseClient, shop: Shop, used: Redeemed, clock: Clock) -> None:
    clock.forward(days=8)
    path = f"/me/redemptions/{used.public_id}/dispute"
    client.sign_in(shop.resident)
    assert "已过争议期" in text_of(client.get(path))
    late = client.post(path, data={"kind": "other", "words": "？"})
    assert late.status_code == 409
    assert client.sign_in(shop.staff).get(path).status_code == 404


def test_pages_read_little_and_speak_english(client: HouseClient, shop: Shop, used: Redeemed, session: Session) -> None:
    client.sign_in(shop.resident)
    path = f"/me/redemptions/{used.public_id}/dispute"
    dispute = client.post(path, data={"kind": "other", "words": "x", "request_id": "r1"}).location
    pages = (
        (shop.resident, path),
        (shop.resident, dispute),
        (shop.clerk, "/shop/disputes"),
        (shop.staff, "/console/disputes"),
        (shop.staff, f"/console{dispute}"),
    )
    for person, address in pages:
        client.sign_in(person)
        with round_trips(session) as sent:
            page = client.get(f"{address}?lang=en")
        assert page.status_code == 200
        assert len(sent) <= 12, "\n".join(sent)
        for word in ("争议", "核销", "商户"):
            assert word not in text_of(page), (address, word)
