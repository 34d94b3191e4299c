"""Every row behind one figure, page by page, for whom the figure opens to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.people.models import Person
from pointsapp.stars.models import Evidence
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries.evidence import EvidenceRow, evidence_row, main_metric, may_open
from pointsapp.stars.queries.metrics import is_member, one_branch, reach
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.standings import Standing
from pointsapp.stars.rules.scheme import Indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """One page of the rows, newest first; `is_masked` says that names are shortened for this reader."""

    indicator: Indicator
    rows: Page[EvidenceRow]
    is_masked: bool


def evidence_page(
    session: Session, found: RoundRow, standing: Standing, actor: Actor, key: str, page: PageRequest, *, now: datetime
) -> EvidencePage:
    """Return the rows behind indicator `key`; NotFound for one that people assess, Forbidden where rows are kept back."""
    indicator = next((one.indicator for star in standing.score.stars for one in star.indicators if one.indicator.key == key), None)  # fmt: skip
    metric = main_metric(indicator) if indicator is not None else None
    if indicator is None or metric is None or metric.evidence is None:
        raise NotFound()
    counted = standing.tally.members if metric.shows_members else standing.tally.people
    require(may_open(actor, standing.branch, metric, counted.get(metric.evidence, 0)))
    reached = reach(one_branch(standing.branch.id))
    statement = (
        select(Evidence, Area.name, Person.name)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .join(Area, Area.id == Evidence.area_id)
        .outerjoin(Person, Person.id == Evidence.person_id)
        .where(Evidence.metric == metric.evidence, Evidence.quantity != 0, found.span(now).holds())
        .order_by(Evidence.occurred_at.desc(), Evidence.id.desc())
        .limit(page.limit + 1)
    )
    if metric.shows_members:
        statement = statement.where(is_member(reached))
    if page.after:
        seen = tuple_(instant(page.after[0]), page.after[1])
        statement = statement.where(tuple_(Evidence.occurred_at, Evidence.id) < seen)
    has_names = may_read_names(actor, standing.branch.area_path)
    rows = cut(session.execute(statement).all(), page.limit, lambda row: (row[0].occurred_at.isoformat(), row[0].id))
    items = tuple(evidence_row(row, area, name, actor, has_names=has_names) for row, area, name in rows.items)
    return EvidencePage(indicator=indicator, rows=Page(items, rows.next_cursor), is_masked=not has_names)
