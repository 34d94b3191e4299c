"""Pledges as others see them: by round, by branch, one by one with every step. No person's name but for officers within their remit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.contest.models import Outcome, Pledge, PledgeState, PledgeStep, StepKind
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, Evidence, PlanItem, Round
from pointsapp.stars.policies import may_read_names
from pointsapp.stars.queries import BranchRow, RoundRow
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, branch_row
from pointsapp.stars.queries.rounds import rounds_by_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step of a pledge. `item` and `item_id` name a plan item, `metric` and `occurred_at` a row of evidence that shows it; `by` is for officers."""

    kind: StepKind
    outcome: Outcome | None
    reason: str
    at: datetime
    by: str | None
    by_id: int
    item: str | None
    item_id: str | None
    metric: str | None
    occurred_at: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeRow:
    """`last` is the newest step but the publication (None: nothing happened since)."""

    public_id: str
    star: str
    promise: str
    shown_by: str
    due_on: date
    state: PledgeState
    outcome: Outcome | None
    published_at: datetime
    is_late: bool  # its day has passed and the branch has said nothing
    last: StepRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeCounts:
    """`kept`, `partly` and `not_kept` are confirmed; `said` waits for a second person or is disputed; `running` is still promised."""

    kept: int = 0
    partly: int = 0
    not_kept: int = 0
    said: int = 0
    running: int = 0
    withdrawn: int = 0

    @property
    def all(self) -> int:
        return self.kept + self.partly + self.not_kept + self.said + self.running + self.withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchPledges:
    branch: BranchRow
    pledges: tuple[PledgeRow, ...] = field(default_factory=tuple)


def opened_on(session: Session, found: RoundRow) -> date:
    """Return the day on which a round was opened: later than its first where a scheme was imported in mid-quarter."""
    return clock.local_day(session.scalars(select(Round.opened_at).where(Round.id == found.id)).one())


def pledges_page(session: Session, found: RoundRow, page: PageRequest, *, now: datetime) -> Page[BranchPledges]:
    """Return the branches that promised something in a round, in the order of their codes, with all their pledges."""
    query = (
        select(*BRANCH_COLUMNS)
        .join(Area, Area.id == Branch.area_id)
        .where(Branch.id.in_(select(Pledge.branch_id).where(Pledge.round_id == found.id)))
        .order_by(Branch.code)
        .limit(page.limit + 1)
    )
    if page.after is not None:
        query = query.where(Branch.code > page.after[0])
    kept = cut([branch_row(row) for row in session.execute(query)], page.limit, lambda row: (row.code,))
    by_branch = _pledges(session, found, [branch.id for branch in kept.items], None, now=now)
    lines = [BranchPledges(branch=branch, pledges=tuple(by_branch.get(branch.id, ()))) for branch in kept.items]
    return Page(tuple(lines), kept.next_cursor)


def pledges_of(
    session: Session, found: RoundRow, branch: BranchRow, actor: Actor | None, *, now: datetime
) -> tuple[PledgeRow, ...]:
    """Return a branch's pledges of a round, by their days; a handful, bounded by a setting."""
    return tuple(_pledges(session, found, [branch.id], (actor, branch), now=now).get(branch.id, ()))


def pledge_of(
    session: Session, branch: BranchRow, pledge_id: str, actor: Actor | None, *, now: datetime
) -> tuple[RoundRow, PledgeRow, tuple[StepRow, ...]]:
    """Return one pledge with its round and every step, the newest first; NotFound where the branch has none of that id."""
    pledge = session.scalars(
        select(Pledge).where(Pledge.public_id == pledge_id, Pledge.branch_id == branch.id)
    ).one_or_none()
    if pledge is None:
        raise NotFound()
    found = rounds_by_ids(session, [pledge.round_id])[0]
    steps = _steps(session, [pledge.id], (actor, branch)).get(pledge.id, [])
    return found, _row(pledge, steps, found, now), tuple(steps)


def pledge_counts(session: Session, found: RoundRow) -> PledgeCounts:
    """Return how the pledges of all branches of a round stand."""
    return _counted(
        session.execute(
            select(Pledge.state, Pledge.outcome, func.count())
            .where(Pledge.round_id == found.id)
            .group_by(Pledge.state, Pledge.outcome)
        ).all()
    )


def counts_of_pledges(rows: Iterable[PledgeRow]) -> PledgeCounts:
    """Return how these pledges stand."""
    return _counted([(row.state, row.outcome, 1) for row in rows])


def _counted(rows: Iterable[tuple[PledgeState, Outcome | None, int]]) -> PledgeCounts:
    found = dict.fromkeys(PledgeCounts.__slots__, 0)
    for state, outcome, number in rows:
        if state is PledgeState.CONFIRMED and outcome is not None:
            found[outcome.value] += number
        else:
            name = {PledgeState.PROMISED: "running", PledgeState.WITHDRAWN: "withdrawn"}.get(state, "said")
            found[name] += number
    return PledgeCounts(**found)


def _pledges(
    session: Session,
    found: RoundRow,
    branches: list[int],
    reader: tuple[Actor | None, BranchRow] | None,
    *,
    now: datetime,
) -> dict[int, list[PledgeRow]]:
    pledges = session.scalars(
        select(Pledge)
        .where(Pledge.round_id == found.id, Pledge.branch_id.in_(branches))
        .order_by(Pledge.due_on, Pledge.id)
    ).all()
    steps = _steps(session, [pledge.id for pledge in pledges], reader)
    rows: dict[int, list[PledgeRow]] = {}
    for pledge in pledges:
        rows.setdefault(pledge.branch_id, []).append(_row(pledge, steps.get(pledge.id, []), found, now))
    return rows


def _row(pledge: Pledge, steps: list[StepRow], found: RoundRow, now: datetime) -> PledgeRow:
    today = clock.local_day(found.closed_at or now)
    return PledgeRow(
        public_id=pledge.public_id,
        star=pledge.star,
        promise=pledge.promise,
        shown_by=pledge.shown_by,
        due_on=pledge.due_on,
        state=pledge.state,
        outcome=pledge.outcome,
        published_at=pledge.published_at,
        is_late=pledge.state is PledgeState.PROMISED and today > pledge.due_on,
        last=next((step for step in steps if step.kind is not StepKind.PUBLISHED), None),
    )


def _steps(session: Session, ids: list[int], reader: tuple[Actor | None, BranchRow] | None) -> dict[int, list[StepRow]]:
    """Return the steps of each pledge, the newest first; `reader` is who reads whose pledges (None: a guest)."""
    if not ids:
        return {}
    has_names = reader is not None and may_read_names(reader[0], reader[1].area_path)
    rows: dict[int, list[StepRow]] = {}
    for step, name, item, item_id, metric, occurred_at in session.execute(
        select(PledgeStep, Person.name, PlanItem.title, PlanItem.public_id, Evidence.metric, Evidence.occurred_at)
        .join(Person, Person.id == PledgeStep.by_id)
        .outerjoin(PlanItem, PlanItem.id == PledgeStep.plan_item_id)
        .outerjoin(Evidence, Evidence.id == PledgeStep.evidence_id)
        .where(PledgeStep.pledge_id.in_(ids))
        .order_by(PledgeStep.id.desc())
    ):
        rows.setdefault(step.pledge_id, []).append(
            StepRow(
                kind=step.kind,
                outcome=step.outcome,
                reason=step.reason,
                at=step.at,
                by=name if has_names else None,
                by_id=step.by_id,
                item=item,
                item_id=item_id,
                metric=metric,
                occurred_at=occurred_at,
                note=step.note,
            )
        )
    return rows
