"""What holds for every call: tokens, problems, unknown and wrong fields, paging, unknown areas and ids, languages."""

from __future__ import annotations

from typing import Any

import pytest

from pointsapp.core.paging import encode_cursor
from tests.contract import calls
from tests.contract.world import API, World, assert_problem
from tests.house.reading import the_app

ALL = sorted(calls.operations())
WITH_BODY = [call for call in ALL if calls.body_fields(call)]
PAGED = [call for call in ALL if call.startswith("GET ") and "cursor" in calls.query_names(call)]
BY_AREA = [call for call in ALL if call.startswith("GET ") and "area" in calls.query_names(call)]

# The year 1 has no UTC, and neither has the last evening of 9999.
FAR = [
    f"cursor={encode_cursor(at, key)}"
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01")
    for key in (1, "x")
]
# A body, a limit and a cursor are judged before any database is asked: it cannot matter which one it would have been.
ON_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize("call", calls.CALLS)
def test_every_call_of_the_contract_has_its_door(call: str) -> None:
    assert call in calls.operations()


@pytest.mark.parametrize("call", sorted(calls.LISTS))
def test_every_list_answers_items_and_next_cursor(call: str) -> None:
    answer = calls.operations()[call]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = calls.document()["components"]["schemas"][answer["$ref"].rsplit("/", 1)[-1]]
    assert set(schema["properties"]) >= {"items", "next_cursor"}
    assert {"limit", "cursor"} <= calls.query_names(call)


@pytest.fixture(scope="module")
def stranger() -> Any:
    return the_app().test_client()


