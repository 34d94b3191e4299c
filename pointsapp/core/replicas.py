"""Reads that may lag: while `lagging` is set, the session asks a replica, and no transaction of `write()` can begin.

Two walls stand against misuse. The session refuses to hand a connection to `write()`, and every connection to the replica is told to
be read-only, so that a replica's address that in truth leads to the primary changes nothing either.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, Engine, event

from pointsapp.core.modes import lagging, writing

REPLICA = "replica"  # the engine's name beside the primary's, which has none
CONNECT_S, UNANSWERED_MS = 2, 3000  # a replica that is gone is found out soon; the primary is asked instead


class WriteOnReplica(RuntimeError):
    """A bug: a view that may lag began to write."""


class HouseSession(Session):
    """Asks the primary, or the replica inside `reading_replica`."""

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Engine | Connection | None = None, **kw: Any
    ) -> Engine | Connection:
        if bind is not None or not lagging.get():
            return super().get_bind(mapper, clause, bind, **kw)
        if writing.get():
            raise WriteOnReplica("a view marked @may_lag must not write")
        return self._db.engines[REPLICA]


@contextmanager
def reading_replica(session: Any) -> Iterator[None]:
    """Let `session` read from the replica; what it had open before, and what it opened here, ends at the border."""
    session.rollback()
    token = lagging.set(True)
    try:
        yield
    finally:
        lagging.reset(token)
        session.rollback()


def replica_options(options: dict[str, object], url: str) -> dict[str, object]:
    """Return the engine options of a replica at `url`: the primary's, with little patience."""
    given = options.get("connect_args")
    patience = {"connect_timeout": CONNECT_S, "tcp_user_timeout": UNANSWERED_MS}
    return {
        **options,
        "url": url,
        "connect_args": {**(given if isinstance(given, dict) else {}), **patience},
        "pool_timeout": CONNECT_S,
    }


def only_read(engine: Engine) -> None:
    """Make every transaction of `engine` read-only, whoever begins it."""

    @event.listens_for(engine, "connect")
    def _tell(connection: Any, _record: Any) -> None:
        connection.autocommit = True  # what is set inside a transaction would end with it
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.autocommit = False
