"""Drill-down: from a star to its indicators to the rows behind each figure, as much as the reader may see.

The public sees counts; residents masked rows; officers within their remit everything. A figure made by fewer than five people
opens to no rows but one's own (who it was could be guessed), and rows that would tell a party member are for those who may read members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from pointsapp.core.actor import Actor
from pointsapp.core.metrics import Metric
from pointsapp.people.models import Person
from pointsapp.stars.models import Assessment
from pointsapp.stars.policies import may_read_members, may_read_names
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.counts import kept_row_counts
from pointsapp.stars.queries.metrics import METRICS, Span, one_branch, reach
from pointsapp.stars.queries.newest import newest, row_counts
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.rows import EvidenceRow, asked_row, asked_rows
from pointsapp.stars.queries.standings import Standing
from pointsapp.stars.rules.figures import IndicatorScore
from pointsapp.stars.rules.scheme import Indicator, Item, Source
from pointsapp.stars.rules.score import StarScore
from pointsapp.stars.rules.why import Step, why_indicator, why_no_tier, why_star, why_total

SMALL_GROUP = 5
MOST_ROWS = 20


# How an assessment that came out of a panel names it (Assessment.origin).
PANEL_ORIGIN = "panel:"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRow:
    """One score given by hand; `by` is only told to officers; `panel` is the public id of the panel that it is the result of."""

    public_id: str
    at: datetime
    score: int
    reason: str
    by: str | None
    panel: str | None = None


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


Given = dict[str, list["AssessmentRow"]]


def drill_down(
    session: Session,
    found: RoundRow,
    standing: Standing,
    actor: Actor | None,
    *,
    now: datetime,
    given: Given | None = None,
) -> tuple[StarDetail, ...]:
    """Return every star of one branch with its indicators and, for those who may see them, the newest rows behind them.

    `given` is what `assessments_of` says, where the caller has it already.
    """
    span = found.span(now)
    branch = standing.branch
    wanted = {
        (metric.evidence, metric.shows_members): metric
        for star in standing.score.stars
        for one in star.indicators
        for metric in (main_metric(one.indicator),)
        if metric is not None and metric.evidence is not None
    }
    everyone, members = _rows(session, found, standing, span, wanted.values(), actor)
    if given is None:
        given = assessments_of(session, found, branch, found.closed_at or now, actor)
    return tuple(
        StarDetail(
            score=star,
            indicators=tuple(
                replace(
                    _detail(one, standing, actor, everyone=everyone, members=members, given=given),
                    steps=why_one(found, standing, one),
                )
                for one in star.indicators
            ),
            steps=why_star(standing.score, star) if standing.kept is None else standing.kept.steps.stars[star.star.key],
        )
        for star in standing.score.stars
    )


def item_details(
    session: Session,
    found: RoundRow,
    standing: Standing,
    actor: Actor | None,
    *,
    now: datetime,
    given: Given | None = None,
) -> tuple[ItemDetail, ...]:
    """Return the scheme's bonuses, honours, deductions and vetoes as they stand for one branch."""
    if not standing.score.items:
        return ()
    if given is None:
        given = assessments_of(session, found, standing.branch, found.closed_at or now, actor)
    return tuple(
        ItemDetail(
            item=one.item,
            score=one.score,
            steps=why_one(found, standing, one.score),
            assessments=tuple(given.get(one.item.key, ())),
        )
        for one in standing.score.items
    )


def why_here(found: RoundRow, standing: Standing) -> tuple[Step, ...]:
    """Return how a branch's total came together, what bounds its tier, and which tiers had no room."""
    if standing.kept is not None:
        return standing.kept.steps.total
    return (*why_total(found.scheme, standing.score), *why_no_tier(standing.missed))


def why_one(found: RoundRow, standing: Standing, one: IndicatorScore) -> tuple[Step, ...]:
    """Return the steps to an indicator's score; of a closed round those that were stored with it."""
    if standing.kept is not None:
        return standing.kept.steps.indicators[one.indicator.key]
    return why_indicator(found.scheme, one)


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
    given: Given,
) -> IndicatorDetail:
    metric = main_metric(one.indicator)
    if one.indicator.source is Source.ASSESSED or metric is None or metric.evidence is None:
        return IndicatorDetail(indicator=one.indicator, score=one, assessments=tuple(given.get(one.indicator.key, ())))
    rows = members if metric.shows_members else everyone
    return IndicatorDetail(
        indicator=one.indicator,
        score=one,
        evidence=tuple(rows.newest.get(metric.evidence, ())),
        evidence_count=rows.count.get(metric.evidence, 0),
        people=_people(standing, metric),
        is_hidden=not _opens(actor, standing, metric) and rows.count.get(metric.evidence, 0) > 0,
    )


