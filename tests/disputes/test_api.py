"""Disputes by the API: begun from a used voucher, both sides heard, decided by no party."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.core import clock as time
from pointsapp.core.paging import encode_cursor
from pointsapp.core.transaction import write
from pointsapp.redemption.services import issue_voucher, redeem
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, bearer
from tests.merchants.shops import Shop, give_points, make_offer

BODY = {"kind": "nothing_given", "words": "码用掉了，面没有端上来"}


@pytest.fixture
def used(session: Session, shop: Shop) -> str:
    """A redemption of the resident's voucher, by the clerk."""
    give_points(session, shop.resident, 60)
    voucher = write(issue_voucher, actor_of(session, shop.resident), make_offer(shop).public_id, now=time.now())
    return write(redeem, actor_of(session, shop.clerk), voucher.code, now=time.now()).public_id


@pytest.fixture
def heads(session: Session, shop: Shop) -> dict[str, Any]:
    people = {who: getattr(shop, who) for who in ("resident", "clerk", "manager", "other_clerk", "staff")}
    return {who: bearer(session, person) for who, person in people.items()}


def test_from_the_voucher_to_the_points_back(client: HouseClient, shop: Shop, used: str, heads: dict[str, Any]) -> None:
    mine = client.get("/api/v1/me/vouchers", headers=heads["resident"]).json["items"]
    assert [item["redemption_id"] for item in mine] == [used]
    path = f"/api/v1/redemptions/{used}/disputes"
    assert client.post(path, json=BODY, headers=heads["clerk"]).status_code == 404
    begun = client.post(path, json=BODY, headers=heads["resident"])
    assert (begun.status_code, begun.json["state"], begun.json["points"]) == (201, "open", 30)
    assert client.post(path, json=BODY, headers=heads["resident"]).status_code == 200, "a repeat is the one that stands"
    case = f"/api/v1/disputes/{begun.json['id']}"
    said = client.post(f"{case}/statements", json={"words": "端上去了，有监控"}, headers=heads["clerk"])
    assert said.status_code == 201
    for who, where in (
        ("resident", "/me/disputes"),
        ("clerk", f"/merchants/{shop.merchant.code}/disputes"),
        ("staff", "/disputes"),
    ):
        items = client.get(f"/api/v1{where}", headers=heads[who]).json["items"]
        assert [item["id"] for item in items] == [begun.json["id"]], where
    read = client.get(case, headers=heads["staff"]).json
    assert [line["side"] for line in read["statements"]] == ["resident", "shop"]
    assert [line["what"] for line in read["story"]] == ["issued", "used"]
    assert shop.resident.name not in str(read), "the office reads masked names here"
    verdict = {"decision": "uphold", "reason": "监控里没有端菜"}
    for who in ("clerk", "manager", "resident"):
        assert client.post(f"{case}/decision", json=verdict, headers=heads[who]).status_code == 404
    for _twice in range(2):
        decided = client.post(f"{case}/decision", json=verdict, headers=heads["staff"])
        assert (decided.status_code, decided.json["state"]) == (200, "upheld")
    assert client.get("/api/v1/me/points", headers=heads["resident"]).json["balance"] == 60
    late = client.post(f"{case}/statements", json={"words": "还有话说"}, headers=heads["resident"])
    assert (late.status_code, late.json["code"]) == (409, "dispute_decided")
    assert client.get("/api/v1/disputes", headers=heads["staff"]).json["items"] == []
    closed = client.get("/api/v1/disputes?open=false", headers=heads["staff"]).json["items"]
    assert [item["decision_reason"] for item in closed] == ["监控里没有端菜"]


def test_a_statement_sent_twice_with_one_key_is_said_once(
    client: HouseClient, used: str, heads: dict[str, Any]
) -> None:
    begun = client.post(f"/api/v1/redemptions/{used}/disputes", json=BODY, headers=heads["resident"]).json
    with_key = {**heads["clerk"], "Idempotency-Key": "k1"}
    for _twice in range(2):
        answer = client.post(f"/api/v1/disputes/{begun['id']}/statements", json={"words": "端上去了"}, headers=with_key)
        assert answer.status_code == 201
    read = client.get(f"/api/v1/disputes/{begun['id']}", headers=heads["clerk"]).json
    assert len(read["statements"]) == 2


def test_taken_back_and_too_late(client: HouseClient, used: str, heads: dict[str, Any], clock: Clock) -> None:
    path = f"/api/v1/redemptions/{used}/disputes"
    begun = client.post(path, json=BODY, headers=heads["resident"]).json
    for _twice in range(2):
        back = client.post(f"/api/v1/disputes/{begun['id']}/withdrawal", headers=heads["resident"])
        assert (back.status_code, back.json["state"]) == (200, "withdrawn")
    clock.forward(days=8)
    late = client.post(path, json=BODY, headers=heads["resident"])
    assert (late.status_code, late.json["code"], late.json["facts"]) == (409, "too_late_to_dispute", {"days": 7})


def test_another_shop_reads_nothing(client: HouseClient, shop: Shop, used: str, heads: dict[str, Any]) -> None:
    begun = client.post(f"/api/v1/redemptions/{used}/disputes", json=BODY, headers=heads["resident"]).json
    assert client.get(f"/api/v1/disputes/{begun['id']}", headers=heads["other_clerk"]).status_code == 404
    there = client.get(f"/api/v1/merchants/{shop.merchant.code}/disputes", headers=heads["other_clerk"])
    assert (there.status_code, there.json["code"]) == (403, "not_allowed")


def test_a_made_up_cursor_is_refused(client: HouseClient, heads: dict[str, Any]) -> None:
    cursor = encode_cursor("no day", 1)
    refused = client.get(f"/api/v1/disputes?cursor={cursor}", headers=heads["staff"])
    assert (refused.status_code, refused.json["code"]) == (422, "validation_failed")
