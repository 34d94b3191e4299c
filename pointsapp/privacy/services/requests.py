"""Asking to be erased, and staying after all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.states import move
from pointsapp.people.policies import may_know_of
from pointsapp.people.queries import PersonRow, require_person, roles_of, standing_of
from pointsapp.people.services import sign_out_person
from pointsapp.privacy.errors import ErasureNotWaiting, RolesHeld
from pointsapp.privacy.models import Erasure, ErasureState
from pointsapp.privacy.policies import GRACE_DAYS, may_erase


@dataclass(frozen=True, slots=True, kw_only=True)
class AskErasure:
    """`person` is a public id; `note` what staff write about a request on paper."""

    person: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReceipt:
    """`due_at`: until then it can be taken back."""

    person_id: int
    due_at: datetime
    is_repeat: bool = False


def ask_erasure(session: Session, actor: Actor, command: AskErasure, *, now: datetime) -> ErasureReceipt:
    """Ask for oneself, or for whom stands at the desk, to be erased. Every device is signed out; asked again, it is the same."""
    person = _theirs(session, actor, command.person, now)
    held = roles_of(session, person.id, now=now, and_coming=True)
    if held:
        # Who runs something cannot vanish from it: another person has to take it over first.
        raise RolesHeld(roles=len(held))
    waiting = waiting_erasure(session, person.id)
    if waiting is not None:
        return ErasureReceipt(person_id=person.id, due_at=waiting.due_at, is_repeat=True)
    days = int(policy.value(session, GRACE_DAYS, now=now))
    # To the end of a local day: "until the 28th" is what people remember.
    _start, due_at = clock.day_bounds(clock.local_day(now) + timedelta(days=days))
    row = Erasure(
        person_id=person.id,
        state=ErasureState.WAITING,
        asked_at=now,
        asked_by_id=actor.person_id,
        note=command.note,
        due_at=due_at,
        ended={},
    )
    session.add(row)
    session.flush()
    sign_out_person(session, person.id, by_id=actor.person_id, now=now)
    _tell(session, "privacy.erasure_asked", row, person, actor, now, due_at=due_at.isoformat())
    return ErasureReceipt(person_id=person.id, due_at=due_at)


def withdraw_erasure(session: Session, actor: Actor, person: str, *, now: datetime) -> ErasureReceipt:
    """Stay after all: nothing has happened yet, so nothing has to be mended."""
    found = _theirs(session, actor, person, now)
    row = waiting_erasure(session, found.id)
    if row is None:
        raise ErasureNotWaiting()
    move(
        session,
        row,
        ErasureState.WITHDRAWN,
        withdrawn_at=now,
        withdrawn_by_id=actor.person_id,
        note="",
    )
    _tell(session, "privacy.erasure_withdrawn", row, found, actor, now)
    return ErasureReceipt(person_id=found.id, due_at=row.due_at)


def waiting_erasure(session: Session, person_id: int) -> Erasure | None:
    """Return the request to be forgotten that waits for its day, None where the person made none or took it back."""
    return session.scalars(
        select(Erasure).where(Erasure.person_id == person_id, Erasure.state == ErasureState.WAITING)
    ).one_or_none()


def _theirs(session: Session, actor: Actor, public_id: str, now: datetime) -> PersonRow:
    person = require_person(session, public_id)
    standing = standing_of(session, person.id, now=now)
    if actor.person_id != person.id and not may_know_of(actor, standing):
        raise NotFound()
    require(may_erase(actor, standing))
    return person


def _tell(
    session: Session, kind: str, row: Erasure, person: PersonRow, actor: Actor, now: datetime, **facts: str
) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"erasure:{row.id}",
        area_id=person.home_area_id,
        person_id=person.id,
        actor_id=actor.person_id,
        **facts,
    )
