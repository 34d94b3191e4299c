"""What the phone shows whoever comes: an opened code and who leads the shift, a receipt; and to staff, whose minutes are to be corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.errors import CodeExpired, CodeInvalid, NotSignedUp, SamePerson
from pointsapp.checkin.models import Action, Attendance, AttendanceState
from pointsapp.checkin.policies import may_correct
from pointsapp.checkin.queries.looks import AttendanceRow, Look, look_at_signup
from pointsapp.checkin.queries.resolving import Seal, case_of, resolve, site_of, usable_seal
from pointsapp.checkin.rules import venue
from pointsapp.checkin.rules.judge import Attempt, judge
from pointsapp.core import codes
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound, Refusal
from pointsapp.core.masking import mask_name
from pointsapp.ledger.models import Entry
from pointsapp.ledger.queries import person_balance, person_minutes
from pointsapp.people.models import Person
from pointsapp.tasks.models import Signup
from pointsapp.tasks.policies import may_run_task
from pointsapp.tasks.queries import ShiftBrief, joining
from pointsapp.tasks.queries.details import LeaderName, leaders_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalView:
    """An opened venue code: the shift and the one thing this person can do. `step`: go, join, done, refused, guest."""

    code: str
    brief: ShiftBrief
    action: Action
    step: str
    is_fresh: bool
    asks_place: bool
    refusal: Refusal | None = None
    attendance: str | None = None


def opened_code(session: Session, actor: Actor | None, typed: str, seal: Seal | None, *, now: datetime) -> ArrivalView:
    """Return what an opened venue code means for whoever opened it; CodeInvalid and CodeExpired say why it means nothing."""
    code = codes.read(typed, codes.VENUE_LENGTH)
    person_id = actor.person_id if actor else None
    found = None if code is None else resolve(session, person_id, code, now=now)
    if code is None or found is None:
        raise CodeInvalid()
    match, look = found
    is_fresh = match.freshness is not venue.Freshness.EXPIRED
    if not is_fresh and usable_seal(session, seal, code, person_id, now=now) is None:
        raise CodeExpired()
    site = site_of(look, is_poster=match.freshness is venue.Freshness.POSTER)
    step, refusal = _step(session, actor, look, match.action, now)
    return ArrivalView(
        code=code,
        brief=look.brief,
        action=Action(match.action),
        step=step,
        is_fresh=match.freshness is venue.Freshness.CURRENT,
        asks_place=site is not None and step in ("go", "join", "guest"),
        refusal=refusal,
        attendance=look.attendance.public_id if look.attendance else None,
    )


def _step(session: Session, actor: Actor | None, look: Look, action: str, now: datetime) -> tuple[str, Refusal | None]:
    if actor is None:
        return "guest", None
    verdict = judge(case_of(look), Attempt(action=action, is_own_shift=look.is_own_shift), now)
    if isinstance(verdict.refusal, NotSignedUp):
        could = joining(session, actor, look.brief.id, now=now)
        return ("join", None) if could.may else ("refused", NotSignedUp(may_join=False, clash=could.clash))
    if verdict.refusal is not None:
        return "refused", verdict.refusal
    return ("done" if verdict.is_repeat else "go"), None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """What a check-in brought, and the two books after it."""

    brief: ShiftBrief
    attendance: AttendanceRow
    balance: int
    service_minutes: int
    entry: str | None
    steps: tuple[dict[str, Any], ...]

    @property
    def is_credited(self) -> bool:
        return self.attendance.state is AttendanceState.CREDITED

    @property
    def is_present(self) -> bool:
        return self.attendance.state is AttendanceState.PRESENT


def receipt_view(session: Session, actor: Actor, attendance: str) -> ReceiptView:
    """Return the person's own receipt; it does not exist for anybody else."""
    look = look_at_signup(session, actor.person_id, Attendance.public_id == attendance)
    if look is None or look.attendance is None or look.person_id != actor.person_id:
        raise NotFound()
    paid = session.execute(
        select(Entry.public_id, Entry.steps)
        .join(Attendance, Attendance.entry_id == Entry.id)
        .where(Attendance.id == look.attendance.id)
    ).one_or_none()
    return ReceiptView(
        brief=look.brief,
        attendance=look.attendance,
        balance=person_balance(session, actor.person_id),
        service_minutes=person_minutes(session, actor.person_id),
        entry=paid.public_id if paid else None,
        steps=tuple(paid.steps or ()) if paid else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionView:
    """Whose minutes are to be corrected, and between which bounds."""

    signup: str
    brief: ShiftBrief
    shown_name: str
    number_tail: str
    attendance: AttendanceRow | None


def correction_view(session: Session, actor: Actor, signup: str) -> CorrectionView:
    """Return the sign-up for the form by which staff ask for a correction; never one's own."""
    look = look_at_signup(session, actor.person_id, Signup.public_id == signup)
    if look is None:
        raise NotFound()
    require(may_run_task(actor, look.brief.area_path))
    require(may_correct(actor, look), SamePerson())
    name, number = session.execute(
        select(Person.name, Person.volunteer_number).where(Person.id == look.person_id)
    ).one()
    return CorrectionView(
        signup=signup,
        brief=look.brief,
        shown_name=mask_name(name),
        number_tail=number[-4:],
        attendance=look.attendance,
    )


def leaders_at(session: Session, shift_id: int) -> tuple[LeaderName, ...]:
    """Return who leads the shift: whom one shows one's code to."""
    return leaders_of(session, [shift_id]).get(shift_id, ())
