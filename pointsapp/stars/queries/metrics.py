"""The catalogue of metrics: named figures over the evidence of an area and below, in a period.

Each names the evidence behind it, so that a figure opens to its rows. A feature adds a metric by its room `metrics.py`, which
wiring.py registers here; the board is not edited. What is no work is here for information only (国办函〔2026〕12号).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core.metrics import Counting, Gives, Metric
from pointsapp.stars.models import AreaHeadcount, Branch, Evidence, Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Work done in [start, end) that the platform had received at `as_of` and had on record at `on_record` (None: at `as_of`, too).

    `admitted` are rows that came later and count all the same. Registers (members, head counts) are read as of `as_of`.
    """

    start: datetime
    end: datetime
    as_of: datetime
    on_record: datetime | None = None
    admitted: tuple[int, ...] = ()

    @property
    def until(self) -> datetime:
        return min(self.end, self.as_of)

    def holds(self) -> ColumnElement[bool]:
        return and_(Evidence.occurred_at >= self.start, Evidence.occurred_at < self.end, self._in_time())

    def misses(self) -> ColumnElement[bool]:
        """Return the condition "work of this time that came too late to count"."""
        return and_(Evidence.occurred_at >= self.start, Evidence.occurred_at < self.end, ~self._in_time())

    def _in_time(self) -> ColumnElement[bool]:
        # The first is all there is before the cut-off, and all that the index of counting needs.
        ways = [Evidence.recorded_at <= self.as_of]
        if self.on_record is not None and self.on_record > self.as_of:
            # coalesce: what is unknown must read as no, also under `misses`
            received = func.coalesce(Evidence.received_at, Evidence.recorded_at)
            ways.append(and_(received <= self.as_of, Evidence.recorded_at <= self.on_record))
        if self.admitted:
            ways.append(Evidence.id.in_(self.admitted))
        return or_(*ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """An official head count with its source and date."""

    people: int
    counted_on: date
    source: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one branch's area and below brought together: per evidence, the sum, the people and the branch's own members.

    `rows` is how many pieces of evidence say so; None where that was not counted along.
    """

    sums: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    party_members: int = 0
    headcount: Headcount | None = None
    rows: dict[str, int] | None = None


# The evidence of somebody's work, as check-in names it; who took part, also of the members, is counted over attendance.
ATTENDANCE, MINUTES = "attendance", "service_minutes"
# An item of a plan that a second person accepted; nobody's own work.
PROJECT = "project"

# Every metric there is, by its key, and of these what a scheme may name.
CATALOGUE: dict[str, Metric] = {}
METRICS: dict[str, Metric] = {}
# What an event of a kind leaves; read by services/collecting.py.
GIVEN: dict[str, tuple[Gives, ...]] = {}


def register(metric: Metric) -> None:
    """Add `metric` to the catalogue; a scheme may then name it, unless it is for information only."""
    if CATALOGUE.get(metric.key, metric) is not metric:
        raise ValueError(f"two metrics called {metric.key}")
    if metric.by is Counting.MEMBERS and metric.evidence != ATTENDANCE:
        raise ValueError(f"{metric.key}: members are only counted over {ATTENDANCE}")
    if metric.by is Counting.EVENTS and metric.can_score:
        raise ValueError(f"{metric.key}: what is counted without evidence cannot score")
    CATALOGUE[metric.key] = metric
    if metric.can_score:
        METRICS[metric.key] = metric


def register_evidence(gives: Gives) -> None:
    """Let events of `gives.kind` leave evidence."""
    known = GIVEN.get(gives.kind, ())
    if gives not in known:
        GIVEN[gives.kind] = (*known, gives)


def figure(metric: Metric, tally: Tally) -> int | None:
    """Return a metric's figure; None where there is nothing to divide by, no head count, or where it is counted when asked."""
    amount = _amount(metric, tally)
    if metric.over is None or amount is None:
        return amount
    base = figure(CATALOGUE[metric.over], tally)
    return amount * metric.times // base if base else None


def _amount(metric: Metric, tally: Tally) -> int | None:
    if metric.by is Counting.REGISTER:
        return tally.party_members
    if metric.by is Counting.OFFICIAL:
        return tally.headcount.people if tally.headcount else None
    if metric.by is Counting.EVENTS or metric.evidence is None:
        return None
    counted = {Counting.SUM: tally.sums, Counting.PEOPLE: tally.people, Counting.MEMBERS: tally.members}[metric.by]
    return counted.get(metric.evidence, 0)


def values_of(tally: Tally) -> dict[str, int | None]:
    """Return the figure of every metric that may score."""
    return {key: figure(metric, tally) for key, metric in METRICS.items()}


def reach(branches: Select[int, int]) -> CTE:
    """Return (branch_id, area_id) for each branch's area and every area below; `branches` selects (id, area_id).

    By paths, not by parents: of a recursion PostgreSQL believes that it ends in forty thousand areas, and reads the whole city's
    evidence for a hundred small branches. A city has some hundred areas, so looking at each path costs next to nothing.
    """
    asked, own = branches.subquery(), aliased(Area)
    return (
        select(asked.c.branch_id, Area.id.label("area_id"))
        .select_from(asked)
        .join(own, own.id == asked.c.area_id)
        .join(Area, Area.path.like(own.path + "%"))
        .cte("reach")
    )


def one_branch(branch_id: int) -> Select[int, int]:
    """Select one branch for `reach`."""
    return select(Branch.id.label("branch_id"), Branch.area_id.label("area_id")).where(Branch.id == branch_id)


def counts_here(moment: Any, *known: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition "at `moment` this membership is the one by which its person is counted": a member of two branches counts once.

    The branch where the membership itself stands goes before one that the person only reports to (双报到); among equals the
    membership that was recorded first. `known` narrows what other memberships there are, given in terms of `_OTHER`.
    """
    goes_before = or_(
        and_(Membership.is_reporting, ~_OTHER.is_reporting),
        and_(_OTHER.is_reporting == Membership.is_reporting, _OTHER.id < Membership.id),
    )
    other = select(_OTHER.id).where(
        _OTHER.person_id == Membership.person_id,
        _OTHER.branch_id != Membership.branch_id,
        goes_before,
        or_(_OTHER.starts_at.is_(None), _OTHER.starts_at <= moment),
        or_(_OTHER.ended_at.is_(None), _OTHER.ended_at > moment),
        *known,
    )
    return ~other.correlate_except(_OTHER).exists()


_OTHER = aliased(Membership)


def is_member(reached: CTE) -> ColumnElement[bool]:
    """Return the condition "done by one who was a member of the branch that day"."""
    return (
        select(Membership.id)
        .where(
            Membership.person_id == Evidence.person_id,
            Membership.branch_id == reached.c.branch_id,
            or_(Membership.starts_at.is_(None), Membership.starts_at <= Evidence.occurred_at),
            or_(Membership.ended_at.is_(None), Membership.ended_at > Evidence.occurred_at),
            counts_here(Evidence.occurred_at),
        )
        .exists()
    )


def tallies(session: Session, branches: Select[int, int], span: Span) -> dict[int, Tally]:
    """Count evidence and members of all `branches` at once, one grouped query each; a branch with neither is left out."""
    found: dict[int, Tally] = defaultdict(lambda: Tally())
    reached = reach(branches)
    # Per person first: a corrected attendance takes back what it gave, and who is at nothing did not take part.
    per_person = (
        select(
            reached.c.branch_id,
            Evidence.metric,
            Evidence.person_id,
            func.sum(Evidence.quantity).label("quantity"),
            func.count(case((Evidence.quantity != 0, 1))).label("rows"),
        )
        .join(Evidence, Evidence.area_id == reached.c.area_id)
        .where(span.holds())
        .group_by(reached.c.branch_id, Evidence.metric, Evidence.person_id)
        .subquery()
    )
    here = per_person.c
    rows = session.execute(
        select(
            here.branch_id,
            here.metric,
            func.sum(here.quantity),
            func.count(case((here.quantity > 0, here.person_id))),
            func.sum(here.rows),
        ).group_by(here.branch_id, here.metric)
    )
    for branch_id, metric, total, people, number in rows:
        tally = found[branch_id]
        tally.sums[metric], tally.people[metric] = int(total), people
        tally.rows = {**(tally.rows or {}), metric: int(number)}
    for branch_id, members, came in _members(session, branches, span):
        found[branch_id].party_members, found[branch_id].members[ATTENDANCE] = members, came
    return dict(found)


def headcounts(session: Session, branches: Select[int, int], span: Span) -> dict[int, Headcount]:
    """Return the newest official head count of each branch's area."""
    asked = branches.subquery()
    rows = session.execute(
        select(asked.c.branch_id, AreaHeadcount.people, AreaHeadcount.counted_on, AreaHeadcount.source)
        .join(AreaHeadcount, AreaHeadcount.area_id == asked.c.area_id)
        .where(AreaHeadcount.recorded_at <= span.as_of)
        .order_by(AreaHeadcount.counted_on)
    )
    # The newest comes last and stays.
    return {
        branch_id: Headcount(people=people, counted_on=counted_on, source=source)
        for branch_id, people, counted_on, source in rows
    }


def _members(session: Session, branches: Select[int, int], span: Span) -> list[tuple[int, int, int]]:
    """Return (branch, its members, those who took part in its area while they were members).

    Starts from the memberships, which are few, and never asks of each piece of evidence whether it is a member's.
    """
    reached = reach(branches)
    work = (
        select(Evidence.person_id, Evidence.occurred_at, Evidence.quantity, reached.c.branch_id)
        .join(reached, reached.c.area_id == Evidence.area_id)
        .where(Evidence.metric == ATTENDANCE, span.holds())
        .subquery()
    )
    is_current = and_(
        Membership.recorded_at <= span.as_of,
        or_(Membership.starts_at.is_(None), Membership.starts_at <= span.until),
        or_(Membership.ended_at.is_(None), Membership.ended_at > span.until),
        counts_here(span.until, _OTHER.recorded_at <= span.as_of),
    )
    per_person = (
        select(
            Membership.branch_id,
            func.max(case((is_current, 1), else_=0)).label("is_current"),
            func.coalesce(func.sum(work.c.quantity), 0).label("quantity"),
        )
        .outerjoin(
            work,
            and_(
                work.c.person_id == Membership.person_id,
                work.c.branch_id == Membership.branch_id,
                or_(Membership.starts_at.is_(None), Membership.starts_at <= work.c.occurred_at),
                or_(Membership.ended_at.is_(None), Membership.ended_at > work.c.occurred_at),
                counts_here(work.c.occurred_at),
            ),
        )
        .where(Membership.branch_id.in_(select(branches.subquery().c.branch_id)))
        .group_by(Membership.branch_id, Membership.person_id)
        .subquery()
    )
    here = per_person.c
    rows = session.execute(
        select(here.branch_id, func.sum(here.is_current), func.count(case((here.quantity > 0, 1)))).group_by(
            here.branch_id
        )
    )
    return [(branch_id, int(members), came) for branch_id, members, came in rows]
