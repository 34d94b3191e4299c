"""Who recorded, confirmed or refused somebody's minutes, and who corrected them: a complaint about it is answered by somebody else."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, Correction, Scan
from pointsapp.checkin.queries import correction_view
from pointsapp.core.actor import Actor
from pointsapp.core.deciders import Decisions, decision_columns
from pointsapp.core.errors import Refusal
from pointsapp.tasks.models import Signup

PAGE = "/checkins/"


def opens(session: Session, actor: Actor, key: str) -> dict[str, str] | None:
    """Return the address at which staff correct these minutes, for who may."""
    signup = session.scalar(
        select(Signup.public_id).join(Attendance, Attendance.signup_id == Signup.id).where(Attendance.public_id == key)
    )
    try:
        return {"signup": correction_view(session, actor, signup).signup} if signup is not None else None
    except Refusal:
        return None


def _decided(by_id: Any, at: Any) -> Select[Any]:
    columns = decision_columns(page=PAGE, key=Attendance.public_id, person_id=Attendance.person_id, by_id=by_id, at=at)
    return select(*columns).select_from(Attendance).where(by_id.is_not(None))


def _corrected(by_id: Any) -> Select[Any]:
    corrected = _decided(by_id, Correction.decided_at).join(Correction, Correction.signup_id == Attendance.signup_id)
    return corrected.where(Correction.decided_at.is_not(None))


def _recorded() -> Select[Any]:
    """Select whose hand checked somebody in or out: by a personal code, on the list, or afterwards. Nobody else wrote it down."""
    ticked = _decided(Scan.by_id, Scan.at).join(
        Scan, and_(Scan.shift_id == Attendance.shift_id, Scan.attendance_id == Attendance.id)
    )
    return ticked.where(Scan.is_accepted, ~Scan.is_repeat, Scan.by_id != Attendance.person_id)


DECISIONS = (
    Decisions(
        name=_l("签到和时长"),
        page=PAGE,
        by=(
            _recorded(),
            _decided(Attendance.checked_in_by_id, Attendance.checked_in_at),
            _decided(Attendance.decided_by_id, Attendance.decided_at),
            _corrected(Correction.asked_by_id),
            _corrected(Correction.decided_by_id),
        ),
        endpoint="checkin.show_correction",
        opens=opens,
    ),
)
