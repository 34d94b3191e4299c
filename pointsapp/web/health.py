"""Health: /healthz lives, /readyz can work, /metrics counts (off unless configured)."""

from __future__ import annotations

import time
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from sqlalchemy import text

from pointsapp.config import shipped
from pointsapp.core.db import db
from pointsapp.web.guard import public

_registry = CollectorRegistry()
_latency = Histogram("pointsapp_request_seconds", "Latency by route", ["route", "method"], registry=_registry)
_refusals = Counter("pointsapp_refusals_total", "Refusals by code", ["code"], registry=_registry)


@public("a supervisor asks whether the process lives")
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@public("a proxy asks whether to send people here")
def readyz() -> ResponseReturnValue:
    checks = {"database": _database_answers(), "migrations": _migrations_current(), "redis": _redis_answers()}
    ready = all(state is not False for state in checks.values())
    return jsonify(status="ok" if ready else "unavailable", **checks), 200 if ready else 503


@public("scraped by the operator's own Prometheus; off unless configured")
def metrics() -> ResponseReturnValue:
    if not current_app.config["SETTINGS"].metrics:
        abort(404)
    return Response(generate_latest(_registry), content_type=CONTENT_TYPE_LATEST)


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except Exception:  # whatever it is, the answer is "not ready"
        db.session.rollback()
        return False
    return True


def head_revision() -> str | None:
    """Return the newest migration this code brings."""
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    return ScriptDirectory.from_config(config).get_current_head()


def _migrations_current() -> bool:
    head = current_app.extensions.setdefault("pointsapp.head", head_revision())
    try:
        return MigrationContext.configure(db.session.connection()).get_current_revision() == head
    except Exception:
        db.session.rollback()
        return False


def _redis_answers() -> bool | None:
    """None: not configured."""
    url = current_app.config["SETTINGS"].redis_url
    if not url:
        return None
    import redis

    try:
        return bool(redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1).ping())
    except redis.RedisError:
        return False


def init_health(app: Flask) -> None:
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=metrics)

    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Any:
        if "started" in g:
            passed = time.perf_counter() - g.started
            route = request.url_rule.rule if request.url_rule else "unmatched"
            _latency.labels(route, request.method).observe(passed)
            response.headers["Server-Timing"] = f"app;dur={passed * 1000:.1f}"
        if "refusal_code" in g:
            _refusals.labels(g.refusal_code).inc()
        return response
