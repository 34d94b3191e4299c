"""Feedback by the API: said by somebody signed in, and read by nobody else."""

from __future__ import annotations

from pointsapp.core.codes import new_code
from pointsapp.core.masking import mask_name
from tests.conftest import HouseClient
from tests.factories import bearer, make_person, make_staff
from tests.feedback.things import Street

BODY = {"kind": "records", "text": "昨晚夜巡的积分没到"}


def test_it_is_said_and_read(street: Street, client: HouseClient) -> None:
    me = bearer(street.session, street.resident)
    said = client.post("/api/v1/feedback", json=BODY, headers=me)
    assert said.status_code == 201
    assert said.json["state"] == "open"
    items = client.get("/api/v1/me/feedback", headers=me).json["items"]
    assert [item["number"] for item in items] == [said.json["number"]]
    assert items[0]["handler"] == street.staff.name
    assert items[0]["due_at"] == "2026-11-28T00:00:00+08:00"
    other = bearer(street.session, make_person(street.session, street.areas["community"]))
    assert client.get("/api/v1/me/feedback", headers=other).json["items"] == []


def test_said_twice_with_one_key_is_said_once(street: Street, client: HouseClient) -> None:
    me = {**bearer(street.session, street.resident), "Idempotency-Key": "k1"}
    first, second = (client.post("/api/v1/feedback", json=BODY, headers=me) for _ in range(2))
    assert second.headers["Idempotency-Hit"] == "true"
    assert first.json == second.json


def test_who_has_no_home_names_a_place(street: Street, client: HouseClient) -> None:
    me = bearer(street.session, make_person(street.session))
    refused = client.post("/api/v1/feedback", json=BODY, headers=me)
    assert (refused.status_code, refused.json["code"]) == (422, "feedback_place_missing")
    assert (
        client.post("/api/v1/feedback", json={**BODY, "area": street.areas["community"].code}, headers=me).status_code
        == 201
    )


def test_feedback_of_a_person_needs_a_token(street: Street, client: HouseClient) -> None:
    assert client.post("/api/v1/feedback", json=BODY).status_code == 401


def test_a_guest_says_it_and_follows_it_by_number_and_code(street: Street, client: HouseClient) -> None:
    said = client.post("/api/v1/guest-feedback", json={**BODY, "area": street.areas["community"].code})
    assert said.status_code == 201
    slip = {"number": said.json["number"], "code": said.json["code"]}
    read = client.post("/api/v1/guest-feedback/lookup", json=slip)
    assert (read.status_code, read.json["text"], read.json["state"]) == (200, BODY["text"], "open")
    assert [step["kind"] for step in read.json["steps"]] == ["received"]
    wrong = client.post("/api/v1/guest-feedback/lookup", json={**slip, "code": new_code(10)})
    assert (wrong.status_code, wrong.json["code"]) == (404, "feedback_unknown")
    slipped = client.post("/api/v1/guest-feedback/lookup", json={**slip, "code": "0000000001"})
    assert (slipped.status_code, set(slipped.json["errors"])) == (422, {"code"})
    staff = bearer(street.session, street.staff)
    answered = client.post(f"/api/v1/feedback/{slip['number']}/answer", json={"text": "补记好了"}, headers=staff)
    assert answered.status_code == 422, "an answer is a sentence"
    path = f"/api/v1/feedback/{slip['number']}/answer"
    assert client.post(path, json={"text": "已经补记好了"}, headers=staff).json["state"] == "answered"
    verdict = {**slip, "is_satisfied": False}
    assert set(client.post("/api/v1/guest-feedback/verdict", json=verdict).json["errors"]) == {"text"}
    climbed = client.post("/api/v1/guest-feedback/verdict", json={**verdict, "text": "还是没有"})
    assert (climbed.status_code, climbed.json["state"]) == (200, "open")
    back = client.post("/api/v1/guest-feedback/withdrawal", json=slip)
    assert (back.status_code, back.json["state"]) == (200, "withdrawn")
    assert client.post("/api/v1/guest-feedback/withdrawal", json=slip).json["state"] == "withdrawn"


