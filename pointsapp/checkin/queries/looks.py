"""What an attempt is judged by, read in one query: shift, task, the person's sign-up and attendance, who leads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from pointsapp.checkin.errors import NotLeadersTime
from pointsapp.checkin.models import Attendance, AttendanceState, Way
from pointsapp.checkin.rules.venue import Keyed
from pointsapp.core.db import next_id, table_of
from pointsapp.core.errors import Forbidden
from pointsapp.core.swift import Found, Swift
from pointsapp.tasks.models import Shift, ShiftLeader, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import leaders_time
from pointsapp.tasks.queries.briefs import ShiftBrief, as_brief, select_briefs

MOST_SHIFTS = 5000
NEAR = timedelta(days=1)
PAST = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRow:
    """One person's presence at one shift."""

    id: int
    public_id: str
    state: AttendanceState
    checked_in_at: datetime
    checked_out_at: datetime | None
    cut_off: bool
    from_at: datetime
    to_at: datetime
    minutes: int
    points: int
    way: Way
    checked_in_by_id: int | None
    credited_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a shift as it stands for one person. `leads`: the person is one of its named leaders.

    `may_clash`: some time of the shift is claimed elsewhere; only then is the exact span asked for.
    """

    brief: ShiftBrief
    person_id: int
    signup_id: int | None
    signup: str | None
    signup_state: SignupState | None
    attendance: AttendanceRow | None
    leads: bool
    actor_leads: bool
    may_clash: bool
    fresh_id: int | None = None  # the key a new attendance takes, where one may be written

    @property
    def is_confirmed(self) -> bool:
        return self.signup_state is SignupState.CONFIRMED

    @property
    def is_own_shift(self) -> bool:
        """Leaders and the task's creator are checked in by somebody else."""
        return self.leads or self.brief.created_by_id == self.person_id


_NAMES = tuple(AttendanceRow.__dataclass_fields__)
_signup, _attendance = table_of(Signup), table_of(Attendance)


def _columns(person_id: Any, actor_id: Any) -> list[Any]:
    return [
        _signup.c.id.label("my_signup_id"),
        _signup.c.public_id.label("my_signup"),
        _signup.c.state.label("my_signup_state"),
        _signup.c.person_id.label("my_person_id"),
        *[_attendance.c[name].label(f"my_{name}") for name in _NAMES],
        leads_it(person_id).label("my_leads"),
        leads_it(actor_id).label("actor_leads"),
        _clash(person_id).label("may_clash"),
    ]


def _clash(person_id: Any) -> Any:
    other = aliased(Attendance)
    return exists(
        select(other.id)
        .where(
            other.person_id == person_id,
            other.from_at < Shift.ends_at,
            other.to_at > Shift.starts_at,
            other.shift_id != Shift.id,
            other.state != AttendanceState.VOIDED,
        )
        .correlate_except(other)
    )


def leads_it(person_id: Any) -> Any:
    """Return EXISTS(the person is a named leader of the shift)."""
    return exists(
        select(ShiftLeader.shift_id)
        .where(ShiftLeader.shift_id == Shift.id, ShiftLeader.person_id == person_id)
        .correlate_except(ShiftLeader)
    )


def _select() -> Select[Any]:
    """Select by the parameters `person_id` and `actor_id`."""
    person_id: BindParameter[int] = bindparam("person_id")
    actor_id: BindParameter[int] = bindparam("actor_id")
    mine = and_(Signup.shift_id == Shift.id, Signup.person_id == person_id, Signup.state != SignupState.CANCELLED)
    return (
        select_briefs(*_columns(person_id, actor_id))
        .outerjoin(Signup, mine)
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
    )


def _as_look(row: Any, person_id: int) -> Look:
    attendance = None
    if row.my_id is not None:
        attendance = AttendanceRow(**{name: getattr(row, f"my_{name}") for name in _NAMES})
    return Look(
        brief=as_brief(row),
        person_id=person_id,
        signup_id=row.my_signup_id,
        signup=row.my_signup,
        signup_state=row.my_signup_state,
        attendance=attendance,
        leads=bool(row.my_leads),
        actor_leads=bool(row.actor_leads),
        may_clash=bool(row.may_clash),
        fresh_id=getattr(row, "fresh_id", None),
    )


def _own_statement(*more: Any) -> Select[Any]:
    statement = _select().add_columns(*more)
    return statement.where(Signup.id.is_not(None), Shift.ends_at > bindparam("since")).order_by(Shift.starts_at)


