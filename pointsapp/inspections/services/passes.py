"""Passes to read one branch: issued for some hours, who opened them kept, taken back at any time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.states import rows_changed
from pointsapp.inspections.errors import PassTooLong
from pointsapp.inspections.models import InspectorPass, PassOpening
from pointsapp.inspections.policies import PASS_HOURS, may_issue_pass
from pointsapp.inspections.queries.passes import PassRow, valid_pass
from pointsapp.stars.models import Branch
from pointsapp.stars.queries import find_branch

NOON = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePass:
    """`code` is a fresh code of core.codes, made at the door: only its hash is stored. `starts_at` None is at once."""

    branch_id: str
    holder: str
    hours: int
    code: str
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPass:
    public_id: str
    branch_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReceipt:
    public_id: str
    is_repeat: bool = False


def pass_hash(code: str) -> str:
    """Return what is stored of a pass. Plain SHA-256: 45 random bits that hold for hours, and guessing is counted."""
    return hashlib.sha256(f"pass:{code}".encode()).hexdigest()


def is_pass(session: Session, code: str) -> bool:
    """Tell whether `code` is or was a pass's."""
    return session.scalar(select(InspectorPass.id).where(InspectorPass.code_hash == pass_hash(code))) is not None


def issue_pass(session: Session, actor: Actor, command: IssuePass, *, now: datetime) -> IssuedPass:
    """Make a pass for one branch and some hours."""
    branch = find_branch(session, command.branch_id)
    require(may_issue_pass(actor, branch.area_path))
    most = policy.value(session, PASS_HOURS, now=now)
    if command.hours > most:
        raise PassTooLong(hours=most)
    starts_at = max(command.starts_at or now, now)
    row = InspectorPass(
        code_hash=pass_hash(command.code),
        branch_id=branch.id,
        holder=command.holder,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=command.hours),
        issued_by_id=actor.person_id,
        issued_at=now,
    )
    session.add(row)
    session.flush()
    _tell(session, "inspections.pass_issued", row.id, branch.area_id, actor, now)
    return IssuedPass(public_id=row.public_id, branch_id=branch.public_id, starts_at=row.starts_at, ends_at=row.ends_at)


def open_pass(session: Session, actor: Actor | None, code_hash: str, guest: str, *, now: datetime) -> PassRow:
    """Keep that somebody opened the pass, and return it; PassUnknown or PassOver where it opens nothing.

    Once per reader and half-day: a button pressed at every door of a building tells no more than one line does. `guest` is the
    random name of a guest's browser; who is signed in is the same reader on every device.
    """
    found = valid_pass(session, code_hash, now=now)
    reader = f"person:{actor.person_id}" if actor else f"guest:{guest}"
    local = clock.to_local(now)
    half_day = f"{local.date().isoformat()}{'am' if local.hour < NOON else 'pm'}"
    known = select(PassOpening.id).where(
        PassOpening.pass_id == found.id, PassOpening.reader == reader, PassOpening.half_day == half_day
    )
    if session.scalar(known) is None:
        person_id = actor.person_id if actor else None
        session.add(PassOpening(pass_id=found.id, person_id=person_id, at=now, reader=reader, half_day=half_day))
        session.flush()  # of two at once the second fails here by the key, looks again and finds the line
    return found


def revoke_pass(session: Session, actor: Actor, public_id: str, *, now: datetime) -> PassReceipt:
    """Take a pass back: its next page is refused. A repeat changes nothing."""
    found = session.execute(
        select(InspectorPass.id, Branch.area_id, Area.path)
        .join(Branch, Branch.id == InspectorPass.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .where(InspectorPass.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound()
    require(may_issue_pass(actor, found.path))
    changed = rows_changed(
        session,
        update(InspectorPass)
        .where(InspectorPass.id == found.id, InspectorPass.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by_id=actor.person_id),
    )
    if changed:
        _tell(session, "inspections.pass_revoked", found.id, found.area_id, actor, now)
    return PassReceipt(public_id=public_id, is_repeat=not changed)


def _tell(session: Session, kind: str, pass_id: int, area_id: int, actor: Actor, now: datetime) -> None:
    events.record(session, kind, at=now, subject=f"inspector_pass:{pass_id}", area_id=area_id, actor_id=actor.person_id)
