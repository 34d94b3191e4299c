"""The short road beside the ordinary one, on one connection."""

from __future__ import annotations

from sqlalchemy import text

from pointsapp.core.db import db
from pointsapp.core.swift import driver
from tests.databases import Clone


def test_what_is_prepared_outlives_the_ordinary_road(live: Clone) -> None:
    """Left alone, psycopg answers any DROP with DEALLOCATE ALL as soon as it has prepared something itself."""
    with live.app.app_context():
        session = db.session
        assert driver(session).run("SELECT 1 + 1", ()) in ([(2,)], [("2",)])
        for number in range(12):  # often enough for psycopg to want a prepared statement of its own
            assert session.execute(text("SELECT CAST(:number AS INTEGER)"), {"number": number}).scalar() == number
        session.execute(text("DROP TABLE IF EXISTS no_such_table"))
        assert session.execute(text("SELECT 3")).scalar() == 3
        assert driver(session).run("SELECT 1 + 1", ()) in ([(2,)], [("2",)])
        session.rollback()