def test_guessing_a_guests_code_is_counted(street: Street, client: HouseClient) -> None:
    command = street.guest_says()
    me = bearer(street.session, street.resident)  # a neighbour's private address is never counted, a person is
    for _try in range(30):
        slip = {"number": command.number, "code": new_code(10)}
        assert client.post("/api/v1/guest-feedback/lookup", json=slip, headers=me).status_code == 404
    right = {"number": command.number, "code": command.secret}
    answer = client.post("/api/v1/guest-feedback/lookup", json=right, headers=me)
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_requests")


def test_the_office_takes_answers_and_hands_on(street: Street, client: HouseClient) -> None:
    number = street.say()
    staff, office = bearer(street.session, street.staff), bearer(street.session, street.office)
    waiting = client.get("/api/v1/feedback", headers=staff).json["items"]
    assert [(item["number"], item["who"]) for item in waiting] == [(number, mask_name(street.resident.name))]
    assert client.get(f"/api/v1/feedback/{number}", headers=staff).json["who"] == street.resident.name, "named for it"
    above = client.get(f"/api/v1/feedback/{number}", headers=office).json
    assert (above["who"], above["steps"][0]["by"]) == (mask_name(street.resident.name),) * 2
    taken = client.post(f"/api/v1/feedback/{number}/taking", headers=office)
    assert taken.status_code == 200
    assert client.get("/api/v1/feedback?view=mine", headers=office).json["items"][0]["number"] == number
    to = {"to_area": street.areas["community"].code, "reason": "是这个社区的事"}
    assert client.post(f"/api/v1/feedback/{number}/handing-on", json=to, headers=office).status_code == 200
    for _twice in range(2):
        answered = client.post(f"/api/v1/feedback/{number}/answer", json={"text": "已经补记好了"}, headers=staff)
        assert (answered.status_code, answered.json["state"]) == (200, "answered")
    again = client.post(f"/api/v1/feedback/{number}/answer", json={"text": "另一个答复"}, headers=staff)
    assert (again.status_code, again.json["code"]) == (409, "wrong_state")
    steps = client.get(f"/api/v1/feedback/{number}", headers=office).json["steps"]
    assert [step["kind"] for step in steps] == ["received", "assigned", "assigned", "answered"]
    me = bearer(street.session, street.resident)
    assert client.get(f"/api/v1/me/feedback/{number}", headers=me).json["steps"][-1]["text"] == "已经补记好了"
    done = client.post(f"/api/v1/me/feedback/{number}/verdict", json={"is_satisfied": True}, headers=me)
    assert (done.status_code, done.json["state"]) == (200, "closed")
    assert client.post(f"/api/v1/me/feedback/{number}/withdrawal", headers=me).json["code"] == "wrong_state"


def test_a_guests_telephone_number_is_for_who_answers_alone(street: Street, client: HouseClient) -> None:
    number = street.guest_says(contact="13800000001").number
    staff, office = bearer(street.session, street.staff), bearer(street.session, street.office)
    for reader in (staff, office):
        assert "13800000001" not in client.get("/api/v1/feedback", headers=reader).text, "a list is for everybody there"
    assert client.get(f"/api/v1/feedback/{number}", headers=staff).json["contact"] == "13800000001", "named for it"
    assert client.get(f"/api/v1/feedback/{number}", headers=office).json["contact"] == ""
    client.post(f"/api/v1/feedback/{number}/taking", headers=office)
    assert client.get(f"/api/v1/feedback/{number}", headers=office).json["contact"] == "13800000001"
    assert client.get(f"/api/v1/feedback/{number}", headers=staff).json["contact"] == ""


def test_whose_it_is_not_hears_that_there_is_none(street: Street, client: HouseClient) -> None:
    number = street.say()
    other = make_person(street.session, street.areas["community"])
    foreign = make_staff(street.session, street.areas["other_street"])
    for person, path in ((other, f"/me/feedback/{number}"), (foreign, f"/feedback/{number}")):
        refused = client.get(f"/api/v1{path}", headers=bearer(street.session, person))
        assert (refused.status_code, refused.json["code"]) == (404, "not_found")
    refused = client.get(f"/api/v1/feedback/{number}", headers=bearer(street.session, other))
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")
    own = street.say(street.staff)
    refused = client.get(f"/api/v1/feedback/{own}", headers=bearer(street.session, street.staff))
    assert (refused.status_code, refused.json["code"]) == (403, "own_feedback")
