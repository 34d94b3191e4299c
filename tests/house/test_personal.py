"""No table is forgotten when a person is erased: every column that names one is spoken for, every word in their rows is looked at."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import JSON, Column, LargeBinary, String, Table, Text

from pointsapp.core import personal
from pointsapp.core.db import Base, EnumText
from pointsapp.core.personal import Acts, Fate, Holding, Nobodys
from tests.house.reading import the_app

_KEYS = re.compile(r"(^|_)person_id$|(^|_)by_id$|^(clerk|actor|inspector)_id$")
_WORDS = re.compile(r"^(name|phone|contact|holder|address|email|id_number|birthday)$|(^|_)(name|phone|email)$")


def _tables() -> list[Table]:
    the_app()
    return sorted(Base.metadata.tables.values(), key=lambda table: table.name)


def _names_a_person(column: Column[object]) -> bool:
    points = any(key.target_fullname == "person.id" for key in column.foreign_keys)
    return points or column.info.get("mentions") == "person" or bool(_KEYS.search(column.name))


def _spoken_for() -> list[tuple[str, str]]:
    the_app()
    found: list[tuple[str, str]] = []
    for part in personal.parts():
        if isinstance(part, Holding):
            found.append((part.table, part.column))
        else:
            found += [(part.table, column) for column in part.columns]
    return found


def _read(part: Holding) -> set[str]:
    return set(part.blanks) | part.plain


def test_every_column_that_names_a_person_is_spoken_for_once() -> None:
    spoken = _spoken_for()
    wanted = [(table.name, column.name) for table in _tables() for column in table.c if _names_a_person(column)]
    assert [each for each in wanted if spoken.count(each) != 1] == [], (
        "say in the feature's personal.py what becomes of it"
    )


def test_every_column_that_reads_like_a_persons_is_spoken_for() -> None:
    looked_at = set(_spoken_for()) | {
        (part.table, column) for part in personal.holdings() for column in (*_read(part), *part.secret)
    }
    wanted = [(table.name, column.name) for table in _tables() for column in table.c if _WORDS.search(column.name)]
    assert [each for each in wanted if each not in looked_at] == []


def test_what_is_spoken_of_is_there() -> None:
    tables = {table.name: table for table in _tables()}
    gone = [(table, column) for table, column in _spoken_for() if column not in tables[table].c]
    gone += [
        (part.table, column)
        for part in personal.holdings()
        for column in (*_read(part), *part.secret)
        if column not in tables[part.table].c
    ]
    assert gone == []


@pytest.mark.parametrize("fate", [Fate.STAYS, Fate.BLANKED])
def test_every_word_in_a_row_that_stays_was_looked_at(fate: Fate) -> None:
    """Text in a row about a person either goes or is known to say nothing about them."""
    tables = {table.name: table for table in _tables()}
    wordy = (String, Text, JSON, LargeBinary, EnumText)
    missed = [
        f"{part.table}.{column.name}"
        for part in personal.holdings()
        if part.fate is fate
        for column in tables[part.table].c
        if isinstance(column.type, wordy) and column.name not in _read(part)
    ]
    assert missed == []


def test_what_stays_says_why_and_everything_says_what_it_is() -> None:
    for part in personal.holdings():
        assert str(part.label).strip(), part.table
        stays = part.fate is Fate.STAYS or (part.fate is Fate.BLANKED and part.table != "person")
        assert bool(str(part.why).strip()) == stays, part.table


def test_an_exception_gives_its_reason() -> None:
    assert [part.table for part in personal.parts() if isinstance(part, Nobodys) and len(part.why.split()) < 3] == []


def test_an_act_is_of_a_table_we_know() -> None:
    names = {table.name for table in _tables()}
    assert [part.table for part in personal.parts() if isinstance(part, Acts) and part.table not in names] == []
