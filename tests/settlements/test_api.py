"""A month by the API: read line by line, disputed, answered, confirmed, checked, approved, paid; each step by whom it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.people.models import Person
from tests.conftest import Clock, HouseClient
from tests.factories import bearer
from tests.merchants.shops import Shop
from tests.settlements.months import Month, make_month


@dataclass
class Desk:
    """Calls of the API about one month, by who makes them."""

    client: HouseClient
    heads: dict[str, dict[str, str]]
    month: str

    def post(self, who: str, step: str, body: Any = None) -> Any:
        return self.client.post(f"/api/v1/settlements/{self.month}/{step}", json=body, headers=self.heads[who])

    def get(self, who: str, path: str) -> Any:
        answer = self.client.get(f"/api/v1{path}", headers=self.heads[who])
        assert answer.status_code == 200, answer.text
        return answer.json

    def sums(self, **over: int) -> dict[str, int]:
        row = self.get("manager", f"/settlements/{self.month}")
        return {name: row[name] for name in ("redemptions", "total_points", "total_fen")} | over


@pytest.fixture
def made(session: Session, shop: Shop, clock: Clock) -> Month:
    return make_month(session, shop, clock)


@pytest.fixture
def desk(session: Session, shop: Shop, made: Month, client: HouseClient) -> Desk:
    street: Person = made.people["street"]
    people = {
        "manager": shop.manager, "clerk": shop.clerk, "staff": shop.staff, "street": session.merge(street),
        "resident": shop.resident, "other": shop.other_clerk,
    }  # fmt: skip
    heads = {who: bearer(session, person) for who, person in people.items()}
    return Desk(client, heads, made.draft().public_id)


def test_a_month_goes_its_way(desk: Desk, shop: Shop) -> None:
    (month,) = desk.get("clerk", f"/merchants/{shop.merchant.code}/settlements")["items"]
    assert (month["month"], month["state"], month["redemptions"], month["total_fen"]) == ("2026-11", "draft", 2, 400)
    lines = desk.get("clerk", f"/settlements/{desk.month}/lines")["items"]
    assert [line["agreed_fen"] for line in lines] == [200, 200]
    disputed = {"reason": "加了一碗", "claimed_fen": 300}
    line = f"lines/{lines[0]['id']}"
    assert desk.post("clerk", f"{line}/dispute", disputed).json["code"] == "not_allowed", "a clerk reads"
    assert desk.post("manager", f"{line}/dispute", disputed).json["open_lines"] == 1
    assert desk.post("manager", f"{line}/dispute", disputed).json["code"] == "line_answered"
    assert desk.post("manager", "confirmation", desk.sums()).json["code"] == "lines_disputed"
    below = desk.post("staff", f"{line}/answer", {"answer": "少付", "fen": -300})
    assert (below.status_code, below.json["errors"]) == (422, {"fen": ["应是 0 元或以上"]})
    answered = desk.post("staff", f"{line}/answer", {"answer": "同意", "fen": 300})
    assert (answered.status_code, answered.json["total_fen"]) == (200, 500)
    only = desk.get("staff", f"/settlements/{desk.month}/lines?disputed=true")["items"]
    assert [(each["claimed_fen"], each["answer"]) for each in only] == [(300, "同意")]
    assert desk.post("manager", "confirmation", desk.sums(total_fen=400)).json["code"] == "wrong_state"
    for _twice in range(2):
        assert desk.post("manager", "confirmation", desk.sums()).json["state"] == "confirmed"
    assert desk.post("staff", "approval", desk.sums()).json["code"] == "not_allowed"
    assert desk.post("staff", "check", desk.sums()).json["state"] == "checked"
    assert desk.post("street", "approval", desk.sums()).json["state"] == "approved"
    paid = {"paid_on": "2026-12-01", "reference": "转 18"}
    assert desk.post("street", "payment", paid).json["code"] == "needs_another_person"
    assert desk.post("staff", "payment", {**paid, "paid_on": "2027-01-01"}).json["code"] == "paid_in_future"
    for long_ago in ("2026-10-31", "0001-01-01"):
        assert set(desk.post("staff", "payment", {**paid, "paid_on": long_ago}).json["errors"]) == {"paid_on"}
    for _twice in range(2):
        done = desk.post("staff", "payment", paid)
        assert (done.status_code, done.json["state"], done.json["paid_reference"]) == (200, "paid", "转 18")
    assert desk.post("street", "return", {"reason": "再看看"}).json["code"] == "settlement_step"


def test_a_month_is_sent_back(desk: Desk) -> None:
    desk.post("manager", "confirmation", desk.sums())
    back = desk.post("staff", "return", {"reason": "少了一张小票"})
    assert (back.json["state"], back.json["return_reason"]) == ("draft", "少了一张小票")


def test_the_office_lists_and_filters(desk: Desk, shop: Shop) -> None:
    area = shop.tree["community"].code
    assert len(desk.get("staff", f"/settlements?area={area}&state=draft&month=2026-11")["items"]) == 1
    assert desk.get("staff", "/settlements?state=paid")["items"] == []
    assert desk.get("staff", "/settlements?state=nonsense")["items"] == []
    assert desk.get("staff", f"/settlements?area={shop.tree['other_street'].code}")["items"] == []


def test_others_read_nothing(desk: Desk, shop: Shop) -> None:
    for who in ("resident", "other"):
        for path in (
            f"/settlements/{desk.month}",
            f"/settlements/{desk.month}/lines",
            f"/merchants/{shop.merchant.code}/settlements",
        ):
            assert desk.client.get(f"/api/v1{path}", headers=desk.heads[who]).status_code == 404, path
        assert desk.client.get("/api/v1/settlements", headers=desk.heads[who]).status_code == 403
        assert desk.post(who, "confirmation", desk.sums()).status_code == 404


def test_a_line_of_another_month_is_not_found(desk: Desk) -> None:
    assert desk.post("manager", "lines/nosuchid0000/dispute", {"reason": "不对"}).status_code == 404
