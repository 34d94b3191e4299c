"""After the event in the demo: the community's worker goes through last week's shifts; what ended since yesterday is still to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.checkin.queries import closing_view, shift_for_leader
from pointsapp.checkin.services import CloseShift, close_shift
from pointsapp.core.actor import COMMUNITY_STAFF
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.tasks.models import Shift, ShiftState, Task, TaskState

GONE_THROUGH, STILL_OPEN = timedelta(days=7), timedelta(hours=30)


def plan_closings(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Let the log-in of the community's staff close what ended last week but for the last day."""
    staff = street.by_log_in["staff"]

    def close_them(session: Session, at: datetime) -> None:
        shifts = session.scalars(
            select(Shift.public_id)
            .join(Task, Task.id == Shift.task_id)
            .join(Area, Area.id == Task.area_id)
            .where(
                below_any(Area.path, staff.paths(COMMUNITY_STAFF)),
                Task.state.in_((TaskState.PUBLISHED, TaskState.CLOSED)),
                Shift.state == ShiftState.OPEN,
                Shift.ends_at.between(now - GONE_THROUGH, now - STILL_OPEN),
            )
            .order_by(Shift.ends_at)
        ).all()
        for shift in shifts:
            look = shift_for_leader(session, staff, shift, now=at)
            view = closing_view(session, staff, look, now=at)
            command = CloseShift(
                minutes={
                    line.attendance: "confirm" for line in view.provisional if line.attendance and line.may_decide
                },
                absent={line.signup: "missed" for line in view.absent},
            )
            close_shift(session, staff, shift, command, now=at)

    timeline.at(now - timedelta(hours=5), close_them)
