"""Every metric's figure of one branch in one round, with its divisor, and the rows behind it page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.events import Event
from pointsapp.core.metrics import Counting, Metric
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.stars.models import Evidence
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.evidence import may_open
from pointsapp.stars.queries.metrics import CATALOGUE, Span, figure, one_branch, reach
from pointsapp.stars.queries.newest import newest
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.rows import EvidenceRow, asked_row, asked_rows
from pointsapp.stars.queries.standings import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFigure:
    """A metric with its figure (None: nothing to divide by) and, where it divides, the amount and what it is divided by.

    `opens` says whether the rows behind it open to this reader.
    """

    metric: Metric
    figure: int | None
    base: int | None
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRows:
    """One page of the rows, newest first; `is_masked` says that names are shortened for this reader."""

    metric: Metric
    rows: Page[EvidenceRow]
    is_masked: bool


def figures(
    session: Session, found: RoundRow, standing: Standing, actor: Actor | None, *, now: datetime
) -> tuple[MetricFigure, ...]:
    """Return all metrics of a branch; what is for information only is counted from its event rows now."""
    span = found.span(now)
    happened = _events(session, standing.branch, span)
    found_here = []
    for metric in sorted(CATALOGUE.values(), key=lambda metric: not metric.can_score):
        if metric.by is Counting.EVENTS:
            base = None if metric.over is None else happened[metric.over]
            amount = happened[metric.key]
            shown = amount if base is None else amount * metric.times // base if base else None
        else:
            base = None if metric.over is None else figure(CATALOGUE[metric.over], standing.tally)
            shown = figure(metric, standing.tally)
        opens = metric.evidence is not None and opens_to(actor, standing, metric)
        found_here.append(MetricFigure(metric=metric, figure=shown, base=base, opens=opens))
    return tuple(found_here)


def opens_to(actor: Actor | None, standing: Standing, metric: Metric) -> bool:
    """Tell whether the rows behind a metric open to this reader; what is for information opens to officers only."""
    if metric.by is Counting.EVENTS:
        return may_read_names(actor, standing.branch.area_path)
    counted = standing.tally.members if metric.shows_members else standing.tally.people
    return may_open(actor, standing.branch, metric, counted.get(metric.evidence or "", 0))


def metric_rows(
    session: Session, found: RoundRow, standing: Standing, actor: Actor, key: str, page: PageRequest, *, now: datetime
) -> MetricRows:
    """Return the rows behind metric `key`; NotFound for one that is made of none, Forbidden where rows are kept back."""
    metric = CATALOGUE.get(key)
    if metric is None or metric.evidence is None:
        raise NotFound()
    require(opens_to(actor, standing, metric))
    span = found.span(now)
    if metric.by is Counting.EVENTS:
        return MetricRows(metric=metric, rows=_event_rows(session, metric, standing.branch, span, page), is_masked=True)
    rows = evidence_rows(session, standing.branch, span, metric, actor, page)
    return MetricRows(metric=metric, rows=rows, is_masked=not may_read_names(actor, standing.branch.area_path))


def evidence_rows(
    session: Session, branch: BranchRow, span: Span, metric: Metric, actor: Actor, page: PageRequest
) -> Page[EvidenceRow]:
    """Return a page of the evidence that a metric counts, newest first. The caller has asked whether it opens."""
    behind = (
        tuple_(Evidence.occurred_at, Evidence.id) < tuple_(instant(page.after[0]), page.after[1])
        if page.after
        else None
    )
    shown = newest(
        session,
        branch.id,
        reach(one_branch(branch.id)),
        span,
        [metric.evidence or ""],
        page.limit + 1,
        only_members=metric.shows_members,
        behind=behind,
    ).subquery()
    has_names = may_read_names(actor, branch.area_path)
    every = session.execute(asked_rows(shown)).all()
    rows = cut(every, page.limit, lambda row: (row.Evidence.occurred_at.isoformat(), row.Evidence.id))
    return Page(tuple(asked_row(row, actor, has_names=has_names) for row in rows.items), rows.next_cursor)


def _happened(kinds: Sequence[str], branch: BranchRow, span: Span) -> Select[Event, str]:
    reached = reach(one_branch(branch.id))
    return (
        select(Event, Area.name)
        .join(reached, reached.c.area_id == Event.area_id)
        .join(Area, Area.id == Event.area_id)
        .where(Event.kind.in_(kinds), Event.at >= span.start, Event.at < span.end, Event.at <= span.as_of)
    )


def _events(session: Session, branch: BranchRow, span: Span) -> dict[str, int]:
    """Return how many events each metric that is made of plain events counts."""
    metrics = [metric for metric in CATALOGUE.values() if metric.by is Counting.EVENTS]
    kinds = sorted({metric.evidence or "" for metric in metrics})
    counted = _happened(kinds, branch, span).with_only_columns(Event.kind, func.count(Event.id)).group_by(Event.kind)
    found = {row[0]: row[1] for row in session.execute(counted)}
    return {metric.key: found.get(metric.evidence or "", 0) for metric in metrics}


def _event_rows(
    session: Session, metric: Metric, branch: BranchRow, span: Span, page: PageRequest
) -> Page[EvidenceRow]:
    """Return event rows with their time and area; whom they concern is nobody's business here."""
    statement = (
        _happened([metric.evidence or ""], branch, span)
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        statement = statement.where(tuple_(Event.at, Event.id) < tuple_(instant(page.after[0]), page.after[1]))
    rows = cut(session.execute(statement).all(), page.limit, lambda row: (row[0].at.isoformat(), row[0].id))
    items = tuple(
        EvidenceRow(public_id=str(row.id), occurred_at=row.at, area=area, person=None, metric=metric.key, quantity=1)
        for row, area in rows.items
    )
    return Page(items, rows.next_cursor)
