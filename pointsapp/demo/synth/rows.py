"""Where rows go: gathered by table, handed over in chunks, written by COPY in a thread of its own or by executemany."""

from __future__ import annotations

from collections.abc import Sequence
from queue import Queue
from threading import Thread
from typing import Any, Protocol

from pointsapp.demo.synth.columns import COLUMNS
from pointsapp.demo.synth.names import public_ids

CHUNK = 10_000  # entries
WAITING = 2  # chunks that may wait for the database: memory stays flat, and both cores work
Row = tuple[Any, ...]
Chunk = list[tuple[str, list[Row]]]


class Sink(Protocol):
    def take(self, chunk: Chunk) -> None: ...

    def close(self) -> None: ...


class Rows:
    """The rows of all tables; `last` is the highest number given out in each."""

    def __init__(self, sink: Sink, last: dict[str, int]) -> None:
        self._sink = sink
        self.last = last
        self.of: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        self.names = public_ids()

    def number(self, table: str) -> int:
        """Give out the next number of `table`."""
        self.last[table] += 1
        return self.last[table]

    def flush_full(self) -> None:
        if len(self.of["entry"]) >= CHUNK or len(self.of["person"]) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Hand everything over, parents before children."""
        chunk = [(table, rows) for table, rows in self.of.items() if rows]
        if chunk:
            self._sink.take(chunk)
            self.of = {table: [] for table in COLUMNS}


class CopySink:
    """PostgreSQL: one COPY per table and chunk. Nobody else may use the connection until `close`."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._queue: Queue[Chunk | None] = Queue(WAITING)
        self._broken: BaseException | None = None
        self._thread = Thread(target=self._work, name="copy", daemon=True)
        self._thread.start()

    def take(self, chunk: Chunk) -> None:
        if self._broken is not None:
            raise self._broken
        self._queue.put(chunk)

    def close(self) -> None:
        """Wait until everything is written; raise what broke it."""
        self._queue.put(None)
        self._thread.join()
        if self._broken is not None:
            raise self._broken

    def _work(self) -> None:
        while (chunk := self._queue.get()) is not None:
            if self._broken is not None:
                continue  # drained, so that nobody waits for ever
            try:
                for table, rows in chunk:
                    self._copy(table, rows)
            except BaseException as error:  # told to whoever hands rows over
                self._broken = error

    def _copy(self, table: str, rows: Sequence[Row]) -> None:
        columns = COLUMNS[table]
        # No text here holds a tab, a line's end, a backslash or the word None alone.
        line = "\t".join(["%s"] * len(columns)) + "\n"
        with (
            self._raw.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (NULL 'None')") as copy,
        ):
            copy.write("".join([line % row for row in rows]))


class InsertSink:
    """SQLite: executemany on the connection itself."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def take(self, chunk: Chunk) -> None:
        for table, rows in chunk:
            columns = COLUMNS[table]
            places = ", ".join("?" * len(columns))
            self._raw.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})",  # noqa: S608 - our own names
                rows,
            )

    def close(self) -> None:
        """Everything is written already."""
