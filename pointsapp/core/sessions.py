"""Browser sessions that were ended: a cookie that somebody copied dies with the sign-out, not after its 180 days.

The cookie carries a random name; signing out writes a hash of it here until the cookie would have lapsed by itself. Whether a name
is here is asked at most every two seconds per session and process.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pointsapp.core.db import Base, instant, table_of
from pointsapp.core.states import rows_changed
from pointsapp.core.swift import Swift

BELIEVED_FOR = timedelta(seconds=2)
_MOST_REMEMBERED = 20_000


class EndedSession(Base):
    """A session that was signed out; the row may go at `until`."""

    __tablename__ = "ended_session"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[instant] = mapped_column(index=True)


_ended = table_of(EndedSession)
_ENDED = Swift(lambda: select(_ended.c.key).where(_ended.c.key == bindparam("key")))
_alive: dict[str, datetime] = {}  # key -> when it was last seen not to be ended


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def end_session(session: Session, name: str, *, until: datetime) -> None:
    """End the session called `name`; repeated, nothing more happens."""
    key = _key(name)
    if session.scalar(select(EndedSession.key).where(EndedSession.key == key)) is None:
        session.execute(insert(table_of(EndedSession)).values(key=key, until=until))
    _alive.pop(key, None)


def has_ended(session: Session, name: str, *, now: datetime) -> bool:
    """Tell whether the session called `name` was signed out; at most two seconds late in other processes."""
    key = _key(name)
    seen = _alive.get(key)
    if seen is not None and seen <= now < seen + BELIEVED_FOR:
        return False
    if _ENDED.one(session, key=key) is not None:
        _alive.pop(key, None)
        return True
    if len(_alive) >= _MOST_REMEMBERED:
        _alive.clear()
    _alive[key] = now
    return False


def forget_ended_sessions(session: Session, *, now: datetime) -> int:
    """Delete rows whose cookie has lapsed anyway; return how many."""
    return rows_changed(session, delete(EndedSession).where(EndedSession.until <= now))
