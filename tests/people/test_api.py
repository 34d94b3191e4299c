"""The JSON door of people, as contract.md writes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clock_module
from pointsapp.core.actor import Role
from pointsapp.core.events import Event
from pointsapp.core.idempotency import StoredAnswer
from pointsapp.people.models import ApiToken, OneTimeCode, Person, SignInFailure
from pointsapp.people.queries import current_notice
from pointsapp.people.services import create_token, hash_password
from tests.conftest import Clock, HouseClient
from tests.factories import grant, make_merchant, make_tree
from tests.people.people import make_clerk, make_person, make_staff

PASSWORD = "246810"
VERSION = current_notice().consent_version


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    made = make_tree(session)
    for area in made.values():
        session.expunge(area)
    return made


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


def bearer(session: Session, person: Person) -> dict[str, str]:
    token = create_token(session, person.id, now=clock_module.now()).token
    session.commit()
    return {"Authorization": f"Bearer {token}"}


def join(client: HouseClient, area: Area, **over: Any) -> Any:
    body = {"name": "李桂兰", "area_id": area.public_id, "password": PASSWORD, "consent_version": VERSION, **over}
    return client.post("/api/v1/people", json={key: value for key, value in body.items() if value is not ...})


def sign_in(client: HouseClient, **body: Any) -> Any:
    return client.post("/api/v1/sessions", json=body)


def code_for(client: HouseClient, staff: dict[str, str], person: Person, **body: Any) -> Any:
    return client.post(f"/api/v1/people/{person.public_id}/one-time-codes", json=body, headers=staff)


# --- joining


def test_a_stranger_joins_and_signs_in_both_ways(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    answer = join(client, tree["community"], phone="138 0000 1234")
    assert answer.status_code == 201
    made = answer.get_json()
    assert set(made) == {"id", "volunteer_number"}
    assert len(made["volunteer_number"]) == 11
    for account in ({"phone": "13800001234"}, {"volunteer_number": made["volunteer_number"]}):
        opened = sign_in(client, **account, password=PASSWORD)
        assert opened.status_code == 201
        assert opened.get_json()["user"] == {"id": made["id"], "display_name": "李桂兰", "roles": []}
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {opened.get_json()['token']}"}).get_json()
    assert me == {
        "id": made["id"],
        "display_name": "李桂兰",
        "volunteer_number": made["volunteer_number"],
        "area": {"id": tree["community"].public_id, "code": tree["community"].code, "name": "军区社区"},
        "roles": [],
        "points_balance": 0,
        "service_minutes": 0,
    }
    person = session.scalars(select(Person).where(Person.public_id == made["id"])).one()
    assert person.verified_at is None
    assert person.password_hash is not None
    assert "m=19456,t=2,p=1" in person.password_hash


def test_one_joins_without_a_phone_and_by_the_areas_code(client: HouseClient, session: Session, tree: Any) -> None:
    assert join(client, tree["community"], area_id=tree["community"].code).status_code == 201
    assert join(client, tree["community"], phone=None).status_code == 201


def test_a_taken_phone_is_refused_with_the_way_out(client: HouseClient, session: Session, tree: Any) -> None:
    make_person(session, phone="13800001234")
    answer = join(client, tree["community"], phone="13800001234")
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "phone_taken"
    assert "先不填手机号" in answer.get_json()["detail"]


@pytest.mark.parametrize("version", [..., None, "2020-01-01", ""])
def test_without_the_notice_in_force_nobody_joins(
    client: HouseClient, session: Session, tree: Any, version: Any
) -> None:
    answer = join(client, tree["community"], consent_version=version)
    assert answer.status_code == 422
    if version != "":
        assert answer.get_json()["code"] == "consent_required"
        assert answer.get_json()["facts"] == {"consent_version": VERSION}
    assert session.scalar(select(func.count()).select_from(Person)) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "长" * 10_000),
        ("name", "a\0b"),
        ("name", "a\ud800b"),
        ("name", 7),
        ("name", None),
        ("name", ...),
        ("phone", "abc"),
        ("phone", "1234"),
        ("phone", "1" * 16),
        ("phone", "++8613800001234"),
        ("phone", 13800001234),
        ("phone", "1380000\x00123"),
        ("phone", "1" * 100_000),
        ("password", "12345"),
        ("password", "1" * 129),
        ("password", "1" * 100_000),
        ("password", "abc\0def"),
        ("password", "abcde\ud83d"),
        ("password", 123456),
        ("password", ...),
        ("area_id", "nowhere"),
        ("area_id", "x" * 100_000),
        ("area_id", ...),
        ("area_id", ["a"]),
        ("consent_version", 5),
        ("nickname", "多出来的"),
    ],
)
def test_bad_input_is_422_and_changes_nothing(
    client: HouseClient, session: Session, tree: Any, field: str, value: Any
) -> None:
    answer = join(client, tree["community"], **{field: value})
    assert answer.status_code == 422
    assert answer.get_json()["code"] == "validation_failed"
    assert field in answer.get_json()["errors"]
    assert session.scalar(select(func.count()).select_from(Person)) == 0


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"x"', b"{", b"\xff\xfe", b"[" * 50_000, b'{"phone": ' + b"1" * 9000 + b"}"]
)
def test_a_body_that_is_no_object_is_refused(client: HouseClient, session: Session, body: bytes) -> None:
    for path in ("/api/v1/people", "/api/v1/sessions"):
        answer = client.post(path, data=body, content_type="application/json")
        assert answer.status_code in (400, 422)
        assert answer.content_type == "application/problem+json"


def test_joining_and_signing_in_keep_no_answer(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["community"])
    headers = {**bearer(session, person), "Idempotency-Key": "same"}
    body = {"name": "甲", "area_id": tree["community"].code, "password": PASSWORD, "consent_version": VERSION}
    ids = {client.post("/api/v1/people", json=body, headers=headers).get_json()["id"] for _ in range(2)}
    assert len(ids) == 2
    assert session.scalar(select(func.count()).select_from(StoredAnswer)) == 0


# --- signing in


def test_wrong_password_and_unknown_account_get_one_answer(
    client: HouseClient, session: Session, tree: Any, password_hash: str
) -> None:
    make_person(session, phone="13800001234", password_hash=password_hash)
    make_person(session, phone="13800009999")  # imported, no password yet
    answers = [
        sign_in(client, phone="13800001234", password="wrong"),
        sign_in(client, phone="13800005678", password=PASSWORD),
        sign_in(client, phone="13800009999", password=PASSWORD),
        sign_in(client, volunteer_number="99999999999", password=PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.get_data() for answer in answers}) == 1
    assert answers[0].get_json()["code"] == "invalid_credentials"


def test_full_width_digits_are_the_same_digits(client: HouseClient, session: Session, password_hash: str) -> None:
    make_person(session, phone="13800001234", password_hash=password_hash)
    assert sign_in(client, phone="１３８００００１２３４", password="２４６８１０").status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"phone": "13800001234"},
        {"password": PASSWORD},
        {"phone": "13800001234", "volunteer_number": "41000000001", "password": PASSWORD},
        {"phone": "13800001234", "password": PASSWORD, "new_password": "654321"},
        {"one_time_code": "0000000000", "password": PASSWORD},
        {"one_time_code": "0000000000", "new_password": "123"},
        {"phone": None, "password": PASSWORD},
        {"phone": "13800001234", "password": None},
        {"phone": "13800001234", "password": "x" * 100_000},
        {"phone": {"$ne": ""}, "password": PASSWORD},
        {"one_time_code": "9" * 100_000},
    ],
)
def test_a_malformed_sign_in_is_422(client: HouseClient, session: Session, body: dict[str, Any]) -> None:
    answer = client.post("/api/v1/sessions", json=body)
    assert answer.status_code == 422
    assert answer.get_json()["code"] == "validation_failed"


def test_ten_wrong_passwords_and_the_account_waits(
    client: HouseClient, session: Session, tree: Any, clock: Clock, password_hash: str
) -> None:
    victim = make_person(session, tree["community"], phone="13800001234", password_hash=password_hash)
    make_person(session, tree["community"], phone="13800005678", password_hash=password_hash)
    for _ in range(10):
        assert sign_in(client, phone="13800001234", password="wrong!").status_code == 401
    refused = sign_in(client, phone="13800001234", password=PASSWORD)
    assert refused.status_code == 429
    assert refused.get_json()["code"] == "too_many_attempts"
    wait = refused.get_json()["facts"]["retry_after"]
    assert 0 < wait <= 901
    assert refused.headers["Retry-After"] == str(wait)
    assert "一次性登录码" in refused.get_json()["detail"]
    # the other name of the same person is the same lock; a neighbour behind the same Wi-Fi is not touched
    assert sign_in(client, volunteer_number=victim.volunteer_number, password=PASSWORD).status_code == 429
    assert sign_in(client, phone="13800005678", password=PASSWORD).status_code == 201
    # the desk's code is the way in meanwhile
    staff = make_staff(session, tree["community"])
    code = code_for(client, bearer(session, staff), victim).get_json()["code"]
    assert sign_in(client, one_time_code=code).status_code == 201
    clock.forward(seconds=wait)
    assert sign_in(client, phone="13800001234", password=PASSWORD).status_code == 201
    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_an_unknown_account_waits_just_the_same(client: HouseClient, session: Session) -> None:
    for _ in range(10):
        assert sign_in(client, phone="13800001234", password="wrong!").status_code == 401
    assert sign_in(client, phone="13800001234", password="wrong!").status_code == 429


def test_a_slow_guesser_is_stopped_by_the_day(client: HouseClient, session: Session, clock: Clock) -> None:
    for _ in range(60):
        assert sign_in(client, phone="13800001234", password="wrong!").status_code == 401
        clock.forward(minutes=2)
    refused = sign_in(client, phone="13800001234", password="wrong!")
    assert refused.status_code == 429
    assert refused.get_json()["facts"]["retry_after"] > 20 * 3600


def test_a_token_ends_by_itself_by_sign_out_and_is_stored_hashed(
    client: HouseClient, session: Session, clock: Clock, password_hash: str
) -> None:
    make_person(session, phone="13800001234", password_hash=password_hash)
    tokens = [sign_in(client, phone="13800001234", password=PASSWORD).get_json()["token"] for _ in range(2)]
    headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
    assert client.delete("/api/v1/sessions/current", headers=headers[0]).status_code == 204
    assert client.get("/api/v1/me", headers=headers[0]).status_code == 401
    assert client.get("/api/v1/me", headers=headers[1]).status_code == 200
    assert not set(session.scalars(select(ApiToken.token_hash))) & set(tokens)
    clock.forward(days=30)
    assert client.get("/api/v1/me", headers=headers[1]).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer " + "x" * 5000, "Basic abc", "Bearer \u00e9\u00e9"])
def test_a_strange_token_is_401(client: HouseClient, session: Session, header: str) -> None:
    answer = client.get("/api/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "not_signed_in"


# --- one-time codes


def test_a_code_signs_in_once_verifies_and_is_audited(
    client: HouseClient, session: Session, tree: Any, clock: Clock
) -> None:
    person = make_person(session, tree["community"], verified=False)
    staff = make_staff(session, tree["street"], Role.STREET_ADMIN)
    issued = code_for(client, bearer(session, staff), person)
    assert issued.status_code == 201
    body = issued.get_json()
    assert body["payload"] == f"http://localhost/q/o/{body['code']}"
    assert body["expires_at"] == "2026-11-21T00:40:00+08:00"
    assert session.scalar(select(func.count()).where(OneTimeCode.code_hash == body["code"])) == 0
    opened = sign_in(client, one_time_code=body["payload"].lower())
    assert opened.status_code == 201
    assert opened.get_json()["user"]["id"] == person.public_id
    assert sign_in(client, one_time_code=body["code"]).get_json()["code"] == "invalid_credentials"
    session.expire_all()
    assert session.get_one(Person, person.id).verified_at == clock.at
    kinds = list(session.execute(select(Event.kind, Event.actor_id).where(Event.person_id == person.id)))
    assert ("people.one_time_code_issued", staff.id) in kinds
    assert ("people.one_time_code_used", person.id) in kinds


@pytest.mark.parametrize(("kind", "span"), [("desk", timedelta(minutes=10)), ("printed", timedelta(days=7))])
def test_a_code_ends_when_it_says(
    client: HouseClient, session: Session, tree: Any, clock: Clock, kind: str, span: timedelta
) -> None:
    person = make_person(session, tree["community"])
    staff = bearer(session, make_staff(session, tree["community"]))
    first = code_for(client, staff, person, kind=kind).get_json()["code"]
    start = clock.at
    clock.at = start + span - timedelta(seconds=1)
    assert sign_in(client, one_time_code=first).status_code == 201
    clock.at = start
    second = code_for(client, staff, person, kind=kind).get_json()["code"]
    clock.at = start + span
    assert sign_in(client, one_time_code=second).status_code == 401


def test_a_new_code_ends_the_older_one(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["community"])
    staff = bearer(session, make_staff(session, tree["community"]))
    first, second = (code_for(client, staff, person).get_json()["code"] for _ in range(2))
    assert sign_in(client, one_time_code=first).status_code == 401
    assert sign_in(client, one_time_code=second).status_code == 201


def test_a_code_replaces_a_forgotten_password_and_ends_what_was_open(
    client: HouseClient, session: Session, tree: Any, password_hash: str
) -> None:
    person = make_person(session, tree["community"], phone="13800001234", password_hash=password_hash)
    old = bearer(session, person)
    code = code_for(client, bearer(session, make_staff(session, tree["community"])), person).get_json()["code"]
    # a bad new password does not use the code up
    assert sign_in(client, one_time_code=code, new_password="123").status_code == 422
    opened = sign_in(client, one_time_code=code, new_password="新密码一二三四")
    assert opened.status_code == 201
    assert client.get("/api/v1/me", headers=old).status_code == 401
    new = {"Authorization": f"Bearer {opened.get_json()['token']}"}
    assert client.get("/api/v1/me", headers=new).status_code == 200
    assert sign_in(client, phone="13800001234", password=PASSWORD).status_code == 401
    assert sign_in(client, phone="13800001234", password="新密码一二三四").status_code == 201


def test_a_mistyped_code_says_so(client: HouseClient, session: Session) -> None:
    for text in ("0000000001", "1000000000", "short", "!!!!!!!!!!"):
        answer = sign_in(client, one_time_code=text)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "code_invalid")
    assert sign_in(client, one_time_code="0000000000").get_json()["code"] == "invalid_credentials"


def test_who_may_issue_for_whom(client: HouseClient, session: Session, tree: Any) -> None:
    resident = make_person(session, tree["community"])
    helpers = {
        "resident": make_person(session, tree["community"]),
        "staff elsewhere": make_staff(session, tree["other"]),
        "staff": make_staff(session, tree["community"]),
        "grid leader": make_staff(session, tree["community"], Role.GRID_LEADER),
        "grid leader below": make_staff(session, tree["grid"], Role.GRID_LEADER),
        "street admin": make_staff(session, tree["street"], Role.STREET_ADMIN),
        "other street's admin": make_staff(session, tree["other_street"], Role.STREET_ADMIN),
    }
    platform = make_person(session)
    grant(session, platform, Role.PLATFORM_ADMIN)
    helpers["platform admin"] = platform
    shop = make_merchant(session, tree["community"])
    session.expunge(shop)
    helpers["manager"] = make_clerk(session, shop, Role.MERCHANT_MANAGER)
    tokens = {name: bearer(session, person) for name, person in helpers.items()}

    def may(person: Person) -> set[str]:
        answers = {name: code_for(client, token, person) for name, token in tokens.items()}
        assert {answer.status_code for answer in answers.values()} <= {201, 403}
        assert {a.get_json()["code"] for a in answers.values() if a.status_code == 403} <= {"not_allowed"}
        return {name for name, answer in answers.items() if answer.status_code == 201}

    assert may(resident) == {"staff", "grid leader", "street admin", "platform admin"}
    assert may(make_staff(session, tree["community"])) == {"street admin", "platform admin"}
    assert may(make_staff(session, tree["street"], Role.STREET_ADMIN)) == {"street admin", "platform admin"}
    assert may(make_staff(session, tree["district"], Role.STREET_ADMIN)) == {"platform admin"}
    assert may(helpers["street admin"]) == {"platform admin"}, "nobody issues for themself"
    clerk = make_person(session, tree["community"])
    grant(session, clerk, Role.MERCHANT_CLERK, merchant=shop)
    assert may(clerk) == {"street admin", "platform admin"}
    manager = make_person(session, tree["community"])
    grant(session, manager, Role.MERCHANT_MANAGER, merchant=shop)
    assert may(manager) == {"staff", "street admin", "platform admin"}
    admin = make_person(session, tree["community"])
    grant(session, admin, Role.PLATFORM_ADMIN)
    assert may(admin) == {"platform admin"}
    # a role granted from afar opens no way into a stranger's account
    stranger = make_person(session, tree["other_street"])
    grant(session, stranger, Role.STAFF, area=tree["community"])
    assert may(stranger) == {"platform admin"}
    assert may(make_person(session)) == {"platform admin"}


def test_issuing_for_nobody_and_by_nobody(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["community"])
    staff = bearer(session, make_staff(session, tree["community"]))
    assert client.post("/api/v1/people/nobody/one-time-codes", json={}, headers=staff).status_code == 404
    assert code_for(client, {}, person).status_code == 401
    assert code_for(client, staff, person, kind="eternal").status_code == 422
    # no body at all is a desk code
    assert client.post(f"/api/v1/people/{person.public_id}/one-time-codes", headers=staff).status_code == 201


def test_the_same_key_gives_the_same_code(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_person(session, tree["community"])
    staff = {**bearer(session, make_staff(session, tree["community"])), "Idempotency-Key": "k1"}
    first, second = code_for(client, staff, person), code_for(client, staff, person)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Hit"] == "true"
    assert sign_in(client, one_time_code=first.get_json()["code"]).status_code == 201


# --- reading


def test_the_notice_in_both_languages(client: HouseClient, session: Session) -> None:
    chinese = client.get("/api/v1/privacy-notice").get_json()
    english = client.get("/api/v1/privacy-notice", headers={"Accept-Language": "en"}).get_json()
    assert chinese["consent_version"] == english["consent_version"] == VERSION
    assert "个人信息" in chinese["text"]
    assert "Privacy notice" in english["text"]


def test_me_names_the_roles(client: HouseClient, session: Session, tree: Any) -> None:
    person = make_staff(session, tree["grid"], Role.GRID_LEADER)
    shop = make_merchant(session, tree["other"])
    session.expunge(shop)
    grant(session, person, Role.MERCHANT_CLERK, merchant=shop)
    body = client.get("/api/v1/me", headers=bearer(session, person)).get_json()
    assert body["area"]["code"] == tree["grid"].code
    assert body["roles"] == [
        {
            "role": "grid_leader",
            "area": {"id": tree["grid"].public_id, "code": tree["grid"].code, "name": "第一网格"},
            "merchant": None,
        },
        {
            "role": "merchant_clerk",
            "area": None,
            "merchant": {"id": shop.public_id, "code": shop.code, "name": shop.name},
        },
    ]
