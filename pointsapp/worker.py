"""The worker: delivers events and runs the background jobs on their clock. Its own process (`pointsapp worker`)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pointsapp.core import events, jobs
from pointsapp.core.clock import now
from pointsapp.core.figures import put_figures
from pointsapp.core.transaction import write

log = logging.getLogger(__name__)
DELIVERY_SECONDS = 1
BATCH = 100
DIARY_SECONDS = 10
OUTSIDE = "outside"


class Diary:
    """How the worker's jobs went, written down every few seconds as figures that /metrics shows."""

    def __init__(self) -> None:
        self._written_at = -float(DIARY_SECONDS)
        self._seconds: dict[str, float] = {}
        self._failures: dict[str, float] = {}
        self._went_well: dict[str, float] = {}

    @contextmanager
    def about(self, name: str) -> Iterator[None]:
        """Time the job at work; one that breaks is counted and goes on its way."""
        label, began = f"task={name}", time.perf_counter()
        self._failures.setdefault(label, 0)
        token = jobs.running_job.set(name)
        try:
            yield
        except Exception:
            self._failures[label] += 1
            raise
        else:
            self._went_well[label] = now().timestamp()
        finally:
            jobs.running_job.reset(token)
            self._seconds[label] = time.perf_counter() - began

    def write_down(self) -> None:
        """Store the figures, unless they were stored a moment ago."""
        if time.monotonic() - self._written_at < DIARY_SECONDS:
            return
        self._written_at = time.monotonic()
        write(self._store, now=now())

    def _store(self, session: Session, *, now: datetime) -> None:
        put_figures(session, "pointsapp_job_seconds", self._seconds, now=now)
        put_figures(session, "pointsapp_job_failures", self._failures, now=now)
        put_figures(session, "pointsapp_job_success_timestamp_seconds", self._went_well, now=now)
        put_figures(session, "pointsapp_worker_seen_timestamp_seconds", {"": now.timestamp()}, now=now)


def deliver_events(moment: datetime, max_batches: int = 200) -> int:
    """Deliver what is due, a small batch per transaction, so that no till waits behind the worker; return how many."""
    total = 0
    for _ in range(max_batches):
        looked_at = write(events.deliver_due, now=moment, limit=BATCH)
        total += looked_at
        if not looked_at:
            break
    return total


def run_all_once(moment: datetime) -> None:
    """Deliver every event and run every job once at `moment`: for tests and the demo's history. Nothing leaves the house."""
    deliver_events(moment)
    for job in jobs.scheduled():
        jobs.run_job(write, job, moment)
    deliver_events(moment)


def repeat(
    scheduler: BaseScheduler, name: str, seconds: float, work: Callable[[], object], *, lane: str = "default"
) -> None:
    """Run `work` every so many seconds, counted from one beginning to the next; when it takes longer, again at once.

    Each run plans the next. On a fixed interval a job that waits in line behind a long one counts as running already,
    and the scheduler would warn of every run it leaves out although nothing is wrong and nothing is lost.
    """

    def once() -> None:
        due = now() + timedelta(seconds=seconds)
        try:
            work()
        finally:
            if scheduler.running:  # one that is being stopped waits for this very run and takes nothing more
                at(max(due, now()))

    def at(moment: datetime) -> None:
        # two instances: whoever plans the next run is itself not counted as over yet
        scheduler.add_job(once, "date", run_date=moment, id=name, name=name, executor=lane, max_instances=2)

    at(now() + timedelta(seconds=seconds))


def run(app: Flask) -> None:
    """Work until the process is stopped. One thread: two jobs never fight over SQLite's only writer; one more for what waits for others."""
    scheduler = BlockingScheduler(
        executors={"default": ThreadPoolExecutor(1), OUTSIDE: ThreadPoolExecutor(1)},
        job_defaults={"misfire_grace_time": None},
    )

    inside, outside = Diary(), Diary()

    def in_app(name: str, work: Callable[[], object], diary: Diary) -> None:
        with app.app_context():
            try:
                with diary.about(name):
                    work()
                diary.write_down()
            except SQLAlchemyError:
                log.exception("job failed, next run tries again", extra={"job": name})

    def plan(name: str, seconds: int, work: Callable[[], object], diary: Diary, lane: str) -> None:
        repeat(scheduler, name, seconds, lambda: in_app(name, work, diary), lane=lane)

    def run_of(job: jobs.Scheduled) -> Callable[[], object]:
        return lambda: jobs.run_job(write, job, now())

    def chore_of(chore: jobs.ScheduledOutside) -> Callable[[], object]:
        return lambda: chore.run(now())

    plan("events", DELIVERY_SECONDS, lambda: deliver_events(now()), inside, "default")
    for job in jobs.scheduled():
        plan(job.name, job.every_seconds, run_of(job), inside, "default")
    for chore in jobs.scheduled_outside():
        plan(chore.name, chore.every_seconds, chore_of(chore), outside, OUTSIDE)
    scheduler.start()
