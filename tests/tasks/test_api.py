"""The JSON calls of tasks as contract.md writes them: answers, refusals, who may what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.tasks.models import SignupState, TaskState
from pointsapp.tasks.services import mark_arrived, mark_settled
from tests import factories as make
from tests.conftest import Clock, HouseClient

API = "/api/v1"


def kept(session: Session, row: Any) -> Any:
    """Return the row detached, so that it can be read after the calls."""
    session.refresh(row)
    session.expunge(row)
    return row


@pytest.fixture
def areas(session: Session) -> dict[str, Any]:
    return {name: kept(session, area) for name, area in make.make_tree(session).items()}


@pytest.fixture
def staff(session: Session, areas: dict[str, Any]) -> Any:
    return kept(session, make.make_staff(session, areas["street"]))


@pytest.fixture
def resident(session: Session, areas: dict[str, Any]) -> Any:
    return kept(session, make.make_person(session, areas["community"], name="欧阳小明"))


def draft(areas: dict[str, Any], **over: Any) -> dict[str, Any]:
    start = clock.now() + timedelta(hours=1)
    shift = {
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=2)).isoformat(),
        "capacity": 3,
        **over.pop("shift", {}),
    }
    return {
        "title": "红专路夜巡",
        "description": "走一圈",
        "category": "patrol",
        "area_id": areas["community"].public_id,
        "place": "红专路口",
        "points": 0,
        "points_mode": "per_completion",
        "check_out_required": False,
        "shifts": [shift],
        **over,
    }


class Caller:
    """One person's bearer calls."""

    def __init__(self, client: HouseClient, session: Session, person: Any) -> None:
        self.client, self.headers = client, make.bearer(session, person)

    def __call__(self, method: str, path: str, **kw: Any) -> Any:
        return self.client.open(API + path, method=method, headers={**self.headers, **kw.pop("headers", {})}, **kw)


@pytest.fixture
def by_staff(client: HouseClient, session: Session, staff: Any) -> Caller:
    return Caller(client, session, staff)


@pytest.fixture
def by_resident(client: HouseClient, session: Session, resident: Any) -> Caller:
    return Caller(client, session, resident)


def codes(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_categories_are_public(client: HouseClient) -> None:
    answer = client.get(f"{API}/task-categories")
    assert answer.status_code == 200
    assert [row["key"] for row in answer.json["items"]] == (
        [
            "environment",
            "patrol",
            "elder_care",
            "children",
            "culture",
            "health",
            "safety",
            "traffic",
            "convenience",
            "other",
        ]
    )
    assert answer.json["next_cursor"] is None


def test_a_draft_is_written_and_hidden_from_residents(
    by_staff: Caller, by_resident: Caller, areas: dict[str, Any], resident: Any
) -> None:
    body = draft(areas, shift={"leader_ids": [resident.public_id]}, waitlist=True, risks="路滑", audience="area")
    made = by_staff("POST", "/tasks", json=body)
    assert made.status_code == 201, made.json
    assert made.json["state"] == "draft"
    assert made.json["area"] == {
        "id": areas["community"].public_id,
        "code": areas["community"].code,
        "name": areas["community"].name,
    }
    path = f"/tasks/{made.json['id']}"
    assert codes(by_resident("GET", path)) == (404, "not_found")
    assert by_resident("GET", "/tasks").json["items"] == []
    seen = by_staff("GET", path).json
    for name, value in body.items():
        if name not in ("shifts", "area_id"):
            assert seen[name] == value, name
    assert seen["shifts"][0]["leader_ids"] == [resident.public_id]
    assert seen["shifts"][0]["taken"] == 0
    assert [row["id"] for row in by_staff("GET", "/tasks").json["items"]] == [made.json["id"]]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"points": 10_001}, "points"),
        ({"points": -1}, "points"),
        ({"points": "5"}, "points"),
        ({"points": True}, "points"),
        ({"title": ""}, "title"),
        ({"title": "长" * 81}, "title"),
        ({"category": "nothing"}, "category"),
        ({"area_id": "nowhere"}, "area_id"),
        ({"points_mode": "per_minute"}, "points_mode"),
        ({"points_mode": "per_hour", "check_out_required": False}, "check_out_required"),
        ({"shifts": []}, "shifts"),
        ({"shift": {"capacity": 0}}, "shifts"),
        ({"shift": {"capacity": 10_001}}, "shifts"),
        ({"shift": {"ends_at": "2026-11-21T01:00:00+08:00"}}, "shifts"),
        ({"shift": {"ends_at": "2026-11-22T02:00:00+08:00"}}, "shifts"),
        ({"shift": {"starts_at": "2026-11-21T01:00:00"}}, "shifts"),
        ({"shift": {"leader_ids": ["nobody"]}}, "shifts"),
        ({"latitude": 91}, "latitude"),
        ({"checkin_radius_m": 0}, "checkin_radius_m"),
        ({"audience": "world"}, "audience"),
        ({"unknown": 1}, "unknown"),
        ({"title": "a\x00b"}, "title"),
    ],
)
def test_a_wrong_draft_names_the_field(
    by_staff: Caller, areas: dict[str, Any], over: dict[str, Any], field: str
) -> None:
    answer = by_staff("POST", "/tasks", json=draft(areas, **over))
    assert codes(answer) == (422, "validation_failed")
    assert field in answer.json["errors"]
    assert by_staff("GET", "/tasks").json["items"] == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_coordinate_is_a_number(by_staff: Caller, areas: dict[str, Any], value: float) -> None:
    assert by_staff("POST", "/tasks", json=draft(areas, latitude=value)).status_code == 422


