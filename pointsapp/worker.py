"""The worker: delivers events and runs the background jobs on their clock. Its own process (`pointsapp worker`)."""

from __future__ import annotations

import logging
from datetime import datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from pointsapp.core import events, jobs
from pointsapp.core.clock import now
from pointsapp.core.transaction import write

log = logging.getLogger(__name__)
DELIVERY_SECONDS = 1
BATCH = 100


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
    """Deliver every event and run every job once at `moment`: for tests and the demo's history."""
    deliver_events(moment)
    for job in jobs.scheduled():
        jobs.run_job(write, job, moment)
    deliver_events(moment)


def run(app: Flask) -> None:
    """Work until the process is stopped. One thread: two jobs never fight over SQLite's only writer."""
    scheduler = BlockingScheduler(
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def in_app(name: str, work: object) -> None:
        with app.app_context():
            try:
                work()  # type: ignore[operator]
            except SQLAlchemyError:
                log.exception("job failed, next run tries again", extra={"job": name})

    scheduler.add_job(
        in_app, "interval", args=["events", lambda: deliver_events(now())], seconds=DELIVERY_SECONDS, id="events"
    )
    for job in jobs.scheduled():
        scheduler.add_job(
            in_app,
            "interval",
            args=[job.name, lambda job=job: jobs.run_job(write, job, now())],
            seconds=job.every_seconds,
            id=job.name,
        )
    scheduler.start()
