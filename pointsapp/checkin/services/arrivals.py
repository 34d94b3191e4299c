"""Check-in and check-out by any door: the resident's scan, a leader's scan, a leader's list. One workshop, three doors.

Each attempt leaves a Scan, accepted or refused with its reason; a refused one commits its row too. The lock on the person's
time comes first, so twenty copies of one scan are judged one after the other and credit once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.errors import CodeExpired, CodeInvalid, NotSignedUp, SamePerson, WrongAction
from pointsapp.checkin.models import Action, Scan, Way
from pointsapp.checkin.policies import may_check_others_in
from pointsapp.checkin.queries import Look, keyed_shifts, look_at, own_looks
from pointsapp.checkin.rules import judge as rules
from pointsapp.checkin.rules import venue
from pointsapp.checkin.rules.judge import Attempt, Case, Fix, Presence, Site, Verdict
from pointsapp.checkin.services.attending import CheckInReceipt, act
from pointsapp.checkin.services.scans import Trace, refuse
from pointsapp.core import codes
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Forbidden, NotFound, Refusal, Refused
from pointsapp.core.locks import LockKind, lock
from pointsapp.people.queries import load_actor, person_by_personal_code, person_by_public_id
from pointsapp.people.services import mark_verified
from pointsapp.tasks.models import ShiftState, TaskState
from pointsapp.tasks.policies import may_run_task
from pointsapp.tasks.queries import may_join
from pointsapp.tasks.services import join_now

SEAL_LIVES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """An arrival sealed into the browser when a valid venue code was opened: signing in or a slow location prompt may
    outlive the code. Ten minutes, one use, one person."""

    code: str
    sealed_at: datetime
    nonce: str
    person_id: int | None = None


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


def check_in(session: Session, actor: Actor, command: CheckIn, *, now: datetime) -> CheckInReceipt | Refused:
    """Check oneself in or out with the code shown at the venue."""
    trace = Trace(at=now, way=command.way, person_id=actor.person_id, by_id=actor.person_id, action=command.action)
    code = codes.read(command.code, codes.VENUE_LENGTH)
    if code is None:
        return refuse(session, trace, CodeInvalid())
    lock(session, LockKind.PERSON_TIME, actor.person_id)
    found = _resolve(session, actor.person_id, code, now=now)
    if found is None:
        return refuse(session, trace, CodeInvalid())
    match, look = found
    way = Way.POSTER if match.freshness is venue.Freshness.POSTER else command.way
    trace = replace(trace, shift_id=look.brief.id, way=way)
    if command.action is not None and command.action != match.action:
        return refuse(session, trace, WrongAction())
    trace = replace(trace, action=Action(match.action))
    seal = _usable(session, command.seal, code, actor, now)
    if match.freshness is venue.Freshness.EXPIRED and seal is None:
        return refuse(session, trace, CodeExpired())
    trace = replace(trace, seal=seal)
    if command.join and look.signup is None and not look.is_own_shift:
        try:
            with session.begin_nested():
                join_now(session, actor, look.brief.id, now=now)
        except Refusal as refusal:
            return refuse(session, trace, refusal)
        look = look_at(session, actor.person_id, look.brief.id) or look
        trace = replace(trace, way=Way.WALK_IN)
    attempt = Attempt(
        action=match.action,
        is_own_shift=look.is_own_shift,
        site=_site(look, is_poster=way is Way.POSTER),
        fix=command.fix,
    )
    verdict = rules.judge(_case(look), attempt, now)
    if isinstance(verdict.refusal, NotSignedUp):
        joinable = not command.join and may_join(session, actor, look.brief.id, now=now)
        verdict = Verdict(NotSignedUp(may_join=joinable))
    return act(session, look, verdict, trace)


def check_in_person(
    session: Session, actor: Actor, shift: str, command: CheckInPerson, *, now: datetime
) -> CheckInReceipt | Refused:
    """Check somebody in or out by their personal code or by the list; the hand of a leader or staff, never one's own."""
    by_code = command.code is not None
    way = Way.PERSONAL_CODE if by_code else Way.LEADER_LIST
    trace = Trace(at=now, way=way, person_id=None, by_id=actor.person_id, action=command.action)
    if by_code:
        code = codes.read(command.code or "", codes.PERSONAL_LENGTH)
        person = None if code is None else person_by_personal_code(session, code)
        if person is None:
            return refuse(session, trace, CodeInvalid())
    else:
        person = person_by_public_id(session, command.user_id or "")
        if person is None:
            raise NotFound()
    lock(session, LockKind.PERSON_TIME, person.id)
    look = look_at(session, person.id, shift, actor_id=actor.person_id)
    if look is None or (look.brief.task_state is TaskState.DRAFT and not may_run_task(actor, look.brief.area_path)):
        raise NotFound()
    trace = replace(trace, person_id=person.id, shift_id=look.brief.id)
    if not may_check_others_in(actor, look, now):
        return refuse(session, trace, Forbidden())
    if person.id == actor.person_id:
        return refuse(session, trace, SamePerson())
    case = _case(look)
    action = command.action or Action(rules.infer_action(case, now))
    trace = replace(trace, action=action)
    verdict = rules.judge(case, Attempt(action=action, by_list=not by_code), now)
    if isinstance(verdict.refusal, NotSignedUp):
        them = load_actor(session, person.id, now=now)
        joinable = them is not None and may_join(session, them, look.brief.id, now=now)
        verdict = Verdict(NotSignedUp(may_join=joinable))
    receipt = act(session, look, verdict, trace)
    if by_code and not person.is_verified and not isinstance(receipt, Refused):
        mark_verified(session, person.id, by_id=actor.person_id, way="scan", now=now)
    return receipt


