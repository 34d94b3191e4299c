"""No table is forgotten when two accounts become one: what a feature holds of a person is said to go over or to stay, once."""

from __future__ import annotations

from pointsapp.core import merging, personal
from pointsapp.core.db import Base
from tests.house.reading import the_app


def _spoken_for() -> list[tuple[str, str]]:
    the_app()
    found = [place for carry in merging.carries() for place in carry.tables]
    return found + [(stays.table, column) for stays in merging.stays() for column in stays.columns]


def test_everything_held_of_a_person_goes_over_or_stays() -> None:
    the_app()
    spoken = _spoken_for()
    wanted = [(part.table, part.column) for part in personal.holdings() if part.through is None]
    assert [place for place in wanted if spoken.count(place) != 1] == [], (
        "say in the feature's merging.py whether it goes over to the account that goes on (whole_rows(…) is the plain case) or stays"
    )


def test_what_is_spoken_of_is_there() -> None:
    the_app()
    tables = Base.metadata.tables
    assert [place for place in _spoken_for() if place[0] not in tables or place[1] not in tables[place[0]].c] == []


def test_what_stays_says_why() -> None:
    the_app()
    assert [stays.table for stays in merging.stays() if len(stays.why.split()) < 4] == []
