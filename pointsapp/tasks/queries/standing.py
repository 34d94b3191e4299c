"""What a sign-up is judged by, read in one query: the shift, the person's own row there, and their other commitments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.clock import at_local, local_day, to_local
from pointsapp.core.errors import Refusal
from pointsapp.core.swift import Swift
from pointsapp.tasks.errors import TimeConflict
from pointsapp.tasks.models import Shift, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import NO_SHOW_POLICIES, WEEKLY_QUOTA, may_run_task
from pointsapp.tasks.queries.briefs import SIGNUP_COLUMNS, ShiftBrief, SignupRow, as_brief, select_briefs
from pointsapp.tasks.queries.no_shows import no_show_rule, paused_until
from pointsapp.tasks.rules import Gate, Standing, is_eligible, refusal_of, signup_gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a shift through the eyes of one person."""

    brief: ShiftBrief
    mine: SignupRow | None
    has_clash: bool
    week_count: int

    @property
    def has_room(self) -> bool:
        return self.brief.taken < self.brief.capacity


def clash_exists(person_id: Any, shift: Any = Shift) -> Any:
    """Return EXISTS(another confirmed sign-up of the person whose time overlaps `shift`). Touching ends do not clash;
    a stopped shift's time is free again from the moment it stopped."""
    other, its_shift = aliased(Signup), aliased(Shift)
    return exists(
        select(other.id)
        .join(its_shift, its_shift.id == other.shift_id)
        .where(*_clashing(person_id, shift, other, its_shift))
        .correlate_except(other, its_shift)
    )


def _clashing(person_id: Any, shift: Any, other: Any, its_shift: Any) -> tuple[Any, ...]:
    """Return the conditions under which the person's sign-up `other` for `its_shift` bars one for `shift`."""
    return (
        other.person_id == person_id,
        other.state == SignupState.CONFIRMED,
        other.shift_id != shift.id,
        its_shift.starts_at < shift.ends_at,
        func.coalesce(its_shift.stopped_at, its_shift.ends_at) > shift.starts_at,
    )


def week_of(moment: datetime) -> tuple[datetime, datetime]:
    """Return the local week, Monday to Sunday, that `moment` lies in."""
    day = local_day(moment)
    monday = day - timedelta(days=day.weekday())
    return at_local(monday), at_local(monday + timedelta(days=7))


def week_count(session: Session, person_id: int, starts_at: datetime, *, without_shift: int) -> int:
    """Count the person's confirmed sign-ups whose shift begins in the same local week."""
    start, end = week_of(starts_at)
    return (
        session.scalar(
            select(func.count())
            .select_from(Signup)
            .join(Shift, Shift.id == Signup.shift_id)
            .where(
                Signup.person_id == person_id,
                Signup.state == SignupState.CONFIRMED,
                Signup.shift_id != without_shift,
                Shift.starts_at >= start,
                Shift.starts_at < end,
            )
        )
        or 0
    )


def _look_statement(key: Any) -> Select[Any]:
    person_id: BindParameter[int] = bindparam("person_id")
    mine = [column.label(f"my_{column.key}") for column in SIGNUP_COLUMNS]
    return (
        select_briefs(clash_exists(person_id).label("has_clash"), *mine)
        .outerjoin(
            Signup,
            and_(Signup.shift_id == Shift.id, Signup.person_id == person_id, Signup.state != SignupState.CANCELLED),
        )
        .where(key == bindparam("shift"))
    )


_LOOK = {by_key: Swift(partial(_look_statement, Shift.id if by_key else Shift.public_id)) for by_key in (True, False)}


def look(session: Session, person_id: int, shift: int | str, *, quota: int | None) -> Look | None:
    """Read the shift, the person's live sign-up in it and whether it clashes; None when there is no such shift."""
    row = _LOOK[isinstance(shift, int)].one(session, person_id=person_id, shift=shift)
    if row is None:
        return None
    brief = as_brief(row)
    own = None
    if row.my_id is not None:
        own = SignupRow(**{column.key: getattr(row, f"my_{column.key}") for column in SIGNUP_COLUMNS})
    counted = 0 if quota is None else week_count(session, person_id, brief.starts_at, without_shift=brief.id)
    return Look(brief=brief, mine=own, has_clash=bool(row.has_clash), week_count=counted)


