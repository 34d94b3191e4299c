"""Drill-down: from a star to its indicators to the rows behind each figure, as much as the reader may see.

The public sees counts; residents masked rows; officers within their remit everything. A figure made by fewer than five people
opens to no rows but one's own (who it was could be guessed), and rows that would tell a party member are for those who may read members.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor
from pointsapp.core.events import Event
from pointsapp.core.masking import mask_name
from pointsapp.core.metrics import Metric
from pointsapp.people.models import Person
from pointsapp.stars.models import Assessment, Evidence
from pointsapp.stars.policies import may_read_members, may_read_names
from pointsapp.stars.queries.metrics import METRICS, Span, is_member, one_branch, reach
from pointsapp.stars.queries.rounds import BranchRow, RoundRow
from pointsapp.stars.queries.standings import Standing
from pointsapp.stars.rules.scheme import Indicator, Item, Source
from pointsapp.stars.rules.score import IndicatorScore, StarScore
from pointsapp.stars.rules.why import Step, why_indicator, why_no_tier, why_star, why_total

SMALL_GROUP = 5
PAPER_CONFIRMED = "stars.paper_confirmed"  # the event of a line of a confirmed paper sheet
MOST_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One row behind a figure: when, where, whose work (masked unless the reader is an officer), how much; `is_paper`: typed in by staff."""

    public_id: str
    occurred_at: datetime
    area: str
    person: str | None
    metric: str
    quantity: int
    is_own: bool = False
    is_paper: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRow:
    """One score given by hand; `by` is only told to officers."""

    public_id: str
    at: datetime
    score: int
    reason: str
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorDetail:
    """An indicator with its rows. `evidence_count` counts all; `is_hidden` says that rows are kept back."""

    indicator: Indicator
    score: IndicatorScore
    evidence: tuple[EvidenceRow, ...] = ()
    evidence_count: int = 0
    people: int = 0
    is_hidden: bool = False
    assessments: tuple[AssessmentRow, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StarDetail:
    score: StarScore
    indicators: tuple[IndicatorDetail, ...]
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetail:
    """A bonus, honour, deduction or veto with what was given for it and why."""

    item: Item
    score: IndicatorScore
    steps: tuple[Step, ...]
    assessments: tuple[AssessmentRow, ...] = ()


@dataclass(slots=True)
class _Rows:
    count: dict[str, int] = field(default_factory=dict)
    newest: dict[str, list[EvidenceRow]] = field(default_factory=lambda: defaultdict(list))


def drill_down(
    session: Session, found: RoundRow, standing: Standing, actor: Actor | None, *, now: datetime
) -> tuple[StarDetail, ...]:
    """Return every star of one branch with its indicators and, for those who may see them, the newest rows behind them."""
    span = found.span(now)
    branch = standing.branch
    wanted = {
        (metric.evidence, metric.shows_members)
        for star in standing.score.stars
        for one in star.indicators
        for metric in (main_metric(one.indicator),)
        if metric is not None and metric.evidence is not None
    }
    everyone, members = _rows(session, branch, span, wanted, actor)
    given = _given(session, found, branch, span, actor)
    return tuple(
        StarDetail(
            score=star,
            indicators=tuple(
                replace(
                    _detail(one, standing, actor, everyone=everyone, members=members, given=given),
                    steps=why_indicator(found.scheme, one),
                )
                for one in star.indicators
            ),
            steps=why_star(standing.score, star),
        )
        for star in standing.score.stars
    )


def item_details(
    session: Session, found: RoundRow, standing: Standing, actor: Actor | None, *, now: datetime
) -> tuple[ItemDetail, ...]:
    """Return the scheme's bonuses, honours, deductions and vetoes as they stand for one branch."""
    if not standing.score.items:
        return ()
    given = _given(session, found, standing.branch, found.span(now), actor)
    return tuple(
        ItemDetail(
            item=one.item,
            score=one.score,
            steps=why_indicator(found.scheme, one.score),
            assessments=tuple(given.get(one.item.key, ())),
        )
        for one in standing.score.items
    )


def why_here(found: RoundRow, standing: Standing) -> tuple[Step, ...]:
    """Return how a branch's total came together, what bounds its tier, and which tiers had no room."""
    return (*why_total(found.scheme, standing.score), *why_no_tier(standing.missed))


def main_metric(indicator: Indicator) -> Metric | None:
    """Return what an indicator counts; None where people assess it."""
    return METRICS[indicator.formula.of] if indicator.formula is not None else None


def _detail(
    one: IndicatorScore,
    standing: Standing,
    actor: Actor | None,
    *,
    everyone: _Rows,
    members: _Rows,
    given: dict[str, list[AssessmentRow]],
) -> IndicatorDetail:
    metric = main_metric(one.indicator)
    if one.indicator.source is Source.ASSESSED or metric is None or metric.evidence is None:
        return IndicatorDetail(indicator=one.indicator, score=one, assessments=tuple(given.get(one.indicator.key, ())))
    counted = standing.tally.members if metric.shows_members else standing.tally.people
    people = counted.get(metric.evidence, 0)
    rows = members if metric.shows_members else everyone
    newest = tuple(rows.newest.get(metric.evidence, ()))
    shown = may_open(actor, standing.branch, metric, people)
    return IndicatorDetail(
        indicator=one.indicator,
        score=one,
        # What one did oneself is no secret to oneself.
        evidence=newest if shown else tuple(row for row in newest if row.is_own),
        evidence_count=rows.count.get(metric.evidence, 0),
        people=people,
        is_hidden=not shown and rows.count.get(metric.evidence, 0) > 0,
    )


def may_open(actor: Actor | None, branch: BranchRow, metric: Metric, people: int) -> bool:
    """Tell whether the rows behind a figure made by `people` people open to this reader."""
    if actor is None:
        return False
    if metric.shows_members:
        return may_read_members(actor, branch.area_path)
    # 0 people: rows without a person (closed tasks), which tell nothing about anybody
    return people == 0 or people >= SMALL_GROUP or may_read_names(actor, branch.area_path)


def _rows(
    session: Session, branch: BranchRow, span: Span, wanted: set[tuple[str, bool]], actor: Actor | None
) -> tuple[_Rows, _Rows]:
    """Return the newest rows of each wanted (metric, of members only) and how many there are: everybody's, and the members'."""
    found = {False: _Rows(), True: _Rows()}
    reached = reach(one_branch(branch.id))
    parts = [
        _numbered(reached, span, sorted(name for name, only in wanted if only is only_members), only_members)
        for only_members in found
        if any(only is only_members for _name, only in wanted)
    ]
    if parts:
        newest = union_all(*parts).subquery()
        has_names = may_read_names(actor, branch.area_path)
        for row, area, name, kind, count, only_members in session.execute(
            select(Evidence, Area.name, Person.name, Event.kind, newest.c.count, newest.c.only_members)
            .join(newest, newest.c.id == Evidence.id)
            .join(Area, Area.id == Evidence.area_id)
            .join(Event, Event.id == Evidence.event_id)
            .outerjoin(Person, Person.id == Evidence.person_id)
            .where(newest.c.place <= MOST_ROWS)
            .order_by(newest.c.place)
        ):
            rows = found[bool(only_members)]
            rows.count[row.metric] = count
            rows.newest[row.metric].append(evidence_row(row, area, name, kind, actor, has_names=has_names))
    return found[False], found[True]


def _numbered(reached: Any, span: Span, metrics: list[str], only_members: bool) -> Select[Any]:
    """Return the rows of these metrics, numbered from the newest of each, beside how many each has."""
    rows = (
        select(
            Evidence.id,
            func.row_number()
            .over(partition_by=Evidence.metric, order_by=(Evidence.occurred_at.desc(), Evidence.id.desc()))
            .label("place"),
            func.count().over(partition_by=Evidence.metric).label("count"),
            literal(only_members).label("only_members"),
        )
        .join(reached, reached.c.area_id == Evidence.area_id)
        .where(Evidence.metric.in_(metrics), Evidence.quantity != 0, span.holds())
    )
    return rows.where(is_member(reached)) if only_members else rows


def evidence_row(
    row: Evidence, area: str, name: str | None, kind: str | None, actor: Actor | None, *, has_names: bool
) -> EvidenceRow:
    """Return a row as this reader may see it; `kind` is that of the event it came from."""
    return EvidenceRow(
        public_id=row.public_id,
        occurred_at=row.occurred_at,
        area=area,
        person=None if name is None else name if has_names else mask_name(name),
        metric=row.metric,
        quantity=row.quantity,
        is_own=actor is not None and row.person_id == actor.person_id,
        is_paper=kind == PAPER_CONFIRMED,
    )


def _given(
    session: Session, found: RoundRow, branch: BranchRow, span: Span, actor: Actor | None
) -> dict[str, list[AssessmentRow]]:
    """Return every score given by hand, the newest first: an older one is not overwritten. Guests see scores, not reasons."""
    if actor is None:
        return {}
    has_names = may_read_names(actor, branch.area_path)
    rows: dict[str, list[AssessmentRow]] = defaultdict(list)
    for one, name in session.execute(
        select(Assessment, Person.name)
        .join(Person, Person.id == Assessment.by_id)
        .where(Assessment.round_id == found.id, Assessment.branch_id == branch.id, Assessment.at <= span.as_of)
        .order_by(Assessment.id.desc())
    ):
        rows[one.indicator].append(
            AssessmentRow(
                public_id=one.public_id,
                at=one.at,
                score=one.score_hundredths,
                reason=one.reason,
                by=name if has_names else None,
            )
        )
    return rows