def _people(standing: Standing, metric: Metric) -> int:
    counted = standing.tally.members if metric.shows_members else standing.tally.people
    return counted.get(metric.evidence or "", 0)


def _opens(actor: Actor | None, standing: Standing, metric: Metric) -> bool:
    return may_open(actor, standing.branch, metric, _people(standing, metric))


def may_open(actor: Actor | None, branch: BranchRow, metric: Metric, people: int) -> bool:
    """Tell whether the rows behind a figure made by `people` people open to this reader."""
    if actor is None:
        return False
    if metric.shows_members:
        return may_read_members(actor, branch.area_path)
    # 0 people: rows without a person (closed tasks), which tell nothing about anybody
    return people == 0 or people >= SMALL_GROUP or may_read_names(actor, branch.area_path)


def _rows(
    session: Session, found: RoundRow, standing: Standing, span: Span, wanted: Iterable[Metric], actor: Actor | None
) -> tuple[_Rows, _Rows]:
    """Return how many rows there are behind each wanted metric, everybody's and the members', and the newest that this reader is shown.

    What is not shown is not looked for: guests see counts alone, and of a figure that does not open one's own rows, which are no secret
    to oneself.
    """
    branch, of_all, of_members = standing.branch, _Rows(), _Rows()
    parts, reached, every = [], reach(one_branch(branch.id)), list(wanted)
    for only_members, rows in ((False, of_all), (True, of_members)):
        mine = [metric for metric in every if metric.shows_members is only_members]
        if mine:
            rows.count.update(_row_counts(session, found, standing, span, mine, only_members=only_members))
        for opens in (True, False) if actor is not None else ():
            chosen = sorted(one.evidence or "" for one in mine if _opens(actor, standing, one) is opens)
            if chosen:
                of = None if opens or actor is None else actor.person_id
                parts.append(
                    newest(session, branch.id, reached, span, chosen, MOST_ROWS, only_members=only_members, of=of)
                )
    if parts:
        shown = union_all(*parts).subquery()
        has_names = may_read_names(actor, branch.area_path)
        for row in session.execute(asked_rows(shown, shown.c.only_members)):
            line = asked_row(row, actor, has_names=has_names)
            (of_members if row.only_members else of_all).newest[line.metric].append(line)
    for rows in (of_all, of_members):
        for metric, lines in rows.newest.items():  # a count is as old as the figure beside it
            rows.count[metric] = max(rows.count.get(metric, 0), len(lines))
    return of_all, of_members


def _row_counts(
    session: Session, found: RoundRow, standing: Standing, span: Span, metrics: Iterable[Metric], *, only_members: bool
) -> dict[str, int]:
    """Return how many rows are behind these metrics: as they were kept with the figures, else counted; members' rows are few."""
    counted = None if only_members else standing.tally.rows
    if counted is None and standing.kept is not None and not only_members:
        counted = kept_row_counts(session, found, standing.branch.id, standing.tally)
    if counted is None:
        names = sorted(metric.evidence or "" for metric in metrics)
        counted = row_counts(session, standing.branch.id, span, names, only_members=only_members)
    return counted


def _panel_of(origin: str | None) -> str | None:
    return origin.removeprefix(PANEL_ORIGIN) if origin and origin.startswith(PANEL_ORIGIN) else None


def assessments_of(session: Session, found: RoundRow, branch: BranchRow, as_of: datetime, actor: Actor | None) -> Given:
    """Return every score given by hand, the newest first: an older one is not overwritten. Guests see scores, not reasons."""
    if actor is None:
        return {}
    has_names = may_read_names(actor, branch.area_path)
    rows: Given = defaultdict(list)
    for one, name in session.execute(
        select(Assessment, Person.name)
        .join(Person, Person.id == Assessment.by_id)
        .where(Assessment.round_id == found.id, Assessment.branch_id == branch.id, Assessment.at <= as_of)
        .order_by(Assessment.id.desc())
    ):
        rows[one.indicator].append(
            AssessmentRow(
                public_id=one.public_id,
                at=one.at,
                score=one.score_hundredths,
                reason=one.reason,
                by=name if has_names else None,
                panel=_panel_of(one.origin),
            )
        )
    return rows
