"""Looking at somebody's whole record: by a press, with a reason, on record for the person themself and for who audits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.people.policies import is_staff_of, may_know_of, may_see_people
from pointsapp.people.queries import require_person, standing_of

RECORD_OPENED = "people.record_opened"


class Why(StrEnum):
    """What staff open a record for."""

    AT_THE_DESK = "at_the_desk"  # the person stands there
    CALL = "call"
    CHECK = "check"  # a sign-up, a record, a duplicate
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRecord:
    """Whose record was opened. What stands in it is read where it is shown."""

    public_id: str


def open_record(session: Session, actor: Actor, public_id: str, why: Why, *, now: datetime) -> OpenedRecord:
    """Note that staff of the person's area looked at name, number and phone in full. NotFound for who may not know of them."""
    require(may_see_people(actor))
    person = require_person(session, public_id)
    standing = standing_of(session, person.id, now=now)
    if not may_know_of(actor, standing):
        raise NotFound()
    require(is_staff_of(actor, standing.home_path))
    if person.id != actor.person_id:
        events.record(
            session,
            RECORD_OPENED,
            at=now,
            subject=f"person:{person.id}",
            area_id=person.home_area_id,
            person_id=person.id,
            actor_id=actor.person_id,
            why=why.value,
        )
    return OpenedRecord(public_id=public_id)
