"""Prometheus metrics: what this machine's server processes counted, and what the worker measured (off unless configured).

With several processes each keeps its counts in a file of its own under PROMETHEUS_MULTIPROC_DIR (`serve` sets it before they start),
and whichever answers the scrape adds them up. Labels are routes, codes and states of ours: never a person, never a path.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from pointsapp.core import transaction
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound, NotSignedIn
from pointsapp.core.figures import all_figures, event_backlog
from pointsapp.web.guard import public
from pointsapp.web.journal import route_of_request
from pointsapp.web.login import bearer_token

COUNT = "pointsapp.count"  # the extension that counts one answer; there where metrics are on
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SAMPLED_EVERY_S = 0.25
FIGURES_KEPT_S = 5.0  # scrapes of several Prometheus servers cost one look at the database

counted = CollectorRegistry()
LATENCY = Histogram(
    "pointsapp_request_seconds", "Latency by route", ["route", "method"], registry=counted, buckets=BUCKETS
)
ANSWERS = Counter("pointsapp_answers", "Answers by status", ["status"], registry=counted)
REFUSALS = Counter("pointsapp_refusals", "Refusals by code", ["code"], registry=counted)
RETRIES = Counter("pointsapp_write_retries", "Transactions judged again", ["reason"], registry=counted)
TURNED_AWAY = Counter("pointsapp_turned_away", "Requests refused at the gate", registry=counted)
AT_PRIMARY = Counter(
    "pointsapp_replica_fallbacks", "Pages for the replica that the primary answered instead", registry=counted
)
IN_FLIGHT = Gauge(
    "pointsapp_requests_in_flight", "Requests being worked on", registry=counted, multiprocess_mode="livesum"
)
WAITING = Gauge(
    "pointsapp_requests_waiting", "Requests waiting at the gate", registry=counted, multiprocess_mode="livesum"
)
POOL = Gauge(
    "pointsapp_db_pool_connections", "Database connections", ["state"], registry=counted, multiprocess_mode="livesum"
)
PROCESS = Gauge(
    "pointsapp_process", "Resident bytes and start of each", ["about"], registry=counted, multiprocess_mode="liveall"
)

# What the worker puts into the table `figure`, with its meaning.
FIGURES = {
    "pointsapp_ledger_total": "Ledger totals by unit and kind, from the postings",
    "pointsapp_ledger_measured_seconds": "How long summing the ledger took",
    "pointsapp_job_seconds": "How long a job's last run took",
    "pointsapp_job_failures": "Runs of a job that broke",
    "pointsapp_job_success_timestamp_seconds": "When a job last went well",
    "pointsapp_worker_seen_timestamp_seconds": "When the worker last worked",
    "pointsapp_notice_sendings": "Notices sent out of the house by channel and what became of them, since the beginning",
}


@dataclass
class _Kept:
    at: float = -FIGURES_KEPT_S
    found: tuple[Metric, ...] = ()


class _FromDatabase:
    """Figures of the worker and the backlog, as gauges; the same on every machine, so take the maximum."""

    def __init__(self) -> None:
        self._kept = _Kept()

    def collect(self) -> Iterator[Metric]:
        if time.monotonic() - self._kept.at >= FIGURES_KEPT_S:
            self._kept = _Kept(time.monotonic(), tuple(_measure()))
        yield from self._kept.found


def _measure() -> Iterator[Metric]:
    try:
        figures = all_figures(db.session)
        backlog = event_backlog(db.session, now=now())
    except SQLAlchemyError:
        db.session.rollback()
        yield GaugeMetricFamily("pointsapp_database_up", "Whether the database answers", 0)
        return
    yield GaugeMetricFamily("pointsapp_database_up", "Whether the database answers", 1)
    yield GaugeMetricFamily("pointsapp_events_waiting", "Event deliveries not done yet", backlog.waiting)
    yield GaugeMetricFamily("pointsapp_deliveries_failed", "Event deliveries given up", backlog.failed)
    yield GaugeMetricFamily("pointsapp_worker_lag_seconds", "Age of the oldest due delivery", backlog.lag_seconds)
    for name, meaning in FIGURES.items():
        rows = [row for row in figures if row.name == name]
        if rows:
            family = GaugeMetricFamily(name, meaning, labels=[key for key, _ in rows[0].labels])
            for row in rows:
                family.add_metric([value for _, value in row.labels], row.value)
            yield family


@public("scraped by the operator's own Prometheus; off unless configured")
def show_metrics() -> ResponseReturnValue:
    settings = current_app.config["SETTINGS"]
    if not settings.metrics:
        raise NotFound()
    if settings.metrics_token and not hmac.compare_digest(
        settings.metrics_token.encode(), (bearer_token() or "").encode()
    ):
        raise NotSignedIn()
    registry = CollectorRegistry()
    registry.register(current_app.extensions["pointsapp.figures"])
    text = generate_latest(_of_all_processes()) + generate_latest(registry)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _of_all_processes() -> CollectorRegistry:
    folder = os.environ.get(FOLDER)
    if not folder:
        return counted
    for kept in Path(folder).glob("gauge_live*_*.db"):
        pid = kept.stem.rsplit("_", 1)[-1]
        if not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
            multiprocess.mark_process_dead(pid, folder)  # it was killed: its requests are not in flight any more
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, folder)
    return registry


class _Sampler:
    """Looks at the pool and at memory a few times per second, however many requests there are."""

    def __init__(self) -> None:
        self._next = 0.0
        self._in_use, self._idle, self._limit = (POOL.labels(state) for state in ("in_use", "idle", "limit"))
        PROCESS.labels("started_timestamp").set(now().timestamp())
        self._memory = PROCESS.labels("resident_bytes")

    def look(self) -> None:
        moment = time.monotonic()
        if moment < self._next:
            return
        self._next = moment + SAMPLED_EVERY_S
        pool: Any = db.engine.pool
        if hasattr(pool, "checkedout"):
            self._in_use.set(pool.checkedout())
            self._idle.set(pool.checkedin())
            self._limit.set(pool.size() + max(0, getattr(pool, "_max_overflow", 0)))
        self._memory.set(_resident_bytes())


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # no /proc here
        return 0


def init_metrics(app: Flask) -> None:
    app.add_url_rule("/metrics", "metrics", show_metrics)
    app.extensions["pointsapp.figures"] = _FromDatabase()
    if not app.config["SETTINGS"].metrics:
        return
    transaction.on_retry = lambda reason: RETRIES.labels(reason).inc()
    sampler = _Sampler()
    latency: dict[tuple[str, str], Any] = {}  # finding a child by its labels costs more than counting
    answers: dict[int, Any] = {}

    def count(route: str, method: str, status: int, seconds: float, code: str | None) -> None:
        key = (route, method)
        child = latency.get(key) or latency.setdefault(key, LATENCY.labels(*key))
        child.observe(seconds)
        (answers.get(status) or answers.setdefault(status, ANSWERS.labels(status))).inc()
        if code is not None:
            REFUSALS.labels(code).inc()

    app.extensions[COUNT] = count

    @app.after_request
    def count_answer(response: Response) -> Response:
        if "started" in g:
            took = time.perf_counter() - g.started
            count(route_of_request(), request.method, response.status_code, took, g.get("refusal_code"))
            sampler.look()
        return response
