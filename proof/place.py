"""The place of a proof: a database of its own, `pointsapp serve` with its workers, and `pointsapp worker`, ended with the block."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from click.testing import Result
from sqlalchemy import Connection, text

from pointsapp.core.db import db
from tests import databases
from tests.house.reading import ROOT
from tests.server import Server, serving

WORKERS = 2


@dataclass
class Place:
    """A running server on `dialect`, and the ways to look behind it."""

    dialect: str
    own: databases.Clone
    server: Server
    folder: Path
    _read: dict[str, int] = field(default_factory=dict)  # lines of each log that were looked at

    @property
    def port(self) -> int:
        return urlsplit(self.server.url).port or 80

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Yield a connection that sees what is committed, without a word of the application in between."""
        with self.own.engine.connect() as connection:
            yield connection
            connection.rollback()

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        with self.looking() as connection:
            return [dict(row) for row in connection.execute(text(sql), values).mappings()]

    def change(self, sql: str, **values: Any) -> None:
        """Change a table by hand: only to move something into the past, which no door allows."""
        with self.own.engine.begin() as connection:
            connection.execute(text(sql), values)

    def inside(self, act: Callable[[], Any]) -> Any:
        """Run `act` within the application, in this process: what has no door yet, or what the worker does."""
        with self.own.app.app_context():
            try:
                return act()
            finally:
                db.session.remove()

    def command(self, *args: str, typed: str = "") -> Result:
        """Run `pointsapp …` on the database, without the seconds that a process of its own takes to start."""
        return self.own.app.test_cli_runner().invoke(args=args, input=typed)

    def verify(self) -> tuple[bool, str]:
        """Run `pointsapp ledger verify`; return (the books balance, what it said)."""
        done = self.command("ledger", "verify")
        return done.exit_code == 0, " ".join(done.output.split())[-600:]

    @contextmanager
    def working(self) -> Iterator[int]:
        """Run `pointsapp worker` until the block ends; yield its process id."""
        with (self.folder / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "pointsapp", "worker"]
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.server.environment, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                yield process.pid
            finally:
                process.terminate()
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def count_rows(self) -> None:
        """Have PostgreSQL count its rows now, as it does by itself once a minute where many were added.

        Until then it keeps the plans it made for tables that were empty, and reads them whole however long they have become.
        """
        if self.dialect == "postgresql":
            with psycopg.connect(self.own.url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute("ANALYZE")

    def errors_logged(self) -> list[str]:
        """Return the lines since the last call, of the server's and the worker's logs, that tell of an error or a crash."""
        found = []
        for name in ("server.log", "worker.log"):
            lines = (self.folder / name).read_text(errors="replace").splitlines()
            found += [line for line in lines[self._read.get(name, 0) :] if _is_error(line)]
            self._read[name] = len(lines)
        return found


def _is_error(line: str) -> bool:
    try:
        return json.loads(line).get("level") in ("error", "critical")
    except (ValueError, AttributeError):  # not one of our lines: an interpreter or the server below us that dies
        return "Traceback" in line or "panicked" in line


@contextmanager
def opened(dialect: str, *, durable: bool = True, works: bool = True) -> Iterator[Place]:
    """Serve an empty, migrated database of `dialect` with two workers until the block ends, however it ends.

    `durable` is PostgreSQL as shipped, which waits for the disk, and the gate as shipped; the tests' server has neither. `works`:
    `pointsapp worker` runs beside it all the time; otherwise while somebody is `place.working()`.
    """
    own = databases.clone(dialect)
    if dialect == "postgresql" and durable:
        databases.as_shipped()
    with tempfile.TemporaryDirectory(prefix="proof-") as name:
        folder = Path(name)
        (folder / "worker.log").touch()
        try:
            with serving(own.url, folder, workers=WORKERS, hurried=durable) as server:
                place = Place(dialect, own, server, folder)
                with place.working() if works else nullcontext():
                    yield place
        finally:
            own.drop()
