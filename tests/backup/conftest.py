"""A deployment of one's own on each database: a person, some books over sealed days, and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pointsapp.cli import main
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.jobs import Scheduled, run_job
from pointsapp.core.transaction import write
from pointsapp.ledger.services.seals import seal_due
from tests import databases
from tests.databases import Clone
from tests.factories import make_area, make_person
from tests.ledger.books import credit, reserve


@dataclass
class House:
    """A database and an instance folder, and what stands in them as one digest."""

    clone: Clone
    instance: Path

    @property
    def app(self) -> Any:
        return self.clone.app

    def picture(self, name: str, content: bytes) -> None:
        path = self.instance / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def pictures(self) -> dict[str, bytes]:
        files = (path for path in self.instance.rglob("*") if path.is_file() and path.parent != self.instance)
        return {path.relative_to(self.instance).as_posix(): path.read_bytes() for path in files}

    def book(self, reference: str, points: int = 5) -> None:
        with self.app.app_context():
            write(lambda session: credit(session, reference, points, minutes=30))

    def rows(self) -> str:
        """Return a digest of every row of every table, read through our own columns."""
        digest = sha256()
        with self.app.app_context(), db.engine.connect() as connection:
            for table in db.metadata.sorted_tables:
                for row in connection.execute(table.select().order_by(*table.primary_key.columns)):
                    digest.update(repr(tuple(row)).encode())
        return digest.hexdigest()

    def count(self, table: str) -> int:
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()

    def state(self) -> tuple[str, dict[str, bytes]]:
        return self.rows(), self.pictures()

    def run(self, *words: str) -> tuple[int, str]:
        runner = self.app.test_cli_runner()
        first, *rest = words
        own = main.commands.get(first)
        done = runner.invoke(own, args=rest) if own else runner.invoke(args=list(words))
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        return done.exit_code, done.output


def make_house(dialect: str, instance: Path, *, migrated: bool = True) -> House:
    instance.mkdir(exist_ok=True)
    return House(databases.borrow(dialect, migrated=migrated, instance=str(instance)), instance)


@pytest.fixture(params=databases.DIALECTS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """Two people, an area, entries on a sealed day and today, two pictures in two folders."""
    made = make_house(request.param, tmp_path / "instance")
    yesterday = clock.now() - timedelta(days=1)
    with made.app.app_context():
        area = make_area(db.session)
        make_person(db.session, area, name="司徒小红")
        make_person(db.session, area, name="tab\tnew\nline\\N")
        write(lambda session: reserve(session, 10_000, at=yesterday))
        run_job(write, Scheduled("seal", 60, seal_due), clock.now())
        db.session.remove()
    made.book("today")
    made.picture("photos/2026/一.jpg", b"\xff\xd8" + b"one" * 1000)
    made.picture("evidence/two.png", b"two")
    yield made
    databases.give_back(made.clone)


@pytest.fixture
def other(house: House, tmp_path: Path) -> Iterator[House]:
    """A fresh, empty place of the same kind."""
    made = make_house(house.clone.dialect, tmp_path / "other", migrated=False)
    yield made
    databases.give_back(made.clone)
