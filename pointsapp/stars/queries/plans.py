"""Plans as others see them: items with their state today, counts for the wall, evidence links, the trace.

Everybody sees items, units, dates and progress. Who is responsible and who changed what is read by officers within their remit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.people.models import Person
from pointsapp.stars.models import PlanEvidence, PlanItem, StarPlan
from pointsapp.stars.policies import PLAN_RISK_DAYS, PLAN_RISK_PROGRESS, may_read_names
from pointsapp.stars.queries.rounds import BranchRow, RoundRow
from pointsapp.stars.rules.plans import ItemCounts, ItemState, RiskRule, item_state


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItemRow:
    """One line of a task list; `person` and `person_id` are None unless the reader is an officer within their remit."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A branch's plan; `baseline` is empty and `opened_at` None before it is begun."""

    opened_at: datetime | None
    baseline: dict[str, int | None]
    items: tuple[PlanItemRow, ...]
    counts: ItemCounts
    rule: RiskRule

    def of_star(self, key: str) -> tuple[PlanItemRow, ...]:
        """Return the items of one star that are not withdrawn."""
        return tuple(row for row in self.items if row.star == key and not row.is_withdrawn)

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
        select(StarPlan.opened_at, StarPlan.baseline).where(
            StarPlan.round_id == found.id, StarPlan.branch_id == branch.id
        )
    ).one_or_none()
    if begun is None:
        return Plan(opened_at=None, baseline={}, items=(), counts=ItemCounts(), rule=rule)
    items = _rows(session, found, branch, actor, rule, now=now)
    counts = ItemCounts()
    for row in items:
        counts = counts.plus(row.state)
    return Plan(opened_at=begun.opened_at, baseline=begun.baseline, items=items, counts=counts, rule=rule)


def _rows(
    session: Session, found: RoundRow, branch: BranchRow, actor: Actor | None, rule: RiskRule, *, now: datetime
) -> tuple[PlanItemRow, ...]:
    links: dict[int, int] = defaultdict(int)
    for item_id in session.scalars(
        select(PlanEvidence.item_id)
        .join(PlanItem, PlanItem.id == PlanEvidence.item_id)
        .where(PlanItem.round_id == found.id, PlanItem.branch_id == branch.id)
    ):
        links[item_id] += 1
    has_names = may_read_names(actor, branch.area_path)
    rows = session.execute(
        select(PlanItem, Person.name, Person.public_id)
        .outerjoin(Person, Person.id == PlanItem.person_id)
        .where(PlanItem.round_id == found.id, PlanItem.branch_id == branch.id)
        .order_by(PlanItem.due_on, PlanItem.id)
    )
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
            state=_state(item, rule, found, now),
            links=links[item.id],
            is_withdrawn=item.withdrawn_at is not None,
        )
        for item, name, public_id in rows
    )


def _state(item: Any, rule: RiskRule, found: RoundRow, now: datetime) -> ItemState:
    """Return the item's state today, or as it stood when its round closed."""
    return item_state(
        today=clock.local_day(found.closed_at or now),
        starts_on=clock.local_day(item.created_at),
        due_on=item.due_on,
        progress=item.progress,
        is_withdrawn=item.withdrawn_at is not None,
        rule=rule,
    )


def plan_counts(
    session: Session, found: RoundRow, branches: Iterable[int], *, now: datetime
) -> dict[int, dict[str, ItemCounts]]:
    """Return, for each of `branches` that has items, the counts of each star: what a board shows beside the star."""
    rule = risk_rule(session, now=now)
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


def plan_item(
    session: Session, found: RoundRow, branch: BranchRow, item_id: str, actor: Actor | None, *, now: datetime
) -> PlanItemRow:
    """Return one item; NotFound where the branch has none of that id in this round."""
    rows = _rows(session, found, branch, actor, risk_rule(session, now=now), now=now)
    item = next((row for row in rows if row.public_id == item_id), None)
    if item is None:
        raise NotFound()
    return item
