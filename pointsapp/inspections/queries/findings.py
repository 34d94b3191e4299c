"""Findings as others see them: what a branch has to put right, what waits to be looked at again, one finding with its trace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any
from pointsapp.core import clock
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.inspections.models import (
    Finding,
    FindingPhoto,
    FindingState,
    FindingStep,
    Inspection,
    Severity,
    StepKind,
)
from pointsapp.inspections.policies import ANSWERS_FOR, FINDING_READERS, may_read_findings, may_read_who
from pointsapp.inspections.queries.visits import COUNTED, MOST_VISITS, VisitRow
from pointsapp.people.models import Person
from pointsapp.stars.messages import round_name
from pointsapp.stars.models import Assessment, Branch, Round
from pointsapp.stars.queries import RoundRow
from pointsapp.stars.rules.scheme import ItemKind

WAITS = frozenset({FindingState.OPEN, FindingState.RETURNED})  # for the branch


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    id: int
    public_id: str
    branch_id: str
    branch: str
    area_path: str
    round_id: int
    round_public_id: str
    round_name: str
    star: str | None
    indicator: str | None
    severity: Severity
    text: str
    due_on: date
    state: FindingState
    by_id: int
    by: str
    at: datetime
    inspection_id: str | None
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    id: int
    kind: StepKind
    text: str
    due_on: date
    by: str
    by_id: int
    at: datetime
    photos: tuple[str, ...]  # public ids


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingPage:
    """One finding with its trace; `assessment` is the linked deduction (item's key, score, reason), None without one."""

    row: FindingRow
    steps: tuple[StepRow, ...]
    assessment: tuple[str, int, str] | None

    def answered_by(self, person_id: int) -> bool:
        return any(step.kind is StepKind.ANSWERED and step.by_id == person_id for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many findings stand how: all that were not withdrawn, those still open in any way, late ones, closed ones."""

    all: int = 0
    open: int = 0
    overdue: int = 0
    closed: int = 0


def _findings() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Finding,
            Branch.public_id,
            Branch.name,
            Area.path,
            Round.starts_on,
            Person.name,
            Inspection.public_id,
            Round.public_id,
        )
        .join(Branch, Branch.id == Finding.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .join(Round, Round.id == Finding.round_id)
        .join(Person, Person.id == Finding.by_id)
        .outerjoin(Inspection, Inspection.id == Finding.inspection_id)
    )


def _finding(found: Any, actor: Actor, now: datetime) -> FindingRow:
    row, branch_id, branch, path, starts_on, by, inspection_id, round_id = found
    return FindingRow(
        id=row.id, public_id=row.public_id, branch_id=branch_id, branch=branch, area_path=path, round_id=row.round_id,
        round_public_id=round_id, round_name=round_name(starts_on), star=row.star, indicator=row.indicator, severity=row.severity, text=row.text,
        due_on=row.due_on, state=row.state, by_id=row.by_id, by=by if may_read_who(actor, path) else "", at=row.at,
        inspection_id=inspection_id, is_overdue=row.state in WAITS and row.due_on < clock.local_day(now),
    )  # fmt: skip


def findings_page(
    session: Session,
    actor: Actor,
    page: PageRequest,
    *,
    state: str = "",
    branch_id: str = "",
    round_id: str = "",
    now: datetime,
) -> Page[FindingRow]:
    """Return findings of the branches whose findings this actor reads, the newest first; `state` may be "overdue"."""
    query = (
        _findings()
        .where(below_any(Area.path, actor.paths(FINDING_READERS)))
        .order_by(Finding.id.desc())
        .limit(page.limit + 1)
    )
    if state == "overdue":
        query = query.where(_is_late(now))
    elif state in set(FindingState):
        query = query.where(Finding.state == FindingState(state))
    if branch_id:
        query = query.where(Branch.public_id == branch_id)
    if round_id:
        query = query.where(Round.public_id == round_id)
    if page.after:
        query = query.where(Finding.id < page.after[0])
    rows = [_finding(found, actor, now) for found in session.execute(query)]
    return cut(rows, page.limit, lambda row: (row.id,))


def findings_of_visit(session: Session, actor: Actor, visit: VisitRow, *, now: datetime) -> list[FindingRow]:
    """Return what was found at one visit."""
    rows = session.execute(_findings().where(Finding.inspection_id == visit.id).order_by(Finding.id).limit(MOST_VISITS))
    return [_finding(found, actor, now) for found in rows]


def to_rectify(session: Session, actor: Actor, page: PageRequest, *, now: datetime) -> Page[FindingRow]:
    """Return what the branches this actor answers for have to put right, and what waits to be looked at again; oldest first."""
    query = (
        _findings()
        .where(below_any(Area.path, _own_paths(actor)), Finding.state.in_(WAITS | {FindingState.ANSWERED}))
        .order_by(Finding.id)
        .limit(page.limit + 1)
    )
    if page.after:
        query = query.where(Finding.id > page.after[0])
    rows = [_finding(found, actor, now) for found in session.execute(query)]
    return cut(rows, page.limit, lambda row: (row.id,))


def to_look_again(session: Session, actor: Actor, *, now: datetime) -> list[FindingRow]:
    """Return what this inspector recorded and a branch has answered."""
    rows = session.execute(
        _findings()
        .where(Finding.by_id == actor.person_id, Finding.state == FindingState.ANSWERED)
        .order_by(Finding.id)
        .limit(MOST_VISITS)
    )
    return [_finding(found, actor, now) for found in rows]


def _own_paths(actor: Actor) -> tuple[str, ...]:
    """Return the paths whose branches this actor answers for; read from the grants, as the platform's administrator is nobody's secretary."""
    return tuple(
        sorted({grant.area_path for grant in actor.grants if grant.role in ANSWERS_FOR and grant.area_path is not None})
    )


def finding_page(session: Session, actor: Actor, public_id: str, *, now: datetime) -> FindingPage:
    """Return one finding with its steps to officers within their remit; NotFound to everybody else."""
    found = session.execute(_findings().where(Finding.public_id == public_id)).one_or_none()
    if found is None or not may_read_findings(actor, found[3]):
        raise NotFound()
    row = _finding(found, actor, now)
    assessment = session.execute(
        select(Assessment.indicator, Assessment.score_hundredths, Assessment.reason)
        .join(Finding, Finding.assessment_id == Assessment.id)
        .where(Finding.id == row.id)
    ).one_or_none()
    return FindingPage(
        row=row,
        steps=_steps(session, row, has_names=may_read_who(actor, row.area_path)),
        assessment=None if assessment is None else (assessment[0], assessment[1], assessment[2]),
    )


def _steps(session: Session, row: FindingRow, *, has_names: bool) -> tuple[StepRow, ...]:
    photos: dict[int, list[str]] = defaultdict(list)
    for step_id, public_id in session.execute(
        select(FindingPhoto.step_id, FindingPhoto.public_id)
        .join(FindingStep, FindingStep.id == FindingPhoto.step_id)
        .where(FindingStep.finding_id == row.id)
        .order_by(FindingPhoto.id)
    ):
        photos[step_id].append(public_id)
    steps = session.execute(
        select(FindingStep, Person.name)
        .join(Person, Person.id == FindingStep.by_id)
        .where(FindingStep.finding_id == row.id)
        .order_by(FindingStep.id)
    )
    return tuple(
        StepRow(
            id=step.id, kind=step.kind, text=step.text, due_on=step.due_on, by=name if has_names else "",
            by_id=step.by_id, at=step.at, photos=tuple(photos[step.id]),
        )
        for step, name in steps
    )  # fmt: skip


def findings_of_branch(
    session: Session, actor: Actor, branch_id: int, round_id: int, *, now: datetime
) -> list[FindingRow]:
    """Return a branch's findings of one round, withdrawn ones left out: what the dossier and a pass show. The caller has asked who reads."""
    rows = session.execute(
        _findings()
        .where(Finding.branch_id == branch_id, Finding.round_id == round_id, Finding.state.in_(COUNTED))
        .order_by(Finding.id)
        .limit(MOST_VISITS * 2)
    )
    return [_finding(found, actor, now) for found in rows]


def _is_late(now: datetime) -> ColumnElement[bool]:
    return and_(Finding.state.in_(WAITS), Finding.due_on < clock.local_day(now))


def counts(
    session: Session, round_ids: Collection[int], *, now: datetime, branch_id: int | None = None
) -> dict[int, Counts]:
    """Return how many findings of each round stand how: what everybody may know. `branch_id`: of one branch only."""
    query = (
        select(
            Finding.round_id,
            func.count(),
            func.count().filter(Finding.state != FindingState.CLOSED),
            func.count().filter(_is_late(now)),
            func.count().filter(Finding.state == FindingState.CLOSED),
        )
        .where(Finding.round_id.in_(round_ids), Finding.state.in_(COUNTED))
        .group_by(Finding.round_id)
    )
    if branch_id is not None:
        query = query.where(Finding.branch_id == branch_id)
    return {
        key: Counts(all=every, open=still, overdue=late, closed=closed)
        for key, every, still, late, closed in session.execute(query)
    }


def deductions_for(session: Session, actor: Actor, row: FindingRow, found: RoundRow) -> list[tuple[str, str]]:
    """Return (id, words) of the deductions and vetoes that were assessed for the branch in the finding's round."""
    require(may_read_findings(actor, row.area_path))
    items = {
        item.key: item.indicator.name for item in found.scheme.items if item.kind in (ItemKind.DEDUCTION, ItemKind.VETO)
    }
    if not items:
        return []
    rows = session.execute(
        select(Assessment.public_id, Assessment.indicator, Assessment.reason)
        .join(Branch, Branch.id == Assessment.branch_id)
        .where(
            Branch.public_id == row.branch_id,
            Assessment.round_id == row.round_id,
            Assessment.indicator.in_(sorted(items)),
        )
        .order_by(Assessment.id.desc())
        .limit(20)
    )
    return [(public_id, f"{items[key]} · {reason}") for public_id, key, reason in rows]
