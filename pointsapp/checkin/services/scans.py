"""The trace of each attempt: who tried what, how, by whose hand, and the reason when it was refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Action, Scan, Way
from pointsapp.core.db import table_of
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


_INSERT = insert(table_of(Scan))


def keep(session: Session, trace: Trace, *, attendance_id: int, is_repeat: bool = False) -> None:
    session.execute(_INSERT, _row(trace, attendance_id=attendance_id, is_repeat=is_repeat, is_accepted=True))


def refuse(session: Session, trace: Trace, refusal: Refusal) -> Refused:
    """Keep the attempt with its reason, and hand the reason to the door: a refused scan commits its row too."""
    # A refused attempt does not use up its sealed arrival.
    session.execute(_INSERT, _row(replace(trace, seal=None), is_accepted=False, reason=refusal.code))
    return Refused(refusal)


def _row(trace: Trace, **more: Any) -> dict[str, Any]:
    row = {name: getattr(trace, name) for name in Trace.__dataclass_fields__}
    return row | {"attendance_id": None, "is_repeat": False, "reason": None} | more
