"""Counting the statements of one request: a page must not ask more than the house allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

MOST = 12  # issue 2, "Speed and memory"


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements sent while the block runs, savepoints aside."""
    seen: list[str] = []

    def hear(_connection, _cursor, statement: str, *_rest) -> None:  # type: ignore[no-untyped-def]
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", hear)
