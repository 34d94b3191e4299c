"""The five-star calls of the contract, by role."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.queries import ready
from pointsapp.stars.schemas import StandingPage
from pointsapp.stars.services import HeadcountDraft, import_headcounts
from tests.conftest import HouseClient, Stopwatch
from tests.factories import bearer, make_person, make_staff
from tests.stars.things import report, report_work, this_round

ROOT = "/api/v1/five-star/rounds"


def call(client: HouseClient, session: Session, person: Person, path: str = "", **kw: Any) -> Any:
    return client.get(ROOT + path, headers=bearer(session, person), **kw)


def round_id(client: HouseClient, session: Session, person: Person) -> str:
    return str(call(client, session, person).get_json()["items"][0]["id"])


def test_a_guest_is_asked_to_sign_in(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    for path in ("", "/x/standings", "/x/standings/y"):
        assert client.get(ROOT + path).status_code == 401
    assert client.post(f"{ROOT}/x/assessments", json={}).status_code == 401


def test_rounds(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    body = call(client, session, make_person(session)).get_json()
    assert body["next_cursor"] is None
    [item] = body["items"]
    limits = {"cut_off_at", "published_at", "objections_until", "closed_at"}
    assert set(item) == {"id", "name", "state", "starts_on", "ends_on", "scheme"} | limits
    assert (item["state"], item["starts_on"], item["ends_on"]) == ("open", "2026-10-01", "2026-12-31")


def test_standings_and_their_pages(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    person = make_person(session, tree["community"])
    report(session, "tasks.closed", tree["other"], participants=3)
    path = f"/{round_id(client, session, person)}/standings"
    body = call(client, session, person, path).get_json()
    assert [(item["rank"], item["total"], item["lit_stars"], item["tier"]) for item in body["items"]] == [
        (1, 2.5, 0, "创建中"),
        (2, 0, 0, "创建中"),
    ]
    first = body["items"][0]
    assert set(first) == {"branch", "rank", "total", "lit_stars", "tier", "stars"}
    assert first["branch"]["code"] == f"b-{tree['other'].code}"
    assert set(first["branch"]) == {"id", "code", "name"}
    assert first["stars"][1] == {
        "key": "second",
        "name": "共建共享",
        "score": 2.5,
        "state": "at_risk",
        "shown": "at_risk",
    }
    page = call(client, session, person, f"{path}?limit=1").get_json()
    assert page["items"] == body["items"][:1]
    rest = call(client, session, person, f"{path}?limit=1&cursor={page['next_cursor']}").get_json()
    assert rest["items"] == body["items"][1:]
    assert rest["next_cursor"] is None


def test_standings_are_written_as_the_house_writes_json(
    client: HouseClient, session: Session, tree: dict[str, Area], watch: Stopwatch
) -> None:
    report(session, "tasks.closed", tree["other"], participants=3)
    person = make_person(session, tree["community"])
    path = f"/{round_id(client, session, person)}/standings?limit=1"
    found = this_round(session)
    page = ready(session, found, now=clock.now()).page(PageRequest(limit=1))
    rows = [{"branch": row.branch, "rank": row.rank, "score": row.score} for row in page.items]
    with client.application.test_request_context():
        due = jsonify(StandingPage().dump({"items": rows, "next_cursor": page.next_cursor})).data
    for _ in range(2):  # the second is put together from what was written for the first
        answer = call(client, session, person, path)
        assert (answer.data, answer.mimetype) == (due, "application/json")


def test_opening_a_branch(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    area = tree["community"]
    draft = HeadcountDraft(
        line=2, area_code=area.code, people=1000, counted_on=clock.local_day(clock.now()), source="七普"
    )
    write(import_headcounts, [draft], now=clock.now())
    for number in range(5):
        report_work(session, area, make_person(session, area, name=f"张大{number}"), 60)
    person = make_person(session, area)
    base = f"/{round_id(client, session, person)}/standings"
    body = call(client, session, person, f"{base}/b-{area.code}").get_json()
    same = call(client, session, person, f"{base}/{body['branch']['id']}").get_json()
    assert same == body
    assert body["headcount"] == {"people": 1000, "counted_on": "2026-11-21", "source": "七普"}
    hours = body["stars"][1]["indicators"][0]
    assert {key: hours[key] for key in ("key", "name", "max", "score", "source", "inputs")} == {
        "key": "hours",
        "name": "人均时长",
        "max": 10,
        "score": 5,
        "source": "automatic",
        "inputs": {"service_minutes": 300, "headcount": 1000},
    }
    assert [row["person"] for row in hours["evidence"]] == ["张**"] * 5
    assert hours["evidence"][0]["at"] == "2026-11-21T00:30:00+08:00"
    officer = make_staff(session, area)
    full = call(client, session, officer, f"{base}/b-{area.code}").get_json()
    assert full["stars"][1]["indicators"][0]["evidence"][0]["person"] == "张大4"


def test_what_is_not_there(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    person = make_person(session)
    base = f"/{round_id(client, session, person)}/standings"
    for path in ("/nowhere/standings", "/nowhere/standings/x", f"{base}/nowhere"):
        answer = call(client, session, person, path)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert call(client, session, person, f"{base}?cursor=abc").status_code == 422


def test_assessing(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    area = tree["community"]
    code = area.code
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    found = round_id(client, session, admin)
    body: dict[str, Any] = {
        "branch_id": f"b-{code}",
        "indicator": "party_life",
        "score": 8.5,
        "reason": "记录齐全",
    }

    refused = [bearer(session, person) for person in (make_person(session, area), make_staff(session, tree["other"]))]
    office = bearer(session, admin)

    def post(headers: dict[str, str], **over: Any) -> Any:
        return client.post(f"{ROOT}/{found}/assessments", json={**body, **over}, headers=headers)

    made = post(office)
    assert (made.status_code, made.get_json()["score"]) == (201, 8.5)
    again = post(office)
    assert (again.status_code, again.get_json()["id"]) == (200, made.get_json()["id"])
    for headers, why in zip(refused, ("not_allowed", "outside_remit"), strict=True):
        answer = post(headers)
        assert (answer.status_code, answer.get_json()["code"]) == (403, why)
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"score": 11}, 422, "score_above_max"),
        ({"score": "8"}, 422, "validation_failed"),
        ({"score": -1}, 422, "validation_failed"),
        ({"score": 1.234}, 422, "validation_failed"),
        ({"score": True}, 422, "validation_failed"),
        ({"reason": " "}, 422, "validation_failed"),
        ({"indicator": "hours"}, 422, "counted_by_platform"),
        ({"indicator": "nothing"}, 422, "validation_failed"),
        ({"branch_id": "nowhere"}, 404, "not_found"),
        ({"more": 1}, 422, "validation_failed"),
    ]
    for over, status, reason in wrong:
        answer = post(office, **over)
        assert (answer.status_code, answer.get_json()["code"]) == (status, reason), over
    opened = client.get(f"{ROOT}/{found}/standings/b-{code}", headers=office).get_json()
    life = opened["stars"][0]["indicators"][1]
    assert (life["score"], life["source"]) == (8.5, "assessed")
    assert life["evidence"][0]["reason"] == "记录齐全"


def test_the_secretary_gets_own_branch_as_the_reason(
    client: HouseClient, session: Session, tree: dict[str, Area]
) -> None:
    from tests.factories import grant

    area = tree["community"]
    both = make_staff(session, area)
    grant(session, both, Role.BRANCH_SECRETARY, area=area)
    answer = client.post(
        f"{ROOT}/{round_id(client, session, both)}/assessments",
        json={"branch_id": f"b-{area.code}", "indicator": "party_life", "score": 1, "reason": "x"},
        headers=bearer(session, both),
    )
    assert (answer.status_code, answer.get_json()["code"]) == (403, "own_branch")
