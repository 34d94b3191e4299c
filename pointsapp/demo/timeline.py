"""A timeline: things that happen at their moments, run through the real services in large transactions.

Each happening is called with the session and its own `now`; it may schedule later ones. A refusal (no place left, a clash) is part
of life and counted: what it had written by then is undone, as its own transaction would be.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from pointsapp.core.errors import Refusal, Refused
from pointsapp.core.transaction import write

Happening = Callable[[Session, datetime], object]
BATCH = 500


@dataclass(slots=True)
class Timeline:
    """Happenings in the order of their moments; `refused` counts the noes by code."""

    refused: Counter[str] = field(default_factory=Counter)
    done: int = 0
    _queue: list[tuple[datetime, int, Happening]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def at(self, moment: datetime, happening: Happening) -> None:
        heapq.heappush(self._queue, (moment, next(self._numbers), happening))

    def run_until(self, end: datetime, *, tick: Callable[[int], None] | None = None) -> None:
        """Run everything before `end`, hundreds of happenings to a transaction."""
        while self._queue and self._queue[0][0] < end:
            write(self._batch, end)
            if tick:
                tick(self.done)

    def _batch(self, session: Session, end: datetime) -> None:
        for _ in range(BATCH):
            if not self._queue or self._queue[0][0] >= end:
                return
            moment, _number, happening = heapq.heappop(self._queue)
            self.done += 1
            try:
                with session.begin_nested():
                    answer = happening(session, moment)
            except Refusal as refusal:
                self.refused[refusal.code] += 1
            else:
                if isinstance(answer, Refused):
                    self.refused[answer.reason.code] += 1
