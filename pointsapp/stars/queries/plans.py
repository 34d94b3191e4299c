"""Plans as others see them: items with their state today, counts for the wall, evidence links, the trace.

Everybody sees items, units, dates and progress. Who is responsible and who changed what is read by officers within their remit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, PlanEvidence, PlanItem, Proof, ProofUse, RoundBranch, StarPlan
from pointsapp.stars.policies import PLAN_RISK_DAYS, PLAN_RISK_PROGRESS, may_read_names
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, BranchRow, branch_row
from pointsapp.stars.queries.rounds import RoundRow, rounds_by_ids
from pointsapp.stars.rules.plans import ItemCounts, ItemState, RiskRule, item_state


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItemRow:
    """One line of a task list; `person`, `person_id` and `accepted_by` are None unless the reader is an officer within their remit."""

    public_id: str
    star: str
    indicator: str | None
    title: str
    lead_unit: str
    responsible_unit: str
    person: str | None
    person_id: str | None
    due_on: date
    progress: int
    state: ItemState
    links: int
    is_withdrawn: bool
    responsible_id: int | None
    accepted_at: datetime | None = None
    accepted_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A branch's plan; `baseline` is empty and `opened_at` None before it is begun."""

    aims: tuple[str, ...]
    opened_at: datetime | None
    baseline: dict[str, int | None]
    items: tuple[PlanItemRow, ...]
    counts: ItemCounts
    rule: RiskRule

    def of_star(self, key: str) -> tuple[PlanItemRow, ...]:
        """Return the items of one star that are not withdrawn."""
        return items_by_star(self.items).get(key, ())

    @property
    def withdrawn(self) -> tuple[PlanItemRow, ...]:
        return tuple(row for row in self.items if row.is_withdrawn)


def risk_rule(session: Session, *, now: datetime) -> RiskRule:
    """Return the rule in force for what is at risk."""
    days, progress = policy.values(session, PLAN_RISK_DAYS, PLAN_RISK_PROGRESS, now=now)
    return RiskRule(days=days, progress=progress)


def plan_of(session: Session, found: RoundRow, branch: BranchRow, actor: Actor | None, *, now: datetime) -> Plan:
    """Return the branch's plan of the round, items in the order of their due dates."""
    rule = risk_rule(session, now=now)
    begun = session.execute(
        select(RoundBranch.aims, StarPlan.opened_at, StarPlan.baseline)
        .outerjoin(
            StarPlan, (StarPlan.round_id == RoundBranch.round_id) & (StarPlan.branch_id == RoundBranch.branch_id)
        )
        .where(RoundBranch.round_id == found.id, RoundBranch.branch_id == branch.id)
    ).one_or_none()
    if begun is None:
        raise NotFound()
    items = items_of(session, found, branch, actor, now=now, rule=rule)
    aims = tuple(star.key for star in found.scheme.stars) if begun.aims is None else tuple(begun.aims)
    return Plan(
        aims=aims,
        opened_at=begun.opened_at,
        baseline=begun.baseline or {},
        items=items,
        counts=counts_of(items),
        rule=rule,
    )


def items_of(
    session: Session,
    found: RoundRow,
    branch: BranchRow,
    actor: Actor | None,
    *,
    now: datetime,
    rule: RiskRule | None = None,
) -> tuple[PlanItemRow, ...]:
    """Return the items of a branch's plan in the order of their due dates, as this reader may see them."""
    links = select(func.count()).select_from(PlanEvidence).where(PlanEvidence.item_id == PlanItem.id).scalar_subquery()
    acceptor = aliased(Person)
    rows = session.execute(
        select(PlanItem, Person.name, Person.public_id, links, acceptor.name)
        .outerjoin(Person, Person.id == PlanItem.person_id)
        .outerjoin(acceptor, acceptor.id == PlanItem.accepted_by_id)
        .where(PlanItem.round_id == found.id, PlanItem.branch_id == branch.id)
        .order_by(PlanItem.due_on, PlanItem.id)
    ).all()
    if not rows:
        return ()
    in_force = rule or risk_rule(session, now=now)
    has_names = may_read_names(actor, branch.area_path)
    return tuple(
        PlanItemRow(
            public_id=item.public_id,
            star=item.star,
            indicator=item.indicator,
            title=item.title,
            lead_unit=item.lead_unit,
            responsible_unit=item.responsible_unit,
            person=name if has_names else None,
            person_id=public_id if has_names else None,
            due_on=item.due_on,
            progress=item.progress,
            state=_state(item, in_force, found, now),
            links=count,
            is_withdrawn=item.withdrawn_at is not None,
            responsible_id=item.person_id,
            accepted_at=item.accepted_at,
            accepted_by=by if has_names else None,
        )
        for item, name, public_id, count, by in rows
    )


def _state(item: Any, rule: RiskRule, found: RoundRow, now: datetime) -> ItemState:
    """Return the item's state today, or as it stood when its round was published."""
    return item_state(
        today=clock.local_day(found.published_at or found.closed_at or now),
        starts_on=clock.local_day(item.created_at),
        due_on=item.due_on,
        progress=item.progress,
        is_withdrawn=item.withdrawn_at is not None,
        rule=rule,
    )


