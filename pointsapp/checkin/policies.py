"""Who may do what at check-in, and the numbers an operator may change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.tasks.policies import may_lead_shift, may_run_task

if TYPE_CHECKING:
    from pointsapp.checkin.queries.looks import AttendanceRow, Look

STOPPED_FULL_FROM = policy.declare(
    "checkin.stopped_full_from_percent",
    50,
    _l("场次中途停止时，做满百分之几即得整份积分，不足的按时间折算（向下取整）"),
)

OFFLINE_GRACE_MINUTES = policy.declare(
    "checkin.offline_grace_minutes",
    120,
    _l("没网时点的名，结束后多少分钟内传上来按当时的时间算；再晚的要另一位负责人确认"),
)


def may_see_desk(actor: Actor) -> bool:
    """Today's shifts and what waits for a second person: staff, each of their areas."""
    return actor.is_staff_anywhere


def may_check_others_in(actor: Actor, look: Look, now: datetime) -> bool:
    """Staff of the task's area always; the shift's leaders from 60 minutes before to 24 hours after."""
    return may_lead_shift(actor, look.brief, look.actor_leads, now)


def may_review(actor: Actor, look: Look, attendance: AttendanceRow, now: datetime) -> bool:
    """An organiser other than the person confirms minutes; what somebody ticked after the end, somebody else confirms."""
    if look.person_id == actor.person_id or not may_check_others_in(actor, look, now):
        return False
    return attendance.cut_off or attendance.checked_in_by_id != actor.person_id


def may_correct(actor: Actor, look: Look) -> bool:
    """Staff of the task's area, never for themself."""
    return look.person_id != actor.person_id and may_run_task(actor, look.brief.area_path)


def may_approve_correction(actor: Actor, look: Look, asked_by_id: int) -> bool:
    """A second person's: not who asked, not whom it is for."""
    return may_correct(actor, look) and actor.person_id != asked_by_id
