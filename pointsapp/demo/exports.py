"""Exports in the demo: the finished quarter's board as it was frozen, and running figures that have changed since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.exports.models import ExportKind
from pointsapp.exports.services import MakeExport, make_export
from pointsapp.stars.models import RoundState
from pointsapp.stars.queries import latest_rounds

# days before today, what, which branch, of the frozen quarter
TAKEN: tuple[tuple[int, ExportKind, str | None, bool], ...] = (
    (9, ExportKind.STANDINGS, None, True),
    (6, ExportKind.STANDINGS, None, False),
    (5, ExportKind.BRANCH, "zb-wutongli", False),
    (3, ExportKind.PLAN, "zb-wutongli", False),
    (2, ExportKind.WALL, None, False),
)


def plan_exports(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put a handful of exports of the last days on the timeline."""
    for days, kind, branch, is_frozen in TAKEN:
        timeline.at(now - timedelta(days=days), _take(street.street_admin, kind, branch, is_frozen))


def _take(actor: Actor, kind: ExportKind, branch: str | None, is_frozen: bool) -> Callable[[Session, datetime], object]:
    def happen(session: Session, now: datetime) -> object:
        wanted = [one for one in latest_rounds(session) if (one.state is RoundState.CLOSED) is is_frozen]
        if not wanted:
            return None
        command = MakeExport(kind=kind, round_id=wanted[0].public_id, branch_id=branch)
        return make_export(session, actor, command, now=now)

    return happen
