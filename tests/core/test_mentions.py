"""What the hot rows name without a foreign key: the proof looks at all of it, and nobody can take it away."""

from __future__ import annotations

from pointsapp.core.db import Base
from proof.books import MENTIONS
from tests.house.reading import the_app


def test_the_proof_looks_at_everything_that_is_only_mentioned() -> None:
    the_app()  # brings all tables
    mentioned = {
        (table.name, column.name, column.info["mentions"])
        for table in Base.metadata.tables.values()
        for column in table.columns
        if "mentions" in column.info
    }
    assert mentioned == set(MENTIONS)
    assert len(mentioned) == len(MENTIONS) >= 20


def test_what_is_mentioned_is_no_foreign_key_as_well() -> None:
    for table in Base.metadata.tables.values():
        assert [column.name for column in table.columns if "mentions" in column.info and column.foreign_keys] == []
