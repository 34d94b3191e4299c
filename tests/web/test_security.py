"""What every attacker tries first: sessions, redirects, headers, timing, stored secrets, lost limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import argon2
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.config import Settings
from pointsapp.core.db import db
from pointsapp.core.sessions import EndedSession, _alive, forget_ended_sessions
from pointsapp.people.models import ApiToken, OneTimeCode, Person
from pointsapp.people.services import hash_password, passwords
from pointsapp.web.links import safe_next
from pointsapp.web.login import RESIDENT_DAYS
from pointsapp.web.security import PER_PERSON, caller_address, limiter
from tests import databases, factories
from tests.conftest import Clock, HouseClient

PASSWORD = "246810"


@pytest.fixture
def elder(session: Session) -> Person:
    tree = factories.make_tree(session)
    return factories.make_person(session, tree["grid"], password_hash=hash_password(PASSWORD))


def _sign_in(app: Flask, person: Person) -> HouseClient:
    browser: Any = app.test_client()
    answer = browser.post("/sign-in", data={"account": person.phone, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return browser


def _cookie(browser: HouseClient) -> str:
    found = browser.get_cookie("session")
    assert found is not None
    return found.value


def _is_in(app: Flask, cookie: str) -> bool:
    browser = app.test_client()
    browser.set_cookie("session", cookie)
    return browser.get("/me").status_code == 200


def test_a_copied_cookie_dies_with_the_sign_out(app: Flask, session: Session, elder: Person, clock: Clock) -> None:
    here, there = _sign_in(app, elder), _sign_in(app, elder)
    copied, other = _cookie(here), _cookie(there)
    assert _is_in(app, copied)
    assert here.post("/sign-out").status_code == 303
    assert not _is_in(app, copied)
    assert _is_in(app, other), "another device stays signed in"
    assert there.post("/me/sign-out-everywhere").status_code == 303
    assert not _is_in(app, other)


def test_another_process_learns_of_a_sign_out_within_two_seconds(
    app: Flask, session: Session, elder: Person, clock: Clock
) -> None:
    browser = _sign_in(app, elder)
    cookie = _cookie(browser)
    assert _is_in(app, cookie)
    remembered = dict(_alive)
    browser.post("/sign-out")
    _alive.update(remembered)  # as in a process that has just looked
    clock.forward(seconds=2)
    assert not _is_in(app, cookie)


def test_an_ended_session_is_kept_until_its_cookie_lapses(
    app: Flask, session: Session, elder: Person, clock: Clock
) -> None:
    browser = _sign_in(app, elder)
    with browser.session_transaction() as cookie:
        name = cookie["sid"]
    browser.post("/sign-out")
    assert name not in str(session.scalars(select(EndedSession.key)).all())
    end = clock.at + timedelta(days=RESIDENT_DAYS)
    assert forget_ended_sessions(session, now=end - timedelta(seconds=1)) == 0
    assert forget_ended_sessions(session, now=end) == 1


def test_a_session_ends_after_its_days_however_often_it_is_used(
    app: Flask, session: Session, elder: Person, clock: Clock
) -> None:
    browser = _sign_in(app, elder)
    for _ in range(RESIDENT_DAYS // 30):
        assert browser.get("/me").status_code == 200
        clock.forward(days=30)
    clock.forward(seconds=1)
    assert browser.get("/me").status_code == 302


def test_nothing_of_a_planted_session_survives_signing_in(app: Flask, session: Session, elder: Person) -> None:
    browser: Any = app.test_client()
    with browser.session_transaction() as planted:
        planted["sid"] = "chosen-by-somebody-else"
        planted["csrf_token"] = "1" * 40
        planted["_user_id"] = "1.1"
        planted["lang"] = "en"
    browser.post("/sign-in", data={"account": elder.phone, "password": PASSWORD})
    with browser.session_transaction() as fresh:
        assert fresh["sid"] != "chosen-by-somebody-else"
        assert fresh.get("csrf_token") != "1" * 40
        assert fresh["_user_id"] == f"{elder.id}.{elder.session_version}"
        assert fresh["lang"] == "en", "only how the page looks is kept"


def test_the_cookie_is_closed_to_scripts_and_other_sites() -> None:
    own = databases.clone("sqlite", base_url="https://points.example")
    try:
        headers = own.app.test_client().get("/sign-in").headers
    finally:
        own.drop()
    set_cookie = headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in set_cookie.split(";")}
    assert set_cookie.startswith("__Host-session=")
    assert "Domain" not in set_cookie
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/ok\n//evil", "javascript:alert(1)",
     "/\t/evil.example", "/\t/[", "", None, "evil.example", "/a\\b"],
)  # fmt: skip
def test_no_address_leads_away_from_us(app: Flask, session: Session, elder: Person, target: str | None) -> None:
    assert safe_next(target, "/fallback") == "/fallback"
    browser: Any = app.test_client()
    answer = browser.post("/sign-in", data={"account": elder.phone, "password": PASSWORD, "next": target or ""})
    assert answer.headers["Location"] == "/"


def test_an_unknown_account_costs_as_much_as_a_wrong_password(
    client: HouseClient, session: Session, elder: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash is what takes time: it is computed exactly once in each case, with the same cost."""
    verified: list[str] = []
    real = argon2.PasswordHasher.verify

    def counted(self: Any, password_hash: str, password: str) -> bool:
        verified.append(password_hash.rsplit("$", 2)[0])
        return real(self, password_hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    without = factories.make_person(session)
    costs = []
    for phone, password in (
        (elder.phone, "wrong-one"),
        ("19900001111", PASSWORD),
        (without.phone, PASSWORD),
        (elder.phone, PASSWORD),
    ):
        verified.clear()
        client.post("/api/v1/sessions", json={"phone": phone, "password": password})
        costs.append(list(verified))
    assert costs == [["$argon2id$v=19$m=19456,t=2,p=1"]] * 4


def test_passwords_are_argon2id_with_owasps_cost() -> None:
    found = argon2.extract_parameters(passwords.hash_password(PASSWORD))
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (argon2.Type.ID, 19456, 2, 1)
    assert passwords.hash_password(PASSWORD) != passwords.hash_password(PASSWORD), "salted"


def test_a_locked_person_sees_the_code_at_the_desk_as_the_way_in(
    client: HouseClient, session: Session, elder: Person
) -> None:
    for _ in range(10):
        client.post("/sign-in", data={"account": elder.phone, "password": "wrong-one"})
    page = client.post("/sign-in", data={"account": elder.phone, "password": PASSWORD})
    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 901
    assert "一次性登录码，马上就能登录" in page.text
    assert 'action="/sign-in/code"' in page.text, "the next step stands on the same page"


def test_secrets_are_stored_as_hashes_only(client: HouseClient, session: Session, elder: Person) -> None:
    elder_id, phone = elder.id, elder.phone
    token = client.post("/api/v1/sessions", json={"phone": phone, "password": PASSWORD}).get_json()["token"]
    kept = [
        session.scalar(select(ApiToken.token_hash)),
        session.scalar(select(Person.password_hash).where(Person.id == elder_id)),
    ]
    assert all(kept)
    assert token not in str(kept)
    assert PASSWORD not in str(kept)
    assert len(token) >= 43, "256 random bits"
    columns = {column.key for model in (ApiToken, OneTimeCode) for column in model.__table__.columns}
    assert {"token_hash", "code_hash"} <= columns
    assert not {"code", "token"} & columns


def test_a_person_who_floods_waits_and_nobody_else_does(app: Flask, session: Session, elder: Person) -> None:
    browser: Any = app.test_client()
    head = factories.bearer(session, elder)
    other = factories.bearer(session, factories.make_person(session))
    most = int(PER_PERSON.split()[0])
    said: list[int] = []
    while 429 not in said and len(said) <= 2 * most:  # a new minute of the wall clock may begin in between
        said.append(browser.get("/api/v1/me/code", headers=head).status_code)
    assert said[:most] == [200] * most
    assert said[-1] == 429
    refused = browser.get("/api/v1/me/code", headers=head)
    assert refused.get_json()["code"] == "too_many_requests"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert browser.get("/api/v1/me/code", headers=other).status_code == 200
    assert browser.get("/sign-in").status_code == 200


@pytest.fixture
def _limiter_as_it_was() -> Iterator[None]:
    """The limiter belongs to the process: what one application with another storage made of it must not stay for the others."""
    kept = dict(vars(limiter))
    yield
    vars(limiter).update(kept)


@pytest.mark.usefixtures("_limiter_as_it_was")
def test_a_redis_that_is_gone_takes_nobody_with_it() -> None:
    own = databases.clone("sqlite", redis_url="redis://127.0.0.1:1/0")
    try:
        with own.app.app_context():
            head = factories.bearer(db.session, factories.make_person(db.session))
        browser = own.app.test_client()
        assert browser.get("/api/v1/me/code", headers=head).status_code == 200
        ready = browser.get("/readyz")
        assert (ready.status_code, ready.get_json()["redis"]) == (503, False)
        assert browser.get("/healthz").status_code == 200
    finally:
        own.drop()


@pytest.mark.usefixtures("_limiter_as_it_was")
def test_a_redis_that_goes_while_several_ask_refuses_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    own = databases.clone("sqlite", redis_url="redis://127.0.0.1:1/0")

    def somebody_else_noticed_first(*_args: object, **_kw: object) -> bool:
        limiter._storage_dead = True
        raise ConnectionResetError("gone")

    try:
        with own.app.app_context():
            head = factories.bearer(db.session, factories.make_person(db.session))
        limiter._storage_dead = False
        monkeypatch.setattr(limiter._limiter, "hit", somebody_else_noticed_first)
        assert own.app.test_client().get("/api/v1/me/code", headers=head).status_code == 200
    finally:
        own.drop()


def test_a_forwarded_address_is_believed_only_from_as_many_proxies_as_were_named() -> None:
    sent = {"X-Forwarded-For": "123.14.5.6, 123.14.5.7"}
    for proxies, believed in ((0, None), (1, "123.14.5.7"), (2, "123.14.5.6")):
        own = databases.clone("sqlite", proxies=proxies)
        seen: list[str | None] = []
        try:
            own.app.before_request(lambda seen=seen: seen.append(caller_address()))
            own.app.test_client().get("/healthz", headers=sent)
        finally:
            own.drop()
        assert seen == [believed]


def test_every_answer_carries_its_headers(client: HouseClient, session: Session) -> None:
    for path in ("/", "/sign-in", "/nowhere", "/api/v1/me", "/static/css/base.css", "/healthz"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
        for rule in (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ):
            assert rule in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert re.search(r"camera=\(self\)", headers["Permissions-Policy"])


def test_the_defaults_of_production_are_the_safe_ones() -> None:
    shipped = Settings()
    assert (shipped.metrics, shipped.demo, shipped.proxies, shipped.env) == (False, False, 0, "development")
