"""The codes themselves: what a venue shows now, and a person's own code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.errors import CardRevoked, CodeInvalid, NoCheckOutHere, PersonCodeUnknown
from pointsapp.checkin.models import Action
from pointsapp.checkin.policies import may_check_others_in
from pointsapp.checkin.queries.looks import Look, look_at, why_not_lead
from pointsapp.checkin.rules import venue
from pointsapp.checkin.rules.judge import CHECK_OUT_AFTER
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict, NotFound, Refusal
from pointsapp.people.models import Person
from pointsapp.people.queries import is_revoked_card
from pointsapp.tasks.policies import may_run_task


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueCode:
    """What the screen shows: accepted until `expires_at`, replaced after `refresh_after_s` seconds."""

    code: str
    action: Action
    expires_at: datetime
    refresh_after_s: int


def shift_for_leader(session: Session, actor: Actor, shift: str, *, now: datetime) -> Look:
    """Return the shift for somebody who may run its check-in; 404 where they may not know it, 403 otherwise."""
    look = look_at(session, actor.person_id, shift)
    if look is None or (look.brief.is_draft and not may_run_task(actor, look.brief.area_path)):
        raise NotFound()
    require(may_check_others_in(actor, look, now), why_not_lead(look, now))
    return look


def venue_code(look: Look, action: Action, *, now: datetime) -> VenueCode:
    """Return the code to show now for `action`."""
    _must_check_out(look, action)
    window = venue.window_of(now)
    return VenueCode(
        code=venue.code_for(look.brief.code_key, action, window),
        action=action,
        expires_at=venue.window_end(window + venue.ACCEPTED_WINDOWS - 1),
        refresh_after_s=max(1, math.ceil((venue.window_end(window) - now).total_seconds())),
    )


def poster_code(look: Look, action: Action) -> VenueCode:
    """Return the code to print: one per shift and action, a choice of the publisher, always with the range check."""
    _must_check_out(look, action)
    if not look.brief.has_poster:
        raise Conflict()
    end = look.brief.last_moment + (CHECK_OUT_AFTER if action is Action.CHECK_OUT else timedelta())
    code = venue.code_for(look.brief.code_key, action, venue.POSTER)
    return VenueCode(code=code, action=action, expires_at=end, refresh_after_s=24 * 3600)


def _must_check_out(look: Look, action: Action) -> None:
    if action is Action.CHECK_OUT and not look.brief.check_out_required:
        raise NoCheckOutHere()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalCode:
    """What staff scan. It holds until the person replaces it."""

    code: str
    name: str
    volunteer_number: str
    expires_at: datetime | None = None


def personal_code(session: Session, person_id: int) -> PersonalCode:
    """Return the person's own code with what is printed beside it. It has no end (docs/decisions.md)."""
    row = session.execute(
        select(Person.personal_code, Person.name, Person.volunteer_number).where(Person.id == person_id)
    ).one()
    return PersonalCode(code=row.personal_code, name=row.name, volunteer_number=row.volunteer_number)


def refusal_of_code(session: Session, code: str | None) -> Refusal:
    """Return why a scanned personal code, as core.codes.read gives it, means nobody: mistyped, reported lost, or of before."""
    if code is None:
        return CodeInvalid()
    return CardRevoked() if is_revoked_card(session, code) else PersonCodeUnknown()
