"""The waiting list: a freed place goes to the first who can take it, in the same transaction.

Locks are taken in one order everywhere: a person's time, then the shift's row, then a sign-up's row. Who moves the queue
already holds the shift's row, so it only tries for a person's lock and looks again when somebody else has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from pointsapp.core import events, policy
from pointsapp.core.errors import StateChanged
from pointsapp.core.locks import LockKind, try_lock
from pointsapp.core.states import must_move, must_return
from pointsapp.tasks.models import Shift, ShiftState, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import (
    NO_SHOW_POLICIES,
    PROMOTION_STOPS_MINUTES,
    WAITLIST_OFFER_MINUTES,
    WEEKLY_QUOTA,
)
from pointsapp.tasks.queries.briefs import ShiftBrief, as_brief, select_briefs, shift_brief
from pointsapp.tasks.queries.no_shows import no_show_rule
from pointsapp.tasks.queries.standing import clash_exists, week_count
from pointsapp.tasks.rules import Gate, NoShowRule, is_over_quota, promotion_ends_at, signup_gate

BATCH = 200
PLACE_OPEN = "tasks.place_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The operator's numbers, read once per call."""

    weekly_quota: int | None
    offer_minutes: int
    stops_minutes: int
    no_shows: NoShowRule


def terms(session: Session, *, now: datetime) -> Terms:
    """Return by which policies the queue moves now, read in one statement."""
    quota, offer, stops, *no_shows = policy.values(
        session, WEEKLY_QUOTA, WAITLIST_OFFER_MINUTES, PROMOTION_STOPS_MINUTES, *NO_SHOW_POLICIES, now=now
    )
    return Terms(
        weekly_quota=quota, offer_minutes=offer or 0, stops_minutes=stops or 0, no_shows=no_show_rule(no_shows)
    )


def queue_moves(brief: ShiftBrief, by: Terms, now: datetime) -> bool:
    """Tell whether the queue moves by itself at `now`."""
    return signup_gate(brief, now) is Gate.OPEN and now < promotion_ends_at(brief.starts_at, by.stops_minutes)


def first_who_can(
    session: Session, brief: ShiftBrief, by: Terms, *, without: frozenset[int] = frozenset(), lapsed: bool = True
) -> tuple[int, int] | None:
    """Return (signup id, person id) of the first in the queue with neither a clash nor a full week.

    Those passed over keep their place. `lapsed=False` leaves out who let an offer run out: they have answered for now.
    """
    statement = (
        select(Signup.id, Signup.person_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Signup.shift_id == brief.id, Signup.state == SignupState.WAITLISTED)
        .where(~clash_exists(Signup.person_id))
        .order_by(Signup.queued_at, Signup.id)
    )
    if without:
        statement = statement.where(Signup.id.not_in(without))
    if not lapsed:
        statement = statement.where(Signup.offer_expires_at.is_(None))
    if by.weekly_quota is None:
        statement = statement.limit(1)
    for signup_id, person_id in session.execute(statement):
        if by.weekly_quota is None or not is_over_quota(
            week_count(session, person_id, brief.starts_at, without_shift=brief.id), by.weekly_quota
        ):
            return signup_id, person_id
    return None


def fill_free_places(
    session: Session,
    brief: ShiftBrief,
    by: Terms,
    *,
    now: datetime,
    lapsed: bool = True,
    held: frozenset[int] = frozenset(),
) -> int:
    """Give each free place to the first who can take it; return how many moved up. `held`: persons locked already.

    The shift's row is locked first, so that nobody joins the queue or takes a place meanwhile.
    """
    if not queue_moves(brief, by, now):
        return 0
    moved = 0
    taken, capacity, waiting = session.execute(
        select(Shift.taken, Shift.capacity, Shift.waiting).where(Shift.id == brief.id).with_for_update()
    ).one()
    while taken < capacity and waiting > 0:
        found = first_who_can(session, brief, by, lapsed=lapsed)
        if found is None:
            break
        signup_id, person_id = found
        if person_id not in held:
            if not try_lock(session, LockKind.PERSON_TIME, person_id):
                raise StateChanged  # they are just signing up somewhere: look again
            if first_who_can(session, brief, by, lapsed=lapsed) != found:
                held |= {person_id}
                continue
        promote(session, brief, by, signup_id, person_id, now=now)
        taken, waiting, moved = taken + 1, waiting - 1, moved + 1
    return moved


