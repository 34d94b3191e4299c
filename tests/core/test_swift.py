"""The short road beside the ordinary one, on one connection."""

from __future__ import annotations

import gc
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import BigInteger, Integer, bindparam, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pointsapp.core.db import among, db
from pointsapp.core.drivers import driver
from pointsapp.core.swift import Swift
from tests.databases import Clone
from tests.house.reading import the_app


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


def _numbers() -> Any:
    return select(literal(7, Integer()).label("number")).subquery()


@pytest.mark.parametrize("expanding", ["asked", "fixed"])
def test_a_list_of_any_length_is_refused_when_it_is_made(session: Session, expanding: str) -> None:
    """SQLAlchemy would write such a list into the text anew at every call; here the text stays, so it would never be right."""
    wanted: Any = bindparam("wanted", expanding=True) if expanding == "asked" else [7, 8]

    def build() -> Any:
        numbers = _numbers()
        return select(numbers.c.number).where(numbers.c.number.in_(wanted))

    with pytest.raises(TypeError, match="cannot hold a list"):
        Swift(build).rows(session, wanted=[7])


def test_a_list_bound_as_one_value_is_fine_whatever_its_length(session: Session) -> None:
    def build() -> Any:
        numbers = select(literal(7, BigInteger()).label("number")).subquery()
        return select(numbers.c.number).where(among(numbers.c.number, "wanted"))

    swift = Swift(build)
    assert [len(swift.rows(session, wanted=wanted)) for wanted in ([], [7], [6, 7, 8], [8])] == [0, 1, 1, 0]


def test_every_one_in_the_house_can_be_made() -> None:
    """One that is used rarely is made rarely: without this its first caller would be the first to hear that it cannot be."""
    the_app()
    made = [
        each for each in gc.get_objects() if isinstance(each, Swift) and each._build.__module__.startswith("pointsapp.")
    ]
    assert len(made) > 20
    for dialect in (postgresql.psycopg.dialect(), sqlite.pysqlite.dialect()):  # type: ignore[attr-defined]
        for each in made:
            Swift(each._build)._compiled(SimpleNamespace(name=dialect.name, dialect=dialect))  # type: ignore[arg-type]
