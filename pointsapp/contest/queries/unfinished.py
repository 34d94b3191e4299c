"""What waits of one quarter's promises, as the star board's closing page lists it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from pointsapp.contest.models import Outcome, Pledge, PledgeState, PledgeStep, StepKind
from pointsapp.core.clock import local_day
from pointsapp.core.unfinished import columns
from pointsapp.stars.models import Branch, Round


def promises_of(start: datetime, end: datetime) -> Select[Any]:
    """Select promises for the quarter from `start` that their branch says it kept and that nobody has confirmed."""
    said_at = (
        select(func.max(PledgeStep.at))
        .where(PledgeStep.pledge_id == Pledge.id, PledgeStep.kind == StepKind.REPORTED)
        .correlate(Pledge)
        .scalar_subquery()
    )
    return (
        select(*columns(area_id=Branch.area_id, received_at=said_at))
        .select_from(Pledge)
        .join(Branch, Branch.id == Pledge.branch_id)
        .join(Round, Round.id == Pledge.round_id)
        .where(
            Round.starts_on >= local_day(start),
            Round.starts_on <= local_day(end - timedelta(microseconds=1)),
            Pledge.state == PledgeState.REPORTED,
            Pledge.outcome == Outcome.KEPT,
        )
    )