def _resolve(session: Session, person_id: int, code: str, *, now: datetime) -> tuple[venue.Match, Look] | None:
    """Find the shift a venue code belongs to: the person's own first, then any other."""
    own = {look.brief.id: look for look in own_looks(session, person_id, now=now)}
    match = venue.find(code, [venue.Keyed(k, v.brief.code_key, v.brief.has_poster) for k, v in own.items()], now)
    if match is not None:
        return match, own[match.shift_id]
    everything, near = keyed_shifts(session, now=now)
    match = venue.find(code, everything, now, expired_too=False) or venue.find(code, near, now)
    if match is None:
        return None
    look = look_at(session, person_id, match.shift_id)
    return None if look is None else (match, look)


def _usable(session: Session, seal: Seal | None, code: str, actor: Actor, now: datetime) -> str | None:
    """Return the seal's nonce if it is for this code and person, young, and not used before."""
    if seal is None or seal.code != code or not seal.sealed_at <= now <= seal.sealed_at + SEAL_LIVES:
        return None
    if seal.person_id not in (None, actor.person_id):
        return None
    used = session.scalar(select(Scan.id).where(Scan.seal == seal.nonce))
    return None if used else seal.nonce


def _site(look: Look, *, is_poster: bool) -> Site | None:
    """Return where one must stand, None where the range is not asked. A poster always asks."""
    brief = look.brief
    radius = brief.checkin_radius_m or (rules.POSTER_RADIUS_M if is_poster else None)
    if radius is None or brief.latitude is None or brief.longitude is None:
        return None
    return Site(brief.latitude, brief.longitude, radius)


def _case(look: Look) -> Case:
    came = look.attendance
    return Case(
        starts_at=look.brief.starts_at,
        ends_at=look.brief.last_moment,
        is_running=look.brief.task_state is TaskState.PUBLISHED and look.brief.shift_state is ShiftState.OPEN,
        check_out_required=look.brief.check_out_required,
        is_confirmed=look.is_confirmed,
        presence=None
        if came is None
        else Presence(checked_in_at=came.checked_in_at, state=came.state, cut_off=came.cut_off),
    )
