"""Places go over with the person; where both accounts have one at the same shift, the one that nobody came with is given up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from pointsapp.core.merging import Carry, Pair, whole_rows
from pointsapp.core.states import rows_changed
from pointsapp.tasks.models import ShiftLeader, Signup, SignupState
from pointsapp.tasks.queries.briefs import shift_brief, signup_by_id
from pointsapp.tasks.services.signups import give_back


def _is_doubled(survivor_id: int) -> ColumnElement[bool]:
    """Tell whether the survivor has a place at the same shift."""
    theirs = aliased(Signup)
    return exists(
        select(theirs.id)
        .where(
            theirs.person_id == survivor_id,
            theirs.shift_id == Signup.shift_id,
            theirs.state != SignupState.CANCELLED,
        )
        .correlate(Signup)
    )


def _count(absorbed_id: int, survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    """Count what `_move` takes over: places that are held, without those that it gives up."""
    goes = (
        Signup.person_id == absorbed_id,
        Signup.state != SignupState.CANCELLED,
        or_(Signup.arrived_at.is_not(None), ~_is_doubled(survivor_id)),
    )
    return select(func.count()).select_from(Signup).where(*goes).scalar_subquery()


def _move(session: Session, pair: Pair, *, now: datetime) -> int:
    """Take the places over. A shift where both came stays as it is: two attendances of one time are a bar beforehand."""
    for key in _doubles(session, pair):
        mine = signup_by_id(session, key)
        brief = None if mine is None else shift_brief(session, mine.shift_id)
        if mine is not None and brief is not None:
            give_back(session, brief, mine, because="own", now=now)
    over = update(Signup).where(Signup.person_id == pair.absorbed_id).values(person_id=pair.survivor_id)
    moved = rows_changed(session, over.where(Signup.state != SignupState.CANCELLED, ~_is_doubled(pair.survivor_id)))
    session.execute(over.where(Signup.state == SignupState.CANCELLED))  # they go over too, and nobody counts them
    return moved


def _doubles(session: Session, pair: Pair) -> list[int]:
    """Return the sign-ups to give up: of two for one shift the one without an arrival, the absorbed account's first."""
    old, new = aliased(Signup), aliased(Signup)
    rows = session.execute(
        select(old.id, old.arrived_at, new.id.label("other"), new.arrived_at.label("other_arrived"))
        .join(new, and_(new.shift_id == old.shift_id, new.person_id == pair.survivor_id))
        .where(
            old.person_id == pair.absorbed_id,
            old.state != SignupState.CANCELLED,
            new.state != SignupState.CANCELLED,
        )
        .order_by(old.shift_id)
    ).all()
    found = [
        row.id if row.arrived_at is None else row.other for row in rows if not (row.arrived_at and row.other_arrived)
    ]
    return [int(key) for key in found]


def _count_led(absorbed_id: int, _survivor_id: int, **_moment: Any) -> ScalarSelect[int]:
    return select(func.count()).select_from(ShiftLeader).where(ShiftLeader.person_id == absorbed_id).scalar_subquery()


def _move_led(session: Session, pair: Pair, **_moment: Any) -> int:
    both = aliased(ShiftLeader)
    is_free = ~exists(
        select(both.shift_id)
        .where(both.shift_id == ShiftLeader.shift_id, both.person_id == pair.survivor_id)
        .correlate(ShiftLeader)
    )
    mine = update(ShiftLeader).where(ShiftLeader.person_id == pair.absorbed_id, is_free)
    return rows_changed(session, mine.values(person_id=pair.survivor_id))


CARRIES = (
    Carry(key="tasks.signups", label=_l("%(n)s 场报名"), tables=(("signup", "person_id"),), counts=_count, moves=_move),
    Carry(
        key="tasks.led",
        label=_l("带过的 %(n)s 场"),
        tables=(("shift_leader", "person_id"),),
        counts=_count_led,
        moves=_move_led,
    ),
    whole_rows("tasks.no_shows", _l("%(n)s 条爽约或请假的记录"), ("no_show", "person_id")),
)
