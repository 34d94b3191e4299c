"""Health: /healthz lives, /readyz can work."""

from __future__ import annotations

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from pointsapp.config import shipped
from pointsapp.core.db import db
from pointsapp.web.guard import public


@public("a supervisor asks whether the process lives")
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@public("a proxy asks whether to send people here")
def readyz() -> ResponseReturnValue:
    checks = {"database": _database_answers(), "migrations": _migrations_current(), "redis": _redis_answers()}
    ready = all(state is not False for state in checks.values())
    return jsonify(status="ok" if ready else "unavailable", **checks), 200 if ready else 503


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