def promote(session: Session, brief: ShiftBrief, by: Terms, signup_id: int, person_id: int, *, now: datetime) -> None:
    """Give a waiting person a place under the same sign-up, or offer it where the policy says so; tell them."""
    take_waiting_place(session, brief)
    facts: dict[str, Any] = {"task_id": brief.task_id, "shift_id": brief.id, "signup_id": signup_id}
    if by.offer_minutes > 0:
        until = min(now + timedelta(minutes=by.offer_minutes), promotion_ends_at(brief.starts_at, by.stops_minutes))
        _move_waiting(session, signup_id, SignupState.OFFERED, offer_expires_at=until)
        kind, facts["offer_expires_at"] = "tasks.place_offered", until.isoformat()
    else:
        _move_waiting(session, signup_id, SignupState.CONFIRMED, offer_expires_at=None)
        kind = "tasks.signup_promoted"
    events.record(
        session, kind, at=now, subject=f"signup:{signup_id}", area_id=brief.area_id, person_id=person_id, **facts
    )


def take_waiting_place(session: Session, brief: ShiftBrief) -> None:
    """Count one person out of the queue and onto a place; StateChanged when there is none any more."""
    statement = (
        update(Shift)
        .where(Shift.id == brief.id, Shift.taken < Shift.capacity, Shift.waiting > 0, Shift.state == ShiftState.OPEN)
        .values(taken=Shift.taken + 1, waiting=Shift.waiting - 1)
    )
    must_move(session, statement)


def _move_waiting(session: Session, signup_id: int, to: SignupState, **also: Any) -> None:
    statement = update(Signup).where(Signup.id == signup_id, Signup.state == SignupState.WAITLISTED)
    must_move(session, statement.values(state=to, **also))


def confirm_waiting(session: Session, signup_id: int, *, notice_version: int) -> None:
    """Turn a waiting sign-up into a place its owner has just asked for."""
    _move_waiting(
        session,
        signup_id,
        SignupState.CONFIRMED,
        offer_expires_at=None,
        accepted_notice_version=notice_version,
    )


def waiting_position(session: Session, shift_id: int, signup_id: int, queued_at: datetime) -> int:
    """Return the 1-based place in the queue."""
    ahead = (
        select(func.count())
        .select_from(Signup)
        .where(
            Signup.shift_id == shift_id,
            Signup.state == SignupState.WAITLISTED,
            (Signup.queued_at < queued_at) | ((Signup.queued_at == queued_at) & (Signup.id < signup_id)),
        )
    )
    return (session.scalar(ahead) or 0) + 1


def put_last(session: Session, shift_id: int, signup_id: int, queued_at: datetime) -> int:
    """Return the 1-based place of somebody who has just joined the queue, and make it the last.

    Called while the shift's row is held. Who waited for that row may have looked at the clock earlier than those who came in
    before them; they come after all the same, so that nobody who was told a place is pushed back.
    """
    others = select(func.max(Signup.queued_at), func.count()).where(
        Signup.shift_id == shift_id, Signup.state == SignupState.WAITLISTED, Signup.id != signup_id
    )
    latest, ahead = session.execute(others).one()
    if latest is not None and latest >= queued_at:
        after = latest + timedelta(microseconds=1)
        session.execute(update(Signup).where(Signup.id == signup_id).values(queued_at=after))
    return int(ahead) + 1


def expire_offer(session: Session, brief: ShiftBrief, by: Terms, signup_id: int, *, now: datetime) -> None:
    """Send the person to the end of the queue and give the place to the next."""
    must_move(
        session,
        update(Shift).where(Shift.id == brief.id).values(taken=Shift.taken - 1, waiting=Shift.waiting + 1),
    )
    statement = update(Signup).where(
        Signup.id == signup_id, Signup.state == SignupState.OFFERED, Signup.offer_expires_at <= now
    )
    # offer_expires_at stays: it marks who let an offer run out.
    person_id = must_return(session, statement.values(state=SignupState.WAITLISTED, queued_at=now), Signup.person_id)
    events.record(
        session,
        "tasks.offer_expired",
        at=now,
        subject=f"signup:{signup_id}",
        area_id=brief.area_id,
        person_id=person_id,
        **_facts(brief),
    )
    fill_free_places(session, brief, by, now=now, lapsed=False)
    tell_of_open_place(session, brief, by, now=now)


