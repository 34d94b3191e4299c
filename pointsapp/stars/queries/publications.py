"""How a round was published: when, until when objections are taken, and what was unfinished then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.people.models import Person
from pointsapp.stars.messages.rounds import WAITING
from pointsapp.stars.models import RoundPublication
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.waiting import WAITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """`listed` are (words, count) of what was unfinished; `reason` says why it was not waited for. `by` is for the offices."""

    at: datetime
    by: str
    reason: str
    listed: tuple[tuple[Any, int], ...]


def publication_of(session: Session, found: RoundRow) -> Publication | None:
    """Return how a round was published; None before it was."""
    row = session.execute(
        select(RoundPublication, Person.name)
        .join(Person, Person.id == RoundPublication.by_id)
        .where(RoundPublication.round_id == found.id)
    ).one_or_none()
    if row is None:
        return None
    stored, by = row
    words: Mapping[str, Any] = {**WAITING, **{key: waits.name for key, waits in WAITS.items()}}
    listed = tuple((words.get(key, key), count) for key, count in stored.listed.items())
    return Publication(at=stored.at, by=by, reason=stored.reason, listed=listed)