def standing_of(
    seen: Look, actor: Actor | None, *, quota: int | None, now: datetime, paused_until: datetime | None = None
) -> Standing:
    """Return what the rules judge by; a guest is taken for somebody who may, until they say who they are."""
    brief = seen.brief
    gate = signup_gate(brief, now)
    facts = {}
    if gate is Gate.NOT_YET_OPEN and brief.signup_opens_at is not None:
        opens = to_local(brief.signup_opens_at)
        facts = {"opens_at": opens.isoformat(timespec="seconds"), "opens": opens.strftime("%m-%d %H:%M")}
    return Standing(
        gate=gate,
        facts=facts,
        is_eligible=actor is None or is_eligible(brief.audience, brief.area_path, actor.home_path),
        has_clash=seen.has_clash,
        week_count=seen.week_count,
        weekly_quota=quota,
        has_room=seen.has_room,
        has_waitlist=brief.waitlist,
        paused_until=paused_until,
    )


def is_hidden(brief: ShiftBrief, actor: Actor) -> bool:
    """A draft does not exist for people who may not run it."""
    return brief.task_state is TaskState.DRAFT and not may_run_task(actor, brief.area_path)


@dataclass(frozen=True, slots=True)
class Joining:
    """Whether somebody could take a place right now; `clash`: the title of what they promised that time to, if only that bars them."""

    may: bool
    clash: str = ""


def joining(session: Session, actor: Actor, shift_id: int, *, now: datetime) -> Joining:
    """Judge a walk-in: `facts.may_join` of `not_signed_up`, the walk-in button, and the reason in place of the button."""
    quota = policy.value(session, WEEKLY_QUOTA, now=now)
    seen = look(session, actor.person_id, shift_id, quota=quota)
    if seen is None or is_hidden(seen.brief, actor):
        return Joining(False)
    if seen.mine is not None and seen.mine.state is not SignupState.WAITLISTED:
        return Joining(False)
    refusal = refusal_of(standing_of(seen, actor, quota=quota, now=now), needs_place=True)
    clash = _title_in_the_way(session, actor.person_id, shift_id) if isinstance(refusal, TimeConflict) else ""
    return Joining(refusal is None, clash)


def _title_in_the_way(session: Session, person_id: int, shift_id: int) -> str:
    """Return the title of the first task whose confirmed sign-up bars this shift, as `clash_exists` sees it; empty when it is gone."""
    mine, its_shift = aliased(Signup), aliased(Shift)
    statement = (
        select(Task.title)
        .join(its_shift, its_shift.task_id == Task.id)
        .join(mine, mine.shift_id == its_shift.id)
        .join(Shift, Shift.id == shift_id)
        .where(*_clashing(person_id, Shift, mine, its_shift))
        .order_by(its_shift.starts_at)
        .limit(1)
    )
    return session.scalar(statement) or ""


def sold_out_refusal(session: Session, actor: Actor, shift_public_id: str, *, now: datetime) -> Refusal | None:
    """Return the refusal when the shift is full and has no queue, None otherwise: asked before any write.

    In a rush most calls come after the last place is gone; they are answered by a read and never wait for SQLite's one
    write lock. On PostgreSQL sign_up itself only reads until it takes a place, so the look ahead is worth its round trip only
    where the shift was full a moment ago.
    """
    is_near = session.get_bind().dialect.name != "postgresql"
    if not is_near and not was_full(shift_public_id, now):
        return None
    quota, *no_shows = policy.values(session, WEEKLY_QUOTA, *NO_SHOW_POLICIES, now=now)
    seen = look(session, actor.person_id, shift_public_id, quota=quota)
    if seen is None or seen.mine is not None or is_hidden(seen.brief, actor):
        return None
    if seen.has_room or seen.brief.waitlist:
        return None
    paused = paused_until(session, actor.person_id, no_show_rule(no_shows), now=now)
    refusal = refusal_of(standing_of(seen, actor, quota=quota, paused_until=paused, now=now))
    note_full(seen.brief, now)
    return refusal if isinstance(refusal, Refusal) else None


# Which road a call takes, never what it is answered: that is read each time.
FULL_FOR = timedelta(seconds=2)
_MOST_REMEMBERED = 1000
_seen_full: dict[str, datetime] = {}


def was_full(shift_public_id: str, now: datetime) -> bool:
    """Tell whether the shift was seen to be full less than two seconds ago."""
    seen = _seen_full.get(shift_public_id)
    return seen is not None and abs(now - seen) < FULL_FOR


def note_full(brief: ShiftBrief, now: datetime) -> None:
    """Remember that the shift was full just now, so that the next who ask are answered by a read."""
    note_full_id(brief.public_id, now)


def note_full_id(shift_public_id: str, now: datetime) -> None:
    """Remember that the shift was seen full at `now`: for who asks next, never as the authority for a write."""
    if len(_seen_full) >= _MOST_REMEMBERED:
        _seen_full.clear()
    _seen_full[shift_public_id] = now
