"""Metrics: right over several processes, without a person in a label, and every name that the dashboard shows exists."""

from __future__ import annotations

import json
import os
import re
import signal
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from pointsapp import worker
from pointsapp.core import events, figures, transaction
from pointsapp.core.db import db, table_of
from pointsapp.core.errors import StateChanged
from pointsapp.core.events import MAX_TRIES, Event, EventDelivery
from pointsapp.ledger.jobs import TOOK, measure_totals
from pointsapp.notices.services.sendings import FIGURE as SENDINGS
from pointsapp.web.metrics import RETRIES
from tests import databases
from tests.conftest import Clock
from tests.house.reading import ROOT
from tests.ledger import books
from tests.server import serving

SAMPLE = re.compile(r"^(?P<name>[a-z_]+)(?:\{(?P<labels>[^}]*)\})? (?P<value>[0-9.e+-]+)$")
DASHBOARD, ALERTS = ROOT / "deploy" / "grafana" / "pointsapp.json", ROOT / "deploy" / "prometheus" / "alerts.yml"


def samples(page: str) -> dict[tuple[str, str], float]:
    found = {}
    for line in page.splitlines():
        if not line.startswith("#"):
            match = SAMPLE.match(line)
            assert match, line
            found[match["name"], match["labels"] or ""] = float(match["value"])
    return found


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(transaction, "on_retry", transaction.on_retry)
    own = databases.clone("sqlite", metrics=True, metrics_token="scraper-secret")
    yield own.app
    own.drop()


