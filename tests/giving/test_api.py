"""Funds and gifts by the API: what is public, what is one's own, and the office's acts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import HouseClient
from tests.factories import bearer, make_person
from tests.giving.conftest import Street


@pytest.fixture
def heads(street: Street) -> dict[str, Any]:
    people = {"giver": street.giver, "receiver": street.receiver, "officer": street.officer}
    return {who: bearer(street.session, person) for who, person in people.items()}


def test_what_was_donated_and_what_became_of_it(street: Street, client: HouseClient, heads: dict[str, Any]) -> None:
    for points in (30, 20):
        given = client.post(f"/api/v1/funds/{street.fund}/donations", json={"points": points}, headers=heads["giver"])
        assert given.status_code == 201
    use = {"points": 40, "words": "午饭二十份", "used_on": "2026-11-21"}
    path = f"/api/v1/funds/{street.fund}"
    assert client.post(f"{path}/uses", json=use, headers=heads["giver"]).json["code"] == "not_allowed"
    assert client.post(f"{path}/uses", json=use, headers=heads["officer"]).status_code == 201
    too_much = client.post(f"{path}/uses", json=use, headers=heads["officer"]).json
    assert (too_much["code"], too_much["facts"]) == ("fund_has_less", {"left": 10})
    ahead = client.post(f"{path}/uses", json={**use, "points": 1, "used_on": "2027-01-01"}, headers=heads["officer"])
    early = client.post(f"{path}/uses", json={**use, "points": 1, "used_on": "2026-11-20"}, headers=heads["officer"])
    for refused in (ahead, early):
        assert set(refused.json["errors"]) == {"used_on"}
    fund = client.get(path).json  # anybody
    assert (fund["donated"], fund["used"], fund["donors"]) == (50, 40, None)
    assert [each["words"] for each in client.get(f"{path}/uses").json["items"]] == ["午饭二十份"]
    first = client.get("/api/v1/me/donations?limit=1", headers=heads["giver"]).json
    assert [each["points"] for each in first["items"]] == [20]
    rest = client.get(f"/api/v1/me/donations?cursor={first['next_cursor']}", headers=heads["giver"]).json
    assert ([each["points"] for each in rest["items"]], rest["next_cursor"]) == ([30], None)


def test_a_fund_is_opened_and_ended_by_its_office(street: Street, client: HouseClient, heads: dict[str, Any]) -> None:
    area = client.get("/api/v1/me", headers=heads["officer"]).json["area"]
    body = {"area_id": area["id"], "name": "寒衣", "purpose": "给需要的家庭"}
    assert client.post("/api/v1/funds", json=body, headers=heads["giver"]).json["code"] == "not_allowed"
    made = client.post("/api/v1/funds", json=body, headers={**heads["officer"], "Idempotency-Key": "k"})
    again = client.post("/api/v1/funds", json=body, headers={**heads["officer"], "Idempotency-Key": "k"})
    assert made.json == again.json
    assert [each["name"] for each in client.get("/api/v1/funds").json["items"]] == ["寒衣", "暖心午餐"]
    for _twice in range(2):
        ended = client.post(f"/api/v1/funds/{made.json['id']}/closing", headers=heads["officer"])
        assert ended.status_code == 200
    late = client.post(f"/api/v1/funds/{made.json['id']}/donations", json={"points": 1}, headers=heads["giver"])
    assert (late.status_code, late.json["code"]) == (409, "fund_closed")


def test_gifts_stand_with_both_and_with_nobody_else(street: Street, client: HouseClient, heads: dict[str, Any]) -> None:
    gift = {"volunteer_number": street.receiver.volunteer_number, "points": 40}
    assert client.get("/api/v1/me/gift-limits", headers=heads["giver"]).json["most_now"] == 50
    assert client.post("/api/v1/gifts", json=gift, headers=heads["giver"]).status_code == 201
    limits = client.get("/api/v1/me/gift-limits", headers=heads["giver"]).json
    assert (limits["given_this_month"], limits["most_now"], limits["given_a_month"]) == (40, 50, 100)
    lines = {who: client.get("/api/v1/me/gifts", headers=heads[who]).json["items"] for who in ("giver", "receiver")}
    assert [each["points"] for each in lines["giver"]] == [-40]
    assert [each["points"] for each in lines["receiver"]] == [40]
    assert street.giver.name not in str(lines), "masked"
    other = bearer(street.session, make_person(street.session))
    assert client.get("/api/v1/me/gifts", headers=other).json["items"] == []
