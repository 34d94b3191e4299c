"""The only file that knows all features: blueprints, commands, event subscribers, background jobs."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from types import ModuleType

from flask import Blueprint, Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from pointsapp.config import shipped
from pointsapp.core import anomalies, events, figures, guesses, idempotency, jobs, policy, sessions  # noqa: F401 - some only bring a table
from pointsapp.core.actor import Actor
from pointsapp.core.db import db
from pointsapp.web.api import init_api
from pointsapp.web.entrances import register_entrance
from pointsapp.web.messages import register_messages
from pointsapp.web.security import csrf

# In the order of their layers: each may use what stands before it.
FEATURES = (
    "areas",
    "people",
    "privacy",
    "merging",
    "ledger",
    "rewards",
    "tasks",
    "checkin",
    "merchants",
    "redemption",
    "giving",
    "stars",
    "inspections",
    "notices",
    "audit",
    "contest",
    "exports",
    "desk",
    "feedback",
    "watch",
    "settlements",
    "disputes",
    "boards",
    "care",
    "certificates",
    "batches",
    "deeds",
    "badges",
    "dossiers",
    "statistics",
    "pocket",
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
    register_hands()
    register_unfinished()
    register_personal()
    register_merging()
    register_duties()
    register_decisions()
    register_anomalies()
    register_typed_codes()
    register_entrances()
    _subscribe()
    _schedule()


def bring_migrations(app: Flask) -> None:
    """Give `app` the command `db` and what upgrades and backups go by: 10 MB that a server process does without."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(shipped("migrations")), render_as_batch=True, compare_type=True)


def register_metrics() -> None:
    """Hand the star board what each feature counts, and let it hear the events that leave evidence."""
    from pointsapp.stars.queries import register, register_evidence
    from pointsapp.stars.services import collect, collect_all

    for feature in FEATURES:
        offered = room(feature, "metrics")
        for metric in getattr(offered, "METRICS", ()):
            register(metric)
        for gives in getattr(offered, "GIVES", ()):
            register_evidence(gives)
            events.subscribe(gives.kind, "stars.evidence", collect, together=collect_all)


def register_hands() -> None:
    """Tell the star board who stands behind scores that come from another feature."""
    from pointsapp.stars.queries import register_hands

    for feature in FEATURES:
        for origin, hands in getattr(room(feature, "hands"), "HANDS", ()):
            register_hands(origin, hands)


def register_unfinished() -> None:
    """Hand the closing page of the star board what waits in each feature."""
    from pointsapp.stars.queries import register_waits

    for feature in FEATURES:
        for waits in getattr(room(feature, "unfinished"), "WAITS", ()):
            register_waits(waits)


def register_personal() -> None:
    """Hand over what each feature holds of people: what erasing takes, what a copy gives."""
    from pointsapp.core import personal

    for spoken in (import_module("pointsapp.web.personal"), *(room(feature, "personal") for feature in FEATURES)):
        personal.register(
            getattr(spoken, "PARTS", ()), getattr(spoken, "CLOSINGS", ()), getattr(spoken, "CHAPTERS", ())
        )


def register_merging() -> None:
    """Hand over what each feature does when two accounts turn out to be one person."""
    from pointsapp.core import merging

    for spoken in (import_module("pointsapp.web.merging"), *(room(feature, "merging") for feature in FEATURES)):
        merging.register(getattr(spoken, "CARRIES", ()), getattr(spoken, "BARS", ()), getattr(spoken, "STAYS", ()))


def register_duties() -> None:
    """Hand the staff desk what waits in each feature, and what hangs on one person."""
    from pointsapp.desk.queries import register_duties, register_held

    for feature in FEATURES:
        offered = room(feature, "duties")
        for duties in getattr(offered, "DUTIES", ()):
            register_duties(duties)
        for held in getattr(offered, "HELD", ()):
            register_held(held)


def register_decisions() -> None:
    """Tell the feedback desk who decided what somebody may complain of."""
    from pointsapp.core import deciders

    for feature in FEATURES:
        for kind in getattr(room(feature, "deciders"), "DECISIONS", ()):
            deciders.register_decisions(kind)


def register_anomalies() -> None:
    """Hand the trust desk the rules by which each feature finds something unusual."""
    for feature in FEATURES:
        for rule in getattr(room(feature, "anomalies"), "ANOMALIES", ()):
            anomalies.register_rule(rule)


def register_typed_codes() -> None:
    """Say which page each kind of code opens when somebody types it where they could have scanned it."""
    from pointsapp.certificates.queries import certificate_by_number
    from pointsapp.core.codes import CERTIFICATE_LENGTH
    from pointsapp.exports.queries import is_export
    from pointsapp.inspections.services import is_pass
    from pointsapp.merchants.queries import invitation_by_code
    from pointsapp.people.queries import holder_of_code, is_revoked_card, person_by_personal_code
    from pointsapp.redemption.queries import voucher_by_code, was_replaced
    from pointsapp.web.typed import Kind, register_kind

    register_kind(
        Kind(
            letter="u",
            knows=lambda session, code, _now: (
                person_by_personal_code(session, code)
                or is_revoked_card(session, code)  # its page says that it was lost
            ),
        )
    )
    register_kind(
        Kind(
            letter="v",
            knows=lambda session, code, now: (
                voucher_by_code(session, code, now=now)
                or was_replaced(session, code)  # its page says that there is a new one
            ),
        )
    )
    register_kind(Kind(letter="i", knows=lambda session, code, _now: invitation_by_code(session, code)))
    register_kind(
        Kind(letter="o", knows=lambda session, code, now: holder_of_code(session, code, now=now), for_guests=True)
    )
    register_kind(Kind(letter="p", knows=lambda session, code, _now: is_pass(session, code), for_guests=True))
    register_kind(Kind(letter="e", knows=lambda session, code, _now: is_export(session, code), for_guests=True))
    register_kind(
        Kind(
            letter="x",
            knows=lambda session, code, _now: certificate_by_number(session, code),
            for_guests=True,
            length=CERTIFICATE_LENGTH,
        )
    )


def register_entrances() -> None:
    """Say by which policy each page of the console lets people in, so that nobody is shown a link that refuses them."""
    for feature in FEATURES:
        for name in ("pages", "console"):
            for endpoint, may in getattr(room(feature, name), "ENTRANCES", ()):
                register_entrance(endpoint, may)


def _subscribe() -> None:
    """Say which feature hears which event. A subscriber is `fn(session, event_row)`, idempotent; TOGETHER says who hears many at once."""
    for feature in FEATURES:
        subscribers = room(feature, "subscribers")
        together = getattr(subscribers, "TOGETHER", {})
        for kind, name, fn in getattr(subscribers, "SUBSCRIBERS", []):
            events.subscribe(kind, name, fn, together=together.get(name))


def _schedule() -> None:
    """Say what the worker does, and how often."""
    jobs.schedule("core.forget_old_answers", 3600, idempotency.forget_old_answers)
    jobs.schedule("core.forget_failed_codes", 900, guesses.forget_failed_codes)
    jobs.schedule("core.forget_ended_sessions", 3600, sessions.forget_ended_sessions)
    for feature in FEATURES:
        chores = room(feature, "jobs")
        for name, every_seconds, run in getattr(chores, "JOBS", []):
            jobs.schedule(name, every_seconds, run)
        for name, every_seconds, run in getattr(chores, "OUTSIDE", []):
            jobs.schedule_outside(name, every_seconds, run)


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
