"""Files in the demo: new neighbours brought in from a list, and the month's attendances taken out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.batches.models import BatchKind
from pointsapp.batches.services import AskExport, BatchReceipt, CheckFile, ask_export, check_file, start_batch
from pointsapp.demo import facts
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline

NEIGHBOURS = ("范秀英", "卢建国", "蒋桂芳", "蔡志强", "贾玉兰", "丁海霞")


def plan_batches(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Let the community's worker bring six people in and take one list out; the worker of the house does the rest."""
    staff, code = street.by_log_in["staff"], facts.COMMUNITIES[0][0]

    def bring_in(session: Session, at: datetime) -> None:
        rows = tuple((line, (name, f"1770000{line:04d}", f"{code}-1")) for line, name in enumerate(NEIGHBOURS, 2))
        made = check_file(session, staff, CheckFile(kind=BatchKind.PEOPLE_IN, rows=rows), now=at)
        assert isinstance(made, BatchReceipt)
        start_batch(session, staff, made.public_id, now=at)

    def take_out(session: Session, at: datetime) -> None:
        ask_export(session, staff, AskExport(kind=BatchKind.TASKS_OUT, area_id=code), now=at)

    timeline.at(now - timedelta(hours=30), bring_in)
    timeline.at(now - timedelta(hours=3), take_out)
