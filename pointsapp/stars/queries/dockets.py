"""The docket 台账: every line by which a branch is judged in a round, each 自动取证 or 人工补充, as this reader may see it.

An automatic line is a link to the rows it came from, with a digest over all of them (rules/proofs.py, docs/stars.md). Everybody sees
counts and digests; whom the rows open to (queries/evidence.py) also gets the salt, and so can compute the digest again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal, select, union_all
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.kept import Kept
from pointsapp.core.masking import mask_name
from pointsapp.core.metrics import Metric
from pointsapp.core.paging import Page, PageRequest, cut, instant
from pointsapp.people.models import Person
from pointsapp.stars.models import Evidence
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries.branches import BranchRow
from pointsapp.stars.queries.evidence import main_metric, may_open
from pointsapp.stars.queries.metrics import Span, is_member, one_branch, reach
from pointsapp.stars.queries.proofs import ProofRow
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.queries.standings import Standing
from pointsapp.stars.rules.figures import IndicatorScore
from pointsapp.stars.rules.proofs import LineDigest, row_digest, salt_of
from pointsapp.stars.rules.scheme import Indicator, Item
from pointsapp.stars.rules.score import StarScore

BATCH = 2000
Digests = dict[tuple[str, bool], tuple[int, str]]  # (evidence, of members only) -> rows, digest
_read: Kept[Digests] = Kept(most=256)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoLine:
    """What was taken from rows: how many, of how many people (None where few are kept back), and the digest over all of them."""

    evidence: str
    members_only: bool
    rows: int
    people: int | None
    sha256: str
    salt: str | None
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocketLine:
    """An indicator, or a bonus, honour, deduction or veto, with what stands behind it: rows, or pieces given by hand."""

    indicator: Indicator
    item: Item | None
    score: IndicatorScore
    auto: AutoLine | None
    proofs: tuple[ProofRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocketStar:
    score: StarScore
    lines: tuple[DocketLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    stars: tuple[DocketStar, ...]
    items: tuple[DocketLine, ...]

    def line(self, key: str) -> DocketLine | None:
        """Return the line of this indicator or item."""
        every = (*(line for star in self.stars for line in star.lines), *self.items)
        return next((line for line in every if line.indicator.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRow:
    """One row behind a line as its digest takes it; the name as this reader may see it, `person_id` for officers only."""

    id: int
    public_id: str
    evidence: str
    area_code: str
    area: str
    quantity: int
    occurred_at: datetime
    recorded_at: datetime
    person: str
    person_id: str
    sha256: str


def docket_of(standing: Standing, pieces: Iterable[ProofRow], autos: dict[str, AutoLine]) -> Docket:
    """Lay out the docket of one branch: `autos` by the key of indicator or item (`auto_lines`), `pieces` as the reader may see them."""
    standing_for = [piece for piece in pieces if piece.withdrawn_at is None]

    def line(indicator: Indicator, score: IndicatorScore, item: Item | None = None) -> DocketLine:
        return DocketLine(
            indicator=indicator,
            item=item,
            score=score,
            auto=autos.get(indicator.key),
            proofs=tuple(piece for piece in standing_for if indicator.key in piece.indicators),
        )

    return Docket(
        stars=tuple(
            DocketStar(score=star, lines=tuple(line(one.indicator, one) for one in star.indicators))
            for star in standing.score.stars
        ),
        items=tuple(line(one.item.indicator, one.score, one.item) for one in standing.score.items),
    )


def counted_by(found: RoundRow) -> dict[str, Metric]:
    """Return, by the key of each counted indicator or item, the metric whose rows it is counted from."""
    every = (*found.scheme.indicators, *(item.indicator for item in found.scheme.items))
    metrics = {one.key: main_metric(one) for one in every}
    return {key: metric for key, metric in metrics.items() if metric is not None and metric.evidence is not None}


def auto_lines(
    session: Session,
    found: RoundRow,
    standing: Standing,
    actor: Actor | None,
    *,
    now: datetime,
    only: str | None = None,
) -> dict[str, AutoLine]:
    """Return the automatic line of each counted indicator and item (or of `only` one) with its digest."""
    branch, span = standing.branch, found.span(now)
    metrics = {key: metric for key, metric in counted_by(found).items() if only in (None, key)}
    wanted = sorted({(metric.evidence or "", metric.shows_members) for metric in metrics.values()})
    # The same for every reader, and every row of the quarter is read for it: a crowd at one branch reads them once.
    key = (found.id, found.published_at, found.closed_at, branch.id, tuple(wanted))
    digests = _read.get(key, lambda: _digests(session, found, branch, span, wanted))
    return {key: _auto(found, standing, metric, digests, actor) for key, metric in metrics.items()}


def _auto(
    found: RoundRow,
    standing: Standing,
    metric: Metric,
    digests: Digests,
    actor: Actor | None,
) -> AutoLine:
    evidence, members_only = metric.evidence or "", metric.shows_members
    counted = (standing.tally.members if members_only else standing.tally.people).get(evidence, 0)
    opens = may_open(actor, standing.branch, metric, counted)
    rows, sha256 = digests[evidence, members_only]
    return AutoLine(
        evidence=evidence,
        members_only=members_only,
        rows=rows,
        people=counted if opens and counted else None,
        sha256=sha256,
        salt=_salt(found, standing.branch, evidence, members_only) if opens else None,
        opens=opens,
    )


def _salt(found: RoundRow, branch: BranchRow, evidence: str, members_only: bool) -> str:
    return salt_of(found.docket_key, branch.public_id, evidence, members_only=members_only)


def _digests(
    session: Session, found: RoundRow, branch: BranchRow, span: Span, wanted: list[tuple[str, bool]]
) -> Digests:
    """Read every row behind the wanted (evidence, of members only) once, in the order of their lists."""
    digests = {pair: LineDigest(_salt(found, branch, *pair)) for pair in wanted}
    reached = reach(one_branch(branch.id))
    parts = [
        _rows(reached, span, [name for name, only in wanted if only is members_only], members_only)
        for members_only in (False, True)
        if any(only is members_only for _name, only in wanted)
    ]
    if not parts:
        return {}
    every = union_all(*parts).subquery()
    statement = select(every).order_by(every.c.members_only, every.c.metric, every.c.occurred_at, every.c.id)
    for row in session.execute(statement.execution_options(yield_per=BATCH)):
        digests[row.metric, bool(row.members_only)].add(_row_digest(row))
    return {pair: (digest.rows, digest.hexdigest()) for pair, digest in digests.items()}


def _row_digest(row: Any) -> str:
    return row_digest(
        row.public_id, row.metric, row.area_code, row.quantity, row.occurred_at, row.recorded_at, row.person_id
    )


def _rows(reached: Any, span: Span, evidence: list[str], members_only: bool, *more: Any) -> Select[Any]:
    """Select the rows of these kinds of evidence as their digest takes them."""
    statement = (
        select(
            Evidence.id,
            Evidence.public_id,
            Evidence.metric,
            Area.code.label("area_code"),
            Evidence.quantity,
            Evidence.occurred_at,
            Evidence.recorded_at,
            Person.public_id.label("person_id"),
            literal(members_only).label("members_only"),
            *more,
        )
        .join(reached, reached.c.area_id == Evidence.area_id)
        .join(Area, Area.id == Evidence.area_id)
        .outerjoin(Person, Person.id == Evidence.person_id)
        .where(Evidence.metric.in_(evidence), Evidence.quantity != 0, span.holds())
    )
    return statement.where(is_member(reached)) if members_only else statement


def saved_rows(
    session: Session, found: RoundRow, standing: Standing, actor: Actor, key: str, *, now: datetime
) -> tuple[Metric, Iterator[SavedRow]]:
    """Return the rows behind one counted line, in the order of its digest; NotFound for one that people assess, Forbidden
    where rows are kept back. Read in batches: memory stays flat."""
    metric, statement = _behind(found, standing, actor, key, now)
    has_names = may_read_names(actor, standing.branch.area_path)
    return metric, _saved(session, statement, has_names=has_names)


def saved_page(
    session: Session, found: RoundRow, standing: Standing, actor: Actor, key: str, page: PageRequest, *, now: datetime
) -> tuple[Metric, Page[SavedRow]]:
    """Return one page of the same rows in the same order. The cursor is the time of the work and the row's key."""
    metric, statement = _behind(found, standing, actor, key, now)
    if page.after:
        at, key_of_last = instant(page.after[0]), page.after[1]
        later = (Evidence.occurred_at > at) | ((Evidence.occurred_at == at) & (Evidence.id > key_of_last))
        statement = statement.where(later)
    has_names = may_read_names(actor, standing.branch.area_path)
    rows = list(_saved(session, statement.limit(page.limit + 1), has_names=has_names))
    return metric, cut(rows, page.limit, lambda row: (row.occurred_at.isoformat(), row.id))


def _behind(found: RoundRow, standing: Standing, actor: Actor, key: str, now: datetime) -> tuple[Metric, Select[Any]]:
    metric = counted_by(found).get(key)
    if metric is None or metric.evidence is None:
        raise NotFound()
    branch = standing.branch
    counted = standing.tally.members if metric.shows_members else standing.tally.people
    require(may_open(actor, branch, metric, counted.get(metric.evidence, 0)))
    more = (Area.name.label("area"), Person.name.label("person"))
    statement = _rows(reach(one_branch(branch.id)), found.span(now), [metric.evidence], metric.shows_members, *more)
    return metric, statement.order_by(Evidence.occurred_at, Evidence.id)


def _saved(session: Session, statement: Select[Any], *, has_names: bool) -> Iterator[SavedRow]:
    for row in session.execute(statement.execution_options(yield_per=BATCH)):
        name = row.person or ""
        yield SavedRow(
            id=row.id,
            public_id=row.public_id,
            evidence=row.metric,
            area_code=row.area_code,
            area=row.area,
            quantity=row.quantity,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            person=name if has_names else mask_name(name),
            person_id=(row.person_id or "") if has_names else "",
            sha256=_row_digest(row),
        )