def test_fifty_shifts_and_no_more(by_staff: Caller, areas: dict[str, Any]) -> None:
    one = draft(areas)["shifts"][0]
    assert by_staff("POST", "/tasks", json=draft(areas, shifts=[one] * 50)).status_code == 201
    assert by_staff("POST", "/tasks", json=draft(areas, shifts=[one] * 51)).status_code == 422


def test_per_hour_implies_check_out(by_staff: Caller, areas: dict[str, Any]) -> None:
    body = draft(areas, points_mode="per_hour")
    del body["check_out_required"]
    assert by_staff("POST", "/tasks", json=body).json["check_out_required"] is True


@pytest.mark.parametrize("role", [Role.STAFF, Role.GRID_LEADER, Role.BRANCH_SECRETARY, Role.STREET_ADMIN])
def test_staff_of_the_area_or_above_may_publish(
    client: HouseClient, session: Session, areas: dict[str, Any], role: Role
) -> None:
    call = Caller(client, session, make.make_staff(session, areas["community"], role))
    made = call("POST", "/tasks", json=draft(areas))
    assert made.status_code == 201
    done = call("POST", f"/tasks/{made.json['id']}/publication")
    assert (done.status_code, done.json["state"]) == (200, "published")


def test_others_may_not(
    client: HouseClient, session: Session, areas: dict[str, Any], by_resident: Caller, by_staff: Caller
) -> None:
    elsewhere = Caller(client, session, make.make_staff(session, areas["other"]))
    for call in (by_resident, elsewhere):
        assert codes(call("POST", "/tasks", json=draft(areas))) == (403, "not_allowed")
    made = by_staff("POST", "/tasks", json=draft(areas)).json["id"]
    for call in (by_resident, elsewhere):
        assert codes(call("POST", f"/tasks/{made}/publication")) == (404, "not_found")
    by_staff("POST", f"/tasks/{made}/publication")
    for call in (by_resident, elsewhere):
        assert codes(call("POST", f"/tasks/{made}/cancellation", json={"reason": "雨"})) == (403, "not_allowed")
        assert codes(call("POST", f"/tasks/{made}/approval")) == (403, "not_allowed")
        assert codes(call("PUT", f"/tasks/{made}", json=draft(areas))) == (403, "not_allowed")


def test_without_a_token_nothing_is_said(client: HouseClient) -> None:
    for method, path in [
        ("GET", "/tasks"),
        ("GET", "/tasks/x"),
        ("POST", "/tasks"),
        ("PUT", "/tasks/x"),
        ("POST", "/tasks/x/publication"),
        ("POST", "/tasks/x/approval"),
        ("POST", "/tasks/x/cancellation"),
        ("POST", "/shifts/x/signups"),
        ("GET", "/shifts/x/signups"),
        ("GET", "/me/signups"),
        ("DELETE", "/signups/x"),
        ("POST", "/signups/x/acceptance"),
    ]:
        assert codes(client.open(API + path, method=method)) == (401, "not_signed_in"), path


def test_a_draft_may_be_written_anew(by_staff: Caller, areas: dict[str, Any]) -> None:
    made = by_staff("POST", "/tasks", json=draft(areas)).json["id"]
    one = draft(areas)["shifts"][0]
    anew = by_staff("PUT", f"/tasks/{made}", json=draft(areas, title="新的", shifts=[one, one]))
    assert (anew.status_code, anew.json["title"], len(anew.json["shifts"])) == (200, "新的", 2)
    by_staff("POST", f"/tasks/{made}/publication")
    assert codes(by_staff("PUT", f"/tasks/{made}", json=draft(areas))) == (409, "wrong_state")