def _facts(brief: ShiftBrief) -> dict[str, Any]:
    return {"task_id": brief.task_id, "shift_id": brief.id, "task": brief.task_public_id}


def tell_of_open_place(session: Session, brief: ShiftBrief, by: Terms, *, now: datetime) -> int:
    """Tell everybody who waits that a place is free to all, once the queue no longer moves by itself; return how many.

    Who is first then has it: nobody is promoted shortly before the start without being asked.
    """
    if signup_gate(brief, now) is not Gate.OPEN or queue_moves(brief, by, now) or now >= brief.starts_at:
        return 0
    free = session.scalar(select(Shift.capacity - Shift.taken).where(Shift.id == brief.id)) or 0
    if free <= 0:
        return 0
    waits = (Signup.shift_id == brief.id, Signup.state == SignupState.WAITLISTED)
    people = session.scalars(select(Signup.person_id).where(*waits)).all()
    return events.record_each(
        session,
        PLACE_OPEN,
        at=now,
        subject=f"shift:{brief.id}",
        person_ids=people,
        area_id=brief.area_id,
        **_facts(brief),
    )


def expire_due_offers(session: Session, *, now: datetime) -> int:
    """Send people who let an offer run out to the end of their queue; return how many."""
    due = session.execute(
        select(Signup.id, Signup.shift_id)
        .where(Signup.state == SignupState.OFFERED, Signup.offer_expires_at <= now)
        .order_by(Signup.offer_expires_at, Signup.id)
        .limit(BATCH)
    ).all()
    by = terms(session, now=now)
    for signup_id, shift_id in due:
        brief = shift_brief(session, shift_id)
        assert brief is not None
        expire_offer(session, brief, by, signup_id, now=now)
    return len(due)


def fill_waiting(session: Session, *, now: datetime) -> int:
    """Give places to waiting people who could not take one when it was freed and can now; return how many moved up."""
    by = terms(session, now=now)
    rows = session.execute(_with_free_places(now).order_by(Shift.id).limit(BATCH)).all()
    return sum(fill_free_places(session, as_brief(row), by, now=now, lapsed=False) for row in rows)


def tell_of_open_places(session: Session, *, now: datetime) -> int:
    """Tell those who wait that a place free since before the queue stopped is open to all now; return how many were told.

    Nobody frees such a place at that moment: it was left because all who waited had a clash or let theirs lapse. A shift whose
    waiting people were told since its queue stopped is told no more.
    """
    by = terms(session, now=now)
    if by.stops_minutes == 0:
        return 0  # the queue moves until the start
    rows = session.execute(
        _with_free_places(now)
        .where(Shift.starts_at <= now + timedelta(minutes=by.stops_minutes))
        .order_by(Shift.starts_at.desc(), Shift.id)  # whose queue has just stopped come first
        .limit(BATCH)
    ).all()
    told = 0
    for brief in map(as_brief, rows):
        since = promotion_ends_at(brief.starts_at, by.stops_minutes)
        # The row is held, so that a second worker, or who gives a place back just now, does not tell at the same time.
        session.execute(select(Shift.id).where(Shift.id == brief.id).with_for_update())
        was_told = select(events.Event.id).where(
            events.Event.subject == f"shift:{brief.id}", events.Event.kind == PLACE_OPEN, events.Event.at >= since
        )
        if session.scalar(was_told.limit(1)) is None:
            told += tell_of_open_place(session, brief, by, now=now)
    return told


def _with_free_places(now: datetime) -> Select[Any]:
    return select_briefs().where(
        Task.state == TaskState.PUBLISHED,
        Shift.state == ShiftState.OPEN,
        Shift.waiting > 0,
        Shift.taken < Shift.capacity,
        Shift.starts_at > now,
    )
