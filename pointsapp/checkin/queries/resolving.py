"""From a typed or scanned code to the shift it means, and to the case the rules judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Scan
from pointsapp.checkin.queries.looks import Look, OwnShifts, keyed_shifts, look_at, own_shifts
from pointsapp.checkin.rules import venue
from pointsapp.checkin.rules.judge import POSTER_RADIUS_M, Case, Presence, Site
from pointsapp.tasks.models import ShiftState, TaskState

SEAL_LIVES = timedelta(minutes=10)
NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """An arrival sealed into the browser when a valid venue code was opened: signing in or a slow location prompt may
    outlive the code. Ten minutes, one use, one person."""

    code: str
    sealed_at: datetime
    nonce: str
    person_id: int | None = None

    def is_young(self, now: datetime) -> bool:
        return self.sealed_at <= now <= self.sealed_at + SEAL_LIVES


def resolve(
    session: Session, person_id: int | None, code: str, *, now: datetime, to_write: bool = False
) -> tuple[venue.Match, Look] | None:
    """Find the shift a venue code belongs to: the person's own first, then any other. None when it is no code of ours."""
    own = OwnShifts(()) if person_id is None else own_shifts(session, person_id, now=now, to_write=to_write)
    match = venue.find(code, own.keyed, now)
    if match is not None:
        return match, own.look(match.shift_id)
    everything, near = keyed_shifts(session, now=now)
    match = venue.find(code, everything, now, expired_too=False) or venue.find(code, near, now)
    if match is None:
        return None
    look = look_at(session, person_id or NOBODY, match.shift_id, to_write=to_write)
    return None if look is None else (match, look)


def usable_seal(session: Session, seal: Seal | None, code: str, person_id: int | None, *, now: datetime) -> str | None:
    """Return the seal's nonce if it is for this code and person, young, and not used before."""
    if seal is None or seal.code != code or not seal.is_young(now):
        return None
    if seal.person_id is not None and seal.person_id != person_id:
        return None
    used = session.scalar(select(Scan.id).where(Scan.seal == seal.nonce))
    return None if used else seal.nonce


def site_of(look: Look, *, is_poster: bool) -> Site | None:
    """Return where one must stand, None where the range is not asked. A poster always asks."""
    brief = look.brief
    radius = brief.checkin_radius_m or (POSTER_RADIUS_M if is_poster else None)
    spot = None if radius is None else brief.wgs84
    return None if radius is None or spot is None else Site(spot.latitude, spot.longitude, radius)


def case_of(look: Look) -> Case:
    """Return the shift as it stands for the person, in the words of the rules."""
    came = look.attendance
    presence = None
    if came is not None:
        presence = Presence(checked_in_at=came.checked_in_at, state=came.state, cut_off=came.cut_off)
    return Case(
        starts_at=look.brief.starts_at,
        ends_at=look.brief.last_moment,
        is_running=look.brief.task_state is TaskState.PUBLISHED and look.brief.shift_state is ShiftState.OPEN,
        check_out_required=look.brief.check_out_required,
        is_confirmed=look.is_confirmed,
        presence=presence,
        task_is_over=look.brief.task_state in (TaskState.CANCELLED, TaskState.CLOSED),
    )