def _one_statement(key: Any, *more: Any) -> Select[Any]:
    return _select().add_columns(*more).where(key == bindparam("shift"))


# By whether an attendance may be written, and by whether the shift is named by its key.
_FRESH = next_id(_attendance).label("fresh_id")
_OWN = {False: Swift(_own_statement), True: Swift(partial(_own_statement, _FRESH))}
_ONE = {
    (to_write, by_key): Swift(partial(_one_statement, Shift.id if by_key else Shift.public_id, *more))
    for to_write, more in ((False, ()), (True, (_FRESH,)))
    for by_key in (False, True)
}


@dataclass(frozen=True, slots=True)
class OwnShifts:
    """The shifts a person has a place in, by what their codes are made from; only the one that is meant is looked at closer."""

    keyed: tuple[Keyed, ...]
    _found: Found | None = None
    _person_id: int = 0

    def look(self, shift_id: int) -> Look:
        """Return how that shift stands for the person."""
        assert self._found is not None
        number = next(n for n, keyed in enumerate(self.keyed) if keyed.shift_id == shift_id)
        return _as_look(self._found.row(number), self._person_id)


def own_shifts(session: Session, person_id: int, *, now: datetime, to_write: bool = False) -> OwnShifts:
    """Return the person's shifts from two days back on: nearly every code scanned belongs to one."""
    found = _OWN[to_write].found(session, person_id=person_id, actor_id=person_id, since=now - PAST)
    keyed = tuple(
        Keyed(key, code_key, bool(poster)) for key, code_key, poster in found.plain("id", "code_key", "has_poster")
    )
    return OwnShifts(keyed, found, person_id)


def look_at(
    session: Session, person_id: int, shift: int | str, *, actor_id: int | None = None, to_write: bool = False
) -> Look | None:
    """Return how the shift (key or public_id) stands for the person, and whether `actor_id` leads it; None where there is no such shift."""
    by = {"person_id": person_id, "actor_id": person_id if actor_id is None else actor_id, "shift": shift}
    row = _ONE[to_write, isinstance(shift, int)].one(session, **by)
    return None if row is None else _as_look(row, person_id)


def looks_among(session: Session, person_id: int, shift_ids: Sequence[int], *, actor_id: int) -> tuple[Look, ...]:
    """Return how these shifts stand for the person, soonest first."""
    if not shift_ids:
        return ()
    statement = _select().where(Shift.id.in_(shift_ids)).order_by(Shift.starts_at)
    rows = session.execute(statement, {"person_id": person_id, "actor_id": actor_id})
    return tuple(_as_look(row, person_id) for row in rows)


def look_at_signup(session: Session, actor_id: int, condition: Any) -> Look | None:
    """Return the look that belongs to one sign-up or attendance, e.g. `Signup.public_id == …`, whatever the state."""
    row = session.execute(
        select_briefs(*_columns(Signup.person_id, actor_id))
        .join(Signup, Signup.shift_id == Shift.id)
        .outerjoin(Attendance, Attendance.signup_id == Signup.id)
        .where(condition)
    ).one_or_none()
    return None if row is None else _as_look(row, row.my_person_id)


def why_not_lead(look: Look, now: datetime) -> Forbidden:
    """Return why the actor may not run this shift's check-in: a named leader is outside their time, anybody else has no part in it."""
    if not look.actor_leads:
        return Forbidden()
    opens_at, closes_at = leaders_time(look.brief)
    return NotLeadersTime(opens_at=opens_at, closes_at=closes_at, is_early=now < opens_at)


def keyed_shifts(session: Session, *, now: datetime) -> tuple[tuple[Keyed, ...], tuple[Keyed, ...]]:
    """Return (all, near): the shifts a stranger's code may belong to, and those whose codes may just have expired."""
    rows = session.execute(
        select(Shift.id, Shift.code_key, Task.has_poster, Shift.starts_at, Shift.ends_at)
        .join(Task, Task.id == Shift.task_id)
        .where(Task.state != TaskState.DRAFT, Shift.ends_at > now - PAST)
        .order_by(Shift.ends_at)
        .limit(MOST_SHIFTS)
    ).all()
    everything = tuple(Keyed(row.id, row.code_key, row.has_poster) for row in rows)
    near = tuple(
        keyed for keyed, row in zip(everything, rows, strict=True) if row.starts_at - NEAR <= now <= row.ends_at + NEAR
    )
    return everything, near
