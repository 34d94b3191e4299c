"""A copy and leaving by the API: one's own only, for an hour, with days to think it over."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.conftest import Clock, HouseClient
from tests.factories import bearer, make_person, make_staff, make_tree


def test_a_copy_is_read_for_an_hour_by_its_owner(client: HouseClient, session: Session, clock: Clock) -> None:
    tree = make_tree(session)
    person = make_person(session, tree["grid"], name="李桂兰", birth_year=1950)
    me, other = bearer(session, person), bearer(session, make_person(session, tree["grid"]))
    taken = client.post("/api/v1/me/copies", headers=me)
    assert taken.status_code == 201
    path = f"/api/v1/me/copies/{taken.json['id']}"
    copy = client.get(path, headers=me).json
    profile = next(each for each in copy["chapters"] if each["key"] == "profile")
    assert ["出生年份", 1950] in profile["rows"]
    assert [row["name"] for row in copy["tables"]["person"]] == ["李桂兰"]
    assert client.get(path, headers=other).status_code == 404
    clock.forward(minutes=61)
    assert client.get(path, headers=me).status_code == 404
    for _more in range(2):
        assert client.post("/api/v1/me/copies", headers=me).status_code == 201
    refused = client.post("/api/v1/me/copies", headers=me)
    assert (refused.status_code, refused.json["code"], refused.json["facts"]["most"]) == (429, "too_many_copies", 3)


def test_leaving_takes_days_and_can_be_taken_back(client: HouseClient, session: Session) -> None:
    tree = make_tree(session)
    person = make_person(session, tree["grid"])
    me = bearer(session, person)
    page = client.get("/api/v1/me/erasure", headers=me).json
    assert (page["waiting"], page["grace_days"], page["roles"]) == (None, 7, 0)
    assert page["goes"]
    assert all(each["why"] for each in page["stays"])
    assert client.post("/api/v1/me/erasure", json={}, headers=me).status_code == 422
    assert client.post("/api/v1/me/erasure", json={"understood": False}, headers=me).status_code == 422
    asked = client.post("/api/v1/me/erasure", json={"understood": True}, headers=me)
    assert (asked.status_code, asked.json["due_at"]) == (201, "2026-11-29T00:00:00+08:00")
    assert client.get("/api/v1/me", headers=me).status_code == 401, "every device is signed out"
    session.expire_all()
    again = bearer(session, person)
    assert client.get("/api/v1/me/erasure", headers=again).json["waiting"]["due_at"] == asked.json["due_at"]
    assert client.post("/api/v1/me/erasure/withdrawal", headers=again).status_code == 200
    none = client.post("/api/v1/me/erasure/withdrawal", headers=again)
    assert (none.status_code, none.json["code"]) == (409, "erasure_not_waiting")


def test_who_holds_a_role_hands_it_over_first(client: HouseClient, session: Session) -> None:
    staff = bearer(session, make_staff(session, make_tree(session)["community"]))
    refused = client.post("/api/v1/me/erasure", json={"understood": True}, headers=staff)
    assert (refused.status_code, refused.json["code"], refused.json["facts"]) == (409, "roles_held", {"roles": 1})
