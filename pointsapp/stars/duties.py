"""What waits on the star board: objections to answer, paper sheets and errata for their second person; and plan items one leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from pointsapp.core.actor import OFFICE_STAFF, STREET_OFFICE
from pointsapp.core.duties import Duties, select_duties
from pointsapp.stars.models import Branch, Erratum, ErratumState, Objection, ObjectionState, PaperSheet, PaperState


def objections(now: datetime) -> Select[Any]:
    """Select objections without an answer; their limit was set when they were made."""
    return _about_branches(Objection, due_at=Objection.due_at).where(Objection.state == ObjectionState.OPEN)


def errata(now: datetime) -> Select[Any]:
    """Select proposed corrections of a closed round."""
    return _about_branches(Erratum, note=Erratum.what).where(Erratum.state == ErratumState.PROPOSED)


def _about_branches(row: Any, **more: Any) -> Select[Any]:
    found = select_duties(row, area_id=Branch.area_id, since=row.at, title=Branch.name, not_by=row.by_id, **more)
    return found.join(Branch, Branch.id == row.branch_id)


def sheets(now: datetime) -> Select[Any]:
    """Select sheets typed in from paper, not yet confirmed."""
    sheet = PaperSheet
    waiting = select_duties(sheet, area_id=sheet.area_id, since=sheet.at, title=sheet.title, not_by=sheet.by_id)
    return waiting.where(sheet.state == PaperState.PENDING)


DUTIES = (
    Duties(
        key="stars.objections",
        name=_l("答复异议"),
        endpoint="stars.show_objection",
        arg="objection_id",
        waiting=objections,
        roles=OFFICE_STAFF,
    ),
    Duties(
        key="stars.paper",
        name=_l("复核纸面补录"),
        endpoint="stars.show_paper",
        arg="sheet_id",
        waiting=sheets,
        roles=OFFICE_STAFF,
    ),
    Duties(
        key="stars.errata",
        name=_l("复核五星更正"),
        endpoint="stars.show_erratum",
        arg="erratum_id",
        waiting=errata,
        roles=STREET_OFFICE,
    ),
)
