"""Check-in and check-out by any door: the resident's scan, a leader's scan, a leader's list. One workshop, three doors.

Each attempt leaves a Scan, accepted or refused with its reason; a refused one commits its row too. The lock on the person's
time comes first, so twenty copies of one scan are judged one after the other and credit once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.checkin.errors import CodeExpired, CodeInvalid, NotSignedUp, SamePerson, WrongAction
from pointsapp.checkin.models import Action, Way
from pointsapp.checkin.policies import OFFLINE_GRACE_MINUTES, may_check_others_in
from pointsapp.checkin.queries import (
    Look,
    Seal,
    case_of,
    look_at,
    refusal_of_code,
    resolve,
    site_of,
    usable_seal,
    why_not_lead,
)
from pointsapp.checkin.rules import judge as rules
from pointsapp.checkin.rules import venue
from pointsapp.checkin.rules.judge import Attempt, Fix, Verdict
from pointsapp.checkin.services.attending import CheckInReceipt, act
from pointsapp.checkin.services.scans import Trace, refuse
from pointsapp.core import codes, policy
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound, Refusal, Refused
from pointsapp.core.locks import LockKind, lock
from pointsapp.people.queries import load_actor, person_by_personal_code, person_by_public_id
from pointsapp.people.services import mark_verified
from pointsapp.tasks.models import TaskState
from pointsapp.tasks.policies import may_run_task
from pointsapp.tasks.queries import Joining, joining
from pointsapp.tasks.services import join_now


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """What a resident sends: the venue code, perhaps a place; `join` is the walk-in's one tap (报名并签到)."""

    code: str
    action: Action | None = None
    fix: Fix | None = None
    seal: Seal | None = None
    join: bool = False
    way: Way = Way.VENUE_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInPerson:
    """What a leader or staff sends for somebody: the personal code they scanned, or the person ticked in the list."""

    code: str | None = None
    user_id: str | None = None
    action: Action | None = None
    captured_at: datetime | None = (
        None  # when a list without a connection was ticked; judged then, booked when it comes in
    )


def checking_in(
    code: str, *, fix: Fix | None = None, join: bool = False, seal: Seal | None = None, is_typed: bool = False
) -> CheckIn:
    """Return the command of a page's one button; the code itself says whether it means arriving or leaving."""
    way = Way.TYPED_CODE if is_typed else Way.VENUE_CODE
    return CheckIn(code=code, fix=fix, join=join, seal=seal, way=way)


def check_in(session: Session, actor: Actor, command: CheckIn, *, now: datetime) -> CheckInReceipt | Refused:
    """Check oneself in or out with the code shown at the venue; a refused attempt is kept too, and comes back as Refused."""
    trace = Trace(at=now, way=command.way, person_id=actor.person_id, by_id=actor.person_id, action=command.action)
    code = codes.read(command.code, codes.VENUE_LENGTH)
    if code is None:
        return refuse(session, trace, CodeInvalid())
    lock(session, LockKind.PERSON_TIME, actor.person_id)
    found = resolve(session, actor.person_id, code, now=now, to_write=True)
    if found is None:
        return refuse(session, trace, CodeInvalid())
    match, look = found
    way = Way.POSTER if match.freshness is venue.Freshness.POSTER else command.way
    trace = replace(trace, shift_id=look.brief.id, way=way)
    if command.action is not None and command.action != match.action:
        return refuse(session, trace, WrongAction())
    trace = replace(trace, action=Action(match.action))
    seal = usable_seal(session, command.seal, code, actor.person_id, now=now)
    if match.freshness is venue.Freshness.EXPIRED and seal is None:
        return refuse(session, trace, CodeExpired())
    trace = replace(trace, seal=seal)
    if command.join and not look.is_confirmed and not look.is_own_shift:
        return _join_and_act(
            session, actor, command, look, replace(trace, way=Way.WALK_IN), is_poster=way is Way.POSTER
        )
    verdict = _judge(command, look, trace, is_poster=way is Way.POSTER)
    if isinstance(verdict.refusal, NotSignedUp):
        could = joining(session, actor, look.brief.id, now=now)
        verdict = Verdict(NotSignedUp(may_join=could.may, clash=could.clash))
    return act(session, look, verdict, trace)


