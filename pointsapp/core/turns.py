"""Whose turn it is to write to SQLite: writers stand in line instead of sleeping and looking whether the file is free.

SQLite knows one writer at a time, and whoever finds it busy sleeps up to a tenth of a second before looking again: who came
last is often served first, and the unlucky wait for a second. Here the threads of a process wait for one lock, and one of each
process waits in the system for a lock on a file beside the database: woken when it is free, and free when its process dies.
SQLite's own lock stays the authority: tools that know nothing of this line still meet it there.
"""

from __future__ import annotations

import os
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

try:
    import fcntl
except ImportError:  # a system without it: SQLite's own lock must do
    fcntl = None  # type: ignore[assignment]

PATIENCE_S = 15.0


class Turns:
    """The line before one database file; `holder` is the connection whose turn it is in this process."""

    def __init__(self, file: Path) -> None:
        self._file = file.with_name(f".{file.name}-turn")  # hidden: no picture, so no backup keeps it
        self._mine = threading.Lock()
        self._number = -1
        self.holder: Any = None

    def take(self, connection: Any) -> None:
        """Wait for the turn of `connection`; after PATIENCE_S behind others of this process, "database is locked"."""
        if not self._mine.acquire(timeout=PATIENCE_S):
            raise OperationalError("database is locked")
        try:
            self._among_processes(True)
        except BaseException:
            self._mine.release()
            raise
        self.holder = connection

    def give(self, connection: Any) -> None:
        """Let the next in, if it was the turn of `connection`."""
        if self.holder is not connection or connection is None:
            return
        self.holder = None
        self._among_processes(False)
        self._mine.release()

    def _among_processes(self, is_mine: bool) -> None:
        if fcntl is None:
            return
        with suppress(OSError):  # a disk without such locks: again SQLite's own
            if self._number < 0:
                self._number = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
                weakref.finalize(self, os.close, self._number)
            fcntl.flock(self._number, fcntl.LOCK_EX if is_mine else fcntl.LOCK_UN)


def stand_in_line(engine: Engine, writes: Any) -> None:
    """Begin every transaction of a SQLite engine, those for which `writes()` is true when it is their turn."""
    name = engine.url.database
    turns = Turns(Path(name)) if name and name != ":memory:" else None
    dialect: Any = engine.dialect
    commit, roll_back = dialect.do_commit, dialect.do_rollback

    def give(proxy: Any) -> None:
        if turns is not None:
            turns.give(getattr(proxy, "driver_connection", proxy))

    def commit_and_give(proxy: Any) -> None:
        commit(proxy)
        give(proxy)  # a commit that fails is rolled back

    def roll_back_and_give(proxy: Any) -> None:
        try:
            roll_back(proxy)
        finally:
            give(proxy)

    dialect.do_commit, dialect.do_rollback = commit_and_give, roll_back_and_give

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not writes():
            connection.exec_driver_sql("BEGIN")
            return
        raw = connection.connection.driver_connection
        if turns is not None:
            turns.take(raw)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            if turns is not None:
                turns.give(raw)
            raise

    @event.listens_for(engine, "close")
    def _closed(connection: Any, _record: Any) -> None:
        give(connection)
