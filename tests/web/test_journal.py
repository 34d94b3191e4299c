"""The log: an id for every request, one line each, and nobody's number, name or code in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pointsapp.config import BadSetting, Settings, check
from pointsapp.core.db import db
from pointsapp.people.models import Person
from pointsapp.web.journal import CARRIED, JsonLines, PlainLines, describe, log_plan, new_request_id
from pointsapp.web.slow_queries import watch_queries
from tests import databases, factories
from tests.conftest import HouseClient
from tests.house.reading import calls, dotted, modules, tree, where

PHONE, NAME, CODE = "13812345678", "王秀英", "K7M2P9QX3A"


class Lines(logging.Handler):
    """Keeps what would be written, as text and as read back."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.out = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.out.write(self.format(record) + "\n")

    @property
    def text(self) -> str:
        return self.out.getvalue()

    @property
    def last(self) -> dict[str, Any]:
        return json.loads(self.text.splitlines()[-1])


@pytest.fixture
def lines() -> Iterator[Lines]:
    kept, ours = Lines(JsonLines()), logging.getLogger("pointsapp")
    level = ours.level
    ours.addHandler(kept)
    ours.setLevel(logging.INFO)
    yield kept
    ours.removeHandler(kept)
    ours.setLevel(level)


def test_a_proxys_request_id_is_given_back_and_stands_in_the_line(client: HouseClient, lines: Lines) -> None:
    answer = client.get("/sign-in", headers={"X-Request-ID": "edge-1234.abcd"})
    assert answer.headers["X-Request-ID"] == "edge-1234.abcd"
    assert lines.last["request_id"] == "edge-1234.abcd"
    assert (lines.last["route"], lines.last["method"], lines.last["status"]) == ("/sign-in", "GET", 200)


@pytest.mark.parametrize(
    "forged", ["", "short", "x" * 65, "good-id\n{}", 'a"b"c"d"e', "用户编号一二三四", "../../etc/passwd"]
)
def test_what_is_no_request_id_is_replaced(forged: str) -> None:
    made = new_request_id(forged)
    assert made != forged
    assert new_request_id(made) == made


@pytest.mark.parametrize(
    ("path", "route"),
    [
        (f"/q/o/{CODE}", "/q/o/<code>"),
        (f"/q/v/{CODE}?token=secret99", "/q/v/<code>"),
        (f"/sign-in?next=/q/o/{CODE}&phone={PHONE}", "/sign-in"),
        (f"/{CODE}/{PHONE}", "unmatched"),
        (f"/api/v1/vouchers/{CODE}", "/api/v1/vouchers/<path:code>"),
    ],
)
def test_a_line_names_the_route_and_never_the_path(client: HouseClient, lines: Lines, path: str, route: str) -> None:
    client.get(path, headers={"Authorization": "Bearer tokentokentoken1", "User-Agent": NAME})
    assert lines.last["route"] == route
    for secret in (CODE, PHONE, "secret99", "tokentokentoken1", NAME):
        assert secret not in lines.text


def test_a_refusal_is_logged_by_its_code(client: HouseClient, lines: Lines) -> None:
    client.post("/api/v1/sessions", json={"phone": PHONE, "password": "x" * 8})
    assert (lines.last["status"], lines.last["code"]) == (401, "invalid_credentials")
    assert PHONE not in lines.text


def test_extras_that_nobody_listed_are_left_out(lines: Lines) -> None:
    logging.getLogger("pointsapp.x").info("something", extra={"phone": PHONE, "job": "ledger.lapse_due"})
    assert (lines.last["message"], lines.last["job"]) == ("something", "ledger.lapse_due")
    assert PHONE not in lines.text


@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines()], ids=["json", "text"])
def test_nobody_writes_a_line_of_their_own(formatter: logging.Formatter) -> None:
    hostile = 'ok\n{"level": "error"}\r\x1b[2J\u2028'
    record = logging.LogRecord("x", logging.INFO, "", 0, hostile, (), None)
    record.__dict__["route"] = hostile
    assert len(formatter.format(record).splitlines()) == 1


def test_a_broken_constraint_is_told_without_the_row(session: Session, lines: Lines) -> None:
    person = factories.make_person(session)
    taken = {column.key: getattr(person, column.key) for column in Person.__table__.columns if column.key != "id"}
    with pytest.raises(IntegrityError) as broken, session.begin_nested():
        session.execute(insert(Person), taken | {"name": NAME, "public_id": "another00000"})
    try:
        raise RuntimeError(f"cannot store {NAME}, {PHONE}, code {CODE}") from broken.value
    except RuntimeError:
        logging.getLogger("pointsapp.x").exception("unexpected error")
    said = lines.last["error"]
    assert said["type"] == "RuntimeError"
    assert "cannot store" in said["text"]
    assert said["cause"]["type"].startswith("IntegrityError/")
    assert "INSERT INTO person" in said["cause"]["statement"]
    assert any("test_journal.py" in place for place in said["at"])
    for secret in (NAME, PHONE, CODE, taken["phone"] or "", taken["volunteer_number"], taken["name"]):
        assert not secret or secret not in lines.text


def test_an_error_without_a_database_keeps_its_words() -> None:
    assert describe(KeyError("shift_id"))["text"] == "'shift_id'"
    assert describe(ValueError(f"bad {PHONE}\nforged"))["text"] == "bad # forged"


def test_a_slow_query_is_logged_with_its_route_and_without_its_values(app: Flask, lines: Lines) -> None:
    own = databases.clone("sqlite")
    try:
        watch_queries(own.engine, threshold_ms=0)
        with own.app.test_request_context("/tasks/abc"), own.engine.connect() as connection:
            connection.execute(text("SELECT :phone AS it"), {"phone": PHONE})
        assert (lines.last["message"], lines.last["route"]) == ("slow query", "/tasks/<public_id>")
        assert lines.last["statement"] == "SELECT ? AS it"
        assert lines.last["ms"] >= 0
        assert PHONE not in lines.text
    finally:
        own.drop()


def test_a_quick_query_is_not_logged(session: Session, lines: Lines) -> None:
    db.session.execute(text("SELECT 1"))
    assert "slow query" not in lines.text


def test_production_writes_json_and_a_developer_reads_text() -> None:
    kinds = {
        (env, asked): log_plan(Settings(env=env, log_format=asked))["formatters"]["line"]["()"].rsplit(".", 1)[-1]
        for env in ("production", "development")
        for asked in ("", "json", "text")
    }
    assert kinds["production", ""] == kinds["development", "json"] == "JsonLines"
    assert kinds["development", ""] == kinds["production", "text"] == "PlainLines"


@pytest.mark.parametrize("wrong", [{"log_format": "xml"}, {"log_level": "loud"}, {"log_requests": "some"}])
def test_an_unknown_choice_stops_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match="must be one of"):
        check(Settings(**wrong))  # type: ignore[arg-type]


def test_every_log_call_says_a_constant_and_carries_only_what_is_listed() -> None:
    wrong = []
    for path in modules():
        for name, call in calls(tree(path)):
            if name not in {f"log.{level}" for level in ("debug", "info", "warning", "error", "exception", "critical")}:
                continue
            extra = next((each.value for each in call.keywords if each.arg == "extra"), None)
            named = [getattr(key, "value", dotted(key)) for key in getattr(extra, "keys", [])]
            if len(call.args) != 1 or not hasattr(call.args[0], "value") or set(named) - set(CARRIED):
                wrong.append(where(path, call))
    assert wrong == []
