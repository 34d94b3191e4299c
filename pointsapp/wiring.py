"""The only file that knows all features: blueprints, commands, event subscribers, background jobs."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from types import ModuleType

from flask import Blueprint, Flask
from flask_migrate import Migrate
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from pointsapp.config import shipped
from pointsapp.core import events, figures, guesses, idempotency, jobs, policy, sessions  # noqa: F401 - some only bring a table
from pointsapp.core.actor import Actor
from pointsapp.core.db import db
from pointsapp.web.api import init_api
from pointsapp.web.messages import register_messages
from pointsapp.web.security import csrf

# In the order of their layers: each may use what stands before it.
FEATURES = (
    "areas",
    "people",
    "ledger",
    "rewards",
    "tasks",
    "checkin",
    "merchants",
    "redemption",
    "stars",
    "notices",
    "boards",
    "home",
)


def room(feature: str, name: str) -> ModuleType | None:
    """Return the module of `feature` called `name`, None where the feature has no such room."""
    full = f"pointsapp.{feature}.{name}"
    try:
        return import_module(full)
    except ModuleNotFoundError as missing:
        if missing.name != full:
            raise
        return None


def connect(app: Flask) -> None:
    """Hang every feature's doors, words, subscribers and jobs onto `app`."""
    for feature in FEATURES:
        room(feature, "models")  # the mapper must know every table before the first query
    Migrate(app, db, directory=str(shipped("migrations")), render_as_batch=True, compare_type=True)
    api = init_api(app)
    for feature in FEATURES:
        messages = room(feature, "messages")
        if messages is not None:
            register_messages(messages.MESSAGES)
        for name in ("pages", "console", "api"):
            door = room(feature, name)
            if door is None:
                continue
            if name == "api":
                api.register_blueprint(door.blp)
                csrf.exempt(door.blp)  # bearer tokens only: no cookie opens /api/, so there is nothing to forge
            else:
                blueprint: Blueprint = door.bp
                app.register_blueprint(blueprint)
        commands = room(feature, "cli")
        for command in getattr(commands, "COMMANDS", []):
            app.cli.add_command(command)
    register_metrics()
    _subscribe()
    _schedule()


def register_metrics() -> None:
    """Hand the star board what each feature counts, and let it hear the events that leave evidence."""
    from pointsapp.stars.queries import register, register_evidence
    from pointsapp.stars.services import collect

    for feature in FEATURES:
        offered = room(feature, "metrics")
        for metric in getattr(offered, "METRICS", ()):
            register(metric)
        for gives in getattr(offered, "GIVES", ()):
            register_evidence(gives)
            events.subscribe(gives.kind, "stars.evidence", collect)


def _subscribe() -> None:
    """Say which feature hears which event. A subscriber is `fn(session, event_row)`, idempotent."""
    for feature in FEATURES:
        subscribers = room(feature, "subscribers")
        for kind, name, fn in getattr(subscribers, "SUBSCRIBERS", []):
            events.subscribe(kind, name, fn)


def _schedule() -> None:
    """Say what the worker does, and how often."""
    jobs.schedule("core.forget_old_answers", 3600, idempotency.forget_old_answers)
    jobs.schedule("core.forget_failed_codes", 900, guesses.forget_failed_codes)
    jobs.schedule("core.forget_ended_sessions", 3600, sessions.forget_ended_sessions)
    for feature in FEATURES:
        chores = room(feature, "jobs")
        for name, every_seconds, run in getattr(chores, "JOBS", []):
            jobs.schedule(name, every_seconds, run)


def load_person(person_id: int, now: datetime) -> Actor | None:
    """Return the Actor behind a session cookie."""
    from pointsapp.people.queries import load_actor

    return load_actor(db.session, person_id, now=now)


def load_token(token: str, now: datetime) -> Actor | None:
    """Return the Actor behind a bearer token."""
    from pointsapp.people.queries import load_actor_by_token

    return load_actor_by_token(db.session, token, now=now)


def load_tokens(session: Session | Engine, hashes: list[str], now: datetime) -> dict[str, Actor]:
    """Return the Actors behind many bearer tokens by the hash of each, in one look."""
    from pointsapp.people.queries import load_actors_by_tokens

    return load_actors_by_tokens(session, hashes, now=now)
