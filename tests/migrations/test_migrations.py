"""Migrations: head is what the models say, each step can be taken back, and the books refuse change on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from flask_migrate import downgrade, upgrade

from pointsapp.config import shipped
from pointsapp.core.db import db
from pointsapp.web.health import head_revision
from tests import databases
from tests.databases import Clone
from tests.migrations.schema import describe, differences, triggers

# What was promised to somebody: rows nobody may change or delete, not even by hand.
APPEND_ONLY = ("event", "policy_version", "entry", "posting", "scan", "seal_cut", "seal_block", "seal")


def _script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    return ScriptDirectory.from_config(config)


def _steps() -> list[Script]:
    """Return all migrations, the oldest first."""
    return list(reversed(list(_script().walk_revisions())))


@pytest.fixture(params=databases.DIALECTS)
def empty(request: pytest.FixtureRequest) -> Iterator[Clone]:
    """A database without any table."""
    own = databases.clone(request.param, migrated=False)
    yield own
    own.drop()


def test_the_history_is_one_line() -> None:
    assert _script().get_heads() == [head_revision()], "what /readyz waits for"
    assert len(_script().get_bases()) == 1
    assert all(len(step.nextrev) <= 1 for step in _steps())


def test_every_migration_is_dated_and_says_why() -> None:
    for step in _steps():
        name = Path(step.path).name
        assert name.split("_")[0].isdigit(), name
        assert len(name.split("_")[0]) == 8, name
        assert len((step.module.__doc__ or "").split()) >= 3, f"{name} has no sentence"


def test_head_is_what_the_models_say(live: Clone) -> None:
    made = databases.clone(live.dialect, migrated=False)
    try:
        with made.app.app_context():
            db.metadata.create_all(made.engine)
        # create_all knows no triggers: they are checked below
        assert differences(describe(made.engine), describe(live.engine), but=frozenset({"trigger"})) == []
    finally:
        made.drop()


def test_each_step_can_be_taken_back(empty: Clone) -> None:
    """Up step by step, down step by step, and up again at once: describing a database is what takes the time, so no state twice."""
    steps = _steps()
    with empty.app.app_context():
        states = [describe(empty.engine)]
        for step in steps:
            upgrade(revision=step.revision)
            states.append(describe(empty.engine))
        top = states.pop()
        for step, before in zip(reversed(steps), reversed(states), strict=True):
            downgrade(revision=str(step.down_revision or "base"))
            assert differences(before, describe(empty.engine)) == [], f"{step.revision} leaves something behind"
        upgrade()
        assert differences(top, describe(empty.engine)) == []


def test_the_whole_way_down_and_up_again(live: Clone) -> None:
    top = describe(live.engine)
    with live.app.app_context():
        downgrade(revision="base")
        assert describe(live.engine) == {}
        upgrade()
    assert differences(top, describe(live.engine)) == []


def test_upgrading_twice_changes_nothing(live: Clone) -> None:
    top = describe(live.engine)
    with live.app.app_context():
        upgrade()
    assert differences(top, describe(live.engine)) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_tables_are_guarded(live: Clone, table: str) -> None:
    said = " ".join(triggers(live.engine)[table].values())
    assert "update" in said
    assert "delete" in said
    if live.dialect == "postgresql":
        assert "truncate" in said
