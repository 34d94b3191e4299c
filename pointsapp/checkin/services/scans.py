"""The trace of each attempt: who tried what, how, by whose hand, and the reason when it was refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.checkin.models import Action, Way
from pointsapp.core.bundle import insert, write_rows
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


_NAMES = (*Trace.__dataclass_fields__, "attendance_id", "is_accepted", "is_repeat", "reason")
SCAN = insert("scan", {name: f":scan_{name}" for name in _NAMES})


def values_of(
    trace: Trace,
    *,
    attendance_id: int | None = None,
    is_accepted: bool = True,
    is_repeat: bool = False,
    reason: str | None = None,
) -> dict[str, Any]:
    """Return the values of SCAN, the part of an act that keeps the attempt."""
    row = {name: getattr(trace, name) for name in Trace.__dataclass_fields__}
    row |= {"attendance_id": attendance_id, "is_accepted": is_accepted, "is_repeat": is_repeat, "reason": reason}
    return {f"scan_{name}": value for name, value in row.items()}


def keep(session: Session, trace: Trace, *, attendance_id: int, is_repeat: bool = False) -> None:
    """Keep an accepted attempt."""
    write_rows(session, (SCAN,), values_of(trace, attendance_id=attendance_id, is_repeat=is_repeat))


def refuse(session: Session, trace: Trace, refusal: Refusal) -> Refused:
    """Keep the attempt with its reason, and hand the reason to the door: a refused scan commits its row too."""
    # A refused attempt does not use up its sealed arrival.
    write_rows(session, (SCAN,), values_of(replace(trace, seal=None), is_accepted=False, reason=refusal.code))
    return Refused(refusal)
