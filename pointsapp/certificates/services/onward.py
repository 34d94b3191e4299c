"""Taking rows out for the official volunteer system: each is marked, so that nobody types one in twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pointsapp.areas.queries import require_area
from pointsapp.certificates.errors import NothingToReport
from pointsapp.certificates.messages import WRONG_SPAN
from pointsapp.certificates.models import OnwardReport, ReportedRow
from pointsapp.certificates.policies import may_report_onward
from pointsapp.certificates.queries import onward_rows
from pointsapp.certificates.rules import chosen_columns, is_span
from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid
from pointsapp.core.locks import LockKind, lock


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOnward:
    """`area` is an id or a code; days are local, both included; `columns` in their order."""

    area: str
    from_on: date
    until_on: date
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceipt:
    public_id: str
    rows: int


def report_onward(session: Session, actor: Actor, command: ReportOnward, *, now: datetime) -> ReportReceipt:
    """Mark every row of these days that was not reported yet, or not with these minutes, and keep which columns were asked for."""
    area = require_area(session, command.area, field="area")
    require(may_report_onward(actor, area.path))
    if not is_span(command.from_on, command.until_on, clock.local_day(now)):
        raise Invalid({"until_on": [str(WRONG_SPAN)]})
    lock(session, LockKind.ONWARD, 0)  # two at once would both take the same rows, and areas lie within areas
    rows = onward_rows(session, area, command.from_on, command.until_on)
    if not rows:
        raise NothingToReport()
    report = OnwardReport(
        area_id=area.id,
        from_on=command.from_on,
        until_on=command.until_on,
        columns={"keys": list(chosen_columns(command.columns))},
        rows=len(rows),
        made_at=now,
        made_by_id=actor.person_id,
    )
    session.add(report)
    session.flush()
    session.execute(
        insert(ReportedRow),
        [{"report_id": report.id, "attendance_id": each.attendance_id, "minutes": each.minutes} for each in rows],
    )
    events.record(
        session,
        "certificates.reported_onward",
        at=now,
        subject=f"onward_report:{report.id}",
        area_id=area.id,
        actor_id=actor.person_id,
        rows=len(rows),
    )
    return ReportReceipt(public_id=report.public_id, rows=len(rows))
