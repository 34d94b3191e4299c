"""What waits after inspections: findings to put right, and answers to look at again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from pointsapp.core.duties import Duties, select_duties
from pointsapp.inspections.models import Finding, FindingState, FindingStep
from pointsapp.inspections.policies import ANSWERS_FOR, INSPECTS
from pointsapp.stars.models import Branch


def to_rectify(now: datetime) -> Select[Any]:
    """Select findings that the branch has to put right, by the day they say."""
    waiting = (FindingState.OPEN, FindingState.RETURNED)
    return _findings(since=Finding.at, due_on=Finding.due_on).where(Finding.state.in_(waiting))


def to_look_at(now: datetime) -> Select[Any]:
    """Select findings that were answered: somebody looks whether they are put right."""
    answered = select(func.max(FindingStep.at)).where(FindingStep.finding_id == Finding.id).scalar_subquery()
    return _findings(since=answered).where(Finding.state == FindingState.ANSWERED)


def _findings(**more: Any) -> Select[Any]:
    words = func.substr(Finding.text, 1, 60)
    found = select_duties(Finding, area_id=Branch.area_id, title=Branch.name, note=words, **more)
    return found.join(Branch, Branch.id == Finding.branch_id)


DUTIES = (
    Duties(
        key="inspections.rectify",
        name=_l("整改督查问题"),
        endpoint="inspections.show_finding",
        arg="finding_id",
        waiting=to_rectify,
        roles=ANSWERS_FOR,
    ),
    Duties(
        key="inspections.recheck",
        name=_l("复查整改"),
        endpoint="inspections.show_finding",
        arg="finding_id",
        waiting=to_look_at,
        roles=INSPECTS,
    ),
)
