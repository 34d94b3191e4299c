"""Whom a desk's act is about, judged once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.people.policies import Standing, may_know_of
from pointsapp.people.queries import PersonRow, require_person, standing_of


def person_at_desk(
    session: Session, actor: Actor, public_id: str, may: Callable[[Actor, Standing], bool], *, now: datetime
) -> PersonRow:
    """Return the person if `may(actor, standing)`; NotFound for who may not even know of them, Forbidden otherwise."""
    person = require_person(session, public_id)
    standing = standing_of(session, person.id, now=now)
    if actor.person_id != person.id and not may_know_of(actor, standing):
        raise NotFound()
    require(may(actor, standing))
    return person