@pytest.mark.parametrize("call", [call for call in ALL if call not in calls.OPEN])
def test_without_a_token_nobody_comes_in(stranger: Any, call: str) -> None:
    method, path = calls.filled(call)
    extra = {"json": {}} if call in WITH_BODY else {}
    answer = stranger.open(f"{API}{path}", method=method, **extra)
    assert_problem(answer, 401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("sent", ["Bearer", "Bearer x", "Basic eDp5", f"Bearer {'x' * 5000}", "Bearer 王", "nonsense"])
def test_a_wrong_token_is_no_token(world: World, sent: str) -> None:
    header = sent.encode().decode("latin-1")
    answer = world.client.get(f"{API}/me", headers={"Authorization": header})
    assert_problem(answer, 401, "not_signed_in")


def test_a_token_lives_thirty_days(world: World) -> None:
    world.get("resident", "/me")
    world.clock.forward(days=29, hours=23)
    world.get("resident", "/me")
    world.clock.forward(hours=2)
    world.no("resident", "GET", "/me", status=401, code="not_signed_in")


@ON_ONE
@pytest.mark.parametrize("call", WITH_BODY)
def test_an_unknown_field_is_refused_by_name(world: World, call: str) -> None:
    method, path = calls.filled(call)
    body = world.no("platform_admin", method, path, {"nonsense": 1}, status=422, code="validation_failed")
    assert "nonsense" in body["errors"]


@ON_ONE
@pytest.mark.parametrize("call", WITH_BODY)
def test_a_field_of_the_wrong_kind_is_refused_by_name(world: World, call: str) -> None:
    method, path = calls.filled(call)
    for name in calls.body_fields(call):
        body = world.no("platform_admin", method, path, {name: {"wrong": True}}, status=422, code="validation_failed")
        assert name in body["errors"]


@ON_ONE
@pytest.mark.parametrize("call", WITH_BODY)
def test_a_body_that_is_no_object_is_refused(world: World, call: str) -> None:
    method, path = calls.filled(call)
    for body in ([], "text", 7, [[]]):
        world.no("platform_admin", method, path, body, status=422, code="validation_failed")


@ON_ONE
@pytest.mark.parametrize("call", WITH_BODY)
def test_a_body_that_is_no_json_is_refused(world: World, call: str) -> None:
    method, path = calls.filled(call)
    head = {"Authorization": f"Bearer {world.token('platform_admin')}"}
    for text in (b"{", b"\xff\xfe", b"{'a': 1}"):
        answer = world.client.open(
            f"{API}{path}", method=method, data=text, headers=head, content_type="application/json"
        )
        assert_problem(answer, 400, "bad_request")
    required = calls.operations()[call]["requestBody"].get("required")
    answer = world.client.open(f"{API}{path}", method=method, data="a=1", headers=head, content_type="text/plain")
    if required and answer.status_code != 404:
        assert answer.status_code in (415, 422)
        assert answer.content_type == "application/problem+json"


def test_a_huge_body_is_refused(world: World) -> None:
    answer = world.client.post(
        f"{API}/tasks",
        data=b'{"title": "' + b"x" * 13_000_000 + b'"}',
        headers={"Authorization": f"Bearer {world.token('staff')}"},
        content_type="application/json",
    )
    assert_problem(answer, 413, "too_large")


@ON_ONE
@pytest.mark.parametrize("call", PAGED)
def test_limits_and_cursors_are_checked(world: World, call: str) -> None:
    method, path = calls.filled(call)
    for query in (
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "limit=1.5",
        "cursor=nonsense",
        "cursor=W10",
        "cursor=e30",
    ):
        answer = world.call("platform_admin", method, f"{path}?{query}")
        assert answer.status_code in ((422, 404) if "{}" in call else (422,)), f"{query}: {answer.status_code}"
        assert answer.content_type == "application/problem+json"


@ON_ONE
@pytest.mark.parametrize("call", PAGED)
def test_a_cursor_from_the_year_1_breaks_nothing(world: World, call: str) -> None:
    method, path = calls.filled(call)
    answers = [world.call("platform_admin", method, f"{path}?{cursor}").status_code for cursor in FAR]
    assert set(answers) <= {200, 404, 422}, answers


@pytest.mark.parametrize("call", BY_AREA)
def test_an_area_is_named_by_id_or_code_and_must_exist(world: World, call: str) -> None:
    method, path = calls.filled(call)
    street = world.areas["street"]
    by_id = world.get("platform_admin", f"{path}?area={street.public_id}")
    by_code = world.get("platform_admin", f"{path}?area={street.code}")
    assert by_id == by_code
    body = world.no("platform_admin", method, f"{path}?area=nowhere", status=422, code="validation_failed")
    assert "area" in body["errors"]


@pytest.mark.parametrize(
    "call", [call for call in ALL if "{}" in call and call not in WITH_BODY and "vouchers/{}" not in call]
)
def test_an_unknown_id_is_not_found(world: World, call: str) -> None:
    method, path = calls.filled(call)
    for strange in ("nosuchid0000", "1", "0", "-1", "x" * 200, "%00", "王"):
        path = calls.filled(call, strange)[1]
        answer = world.call("platform_admin", method, path)
        assert_problem(answer, 404, "not_found")


def test_an_unknown_address_is_a_problem(world: World) -> None:
    world.no(None, "GET", "/nothing", status=404, code="not_found")


def test_a_wrong_method_is_a_problem(world: World) -> None:
    world.no("resident", "DELETE", "/me", status=405, code="method_not_allowed")
    allowed = world.call("resident", "DELETE", "/me").headers["Allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "请先登录"), ("en", "Please sign in"), ("fr", "请先登录")])
def test_titles_speak_the_language_of_the_request(world: World, language: str, title: str) -> None:
    answer = world.call(None, "GET", "/me", headers={"Accept-Language": language})
    assert answer.get_json()["title"] == title


def test_the_same_key_gives_the_same_answer_once(world: World) -> None:
    shift = world.shift()
    first = world.call("resident", "POST", f"/shifts/{shift}/signups", key="k1")
    again = world.call("resident", "POST", f"/shifts/{shift}/signups", key="k1")
    assert first.status_code == again.status_code == 201
    assert first.get_json() == again.get_json()
    assert "Idempotency-Hit" not in first.headers
    assert again.headers["Idempotency-Hit"] == "true"


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    body = {"area_id": world.areas["street"].public_id, "points": 10, "memo": "一"}
    first = world.post("street_admin", "/budget-grants", body, key="k1")
    again = world.call("street_admin", "POST", "/budget-grants", body, key="k1")
    assert again.get_json() == first
    world.no(
        "street_admin", "POST", "/budget-grants", {**body, "points": 11},
        status=422, code="idempotency_key_reused", key="k1",
    )  # fmt: skip
    other = world.post("platform_admin", "/budget-grants", body, key="k1")
    assert other["id"] != first["id"], "a key belongs to one person"


def test_a_key_is_kept_for_a_day(world: World) -> None:
    body = {"area_id": world.areas["street"].public_id, "points": 10, "memo": "一"}
    first = world.post("street_admin", "/budget-grants", body, key="k1")
    world.clock.forward(hours=23, minutes=59)
    assert world.post("street_admin", "/budget-grants", body, key="k1") == first
    world.clock.forward(minutes=2)
    assert world.post("street_admin", "/budget-grants", body, key="k1")["id"] != first["id"]


def test_a_refusal_is_not_stored(world: World) -> None:
    shift = world.shift(shift={"capacity": 1})
    signup = world.sign_up("neighbour", shift)
    world.no("resident", "POST", f"/shifts/{shift}/signups", status=409, code="shift_full", key="k1")
    assert world.call("neighbour", "DELETE", f"/signups/{signup['id']}").status_code == 200
    world.post("resident", f"/shifts/{shift}/signups", key="k1")


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_1_to_200_characters(world: World, key: str) -> None:
    body = {"area_id": world.areas["street"].public_id, "points": 10, "memo": "一"}
    world.no("street_admin", "POST", "/budget-grants", body, status=422, code="validation_failed", key=key)


def test_times_carry_their_offset(world: World) -> None:
    task = world.task()
    assert task["shifts"][0]["starts_at"].endswith("+08:00")
