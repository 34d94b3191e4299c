"""No-shows (爽约): noting them, hearing reasons, deciding appeals. Nothing follows from one that nobody could answer.

The list of a shift is open for 24 hours after its end; only then is anybody noted, and who turns up in it later, by a correction, is
taken off again. What was said and what was answered stays on the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.core.errors import Conflict, Forbidden, NotFound
from pointsapp.core.states import move, rows_changed
from pointsapp.tasks.errors import AnotherJudge, CancelInstead, NothingToExcuse
from pointsapp.tasks.models import NoShow, NoShowState, Shift, ShiftState, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import LEADERS_AFTER, may_answer_excuse, may_run_task
from pointsapp.tasks.queries.briefs import ShiftBrief, SignupRow
from pointsapp.tasks.queries.no_shows import NoShowLine, no_show_by_id, rule_in_force
from pointsapp.tasks.rules import refusal_to_cancel, state_of_leave
from pointsapp.tasks.services.signups import give_back, own_signup

BATCH = 200
LOOKS_BACK = timedelta(days=8)  # a house that begins to keep this record does not begin with years ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decides. `about`: `excuse` or `appeal`, as they read it; `words` are told to the person."""

    about: str
    is_accepted: bool
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowReceipt:
    """What became of it; `place_given_back` when the excuse came before the end and freed the place."""

    public_id: str
    state: NoShowState
    place_given_back: bool = False
    is_repeat: bool = False


def ask_excuse(session: Session, actor: Actor, signup: str, reason: str, *, now: datetime) -> NoShowReceipt:
    """Say why one cannot come (请假: the place goes to somebody else at once), or why one did not."""
    mine, brief = own_signup(session, actor, signup)
    row = session.scalar(select(NoShow).where(NoShow.signup_id == mine.id))
    if row is not None:
        return _explain(session, row, reason, now=now)
    is_held = mine.state is SignupState.CONFIRMED and mine.arrived_at is None
    if not is_held or brief.shift_state is not ShiftState.OPEN or brief.task_state not in _RAN:
        raise NothingToExcuse()
    is_before = now < brief.ends_at
    if is_before and _may_cancel(mine, brief, now):
        raise CancelInstead()
    rule = rule_in_force(session, now=now)
    state = state_of_leave(rule, brief.starts_at, now) if is_before else NoShowState.EXCUSE_ASKED
    if is_before:
        give_back(session, brief, mine, because="excused", now=now)
    values: dict[str, Any] = {"excuse": reason, "asked_at": now, "excused_before": now < brief.starts_at}
    if state is NoShowState.EXCUSED:
        values["decided_at"] = now
    public_id = _note(session, brief, mine, state, now=now, **values)
    events.record(
        session,
        "tasks.leave_taken" if is_before else "tasks.excuse_asked",
        at=now,
        subject=f"shift:{brief.id}",
        area_id=brief.area_id,
        actor_id=actor.person_id,
        shift_id=brief.id,
        no_show=public_id,
    )
    return NoShowReceipt(public_id=public_id, state=state, place_given_back=is_before)


_RAN = (TaskState.PUBLISHED, TaskState.CLOSED)


def _may_cancel(mine: SignupRow, brief: ShiftBrief, now: datetime) -> bool:
    refusal = refusal_to_cancel(
        state=mine.state,
        arrived_at=mine.arrived_at,
        signed_up_at=mine.created_at,
        starts_at=brief.starts_at,
        ends_at=brief.ends_at,
        cancel_until_minutes=brief.cancel_until_minutes,
        now=now,
    )
    return refusal is None


def _explain(session: Session, row: NoShow, reason: str, *, now: datetime) -> NoShowReceipt:
    if row.excuse == reason and row.state in (NoShowState.EXCUSE_ASKED, NoShowState.EXCUSED):
        return NoShowReceipt(public_id=row.public_id, state=row.state, is_repeat=True)
    if row.state is not NoShowState.NOTED:
        raise NothingToExcuse()
    move(session, row, NoShowState.EXCUSE_ASKED, excuse=reason, asked_at=now)
    return NoShowReceipt(public_id=row.public_id, state=row.state)


def _note(
    session: Session, brief: ShiftBrief, mine: SignupRow, state: NoShowState, *, now: datetime, **also: Any
) -> str:
    public_id = new_public_id()
    session.execute(
        insert(NoShow).values(
            public_id=public_id,
            signup_id=mine.id,
            person_id=mine.person_id,
            shift_id=brief.id,
            area_id=brief.area_id,
            shift_ended_at=brief.ends_at,
            state=state,
            noted_at=now,
            **also,
        )
    )
    return public_id


