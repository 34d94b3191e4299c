"""Background jobs: what the worker does on its clock. wiring.py registers them; each run is one `write()`.

A job that speaks to other machines runs outside of any transaction, in a thread of its own: it may wait, and nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# job(session, *, now) -> how many rows it moved; a job handles a bounded batch and is called again while it returns > 0
Job = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Scheduled:
    name: str
    every_seconds: int
    run: Job


# outside(now) -> how many it looked at; it calls write() itself, around and never during its waiting
Outside = Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class ScheduledOutside:
    name: str
    every_seconds: int
    run: Outside


# The name of the job at work in this context: what a log line of the worker is about.
running_job: ContextVar[str | None] = ContextVar("running_job", default=None)
_jobs: dict[str, Scheduled] = {}
_outside: dict[str, ScheduledOutside] = {}


def schedule(name: str, every_seconds: int, run: Job) -> None:
    """Say that the worker runs `run(session, now=…)` every so many seconds. Only wiring.py calls this."""
    _jobs[name] = Scheduled(name, every_seconds, run)


def schedule_outside(name: str, every_seconds: int, run: Outside) -> None:
    """Say that the worker runs `run(now)` every so many seconds, outside of any transaction. Only wiring.py calls this."""
    _outside[name] = ScheduledOutside(name, every_seconds, run)


def scheduled_outside() -> tuple[ScheduledOutside, ...]:
    return tuple(_outside.values())


def scheduled() -> tuple[Scheduled, ...]:
    return tuple(_jobs.values())


def run_job(write: Callable[..., Any], job: Scheduled, now: datetime, max_batches: int = 50) -> int:
    """Run `job` in batches until it has nothing left; return how many rows moved."""
    total = 0
    for _ in range(max_batches):
        moved = write(job.run, now=now)
        total += moved
        if not moved:
            break
    return total
