"""Reads about people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor


def load_actor(session: Session, person_id: int, *, now: datetime) -> Actor | None:
    """Return the Actor of a person, with the roles held at `now`."""
    raise NotImplementedError


def load_actor_by_token(session: Session, token: str, *, now: datetime) -> Actor | None:
    """Return the Actor behind a bearer token."""
    raise NotImplementedError
