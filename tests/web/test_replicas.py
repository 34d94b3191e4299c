"""Guests' lists may come from a replica, nobody's own writes do, and nothing is ever written there.

Two real databases stand for primary and replica: what a page shows tells which of them was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, jsonify
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from pointsapp import create_app
from pointsapp.areas.models import Area
from pointsapp.config import BadSetting, check
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.drivers import driver
from pointsapp.core.replicas import REPLICA, WriteOnReplica, reading_replica
from pointsapp.core.transaction import write
from pointsapp.web import replicas
from pointsapp.web.guard import is_public, public
from pointsapp.web.metrics import AT_PRIMARY
from pointsapp.web.replicas import is_lagging_view, may_lag
from tests import databases, factories
from tests.conftest import HouseClient
from tests.house.reading import ROOT, the_app

LAGGING = sorted(
    (rule for rule in the_app().url_map.iter_rules() if is_lagging_view(the_app(), rule.endpoint)),
    key=lambda rule: rule.rule,
)


@dataclass
class Pair:
    """One application over two databases, each with one area that names it."""

    app: Flask
    primary: databases.Clone
    replica: databases.Clone

    def areas(self, **headers: str) -> list[str]:
        answer = self.app.test_client().get("/api/v1/areas", headers=headers)
        assert answer.status_code == 200, answer.text
        return [area["name"] for area in answer.get_json()["items"]]


@pytest.fixture
def pair() -> Iterator[Pair]:
    primary, replica = databases.clone("postgresql"), databases.clone("postgresql")
    for place, name in ((primary, "主库社区"), (replica, "副本社区")):
        with place.app.app_context():
            factories.make_area(db.session, name=name)  # type: ignore[arg-type]
    app = create_app(databases.settings_for(primary.url, replica_url=replica.url))
    app.test_client_class = HouseClient
    yield Pair(app, primary, replica)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    primary.drop()
    replica.drop()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == replicas.log.name]


def _names() -> list[str]:
    return list(db.session.scalars(select(Area.name)))


def test_a_guest_reads_the_replica_and_whoever_signed_in_the_primary(pair: Pair) -> None:
    with pair.app.app_context():
        session: Any = db.session
        headers = factories.bearer(session, factories.make_person(session))
    assert pair.areas() == ["副本社区"]
    assert pair.areas(**headers) == ["主库社区"]


def test_what_one_has_just_done_is_there_for_oneself(pair: Pair) -> None:
    browser: Any = pair.app.test_client()
    with pair.app.app_context():
        browser.sign_in(factories.make_person(db.session, name="只在主库"))  # type: ignore[arg-type]
    for rule in LAGGING:
        if not rule.arguments:
            assert browser.get(rule.rule).status_code == 200, f"{rule.rule} looked for the person in the replica"


def test_a_link_is_good_before_the_replica_has_heard_of_it(pair: Pair) -> None:
    with pair.app.app_context():
        session: Any = db.session
        area = session.scalars(select(Area)).one()
        task = factories.make_task(session, area)
        factories.make_shift(session, task)
        address = f"/tasks/{task.public_id}"
    assert pair.app.test_client().get(address).status_code == 200


def test_every_such_page_reads_only(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    """The connection refuses every write, so an answer without a fallback has written nothing."""
    for rule in LAGGING:
        address = rule.rule.replace("<string:branch_id>", "none")
        answer = pair.app.test_client().get(address)
        assert answer.status_code == (404 if rule.arguments else 200), address
    assert told(caplog) == []


def test_a_write_inside_such_a_page_is_refused_before_it_begins(pair: Pair) -> None:
    with pair.app.app_context():
        with reading_replica(db.session), pytest.raises(WriteOnReplica):
            write(lambda session: session.add(Area(code="x", name="x", path="/9/", created_at=clock.now())))
        with reading_replica(db.session), pytest.raises(WriteOnReplica):
            write(lambda session: driver(session).order("DELETE FROM area"))
        assert _names() == ["主库社区"]
        with reading_replica(db.session):
            assert _names() == ["副本社区"]


ROADS: dict[str, Any] = {
    "session": lambda: db.session.execute(text("DELETE FROM area")),
    "driver": lambda: driver(db.session).order("DELETE FROM area"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("road", ROADS)
def test_the_database_itself_refuses_whatever_goes_round_that(pair: Pair, road: str) -> None:
    with pair.app.app_context(), reading_replica(db.session):
        with pytest.raises(DBAPIError) as refused:
            ROADS[road]()
        assert refused.value.orig.sqlstate == "25006"  # type: ignore[union-attr]
        db.session.rollback()
        assert _names() == ["副本社区"]


def test_a_page_that_writes_is_not_run_again_at_the_primary(pair: Pair) -> None:
    def show() -> Any:
        db.session.execute(text("DELETE FROM area"))
        db.session.commit()
        return jsonify()

    pair.app.add_url_rule("/bad", view_func=public("a page of this test only")(may_lag(show)), endpoint="bad")
    with pytest.raises(DBAPIError):
        pair.app.test_client().get("/bad")
    with pair.app.app_context():
        assert _names() == ["主库社区"]


def test_a_lost_replica_is_replaced_by_the_primary_and_left_alone_for_a_while(
    pair: Pair, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pair.areas() == ["副本社区"]
    at, before = 1000.0, AT_PRIMARY._value.get()  # type: ignore[attr-defined]
    monkeypatch.setattr(replicas.time, "monotonic", lambda: at)
    pair.replica.drop()  # its connections are cut as well
    with caplog.at_level(logging.INFO, logger=replicas.log.name):
        assert pair.areas() == ["主库社区"]
        assert told(caplog) == ["replica lost, asking the primary"]
        assert pair.areas() == ["主库社区"]
        assert len(told(caplog)) == 1, "it is not tried by every reader"
        at += replicas.ASKED_AGAIN_AFTER_S
        assert pair.areas() == ["主库社区"]
        assert len(told(caplog)) == 2, "one reader has tried again"
        databases._admin(f"CREATE DATABASE {pair.replica.name} TEMPLATE {databases.template('postgresql')}")
        at += replicas.ASKED_AGAIN_AFTER_S
        assert pair.areas() == []
        assert told(caplog)[2:] == ["replica is back"]
    assert AT_PRIMARY._value.get() - before == 3, "a page each"  # type: ignore[attr-defined]


def test_a_replica_that_dies_in_the_middle_of_a_page_costs_nobody_an_answer(pair: Pair) -> None:
    def show() -> Any:
        names = _names()
        if names == ["副本社区"]:
            db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return jsonify(names)

    pair.app.add_url_rule("/cut", view_func=public("a page of this test only")(may_lag(show)), endpoint="cut")
    answer = pair.app.test_client().get("/cut")
    assert (answer.status_code, answer.get_json()) == (200, ["主库社区"])


def test_without_the_setting_there_is_one_database(session: Any, app: Flask, client: HouseClient) -> None:
    factories.make_area(session, name="社区")
    with app.app_context():
        assert REPLICA not in db.engines
    assert [area["name"] for area in client.get("/api/v1/areas").get_json()["items"]] == ["社区"]


@pytest.mark.parametrize(
    ("primary", "replica"),
    [("sqlite:////tmp/a.db", "postgresql+psycopg://b/c"), ("postgresql+psycopg://a/b", "sqlite:////tmp/c.db")],
)
def test_a_replica_is_postgresql_beside_postgresql(primary: str, replica: str) -> None:
    with pytest.raises(BadSetting, match="REPLICA_URL"):
        check(databases.settings_for(primary, replica_url=replica))


def test_only_public_reads_may_lag_and_the_docs_name_each() -> None:
    assert len(LAGGING) > 5
    assert [rule.rule for rule in LAGGING if not is_public(the_app(), rule.endpoint)] == []
    assert [rule.rule for rule in LAGGING if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}] == []
    words = (ROOT / "docs" / "cluster.md").read_text()
    assert [rule.rule for rule in LAGGING if f"`{rule.rule}`" not in words] == []