def _page(app: Flask) -> str:
    answer = app.test_client().get("/metrics", headers={"Authorization": "Bearer scraper-secret"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_token_keeps_strangers_out(measuring: Flask) -> None:
    client = measuring.test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer scraper-secre"}).status_code == 401
    assert "pointsapp_database_up 1.0" in _page(measuring)


def test_a_route_is_counted_by_its_rule_and_a_refusal_by_its_code(measuring: Flask) -> None:
    before = samples(_page(measuring))
    measuring.test_client().get("/q/o/K7M2P9QX3A")
    page = _page(measuring)
    assert "K7M2P9QX3A" not in page
    after = samples(page)
    for key in (
        ("pointsapp_request_seconds_count", 'method="GET",route="/q/o/<code>"'),
        ("pointsapp_refusals_total", 'code="code_invalid"'),
        ("pointsapp_answers_total", 'status="422"'),
    ):
        assert after[key] == before.get(key, 0) + 1, key


def test_a_second_look_is_counted(measuring: Flask) -> None:
    def lost_race(session: Session) -> None:
        raise StateChanged()

    counter = RETRIES.labels("StateChanged")
    before = counter._value.get()
    with measuring.app_context(), pytest.raises(StateChanged):
        transaction.write(lost_race)
    assert counter._value.get() == before + transaction.ATTEMPTS - 1


def test_the_backlog_knows_what_waits_and_what_was_given_up(session: Session, clock: Clock) -> None:
    event_ids = [
        events.record(session, "test.nobody", at=clock.at, subject=f"test:{number}", fact=number) for number in range(3)
    ]
    assert [session.get(Event, id_) for id_ in event_ids] != []
    due = [clock.at - timedelta(seconds=90), clock.at + timedelta(seconds=90), clock.at - timedelta(days=9)]
    tries = [0, 0, MAX_TRIES]
    session.execute(
        insert(table_of(EventDelivery)),
        [
            {"event_id": id_, "subscriber": "test", "due_at": at, "tries": tried}
            for id_, at, tried in zip(event_ids, due, tries, strict=True)
        ],
    )
    backlog = figures.event_backlog(session, now=clock.at)
    assert (backlog.waiting, backlog.failed, backlog.lag_seconds) == (2, 1, 90.0)


def test_the_ledgers_totals_are_measured_and_then_left_alone(session: Session, clock: Clock) -> None:
    books.reserve(session, 200)
    books.credit(session, "first", 70)
    measure_totals(session, now=clock.at)
    rows = {(row.name, row.labels): row for row in figures.all_figures(session)}
    of = lambda kind: rows["pointsapp_ledger_total", (("unit", "point"), ("kind", kind))].value  # noqa: E731
    assert of("issued") - of("reversed") == sum(map(of, ("available", "held", "spent", "donated", "lapsed")))
    assert of("available") == 70
    figures.put_figures(session, TOOK, {"": 5.0}, now=clock.at)  # as if it had taken five seconds
    books.credit(session, "second", 1)
    measure_totals(session, now=clock.forward(seconds=499))
    assert {row.value for row in figures.all_figures(session) if row.name == TOOK} == {5.0}
    measure_totals(session, now=clock.forward(seconds=2))
    assert {row.value for row in figures.all_figures(session) if row.name == TOOK} != {5.0}


def test_the_worker_keeps_a_diary_of_its_jobs() -> None:
    own = databases.clone("sqlite")
    try:
        with own.app.app_context():
            diary = worker.Diary()
            with diary.about("good"):
                pass
            with pytest.raises(ZeroDivisionError), diary.about("bad"):
                1 / 0  # noqa: B018
            diary.write_down()
            rows = {(row.name, row.labels): row.value for row in figures.all_figures(db.session)}
        assert rows["pointsapp_job_failures", (("task", "bad"),)] == 1
        assert rows["pointsapp_job_failures", (("task", "good"),)] == 0
        assert ("pointsapp_job_success_timestamp_seconds", (("task", "bad"),)) not in rows
        assert rows["pointsapp_worker_seen_timestamp_seconds", ()] > 1.7e9
    finally:
        own.drop()


def test_a_database_that_is_gone_is_a_figure_and_not_an_error() -> None:
    own = databases.clone("sqlite", metrics=True)
    try:
        with own.app.app_context():
            db.session.execute(text("DROP TABLE figure"))
            db.session.commit()
        assert "pointsapp_database_up 0.0" in own.app.test_client().get("/metrics").get_data(as_text=True)
    finally:
        own.drop()


def _fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def _served(url: str) -> dict[tuple[str, str], float]:
    return samples(_fetch(f"{url}/metrics"))


def test_two_processes_count_as_one_and_outlive_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = databases.clone("sqlite")
    count = ("pointsapp_request_seconds_count", 'method="GET",route="/api/v1/task-categories"')
    try:
        with serving(own.url, tmp_path, workers=2, POINTSAPP_METRICS="true") as server:
            ask = lambda times: [_fetch(f"{server.url}/api/v1/task-categories") for _ in range(times)]  # noqa: E731
            until = time.monotonic() + 30
            asked, pids = 0, set()
            while len(pids) < 2 and time.monotonic() < until:  # until both processes have answered
                ask(20)
                asked += 20
                found = _served(server.url)
                pids = {
                    int(re.search(r'pid="(\d+)"', labels)[1]) for name, labels in found if name == "pointsapp_process"
                }  # type: ignore[index]
            assert len(pids) == 2
            assert found[count] == asked
            os.kill(pids.pop(), signal.SIGKILL)
            until = time.monotonic() + 30
            while time.monotonic() < until:
                try:
                    ask(20)
                    break
                except OSError:  # the dead process was in the middle of it
                    time.sleep(0.2)
            found = _served(server.url)
            assert found[count] >= asked + 20, "what the dead process counted is not lost"
            assert found["pointsapp_requests_in_flight", ""] == 0
    finally:
        own.drop()


def _names_used() -> set[str]:
    dashboard = json.loads(DASHBOARD.read_text())
    written = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    written += [each["query"] for each in dashboard["templating"]["list"]]
    return set(re.findall(r"\bpointsapp_\w+", "\n".join(written) + ALERTS.read_text()))


def test_every_metric_of_the_dashboard_and_the_alerts_exists(measuring: Flask) -> None:
    with measuring.app_context():
        diary = worker.Diary()
        with diary.about("one"):
            transaction.write(measure_totals, now=worker.now())
        diary.write_down()
        # Counted since the first one went out.
        transaction.write(figures.put_figures, SENDINGS, {"channel=email,state=sent": 1}, now=worker.now())
    RETRIES.labels("StateChanged").inc(0)
    measuring.test_client().get("/api/v1/me")
    known = {name for name, _ in samples(_page(measuring))}
    assert len(_names_used()) > 15
    # A pool without connections is SQLite in memory only; every other name must be there.
    assert _names_used() - known == set()


def test_the_dashboard_is_whole() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert all(panel["targets"] and panel["title"] for panel in panels)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)
