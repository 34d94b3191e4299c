"""Every row behind one figure, page by page, for whom the figure opens to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries.catalogue import evidence_rows
from pointsapp.stars.queries.evidence import main_metric, may_open
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.rows import EvidenceRow
from pointsapp.stars.queries.standings import Standing
from pointsapp.stars.rules.scheme import Indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """One page of the rows, newest first; `is_masked` says that names are shortened for this reader."""

    indicator: Indicator
    rows: Page[EvidenceRow]
    is_masked: bool
    members_only: bool


def evidence_page(
    session: Session, found: RoundRow, standing: Standing, actor: Actor, key: str, page: PageRequest, *, now: datetime
) -> EvidencePage:
    """Return the rows behind indicator `key`; NotFound for one that people assess, Forbidden where rows are kept back."""
    indicator = found.scheme.indicator(key)
    metric = main_metric(indicator) if indicator is not None else None
    if indicator is None or metric is None or metric.evidence is None:
        raise NotFound()
    counted = standing.tally.members if metric.shows_members else standing.tally.people
    require(may_open(actor, standing.branch, metric, counted.get(metric.evidence, 0)))
    rows = evidence_rows(session, standing.branch, found.span(now), metric, actor, page)
    return EvidencePage(
        indicator=indicator,
        rows=rows,
        is_masked=not may_read_names(actor, standing.branch.area_path),
        members_only=metric.shows_members,
    )
