"""Taking a place, giving it back, accepting an offered one. Exact under any concurrency, in few round trips.

The place is taken by one conditional UPDATE of the shift's row; the person's other commitments are judged under the lock
on that person's time, so two clashing sign-ups of one person cannot both pass.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.bundle import change, insert, write_rows
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Conflict, Forbidden, NotFound, Refused
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.states import must_move
from pointsapp.tasks.errors import OfferExpired, QuotaReached, ShiftFull, TimeConflict
from pointsapp.tasks.models import Shift, Signup, SignupState
from pointsapp.tasks.policies import may_run_task
from pointsapp.tasks.queries.briefs import ShiftBrief, SignupRow, shift_brief, signup_by_id
from pointsapp.tasks.queries.no_shows import paused_until
from pointsapp.tasks.queries.standing import Look, is_hidden, look, note_full, standing_of
from pointsapp.tasks.rules import Gate, is_over_quota, refusal_of, refusal_to_cancel, signup_gate
from pointsapp.tasks.services import waiting
from pointsapp.tasks.services.waiting import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupReceipt:
    """What became of the request; `signup_id` and `shift_id` are keys, `public_id` and `shift` are shown."""

    signup_id: int
    public_id: str
    shift_id: int
    shift: str
    state: SignupState
    waiting_position: int | None = None
    offer_expires_at: datetime | None = None
    is_repeat: bool = False


# The row that decides: StateChanged when the last place went, or the shift moved or stopped, a moment ago.
TAKE_PLACE = change(
    "shift",
    {"taken": "shift.taken + 1"},
    where="shift.id = :shift_id AND shift.taken < shift.capacity AND shift.state = 'open'"
    " AND shift.starts_at = :starts_at AND shift.ends_at = :ends_at",
)
# Only while the shift is full: otherwise a place freed a moment ago would be missed.
JOIN_QUEUE = change(
    "shift",
    {"waiting": "shift.waiting + 1"},
    where="shift.id = :shift_id AND shift.taken >= shift.capacity AND shift.state = 'open'",
)
_COLUMNS = ("public_id", "shift_id", "person_id", "state", "created_at", "queued_at", "is_walk_in")
SIGNUP = insert(
    "signup",
    {name: f":{name}" for name in _COLUMNS} | {"accepted_notice_version": ":notice_version"},
    returning={"id": "id"},
)


def sign_up(session: Session, actor: Actor, shift: int | str, *, now: datetime) -> SignupReceipt:
    """Take a place, or join the queue where there is one; the same again gives the same thing."""
    return _sign_up(session, actor, shift, needs_place=False, now=now)


def join_now(session: Session, actor: Actor, shift: int | str, *, now: datetime) -> SignupReceipt:
    """Take a place at the door (报名并签到): a queue is no help to somebody who already stands there."""
    return _sign_up(session, actor, shift, needs_place=True, now=now)


def _sign_up(session: Session, actor: Actor, shift: int | str, *, needs_place: bool, now: datetime) -> SignupReceipt:
    by = waiting.terms(session, now=now)
    lock(session, LockKind.PERSON_TIME, actor.person_id)
    seen = look(session, actor.person_id, shift, quota=by.weekly_quota)
    if seen is None or is_hidden(seen.brief, actor):
        raise NotFound()
    if seen.mine is not None:
        return _again(session, seen, by, needs_place=needs_place, now=now)
    paused = None if needs_place else paused_until(session, actor.person_id, by.no_shows, now=now)
    standing = standing_of(seen, actor, quota=by.weekly_quota, paused_until=paused, now=now)
    refusal = refusal_of(standing, needs_place=needs_place)
    if refusal is not None:
        if not seen.has_room:
            note_full(seen.brief, now)
        raise refusal
    has_room = seen.has_room
    if has_room and seen.brief.waiting and waiting.queue_moves(seen.brief, by, now):
        # A free place belongs to the first waiting person who can take it now; only then to a newcomer.
        waiting.fill_free_places(session, seen.brief, by, now=now, lapsed=False, held=frozenset({actor.person_id}))
        has_room = _has_room(session, seen.brief)
        if not has_room and (needs_place or not seen.brief.waitlist):
            raise ShiftFull()
    if has_room:
        return _write(session, actor, seen.brief, SignupState.CONFIRMED, is_walk_in=needs_place, now=now)
    return _write(session, actor, seen.brief, SignupState.WAITLISTED, is_walk_in=False, now=now)


def _again(session: Session, seen: Look, by: Terms, *, needs_place: bool, now: datetime) -> SignupReceipt:
    """Answer a person who already has a live sign-up here; a waiting one may take a place that is free now."""
    brief, mine = seen.brief, seen.mine
    assert mine is not None
    if mine.state is SignupState.OFFERED and mine.offer_expires_at is not None and mine.offer_expires_at <= now:
        waiting.expire_offer(session, brief, by, mine.id, now=now)
        mine = replace(mine, state=SignupState.WAITLISTED, queued_at=now)
    if mine.state is SignupState.WAITLISTED and signup_gate(brief, now) is Gate.OPEN:
        mine = _take_if_free(session, seen, by, mine, needs_place=needs_place, now=now)
    if needs_place and mine.state is SignupState.WAITLISTED:
        raise ShiftFull()
    return _receipt(session, brief, mine, is_repeat=True)


def _take_if_free(
    session: Session, seen: Look, by: Terms, mine: SignupRow, *, needs_place: bool, now: datetime
) -> SignupRow:
    brief, moves = seen.brief, waiting.queue_moves(seen.brief, by, now)
    if moves and seen.has_room:
        waiting.fill_free_places(session, brief, by, now=now, held=frozenset({mine.person_id}))
        fresh = signup_by_id(session, mine.id)
        assert fresh is not None
        mine = fresh
    if mine.state is not SignupState.WAITLISTED or moves or not _has_room(session, brief):
        return mine
    if seen.has_clash:
        raise TimeConflict()
    if is_over_quota(seen.week_count, by.weekly_quota):
        raise QuotaReached(quota=by.weekly_quota)
    waiting.take_waiting_place(session, brief)
    waiting.confirm_waiting(session, mine.id, notice_version=brief.notice_version)
    return replace(mine, state=SignupState.CONFIRMED, is_walk_in=needs_place)


def _has_room(session: Session, brief: ShiftBrief) -> bool:
    return bool(session.scalar(select(Shift.taken < Shift.capacity).where(Shift.id == brief.id)))


def _write(
    session: Session, actor: Actor, brief: ShiftBrief, state: SignupState, *, is_walk_in: bool, now: datetime
) -> SignupReceipt:
    """Count the place, or one more in the queue, and write the sign-up, as one act."""
    values = {
        "public_id": new_public_id(),
        "shift_id": brief.id,
        "starts_at": brief.starts_at,
        "ends_at": brief.ends_at,
        "person_id": actor.person_id,
        "state": state,
        "created_at": now,
        "queued_at": now,
        "notice_version": brief.notice_version,
        "is_walk_in": is_walk_in,
    }
    first = JOIN_QUEUE if state is SignupState.WAITLISTED else TAKE_PLACE
    signup_id = int(write_rows(session, (first, SIGNUP), values)["signup.id"])
    place = None
    if state is SignupState.WAITLISTED:
        place = waiting.put_last(session, brief.id, signup_id, now)
    return SignupReceipt(
        signup_id=signup_id,
        public_id=str(values["public_id"]),
        shift_id=brief.id,
        shift=brief.public_id,
        state=state,
        waiting_position=place,
    )


def _receipt(session: Session, brief: ShiftBrief, mine: SignupRow, *, is_repeat: bool) -> SignupReceipt:
    is_waiting = mine.state is SignupState.WAITLISTED
    return SignupReceipt(
        signup_id=mine.id,
        public_id=mine.public_id,
        shift_id=brief.id,
        shift=brief.public_id,
        state=mine.state,
        waiting_position=waiting.waiting_position(session, brief.id, mine.id, mine.queued_at) if is_waiting else None,
        offer_expires_at=mine.offer_expires_at if mine.state is SignupState.OFFERED else None,
        is_repeat=is_repeat,
    )


def cancel_signup(session: Session, actor: Actor, signup: int | str, *, now: datetime) -> SignupReceipt:
    """Give the place back; the first who can take it gets it in the same transaction."""
    mine, brief = own_signup(session, actor, signup)
    if mine.state is SignupState.CANCELLED:
        return _receipt(session, brief, mine, is_repeat=True)
    refusal = refusal_to_cancel(
        state=mine.state,
        arrived_at=mine.arrived_at,
        signed_up_at=mine.created_at,
        starts_at=brief.starts_at,
        ends_at=brief.ends_at,
        cancel_until_minutes=brief.cancel_until_minutes,
        now=now,
    )
    if refusal is not None:
        raise refusal
    give_back(session, brief, mine, because="own", now=now)
    return _receipt(session, brief, replace(mine, state=SignupState.CANCELLED), is_repeat=False)


def give_back(session: Session, brief: ShiftBrief, mine: SignupRow, *, because: str, now: datetime) -> None:
    """End a live sign-up; the place goes to the first who can take it, or, once the queue has stopped, to whoever is quick."""
    by = waiting.terms(session, now=now)
    held: frozenset[int] = frozenset()
    if mine.state is not SignupState.WAITLISTED and brief.waiting and waiting.queue_moves(brief, by, now):
        # Else all who cancel at once wait for the same first person, and each but one must look again, and again.
        lock(session, LockKind.SHIFT_QUEUE, brief.id)
        guess = waiting.first_who_can(session, brief, by)
        if guess is not None:  # wait for their lock before the shift's row is ours
            lock(session, LockKind.PERSON_TIME, guess[1])
            held = frozenset({guess[1]})
    _leave(session, brief, mine, because=because, now=now)
    if mine.state is not SignupState.WAITLISTED:
        waiting.fill_free_places(session, brief, by, now=now, held=held)
        waiting.tell_of_open_place(session, brief, by, now=now)


def _leave(session: Session, brief: ShiftBrief, mine: SignupRow, *, because: str, now: datetime) -> None:
    counted = {"waiting": Shift.waiting - 1} if mine.state is SignupState.WAITLISTED else {"taken": Shift.taken - 1}
    must_move(session, update(Shift).where(Shift.id == brief.id).values(**counted))
    must_move(
        session,
        update(Signup)
        .where(Signup.id == mine.id, Signup.state == mine.state, Signup.arrived_at.is_(None))
        .values(state=SignupState.CANCELLED, cancelled_at=now, cancelled_because=because),
    )


def accept_offer(session: Session, actor: Actor, signup: int | str, *, now: datetime) -> SignupReceipt | Refused:
    """Turn an offered place into a confirmed one before it runs out."""
    mine, brief = own_signup(session, actor, signup)
    lock(session, LockKind.PERSON_TIME, mine.person_id)
    by = waiting.terms(session, now=now)
    seen = look(session, mine.person_id, brief.id, quota=by.weekly_quota)
    if seen is None or seen.mine is None or seen.mine.id != mine.id:
        raise Conflict()
    if seen.mine.state is SignupState.CONFIRMED:
        return _receipt(session, brief, seen.mine, is_repeat=True)
    if seen.mine.state is SignupState.WAITLISTED:
        raise OfferExpired() if seen.mine.offer_expires_at is not None else Conflict()
    if seen.mine.offer_expires_at is not None and seen.mine.offer_expires_at <= now:
        waiting.expire_offer(session, brief, by, mine.id, now=now)
        return Refused(OfferExpired())  # the place has gone to the next: that must stand
    if seen.has_clash:
        raise TimeConflict()
    if is_over_quota(seen.week_count, by.weekly_quota):
        raise QuotaReached(quota=by.weekly_quota)
    must_move(
        session,
        update(Signup)
        .where(Signup.id == mine.id, Signup.state == SignupState.OFFERED)
        .values(state=SignupState.CONFIRMED, offer_expires_at=None),
    )
    return _receipt(session, brief, replace(seen.mine, state=SignupState.CONFIRMED), is_repeat=False)


def own_signup(session: Session, actor: Actor, signup: int | str) -> tuple[SignupRow, ShiftBrief]:
    """Return the actor's own sign-up and its shift; 403 for who may read it, 404 for everybody else."""
    mine = signup_by_id(session, signup)
    if mine is None:
        raise NotFound()
    brief = shift_brief(session, mine.shift_id)
    assert brief is not None
    if mine.person_id != actor.person_id:
        raise Forbidden() if may_run_task(actor, brief.area_path) else NotFound()
    return mine, brief
