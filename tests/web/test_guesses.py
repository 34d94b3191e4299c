"""Guessing codes ends soon, for the guesser only; a crowd behind one address never notices any limit."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import codes, policy
from pointsapp.core.guesses import WINDOW, FailedCode, forget_failed_codes
from pointsapp.people.services import hash_password
from pointsapp.web import guesses
from pointsapp.web.guesses import PER_ADDRESS, PER_PERSON, PER_SHOP, is_marked
from pointsapp.web.qr import qr_png
from tests import factories
from tests.conftest import Clock, HouseClient
from tests.contract.world import World
from tests.house.reading import the_app

WIFI = "123.14.5.7"  # an address all of a hall share
# Doors with a code in their address or form that look nothing up, and why that is so.
NO_LOOK_UP = {
    "merchants_api.add_merchant": "the code is a name that is being given",
    "people.submit_typed_code": "only leads to the code's own page",
    "exports.show_answer": "what was exported is what everybody may read: who guesses a code finds a public board",
    "exports.show_print": "the same",
    "exports.take_content": "the same",
    "exports.take_workbook": "the same",
}


@pytest.fixture(autouse=True)
def _nobody_is_remembered() -> None:
    guesses.known.forget()


@pytest.fixture
def world(session: Session, client: HouseClient, clock: Clock) -> World:
    return World(session, client, clock)


def _redeem(world: World, who: str, code: str) -> int:
    return world.call(who, "POST", "/redemptions", {"code": code}).status_code


def test_a_guesser_waits_and_the_shop_goes_on(world: World) -> None:
    voucher = world.voucher()
    for _ in range(PER_PERSON.default):
        assert _redeem(world, "clerk", codes.new_code(10)) == 404
    refused = world.no("clerk", "POST", "/redemptions", {"code": voucher["code"]}, status=429, code="too_many_requests")
    assert 0 < refused["facts"]["retry_after"] <= WINDOW.total_seconds()
    assert "社区工作人员" in refused["detail"]
    assert world.call("clerk", "GET", f"/vouchers/{voucher['code']}").status_code == 429
    assert _redeem(world, "second_clerk", voucher["code"]) == 201
    world.clock.forward(seconds=refused["facts"]["retry_after"])
    assert _redeem(world, "clerk", codes.new_code(10)) == 404, "waiting ends"


def test_a_mistyped_code_never_counts(world: World) -> None:
    good = codes.new_code(10)
    mistyped = ("1" if good[0] == "0" else "0") + good[1:]
    for _ in range(PER_PERSON.default + 5):
        assert _redeem(world, "clerk", mistyped) == 422
    assert _redeem(world, "clerk", good) == 404


def test_a_whole_shop_that_guesses_waits(world: World, session: Session) -> None:
    policy.set_value(session, PER_SHOP, 4, now=world.clock.at)
    session.commit()  # `write` starts by rolling back
    for who in ("clerk", "clerk", "second_clerk", "second_clerk"):
        assert _redeem(world, who, codes.new_code(10)) == 404
    assert _redeem(world, "manager", codes.new_code(10)) == 429
    assert _redeem(world, "other_clerk", codes.new_code(10)) == 404


@pytest.mark.parametrize("length", [codes.VENUE_LENGTH, codes.PERSONAL_LENGTH])
def test_venue_and_personal_codes_are_guessed_no_better(world: World, session: Session, length: int) -> None:
    policy.set_value(session, PER_PERSON, 3, now=world.clock.at)
    session.commit()  # `write` starts by rolling back
    shift = world.shift(shift={"starts_at": world.at(minutes=5), "ends_at": world.at(minutes=65)})
    for _ in range(3):
        world.no(
            "staff", "POST", f"/shifts/{shift}/checkins", {"code": codes.new_code(10)}, status=422, code="code_invalid"
        )
        world.no("resident", "POST", "/checkins", {"code": codes.new_code(length)}, status=422, code="code_invalid")
    world.no(
        "staff", "POST", f"/shifts/{shift}/checkins", {"code": codes.new_code(10)}, status=429, code="too_many_requests"
    )
    world.no("resident", "POST", "/checkins", {"code": codes.new_code(8)}, status=429, code="too_many_requests")


def test_the_field_under_the_scanner_is_no_way_around(client: HouseClient, session: Session, clock: Clock) -> None:
    policy.set_value(session, PER_PERSON, 3, now=clock.at)
    session.commit()  # `write` starts by rolling back
    client.sign_in(factories.make_person(session))
    typed = [client.post("/scan", data={"code": codes.new_code(10)}).status_code for _ in range(2)]
    asked = client.get("/scan", query_string={"code": codes.new_code(10)}).status_code
    assert [*typed, asked] == [422] * 3
    assert client.post("/scan", data={"code": codes.new_code(10)}).status_code == 429
    assert client.get("/scan").status_code == 429


def test_a_guest_who_looks_for_sign_in_codes_under_the_scanner_is_counted_by_address(
    client: HouseClient, session: Session, clock: Clock
) -> None:
    policy.set_value(session, PER_ADDRESS, 3, now=clock.at)
    session.commit()  # `write` starts by rolling back
    wifi = {"REMOTE_ADDR": WIFI}
    ask = lambda: client.post("/scan", data={"code": codes.new_code(10)}, environ_base=wifi).status_code  # noqa: E731
    assert [ask() for _ in range(4)] == [303, 303, 303, 429]


@pytest.mark.parametrize("door", ["/scan", "/till", "/till/look", "/lead/{shift}/checkins"])
def test_a_photograph_is_no_way_around(world: World, session: Session, door: str) -> None:
    policy.set_value(session, PER_PERSON, 2, now=world.clock.at)
    session.commit()  # `write` starts by rolling back
    shift = world.shift(shift={"starts_at": world.at(minutes=5), "ends_at": world.at(minutes=65)})
    path, client = door.format(shift=shift), world.client
    client.sign_in(world.person("staff" if "{" in door else "clerk"))
    answers = []
    for _ in range(3):
        photo = (io.BytesIO(qr_png(codes.new_code(10))), "qr.png")
        sent = client.post(path, data={"code": "", "photo": photo}, content_type="multipart/form-data")
        answers.append(sent.status_code)
    assert set(answers[:2]) <= {404, 422}
    assert answers[2] == 429


def test_one_time_codes_are_counted_by_address_and_pages_say_when(
    client: HouseClient, session: Session, clock: Clock
) -> None:
    policy.set_value(session, PER_ADDRESS, 3, now=clock.at)
    session.commit()  # `write` starts by rolling back
    ask = lambda where: client.get(f"/q/o/{codes.new_code(10)}", environ_base={"REMOTE_ADDR": where})  # noqa: E731
    assert [ask(WIFI).status_code for _ in range(4)] == [401, 401, 401, 429]
    api = client.post(
        "/api/v1/sessions", json={"one_time_code": codes.new_code(10)}, environ_base={"REMOTE_ADDR": WIFI}
    )
    assert (api.status_code, api.get_json()["code"]) == (429, "too_many_requests")
    page = ask(WIFI)
    assert int(page.headers["Retry-After"]) > 60
    assert "社区工作人员" in page.text
    assert ask("123.14.5.8").status_code == 401
    assert [ask("10.0.0.7").status_code for _ in range(9)] == [401] * 9, "a proxy's own address is everybody's"


def test_old_tries_are_forgotten(client: HouseClient, session: Session, clock: Clock) -> None:
    client.get(f"/q/o/{codes.new_code(10)}", environ_base={"REMOTE_ADDR": WIFI})
    assert WIFI not in str(session.scalars(select(FailedCode.key)).all())
    assert forget_failed_codes(session, now=clock.at + WINDOW - timedelta(seconds=1)) == 0
    assert forget_failed_codes(session, now=clock.at + WINDOW) == 1


def test_two_hundred_elders_behind_one_wifi_check_in_at_once(
    app: Flask, world: World, session: Session, clock: Clock
) -> None:
    """All limits as shipped, no second passes; a few mistype their password first, and one neighbour guesses codes."""
    secret = hash_password("246810")
    area = session.merge(world.rows["grid"])
    elders = [factories.make_person(session, area, password_hash=secret) for _ in range(200)]
    phones = [elder.phone for elder in elders]
    heads = [factories.bearer(session, elder) for elder in elders]
    guesser = factories.bearer(session, factories.make_person(session, area))
    # The office is in the hall, too, and 400 calls of its own must not count against anybody.
    shift = world.shift(shift={"starts_at": world.at(minutes=5), "ends_at": world.at(minutes=65), "capacity": 200})
    code = world.venue_code(shift)
    wifi = {"environ_base": {"REMOTE_ADDR": WIFI}}
    client = app.test_client()
    for phone in phones[:10]:
        for password, status in (("wrong1", 401), ("wrong2", 401), ("246810", 201)):
            answer = client.post("/api/v1/sessions", json={"phone": phone, "password": password}, **wifi)
            assert answer.status_code == status
    told = set()
    for head in heads:
        assert client.post(f"/api/v1/shifts/{shift}/signups", headers=head, **wifi).status_code == 201
        answer = client.post("/api/v1/checkins", json={"code": code}, headers=head, **wifi)
        assert answer.status_code == 201, answer.get_json()
        guess = client.post("/api/v1/checkins", json={"code": codes.new_code(8)}, headers=guesser, **wifi)
        told.add(guess.status_code)
    assert told == {422, 429}, "only the guesser is slowed down"


def test_every_door_that_takes_a_code_is_guarded() -> None:
    app = the_app()
    operations = app.test_client().get("/api/openapi.json").get_json()
    schemas = operations["components"]["schemas"]
    with_code = set()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            operation = operations["paths"].get(path, {}).get(method.lower(), {})
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            fields = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], schema).get("properties", {})
            if "code>" in rule.rule or {"code", "one_time_code"} & set(fields):
                with_code.add(rule.endpoint)
    unguarded = sorted(each for each in with_code if not is_marked(app, each) and each not in NO_LOOK_UP)
    assert unguarded == []
