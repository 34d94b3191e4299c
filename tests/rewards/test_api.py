"""The JSON door: figures, book, budgets and grants, for each role."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clock_module
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.ledger.services import open_hold, release_hold
from pointsapp.people.models import Person
from pointsapp.people.services import create_token
from tests.conftest import Clock, HouseClient
from tests.factories import make_person, make_staff, make_tree
from tests.rewards.test_services import books_balance as books_balance
from tests.rewards.test_services import credit


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    areas = make_tree(session)
    session.expunge_all()  # plain rows: a request ends the session they came from
    return areas


def bearer(session: Session, person: Person) -> dict[str, str]:
    issued = write(create_token, person.id, now=clock_module.now())
    return {"Authorization": f"Bearer {issued.token}"}


def test_a_new_person_gets_zeros_and_an_empty_book(client: HouseClient, session: Session) -> None:
    headers = bearer(session, make_person(session))
    figures = client.get("/api/v1/me/points", headers=headers)
    zeros = {"balance": 0, "held": 0, "earned_total": 0, "spent_total": 0, "expiring": []}
    assert (figures.status_code, figures.json) == (200, zeros)
    book = client.get("/api/v1/me/points/entries", headers=headers)
    assert book.json == {"items": [], "next_cursor": None}


def test_the_sum_of_all_lines_is_the_balance(client: HouseClient, session: Session, clock: Clock) -> None:
    person = make_person(session)
    headers = bearer(session, person)
    for number in range(3):
        credit(person, number)
    words: dict[str, Any] = {"memo": "test", "facts": {}, "now": clock.at}
    order = {"person_id": person.id, "amount": 25, "expires_at": clock.at, **words}
    hold = write(open_hold, reference="v1", **order)
    write(open_hold, reference="v2", **order)
    write(release_hold, hold.hold_id, reference="v1:back", **words)
    figures = client.get("/api/v1/me/points", headers=headers).json
    assert (figures["balance"], figures["held"], figures["earned_total"]) == (35, 25, 60)
    first = client.get("/api/v1/me/points/entries?limit=4", headers=headers).json
    rest = client.get(f"/api/v1/me/points/entries?cursor={first['next_cursor']}", headers=headers).json
    items = [*first["items"], *rest["items"]]
    assert rest["next_cursor"] is None
    assert [item["points"] for item in items] == [25, -25, -25, 20, 20, 20]
    assert sum(item["points"] for item in items) == items[0]["balance_after"] == figures["balance"]
    earned = items[-1]
    assert earned["memo"] == "参加「红专路夜巡」"
    assert earned["rule"] == {"key": "*", "version": 1}
    assert earned["steps"] == [{"key": "per_completion", "text": "完成一次得 20 分", "facts": {"result": 20}}]
    assert (items[0]["rule"], items[0]["steps"]) == (None, [])
    english = client.get("/api/v1/me/points/entries?lang=en", headers=headers).json["items"][-1]
    assert (english["memo"], english["steps"][0]["text"]) == (
        "Took part in “红专路夜巡”",
        "20 points for completing it",
    )


@pytest.mark.parametrize("path", ["/me/points", "/me/points/entries", "/budgets"])
def test_a_guest_signs_in_first(client: HouseClient, path: str) -> None:
    answer = client.get(f"/api/v1{path}")
    assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=!!", "cursor=WyJhIl0", "cursor=WzFd.WzFd"]
)
def test_a_bad_page_is_named(client: HouseClient, session: Session, query: str) -> None:
    answer = client.get(f"/api/v1/me/points/entries?{query}", headers=bearer(session, make_person(session)))
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")


def _grant(client: HouseClient, headers: dict[str, str], area: Area, **over: Any) -> Any:
    body = {"area_id": area.public_id, "points": 500, "memo": "第四季度", **over}
    return client.post("/api/v1/budget-grants", json=body, headers=headers)


def test_a_grant_is_answered_with_the_balance(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    headers = bearer(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
    answer = _grant(client, headers, tree["community"])
    assert answer.status_code == 201
    assert answer.json == {
        "id": answer.json["id"],
        "area_id": tree["community"].public_id,
        "points": 500,
        "budget_balance": 500,
    }
    by_code = _grant(client, {**headers, "Idempotency-Key": "k"}, tree["community"], area_id=tree["community"].code)
    again = _grant(client, {**headers, "Idempotency-Key": "k"}, tree["community"], area_id=tree["community"].code)
    assert (again.json, again.headers["Idempotency-Hit"]) == (by_code.json, "true")
    seen = client.get(f"/api/v1/budgets?area={tree['street'].code}", headers=headers).json
    area = {"id": tree["community"].public_id, "code": tree["community"].code, "name": "军区社区"}
    figures = {"balance": 1000, "granted": 1000, "reserved": 0, "issued": 0, "returned": 0, "lasts_until": None}
    assert seen == {"items": [{"area": area, **figures}], "next_cursor": None}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"points": 0}, "points"),
        ({"points": -5}, "points"),
        ({"points": "500"}, "points"),
        ({"points": 10**12}, "points"),
        ({"memo": ""}, "memo"),
        ({"memo": "x" * 121}, "memo"),
        ({"area_id": "nowhere"}, "area_id"),
        ({"area_id": None}, "area_id"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_bad_grant_is_named_and_changes_nothing(
    client: HouseClient, session: Session, tree: dict[str, Area], over: dict[str, Any], field: str
) -> None:
    headers = bearer(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
    answer = _grant(client, headers, tree["community"], **over)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    assert field in answer.json["errors"]
    assert client.get("/api/v1/budgets", headers=headers).json["items"] == []


@pytest.mark.parametrize(
    ("role", "area", "may_see", "may_grant"),
    [
        (None, "community", 403, 403),
        (Role.GRID_LEADER, "community", 200, 403),
        (Role.STAFF, "community", 200, 403),
        (Role.STAFF, "other", 403, 403),
        (Role.STREET_ADMIN, "other_street", 403, 403),
        (Role.STREET_ADMIN, "community", 200, 201),
        (Role.STREET_ADMIN, "district", 200, 201),
    ],
    ids=["居民", "网格长", "社区", "别的社区", "别的街道", "本社区管理", "区里"],
)
def test_who_sees_and_fills_a_budget(
    client: HouseClient,
    session: Session,
    tree: dict[str, Area],
    role: Role | None,
    area: str,
    may_see: int,
    may_grant: int,
) -> None:
    person = make_staff(session, tree[area], role) if role else make_person(session, tree[area])
    headers = bearer(session, person)
    assert client.get(f"/api/v1/budgets?area={tree['community'].code}", headers=headers).status_code == may_see
    assert _grant(client, headers, tree["community"]).status_code == may_grant


def test_budgets_come_in_pages_by_code(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    headers = bearer(session, make_staff(session, tree["district"], Role.STREET_ADMIN))
    for name in ("community", "other", "street"):
        assert _grant(client, headers, tree[name]).status_code == 201
    first = client.get("/api/v1/budgets?limit=2", headers=headers).json
    rest = client.get(f"/api/v1/budgets?limit=2&cursor={first['next_cursor']}", headers=headers).json
    codes = [item["area"]["code"] for item in first["items"] + rest["items"]]
    assert codes == sorted(tree[name].code for name in ("community", "other", "street"))
    assert client.get("/api/v1/budgets?area=nowhere", headers=headers).status_code == 422