def appeal(session: Session, actor: Actor, no_show: str, words: str, *, now: datetime) -> NoShowReceipt:
    """Ask for another look: somebody else decides, and until then it does not count."""
    row = session.scalar(select(NoShow).where(NoShow.public_id == no_show, NoShow.person_id == actor.person_id))
    if row is None:
        line = no_show_by_id(session, no_show)
        raise Forbidden() if line and may_run_task(actor, line.area_path) else NotFound()
    if row.state is NoShowState.APPEALED and row.appeal == words:
        return NoShowReceipt(public_id=row.public_id, state=row.state, is_repeat=True)
    if NoShowState.APPEALED not in NoShow.transitions[row.state]:
        raise NothingToExcuse()
    move(session, row, NoShowState.APPEALED, appeal=words, appealed_at=now)
    return NoShowReceipt(public_id=row.public_id, state=row.state)


def decide_no_show(session: Session, actor: Actor, no_show: str, command: Decision, *, now: datetime) -> NoShowReceipt:
    """Accept a reason or not, as staff; decide an appeal, as somebody who had no part in it."""
    line = no_show_by_id(session, no_show)
    if line is None or not may_run_task(actor, line.area_path):
        raise NotFound()
    require(may_answer_excuse(actor, line.area_path, line.person_id))
    to = _outcome(line, actor, command)
    row = session.get_one(NoShow, line.id, populate_existing=True)
    by = "appeal_decided_by_id" if command.about == "appeal" else "decided_by_id"
    if row.state is to and getattr(row, by) == actor.person_id:
        return NoShowReceipt(public_id=row.public_id, state=to, is_repeat=True)
    if to not in NoShow.transitions[row.state] or _about(row.state) != command.about:
        raise Conflict()
    said = (
        {"appeal_decided_by_id": actor.person_id, "appeal_decided_at": now, "appeal_answer": command.words}
        if command.about == "appeal"
        else {"decided_by_id": actor.person_id, "decided_at": now, "answer": command.words}
    )
    move(session, row, to, **said)
    events.record(
        session,
        "tasks.no_show_answered",
        at=now,
        subject=f"shift:{row.shift_id}",
        area_id=row.area_id,
        person_id=row.person_id,
        actor_id=actor.person_id,
        shift_id=row.shift_id,
        no_show=row.public_id,
        about=command.about,
        state=str(to),
    )
    return NoShowReceipt(public_id=row.public_id, state=to)


def _about(state: NoShowState) -> str:
    return "appeal" if state is NoShowState.APPEALED else "excuse"


def _outcome(line: NoShowLine, actor: Actor, command: Decision) -> NoShowState:
    if command.about == "excuse":
        return NoShowState.EXCUSED if command.is_accepted else NoShowState.COUNTED
    if actor.person_id in line.involved:
        raise AnotherJudge()
    return NoShowState.EXCUSED if command.is_accepted else NoShowState.UPHELD


def note_no_shows(session: Session, *, now: datetime) -> int:
    """Note who had a place and was not in the list when it closed; take off who was there after all. Return how many rows changed."""
    changed = _take_off_who_came(session, now)
    absent = session.execute(_absent(now)).all()
    if not absent:
        return changed
    noted = [
        {
            "public_id": new_public_id(),
            "signup_id": row.id,
            "person_id": row.person_id,
            "shift_id": row.shift_id,
            "area_id": row.area_id,
            "shift_ended_at": row.ends_at,
            "state": NoShowState.NOTED,
            "noted_at": now,
        }
        for row in absent
    ]
    session.execute(insert(NoShow), noted)
    if rule_in_force(session, now=now).most is not None:  # without a consequence nobody's bell rings
        for one in noted:
            events.record(
                session,
                "tasks.no_show_noted",
                at=now,
                subject=f"shift:{one['shift_id']}",
                area_id=one["area_id"],
                person_id=one["person_id"],
                shift_id=one["shift_id"],
                no_show=one["public_id"],
            )
    return changed + len(noted)


def _take_off_who_came(session: Session, now: datetime) -> int:
    """Withdraw what was noted about people who were found in the list later; return how many rows that were."""
    there = select(Signup.id).where(Signup.id == NoShow.signup_id, Signup.arrived_at.is_not(None))
    return rows_changed(
        session,
        update(NoShow)
        .where(NoShow.state != NoShowState.WITHDRAWN, exists(there))
        .values(state=NoShowState.WITHDRAWN, decided_at=now),
    )


def _absent(now: datetime) -> Select[int, int, int, datetime, int]:
    """Select the next places whose people are in no list, now that it is closed, and of whom nothing is noted yet."""
    return (
        select(
            Signup.id,
            Signup.person_id,
            Shift.id.label("shift_id"),
            Shift.ends_at,
            Task.area_id,
        )
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(
            Shift.ends_at <= now - LEADERS_AFTER,
            Shift.ends_at > now - LOOKS_BACK,
            Shift.state == ShiftState.OPEN,
            Task.state.in_(_RAN),
            Signup.state == SignupState.CONFIRMED,
            Signup.arrived_at.is_(None),
            ~exists(select(NoShow.id).where(NoShow.signup_id == Signup.id)),
        )
        .order_by(Signup.id)
        .limit(BATCH)
    )
