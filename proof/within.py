"""A run ends in time and cleans up after itself, also when somebody stops it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPED = 130


@contextmanager
def within(minutes: int, too_long: str) -> Iterator[None]:
    """End the block by an exception when it takes longer (saying `too_long`) or is told to stop, so that every server and
    database that was started in it is ended on the way out."""

    def give_up(number: int, _frame: object) -> None:
        raise SystemExit(too_long if number == signal.SIGALRM else STOPPED)

    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, give_up)
    signal.alarm(max(1, minutes) * 60)
    try:
        yield
    finally:
        signal.alarm(0)
