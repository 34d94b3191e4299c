"""Mandates by the API: offered, accepted, ended by either side; nobody else hears of them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.conftest import HouseClient
from tests.factories import bearer, make_person, make_tree


def test_offered_accepted_and_ended(client: HouseClient, session: Session) -> None:
    tree = make_tree(session)
    people = [make_person(session, tree["grid"]) for _ in range(3)]
    phone = people[1].phone
    elder, helper, other = (bearer(session, person) for person in people)
    body = {"who": phone, "days": 30, "may_spend": True}
    offered = client.post("/api/v1/me/helpers", json=body, headers=elder)
    assert offered.status_code == 201
    again = client.post("/api/v1/me/helpers", json=body, headers=elder)
    assert (again.status_code, again.json["code"]) == (409, "mandate_exists")
    path = f"/api/v1/mandates/{offered.json['id']}"
    for head in (elder, other):
        assert client.post(f"{path}/acceptance", headers=head).status_code == 404, "only the helper says yes"
    for _twice in range(2):
        assert client.post(f"{path}/acceptance", headers=helper).status_code == 200
    (held,) = client.get("/api/v1/me/helpers", headers=helper).json["held"]
    assert (held["state"], held["may_spend"], held["ends_at"]) == ("open", True, "2026-12-21T00:30:00+08:00")
    assert client.get("/api/v1/me/helpers", headers=other).json == {"given": [], "held": [], "acts": []}
    assert client.post(f"{path}/ending", headers=other).status_code == 404
    for _twice in range(2):
        assert client.post(f"{path}/ending", headers=elder).status_code == 200
    (given,) = client.get("/api/v1/me/helpers", headers=elder).json["given"]
    assert given["state"] == "ended"
    over = client.post(f"{path}/acceptance", headers=helper)
    assert (over.status_code, over.json["code"]) == (410, "mandate_over")


def test_whom_nobody_knows_and_oneself(client: HouseClient, session: Session) -> None:
    person = make_person(session, make_tree(session)["grid"])
    number = person.volunteer_number
    me = bearer(session, person)
    for who in ("13999999999", number, "somebody"):
        refused = client.post("/api/v1/me/helpers", json={"who": who}, headers=me)
        assert (refused.status_code, set(refused.json["errors"])) == (422, {"who"}), who
