"""Health: /healthz lives, /readyz can work."""

from __future__ import annotations

import re

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


# Alembic itself would stay in every server process with 10 MB, only to be asked for one name.
_REVISION = re.compile(r'^(revision|down_revision)\b[^=\n]*= *"(\w+)"', re.MULTILINE)


def head_revision() -> str:
    """Return the newest migration this code brings: the one that no other comes after."""
    named: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for file in shipped("migrations").glob("versions/*.py"):
        for key, name in _REVISION.findall(file.read_text("utf-8")):
            named[key].add(name)
    (head,) = named["revision"] - named["down_revision"]
    return head


def _migrations_current() -> bool:
    if "pointsapp.head" not in current_app.extensions:
        current_app.extensions["pointsapp.head"] = head_revision()
    try:
        at = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except Exception:
        db.session.rollback()
        return False
    return bool(at == current_app.extensions["pointsapp.head"])


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
