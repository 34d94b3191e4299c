"""Who did not come, as an organiser says it when a shift is gone through; whom nobody names, the worker notes a day later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import new_public_id
from pointsapp.tasks.models import NoShow, NoShowState, ShiftState, Signup, SignupState
from pointsapp.tasks.policies import may_answer_excuse
from pointsapp.tasks.queries.briefs import ShiftBrief
from pointsapp.tasks.queries.no_shows import rule_in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One sign-up's holder was not there. With `excused_words` staff say at once why it does not count."""

    signup: str
    excused_words: str | None = None


def note_absent(
    session: Session, actor: Actor, brief: ShiftBrief, absences: Sequence[Absence], *, now: datetime
) -> tuple[int, int]:
    """Note who had a place and was not there; return (missed, excused). Who is noted already, or came after all, is passed over.

    To excuse somebody is for staff of the area, and never for oneself: Forbidden.
    """
    if brief.shift_state is not ShiftState.OPEN or not absences:
        return 0, 0
    said = {absence.signup: absence.excused_words for absence in absences}
    rows = session.execute(
        select(Signup.id, Signup.public_id, Signup.person_id)
        .where(
            Signup.shift_id == brief.id,
            Signup.public_id.in_(said),
            Signup.state == SignupState.CONFIRMED,
            Signup.arrived_at.is_(None),
            ~exists(select(NoShow.id).where(NoShow.signup_id == Signup.id)),
        )
        .order_by(Signup.id)
    ).all()
    for row in rows:
        require(said[row.public_id] is None or may_answer_excuse(actor, brief.area_path, row.person_id))
    noted = [_noted(actor, brief, row, said[row.public_id], now) for row in rows]
    if noted:
        session.execute(insert(NoShow), noted)
    missed = [each for each in noted if each["state"] is NoShowState.NOTED]
    if missed and rule_in_force(session, now=now).most is not None:  # without a consequence nobody's bell rings
        for each in missed:
            events.record(
                session,
                "tasks.no_show_noted",
                at=now,
                subject=f"shift:{brief.id}",
                area_id=brief.area_id,
                person_id=each["person_id"],
                actor_id=actor.person_id,
                shift_id=brief.id,
                no_show=each["public_id"],
            )
    return len(missed), len(noted) - len(missed)


def _noted(actor: Actor, brief: ShiftBrief, row: Any, words: str | None, now: datetime) -> dict[str, Any]:
    is_excused = words is not None
    return {
        "public_id": new_public_id(),
        "signup_id": row.id,
        "person_id": row.person_id,
        "shift_id": brief.id,
        "area_id": brief.area_id,
        "shift_ended_at": brief.ends_at,
        "state": NoShowState.EXCUSED if is_excused else NoShowState.NOTED,
        "noted_at": now,
        "answer": words,
        "decided_by_id": actor.person_id if is_excused else None,
        "decided_at": now if is_excused else None,
    }