def is_shown() -> ColumnElement[bool]:
    """Return the condition "something shows that the item was done": a row, a note, or a piece that was not withdrawn."""
    linked = exists().where(PlanEvidence.item_id == PlanItem.id)
    given = exists().where(ProofUse.item_id == PlanItem.id, ProofUse.proof_id == Proof.id, Proof.withdrawn_at.is_(None))
    return or_(linked, given)


def plan_counts(
    session: Session, found: RoundRow, branches: Iterable[int], *, now: datetime, rule: RiskRule | None = None
) -> dict[int, dict[str, ItemCounts]]:
    """Return, for each of `branches` that has items, the counts of each star: what a board shows beside the star."""
    rule = rule or risk_rule(session, now=now)
    counted: dict[int, dict[str, ItemCounts]] = defaultdict(lambda: defaultdict(ItemCounts))
    for item in session.execute(
        select(
            PlanItem.branch_id,
            PlanItem.star,
            PlanItem.due_on,
            PlanItem.progress,
            PlanItem.created_at,
            PlanItem.withdrawn_at,
        ).where(PlanItem.round_id == found.id, PlanItem.branch_id.in_(list(branches)))
    ):
        counted[item.branch_id][item.star] = counted[item.branch_id][item.star].plus(_state(item, rule, found, now))
    return {branch_id: dict(stars) for branch_id, stars in counted.items()}


def overdue_items(session: Session, found: RoundRow, branches: Collection[int] | None = None, *, now: datetime) -> int:
    """Count the overdue items of all plans of a round, or of these branches: past their due date, not done, not withdrawn."""
    query = select(func.count(PlanItem.id)).where(
        PlanItem.round_id == found.id,
        PlanItem.withdrawn_at.is_(None),
        PlanItem.progress < 100,
        PlanItem.due_on < clock.local_day(found.published_at or found.closed_at or now),
    )
    if branches is not None:
        query = query.where(PlanItem.branch_id.in_(branches))
    return session.scalar(query) or 0


def plan_item(
    session: Session, branch: BranchRow, item_id: str, actor: Actor | None, *, now: datetime
) -> tuple[RoundRow, PlanItemRow]:
    """Return one item with the round it belongs to; NotFound where the branch has none of that id."""
    round_id = session.scalar(
        select(PlanItem.round_id).where(PlanItem.public_id == item_id, PlanItem.branch_id == branch.id)
    )
    if round_id is None:
        raise NotFound()
    found = rounds_by_ids(session, [round_id])[0]
    rows = items_of(session, found, branch, actor, now=now)
    return found, next(row for row in rows if row.public_id == item_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One branch in the street's view of plans; `has_plan` is False before its plan is begun."""

    branch: BranchRow
    counts: ItemCounts
    stars: dict[str, ItemCounts]
    has_plan: bool


def plans_page(session: Session, found: RoundRow, page: PageRequest, *, now: datetime) -> Page[PlanLine]:
    """Return the branches of a round with how their items stand, in the order of their codes: a register, not a ranking."""
    query = (
        select(*BRANCH_COLUMNS, StarPlan.opened_at)
        .join(Area, Area.id == Branch.area_id)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .outerjoin(
            StarPlan, (StarPlan.round_id == RoundBranch.round_id) & (StarPlan.branch_id == RoundBranch.branch_id)
        )
        .where(RoundBranch.round_id == found.id)
        .order_by(Branch.code)
        .limit(page.limit + 1)
    )
    if page.after:
        query = query.where(Branch.code > page.after[0])
    rows = cut(session.execute(query).all(), page.limit, lambda row: (row.code,))
    counted = plan_counts(session, found, [row.id for row in rows.items], now=now)
    lines = []
    for row in rows.items:
        stars = counted.get(row.id, {})
        lines.append(
            PlanLine(
                branch=branch_row(row), counts=added(stars.values()), stars=stars, has_plan=row.opened_at is not None
            )
        )
    return Page(tuple(lines), rows.next_cursor)


def added(stars: Iterable[ItemCounts]) -> ItemCounts:
    """Return the counts of several stars together."""
    every = list(stars)
    return ItemCounts(
        done=sum(one.done for one in every),
        on_course=sum(one.on_course for one in every),
        at_risk=sum(one.at_risk for one in every),
        overdue=sum(one.overdue for one in every),
    )


def items_by_star(items: Iterable[PlanItemRow]) -> dict[str, tuple[PlanItemRow, ...]]:
    """Return the items of each star, without those that were withdrawn."""
    found: dict[str, tuple[PlanItemRow, ...]] = {}
    for row in items:
        if not row.is_withdrawn:
            found[row.star] = (*found.get(row.star, ()), row)
    return found


def counts_of(items: Iterable[PlanItemRow]) -> ItemCounts:
    """Return how these items stand."""
    counts = ItemCounts()
    for row in items:
        counts = counts.plus(row.state)
    return counts
