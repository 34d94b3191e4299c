"""Erasing: what is open is brought to an end, what is personal goes or is blanked, what the law and the books need stays by key.

What that is for each table is said by the features themselves (core/personal.py). Entries are never touched: nothing in them names
anybody, so every seal of every day still holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import AreaKind, areas_by_ids, ids_in
from pointsapp.core import events, personal
from pointsapp.core.db import Base
from pointsapp.core.personal import Fate, Holding
from pointsapp.core.states import move, must_move
from pointsapp.people.models import Person
from pointsapp.people.queries import require_person
from pointsapp.privacy.models import Erasure, ErasureState
from pointsapp.privacy.queries.rows import rows_of

BATCH = 5  # each of them is some dozens of statements
# News that was under way, a voucher given back at a till, minutes confirmed late: what arrives within these days is ended, too.
LEFTOVERS_FOR = timedelta(days=60)
_FINE = frozenset({AreaKind.GRID, AreaKind.MICRO_GRID, AreaKind.SPECIAL_GRID})  # few enough people to guess who it was


def erase_due(session: Session, *, now: datetime) -> int:
    """Erase a batch of those whose time to think is over; return how many."""
    due = session.scalars(
        select(Erasure)
        .where(Erasure.state == ErasureState.WAITING, Erasure.due_at <= now)
        .order_by(Erasure.due_at, Erasure.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        ended = erase_person(session, row.person_id, now=now)
        move(session, row, ErasureState.DONE, done_at=now, ended=dict(ended))
    return len(due)


def erase_person(session: Session, person_id: int, *, now: datetime) -> Mapping[str, int]:
    """Erase one person; return how much of each kind was brought to an end. The caller has judged whether it may be."""
    person = session.execute(
        select(Person.public_id, Person.home_area_id)
        .where(Person.id == person_id, Person.erased_at.is_(None))
        .with_for_update()
    ).one()
    home_path = require_person(session, person.public_id).home_path
    ended = {each.key: each.ends(session, person_id, now=now) for each in personal.closings()}
    home_id = _coarse_home(session, person.home_area_id, home_path)
    must_move(
        session,
        update(Person)
        .where(Person.id == person_id, Person.erased_at.is_(None))
        .values(erased_at=now, home_area_id=home_id, session_version=Person.session_version + 1),
    )
    _strip(session, person_id)
    for other in session.scalars(select(Person.id).where(Person.merged_into_id == person_id)).all():
        _strip(session, other)  # accounts that were given up for this one
    events.record(
        session, "privacy.erased", at=now, subject=f"person:{person_id}", area_id=home_id, person_id=person_id, **ended
    )
    return ended


def erase_leftovers(session: Session, *, now: datetime) -> int:
    """End and strip what reached people after they were erased. Returns 0: one round a time is enough."""
    recent = session.scalars(
        select(Person.id)
        .where(Person.erased_at > now - LEFTOVERS_FOR, Person.merged_into_id.is_(None))
        .order_by(Person.id.desc())
        .limit(500)
    ).all()
    for person_id in recent:
        for each in personal.closings():
            # One after the other: what a voucher gives back is among the points that lapse next.
            if any(personal.count_open(session, [each], person_id, now=now)):
                each.ends(session, person_id, now=now)
        for part in personal.holdings():
            if part.table != "person" and part.fate is not Fate.STAYS:
                _apply(session, part, person_id)
    return 0


def _strip(session: Session, person_id: int) -> None:
    for part in personal.holdings():
        if part.fate is not Fate.STAYS:
            _apply(session, part, person_id)


def _apply(session: Session, part: Holding, person_id: int) -> None:
    table = Base.metadata.tables[part.table]
    if part.fate is Fate.GOES:
        session.execute(delete(table).where(rows_of(part, table, person_id)))
        return
    new: dict[str, Any] = {name: value() if callable(value) else value for name, value in part.blanks.items()}
    session.execute(update(table).where(rows_of(part, table, person_id)).values(**new))


def _coarse_home(session: Session, home_id: int | None, path: str | None) -> int | None:
    """Return the community (or what stands above) instead of a grid, where a home would tell who it was."""
    above = areas_by_ids(session, ids_in(path or ""))
    kept = [key for key in ids_in(path or "") if above[key].kind not in _FINE]
    return kept[-1] if kept else home_id
