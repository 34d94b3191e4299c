"""People that stay readable after a request: a request ends with a fresh session, which would expire what it knew."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pointsapp.people.models import Person
from tests import factories


def _kept(session: Session, person: Person) -> Person:
    session.expunge(person)
    return person


def make_person(session: Session, *args: Any, **over: Any) -> Person:
    return _kept(session, factories.make_person(session, *args, **over))


def make_staff(session: Session, *args: Any, **over: Any) -> Person:
    return _kept(session, factories.make_staff(session, *args, **over))


def make_clerk(session: Session, *args: Any, **over: Any) -> Person:
    return _kept(session, factories.make_clerk(session, *args, **over))