def test_the_list_is_filtered(by_staff: Caller, by_resident: Caller, session: Session, areas: dict[str, Any]) -> None:
    here = make.make_task(session, areas["grid"], title="扫落叶 100%", category="environment")
    there = make.make_task(session, areas["other_street"], title="陪老人聊天", category="elder_care")
    far = make.make_task(session, make.make_area(session, name="别的区"))
    make.make_shift(session, here)

    def found(query: str) -> list[str]:
        answer = by_resident("GET", f"/tasks?{query}")
        assert answer.status_code == 200, answer.json
        return [row["id"] for row in answer.json["items"]]

    assert found("") == [there.public_id, here.public_id]
    assert found(f"area={areas['street'].code}") == [here.public_id]
    assert found(f"area={areas['community'].public_id}") == [here.public_id]
    assert found("category=elder_care") == [there.public_id]
    assert found("q=100%25") == [here.public_id]
    assert found("q=%25") == [here.public_id]
    assert found("open=true") == [here.public_id]
    assert codes(by_resident("GET", "/tasks?area=nowhere")) == (422, "validation_failed")
    assert codes(by_resident("GET", "/tasks?limit=0")) == (422, "validation_failed")
    assert codes(by_resident("GET", "/tasks?cursor=!!")) == (422, "validation_failed")
    first = by_resident("GET", "/tasks?limit=1").json
    second = by_resident("GET", f"/tasks?limit=1&cursor={first['next_cursor']}").json
    assert [first["items"][0]["id"], second["items"][0]["id"]] == [there.public_id, here.public_id]
    assert second["next_cursor"] is None
    assert far.public_id not in found("")


def test_without_a_home_area_all_districts_are_listed(
    client: HouseClient, session: Session, areas: dict[str, Any]
) -> None:
    near = make.make_task(session, areas["grid"], audience="area")
    far = make.make_task(session, make.make_area(session, name="别的区"))
    for task in (near, far):
        make.make_shift(session, task)
    call = Caller(client, session, make.make_person(session))
    assert [row["id"] for row in call("GET", "/tasks").json["items"]] == [far.public_id, near.public_id]
    assert [row["id"] for row in call("GET", "/tasks?open=true").json["items"]] == [far.public_id]


@pytest.mark.parametrize(
    ("task", "shift", "is_open"),
    [
        ({}, {}, True),
        ({}, {"capacity": 1, "taken": 1}, False),
        ({"waitlist": True}, {"capacity": 1, "taken": 1}, True),
        ({"signup_opens_at": timedelta(minutes=1)}, {}, False),
        ({"signup_opens_at": timedelta(0)}, {}, True),
        ({}, {"starts_at": timedelta(hours=-2)}, False),
        ({}, {"starts_at": timedelta(hours=-1)}, True),
        ({"state": TaskState.CANCELLED}, {}, False),
    ],
)
def test_open_means_a_signup_would_be_possible_now(
    by_resident: Caller,
    session: Session,
    areas: dict[str, Any],
    clock: Clock,
    task: dict[str, Any],
    shift: dict[str, Any],
    is_open: bool,
) -> None:
    at = {name: clock.at + value if isinstance(value, timedelta) else value for name, value in task.items()}
    row = make.make_task(session, areas["community"], **at)
    when = {name: clock.at + value if isinstance(value, timedelta) else value for name, value in shift.items()}
    spot = make.make_shift(session, row, **when)
    assert bool(by_resident("GET", "/tasks?open=true").json["items"]) is is_open
    assert (by_resident("POST", f"/shifts/{spot.public_id}/signups").status_code == 201) is is_open


def test_a_signup_as_the_contract_says(
    by_resident: Caller, session: Session, areas: dict[str, Any], resident: Any
) -> None:
    shift = make.make_shift(session, make.make_task(session, areas["community"]), capacity=1)
    made = by_resident("POST", f"/shifts/{shift.public_id}/signups")
    assert made.status_code == 201
    assert made.json["shift_id"] == shift.public_id
    assert made.json["state"] == "confirmed"
    again = by_resident("POST", f"/shifts/{shift.public_id}/signups")
    assert (again.status_code, again.json["id"]) == (200, made.json["id"])
    mine = by_resident("GET", "/me/signups").json["items"]
    assert mine[0]["id"] == made.json["id"]
    assert mine[0]["attendance"] == "none"
    assert mine[0]["shift"]["id"] == shift.public_id
    assert mine[0]["task"]["title"]
    gone = by_resident("DELETE", f"/signups/{made.json['id']}")
    assert (gone.status_code, gone.json["state"]) == (200, "cancelled")
    assert by_resident("DELETE", f"/signups/{made.json['id']}").status_code == 200
    assert by_resident("GET", "/me/signups").json["items"][0]["state"] == "cancelled"