def _judge(command: CheckIn, look: Look, trace: Trace, *, is_poster: bool) -> Verdict:
    assert trace.action is not None
    site = site_of(look, is_poster=is_poster)
    attempt = Attempt(action=trace.action, is_own_shift=look.is_own_shift, site=site, fix=command.fix)
    return rules.judge(case_of(look), attempt, trace.at)


def _join_and_act(
    session: Session, actor: Actor, command: CheckIn, look: Look, trace: Trace, *, is_poster: bool
) -> CheckInReceipt | Refused:
    """Take a place and check in as one act: who cannot be checked in takes no place, and the attempt is kept all the same."""
    try:
        with session.begin_nested():
            join_now(session, actor, look.brief.id, now=trace.at)
            look = look_at(session, actor.person_id, look.brief.id, to_write=True) or look
            receipt = act(session, look, _judge(command, look, trace, is_poster=is_poster), trace)
            if isinstance(receipt, Refused):
                raise receipt.reason
            return receipt
    except Refusal as refusal:
        return refuse(session, trace, refusal)


def check_in_person(
    session: Session, actor: Actor, shift: str, command: CheckInPerson, *, now: datetime
) -> CheckInReceipt | Refused:
    """Check somebody in or out by their personal code or by the list; the hand of a leader or staff, never one's own."""
    by_code = command.code is not None
    way = Way.PERSONAL_CODE if by_code else Way.LEADER_LIST
    at = min(command.captured_at or now, now)  # a device whose clock is ahead says no more than that it came in by now
    trace = Trace(at=at, way=way, person_id=None, by_id=actor.person_id, action=command.action)
    if by_code:
        code = codes.read(command.code or "", codes.PERSONAL_LENGTH)
        person = None if code is None else person_by_personal_code(session, code)
        if person is None:
            return refuse(session, trace, refusal_of_code(session, code))
    else:
        person = person_by_public_id(session, command.user_id or "")
        if person is None:
            raise NotFound()
    lock(session, LockKind.PERSON_TIME, person.id)
    look = look_at(session, person.id, shift, actor_id=actor.person_id, to_write=True)
    if look is None or (look.brief.task_state is TaskState.DRAFT and not may_run_task(actor, look.brief.area_path)):
        raise NotFound()
    # A draft's shifts may still be written anew: an attempt at one names none.
    trace = replace(trace, person_id=person.id, shift_id=None if look.brief.is_draft else look.brief.id)
    if not may_check_others_in(actor, look, now):
        return refuse(session, trace, why_not_lead(look, now))
    if person.id == actor.person_id:
        return refuse(session, trace, SamePerson())
    case = case_of(look)
    action = command.action or Action(rules.infer_action(case, at))
    trace = replace(trace, action=action)
    verdict = rules.judge(case, Attempt(action=action, by_list=not by_code), at)
    if command.captured_at is not None and _came_late(session, case, now):
        verdict = replace(verdict, is_late=verdict.refusal is None and action is Action.CHECK_IN)
    if isinstance(verdict.refusal, NotSignedUp):
        them = load_actor(session, person.id, now=now)
        could = joining(session, them, look.brief.id, now=now) if them is not None else Joining(False)
        verdict = Verdict(NotSignedUp(may_join=could.may, clash=could.clash, is_other=True))
    receipt = act(session, look, verdict, trace, booked_at=now)
    if by_code and not person.is_verified and not isinstance(receipt, Refused):
        mark_verified(session, person.id, by_id=actor.person_id, way="scan", now=now)
    return receipt


def _came_late(session: Session, case: rules.Case, now: datetime) -> bool:
    """Tell whether an offline tick comes in so long after the end that a second organiser has to confirm it.

    The device says itself when it was ticked. During the shift, and for a while after it, that is worth what a tick in the list is.
    """
    return now > case.ends_at + timedelta(minutes=policy.value(session, OFFLINE_GRACE_MINUTES, now=now))
