"""pointsapp: volunteer work becomes points people can spend, hours that stay, and stars a branch can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from pointsapp import config
from pointsapp.core import clock, kept
from pointsapp.core.db import db, prepare_engine
from pointsapp.core.replicas import REPLICA, only_read, replica_options

__all__ = ["create_app"]


class House(Flask):
    """Flask for views that are plain functions: it looks at every function of every request whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: config.Settings | None = None, *, only_serves: bool = False) -> Flask:
    """Build the application in five steps: settings, database, doors' common manners, features, health.

    With `only_serves` it cannot migrate.
    """
    settings = config.check(settings) if settings else config.from_environment()
    app = House(
        __name__,
        instance_path=str(settings.instance_path.resolve()),
        template_folder=str(config.shipped("templates")),
        static_folder=str(config.shipped("static")),
    )
    app.config["SETTINGS"] = settings
    app.config["SECRET_KEY"] = settings.secret_key
    app.config["TESTING"] = settings.env == "testing"
    clock.use_zone(settings.timezone)
    kept.use_life(settings.kept_ms / 1000)
    _configure_database(app, settings)

    from pointsapp import wiring
    from pointsapp.web import init_web
    from pointsapp.web.porch import build_porch

    init_web(app, load_person=wiring.load_person, load_token=wiring.load_token)
    wiring.connect(app)
    if not only_serves:
        wiring.bring_migrations(app)
    build_porch(app, wiring.load_tokens)
    if settings.demo:
        from pointsapp.demo import log_ins_for_page

        app.jinja_env.globals["demo_log_ins"] = log_ins_for_page
    return app


def _configure_database(app: Flask, settings: config.Settings) -> None:
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    # A broken statement is told without its values: they are people's.
    options: dict[str, object] = {"hide_parameters": settings.is_production}
    if settings.database.startswith("sqlite"):
        options["connect_args"] = {"cached_statements": 500}  # Python's 128 are not all that one evening's acts say
    else:
        options |= {
            "pool_size": settings.pool_size,
            "max_overflow": 2,
            "pool_reset_on_return": None,  # core.db rolls back, and pings, only where there is a need
            "pool_timeout": 10,
            # psycopg forgets what it prepared at every roll-back by DEALLOCATE ALL: core.swift's statements would go with it.
            "connect_args": {"prepare_threshold": None},
        }
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    from pointsapp.web.replicas import init_replica
    from pointsapp.web.slow_queries import watch_queries

    if settings.replica_url:
        app.config["SQLALCHEMY_BINDS"] = {REPLICA: replica_options(options, settings.replica_url)}
        init_replica(app)
    db.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            prepare_engine(engine)
            watch_queries(engine, settings.slow_query_ms)
        if settings.replica_url:
            only_read(db.engines[REPLICA])
