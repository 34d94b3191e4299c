"""The trace of each attempt: who tried what, how, by whose hand, and the reason when it was refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Action, Scan, Way
from pointsapp.core.errors import Refusal, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Who tried what, how, and by whose hand: the columns every Scan shares."""

    at: datetime
    way: Way
    person_id: int | None
    by_id: int
    action: Action | None = None
    shift_id: int | None = None
    seal: str | None = None


def keep(session: Session, trace: Trace, *, attendance_id: int, is_repeat: bool = False) -> None:
    session.execute(
        insert(Scan).values(
            at=trace.at,
            person_id=trace.person_id,
            shift_id=trace.shift_id,
            attendance_id=attendance_id,
            action=trace.action,
            way=trace.way,
            by_id=trace.by_id,
            is_accepted=True,
            is_repeat=is_repeat,
            seal=trace.seal,
        )
    )


def refuse(session: Session, trace: Trace, refusal: Refusal) -> Refused:
    """Keep the attempt with its reason, and hand the reason to the door: a refused scan commits its row too."""
    session.execute(
        insert(Scan).values(
            at=trace.at,
            person_id=trace.person_id,
            shift_id=trace.shift_id,
            action=trace.action,
            way=trace.way,
            by_id=trace.by_id,
            is_accepted=False,
            is_repeat=False,
            reason=refusal.code,
        )
    )
    return Refused(refusal)
