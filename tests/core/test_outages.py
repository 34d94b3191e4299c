"""What the database could not help is told from what we did wrong."""

from __future__ import annotations

import sqlite3
from errno import ENOENT, ENOSPC
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import errors
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from pointsapp import create_app
from pointsapp.core.outages import outage
from tests import databases


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (psycopg.OperationalError("connection refused"), "connection lost"),
        (errors.DiskFull(), "53100"),
        (errors.CrashShutdown(), "57P02"),
        (errors.CannotConnectNow(), "57P03"),
        (OperationalError("x", {}, errors.AdminShutdown()), "57P01"),
        (DBAPIError("x", {}, RuntimeError(), connection_invalidated=True), "connection lost"),
        (NoConnectionFree("pool"), "no connection free"),
        (errors.QueryCanceled(), None),
        (errors.SerializationFailure(), None),
        (errors.UniqueViolation(), None),
        (OperationalError("x", {}, errors.UndefinedTable()), None),
        (OSError(ENOSPC, "no space left"), "ENOSPC"),
        (FileNotFoundError(ENOENT, "no such file"), None),
        (RuntimeError("a bug"), None),
    ],
)
def test_outage(error: Exception, reason: str | None) -> None:
    assert outage(error) == reason


def test_a_table_that_is_missing_is_a_bug_and_a_full_disk_is_not() -> None:
    small = sqlite3.connect(":memory:", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError) as missing:
        small.execute("SELECT * FROM nowhere")
    assert outage(missing.value) is None
    small.execute("CREATE TABLE t (x)")
    small.execute("PRAGMA max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as full:
        small.execute("INSERT INTO t VALUES (randomblob(100000))")
    assert outage(full.value) == "SQLITE_FULL"
    small.close()


@pytest.fixture
def away(tmp_path: Path) -> Flask:
    """An application whose database does not answer."""
    url = f"postgresql+psycopg://nobody@/nothing?host={tmp_path}"
    return create_app(databases.settings_for(url, env="development"))


def test_people_are_asked_to_come_again(away: Flask) -> None:
    browser = away.test_client()
    told = browser.get("/api/v1/me/code", headers={"Authorization": "Bearer something"})
    assert (told.status_code, told.get_json()["code"]) == (503, "overloaded")
    assert int(told.headers["Retry-After"]) > 0
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 503
