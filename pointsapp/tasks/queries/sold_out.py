"""Sold out, asked in one look: who calls, whether they have a place or an answer already, and whether the shift is full.

In a rush nearly every call comes after the last place has gone. What was seen a moment ago only chooses this road; what is answered is
read each time, and judged by the same rules as a sign-up. Where anything but "full" could be true, nothing is said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from pointsapp.areas.models import Area
from pointsapp.core.db import UTCDateTime
from pointsapp.core.idempotency import StoredAnswer
from pointsapp.core.policy import PolicyVersion
from pointsapp.core.swift import Swift
from pointsapp.people.models import ApiToken, Person
from pointsapp.tasks.errors import ShiftFull
from pointsapp.tasks.models import Shift, Signup, SignupState, Task
from pointsapp.tasks.policies import NO_SHOW_LIMIT, WEEKLY_QUOTA
from pointsapp.tasks.queries.standing import clash_exists, note_full_id, was_full
from pointsapp.tasks.rules import Standing, is_eligible, refusal_of, signup_gate


@dataclass(frozen=True, slots=True)
class SoldOut:
    """Who is told so, in which language they chose to be spoken to (None: none)."""

    person_id: int
    locale: str | None
    refusal: ShiftFull


def _statement() -> Any:
    home, now = aliased(Area), bindparam("now", type_=UTCDateTime())
    mine = exists().where(
        Signup.shift_id == Shift.id, Signup.person_id == Person.id, Signup.state != SignupState.CANCELLED
    )
    answered = exists().where(
        StoredAnswer.person_id == Person.id,
        StoredAnswer.call == bindparam("call"),
        StoredAnswer.key == bindparam("key"),
    )
    # Not IN: a Swift is compiled once, before SQLAlchemy would write out the list.
    is_limit = or_(PolicyVersion.name == WEEKLY_QUOTA.name, PolicyVersion.name == NO_SHOW_LIMIT.name)
    return (
        select(
            Person.id.label("person_id"),
            Person.locale,
            home.path.label("home_path"),
            Task.state.label("task_state"),
            Task.signup_opens_at,
            Task.waitlist,
            Task.audience,
            Area.path.label("area_path"),
            Shift.state.label("shift_state"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.taken,
            Shift.capacity,
            mine.label("has_place"),
            answered.label("is_answered"),
            exists().where(is_limit).label("has_limits"),
            clash_exists(Person.id).label("has_clash"),
        )
        .select_from(ApiToken)
        .join(Person, Person.id == ApiToken.person_id)
        .outerjoin(home, home.id == Person.home_area_id)
        .join(Shift, Shift.public_id == bindparam("shift"))
        .join(Task, Task.id == Shift.task_id)
        .join(Area, Area.id == Task.area_id)
        .where(
            ApiToken.token_hash == bindparam("token_hash"),
            ApiToken.expires_at > now,
            ApiToken.revoked_at.is_(None),
            Person.erased_at.is_(None),
        )
    )


_LOOK = Swift(_statement)


def sold_out(
    engine: Engine, token_hash: str, shift: str, *, call: str, key: str | None, now: datetime
) -> SoldOut | None:
    """Return who is to be told that `shift` is full, None where something else may be true or it was not full of late."""
    if not was_full(shift, now):
        return None
    row = _LOOK.one(engine, token_hash=token_hash, shift=shift, call=call, key=key or "", now=now)
    if row is None or row.has_place or row.is_answered or row.has_limits:
        return None
    standing = Standing(
        gate=signup_gate(row, now),
        facts={},
        is_eligible=is_eligible(row.audience, row.area_path, row.home_path),
        has_clash=bool(row.has_clash),
        week_count=0,
        weekly_quota=None,
        has_room=row.taken < row.capacity,
        has_waitlist=row.waitlist,
    )
    refusal = refusal_of(standing)
    if not isinstance(refusal, ShiftFull):
        return None
    note_full_id(shift, now)
    return SoldOut(row.person_id, row.locale, refusal)