def test_full_and_queue_as_the_contract_says(
    client: HouseClient, by_resident: Caller, session: Session, areas: dict[str, Any]
) -> None:
    for waitlist in (False, True):
        task = make.make_task(session, areas["community"], waitlist=waitlist)
        shift = make.make_shift(session, task, capacity=1)
        make.make_signup(session, shift, make.make_person(session))
        answer = by_resident("POST", f"/shifts/{shift.public_id}/signups")
        if waitlist:
            assert (answer.status_code, answer.json["state"], answer.json["waiting_position"]) == (201, "waitlisted", 1)
        else:
            assert codes(answer) == (409, "shift_full")
    assert codes(by_resident("POST", "/shifts/nothing/signups")) == (404, "not_found")
    assert codes(by_resident("POST", "/signups/nothing/acceptance")) == (404, "not_found")
    assert codes(by_resident("DELETE", "/signups/nothing")) == (404, "not_found")


def test_the_same_key_gives_the_first_answer_again(
    by_resident: Caller, session: Session, areas: dict[str, Any]
) -> None:
    shift = make.make_shift(session, make.make_task(session, areas["community"]), capacity=1)
    key = {"Idempotency-Key": "tap-1"}
    made = by_resident("POST", f"/shifts/{shift.public_id}/signups", headers=key)
    again = by_resident("POST", f"/shifts/{shift.public_id}/signups", headers=key)
    assert (again.status_code, again.json) == (201, made.json)
    assert again.headers["Idempotency-Hit"] == "true"


def test_signup_closed_says_when_it_opens(by_resident: Caller, session: Session, areas: dict[str, Any]) -> None:
    task = make.make_task(session, areas["community"], signup_opens_at=clock.now() + timedelta(hours=1))
    shift = make.make_shift(session, task)
    answer = by_resident("POST", f"/shifts/{shift.public_id}/signups")
    assert codes(answer) == (409, "signup_closed")
    assert "01:30" in answer.json["detail"]
    english = by_resident("POST", f"/shifts/{shift.public_id}/signups", headers={"Accept-Language": "en"})
    assert "01:30" in english.json["detail"]
    assert english.json["detail"].isascii()


def test_the_roster_shows_names_only_to_leaders_in_their_time(
    client: HouseClient,
    by_staff: Caller,
    by_resident: Caller,
    session: Session,
    areas: dict[str, Any],
    resident: Any,
    clock: Clock,
) -> None:
    leader = make.make_person(session, areas["other"])
    shift = make.make_shift(
        session, make.make_task(session, areas["community"]), leaders=(leader,), starts_at=clock.at + timedelta(hours=2)
    )
    signup = make.make_signup(session, shift, resident)
    make.make_signup(session, shift, make.make_person(session), SignupState.CANCELLED)
    path, by_leader = f"/shifts/{shift.public_id}/signups", Caller(client, session, leader)
    assert codes(by_resident("GET", path)) == (403, "not_allowed")
    rows = by_staff("GET", path).json["items"]
    assert rows == [
        {
            "id": signup.public_id,
            "user_id": resident.public_id,
            "number_tail": resident.volunteer_number[-4:],
            "name": "欧阳**",
            "state": "confirmed",
            "attendance": "none",
        }
    ]
    assert by_leader("GET", path).json["items"][0]["name"] == "欧阳**"
    clock.forward(hours=1)
    assert by_leader("GET", path).json["items"][0]["name"] == "欧阳小明"
    write(mark_arrived, signup.id, now=clock.at)
    assert by_leader("GET", path).json["items"][0]["attendance"] == "present"
    write(mark_settled, signup.id, now=clock.at)
    assert by_leader("GET", path).json["items"][0]["attendance"] == "done"
    clock.forward(hours=27, minutes=1)
    assert by_leader("GET", path).json["items"][0]["name"] == "欧阳**"
    assert codes(by_staff("GET", "/shifts/nothing/signups")) == (404, "not_found")
