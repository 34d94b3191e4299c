"""What was found, what the branch did about it, and the second look. Every step stays; nothing is scored by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from pointsapp.core.states import move, rows_changed
from pointsapp.inspections.errors import DueDateWrong, NoDeduction, OwnFinding
from pointsapp.inspections.messages import UNKNOWN_STAR
from pointsapp.inspections.models import (
    Finding,
    FindingPhoto,
    FindingState,
    FindingStep,
    Inspection,
    Severity,
    StepKind,
)
from pointsapp.inspections.policies import DUE_DAYS, may_answer, may_withdraw
from pointsapp.inspections.services.telling import tell_of
from pointsapp.inspections.services.visits import branch_of, must_inspect, told
from pointsapp.stars.models import Assessment
from pointsapp.stars.queries import BranchRow, RoundRow, find_branch, newest_round
from pointsapp.stars.queries.rounds import rounds_by_ids
from pointsapp.stars.rules.scheme import ItemKind

MOST_PHOTOS = 3
C = TypeVar("C", "RecordFinding", "Step")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFinding:
    """`goal` is a star's key, or a star's and an indicator's with a slash between; `photos` are names of kept pictures."""

    branch_id: str
    text: str
    due_on: date
    severity: Severity = Severity.MINOR
    goal: str | None = None
    inspection_id: str | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is said at a step of a finding; `due_on` where the step sets a new deadline."""

    finding_id: str
    text: str
    due_on: date | None = None
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingReceipt:
    public_id: str
    branch_id: str
    state: FindingState
    is_repeat: bool = False


def with_photos(command: C, photos: tuple[str, ...]) -> C:
    """Return the command with the names of the pictures that came with its form."""
    return replace(command, photos=photos)


def record_finding(session: Session, actor: Actor, command: RecordFinding, *, now: datetime) -> FindingReceipt:
    """Write down something found at a branch, with the day by which it is to be put right."""
    branch = find_branch(session, command.branch_id)
    must_inspect(session, actor, branch, now)
    visit = _visit(session, actor, branch, command.inspection_id)
    found = (
        rounds_by_ids(session, [visit.round_id])[0]
        if visit is not None
        else newest_round(session, now=now, branch=branch.public_id)
    )
    if found is None:
        raise NotFound()
    star, indicator = _goal(found, command.goal)
    _must_be_a_deadline(session, command.due_on, now)
    row = Finding(
        inspection_id=visit.id if visit is not None else None,
        round_id=found.id,
        branch_id=branch.id,
        star=star,
        indicator=indicator,
        severity=command.severity,
        text=command.text,
        due_on=command.due_on,
        by_id=actor.person_id,
        at=now,
    )
    session.add(row)
    session.flush()
    _step(session, actor, row, StepKind.RECORDED, command.text, command.photos, now)
    told(session, actor, "inspections.finding_recorded", f"finding:{row.id}", branch, now)
    tell_of(session, row, branch, StepKind.RECORDED, actor_id=actor.person_id, now=now)
    return _receipt(row, branch)


def answer_finding(session: Session, actor: Actor, command: Step, *, now: datetime) -> FindingReceipt:
    """Say what the branch did about it; then an inspector looks again."""
    row, branch = _finding(session, command.finding_id)
    require(may_answer(actor, branch.area_path))
    return _go_on(session, actor, row, branch, StepKind.ANSWERED, command, now)


def close_finding(session: Session, actor: Actor, command: Step, *, now: datetime) -> FindingReceipt:
    """Say that it is put right. The same inspector may look again; never the branch's own people, nor who answered for it."""
    row, branch = _finding(session, command.finding_id)
    _must_look_again(session, actor, row, branch, now)
    return _go_on(session, actor, row, branch, StepKind.CLOSED, command, now)


def return_finding(session: Session, actor: Actor, command: Step, *, now: datetime) -> FindingReceipt:
    """Say that it is not put right yet, and by when it must be."""
    row, branch = _finding(session, command.finding_id)
    _must_look_again(session, actor, row, branch, now)
    if command.due_on is None:
        raise DueDateWrong()
    _must_be_a_deadline(session, command.due_on, now)
    return _go_on(session, actor, row, branch, StepKind.RETURNED, command, now)


def withdraw_finding(session: Session, actor: Actor, command: Step, *, now: datetime) -> FindingReceipt:
    """Take back a finding that should not have been recorded, with the reason: who recorded it, or the street office."""
    row, branch = _finding(session, command.finding_id)
    must_inspect(session, actor, branch, now)
    require(may_withdraw(actor, branch.area_path, row.by_id))
    return _go_on(session, actor, row, branch, StepKind.WITHDRAWN, command, now)


def link_deduction(
    session: Session, actor: Actor, finding_id: str, assessment_id: str, *, now: datetime
) -> FindingReceipt:
    """Say which deduction was assessed for this finding. The deduction itself is an assessment like any other."""
    row, branch = _finding(session, finding_id)
    must_inspect(session, actor, branch, now)
    if row.assessment_id is not None and assessment_id != _public_id_of(session, row.assessment_id):
        raise Conflict()
    given = session.scalars(select(Assessment).where(Assessment.public_id == assessment_id)).one_or_none()
    item = None
    if given is not None and (given.round_id, given.branch_id) == (row.round_id, row.branch_id):
        item = rounds_by_ids(session, [row.round_id])[0].scheme.item(given.indicator)
    if given is None or item is None or item.kind not in (ItemKind.DEDUCTION, ItemKind.VETO):
        raise NoDeduction()
    changed = rows_changed(
        session,
        update(Finding).where(Finding.id == row.id, Finding.assessment_id.is_(None)).values(assessment_id=given.id),
    )
    if not changed:
        if row.assessment_id == given.id:
            return _receipt(row, branch, is_repeat=True)
        raise Conflict()
    _step(session, actor, row, StepKind.LINKED, given.indicator, (), now)
    return _receipt(row, branch)


_LEADS_TO: dict[StepKind, FindingState] = {
    StepKind.ANSWERED: FindingState.ANSWERED,
    StepKind.CLOSED: FindingState.CLOSED,
    StepKind.RETURNED: FindingState.RETURNED,
    StepKind.WITHDRAWN: FindingState.WITHDRAWN,
}


def _go_on(
    session: Session, actor: Actor, row: Finding, branch: BranchRow, kind: StepKind, command: Step, now: datetime
) -> FindingReceipt:
    """Take the step unless it is the last one again; Conflict where the finding has gone another way."""
    to = _LEADS_TO[kind]
    if to not in Finding.transitions[row.state]:
        if row.state is to and _is_last(session, actor, row, kind, command.text):
            return _receipt(row, branch, is_repeat=True)
        raise Conflict()
    also = {"due_on": command.due_on} if command.due_on is not None else {}
    move(session, row, to, **also)
    _step(session, actor, row, kind, command.text, command.photos, now)
    told(session, actor, f"inspections.finding_{kind.value}", f"finding:{row.id}", branch, now)
    tell_of(session, row, branch, kind, actor_id=actor.person_id, now=now)
    return _receipt(row, branch)


def _is_last(session: Session, actor: Actor, row: Finding, kind: StepKind, text: str) -> bool:
    last = session.scalars(
        select(FindingStep).where(FindingStep.finding_id == row.id).order_by(FindingStep.id.desc()).limit(1)
    ).one()
    return (last.kind, last.by_id, last.text) == (kind, actor.person_id, text)


def _step(
    session: Session, actor: Actor, row: Finding, kind: StepKind, text: str, photos: tuple[str, ...], now: datetime
) -> None:
    step = FindingStep(finding_id=row.id, kind=kind, text=text, due_on=row.due_on, by_id=actor.person_id, at=now)
    session.add(step)
    session.flush()
    session.add_all(FindingPhoto(step_id=step.id, name=name) for name in photos[:MOST_PHOTOS])
    session.flush()


def _must_look_again(session: Session, actor: Actor, row: Finding, branch: BranchRow, now: datetime) -> None:
    must_inspect(session, actor, branch, now)
    answered = select(FindingStep.id).where(
        FindingStep.finding_id == row.id, FindingStep.kind == StepKind.ANSWERED, FindingStep.by_id == actor.person_id
    )
    require(session.scalar(answered.limit(1)) is None, OwnFinding())


def _must_be_a_deadline(session: Session, due_on: date, now: datetime) -> None:
    today, most = clock.local_day(now), policy.value(session, DUE_DAYS, now=now)
    latest = today + timedelta(days=most)
    if not today <= due_on <= latest:
        raise DueDateWrong(latest_on=latest.isoformat())


def _visit(session: Session, actor: Actor, branch: BranchRow, inspection_id: str | None) -> Inspection | None:
    if inspection_id is None:
        return None
    row = session.scalars(
        select(Inspection).where(Inspection.public_id == inspection_id, Inspection.branch_id == branch.id)
    ).one_or_none()
    if row is None:
        raise NotFound()
    if row.inspector_id != actor.person_id:
        raise Forbidden()
    return row


def _goal(found: RoundRow, goal: str | None) -> tuple[str | None, str | None]:
    """Return the star and the indicator that `goal` names in the round's scheme."""
    if goal is None:
        return None, None
    key, _slash, indicator = goal.partition("/")
    star = next((one for one in found.scheme.stars if one.key == key), None)
    if star is None or (indicator and indicator not in {one.key for one in star.indicators}):
        raise Invalid({"goal": [str(UNKNOWN_STAR)]})
    return key, indicator or None


def _finding(session: Session, public_id: str) -> tuple[Finding, BranchRow]:
    row = session.scalars(
        select(Finding).where(Finding.public_id == public_id).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row, branch_of(session, row.branch_id)


def _public_id_of(session: Session, assessment_id: int) -> str:
    return session.scalars(select(Assessment.public_id).where(Assessment.id == assessment_id)).one()


def _receipt(row: Finding, branch: BranchRow, *, is_repeat: bool = False) -> FindingReceipt:
    return FindingReceipt(public_id=row.public_id, branch_id=branch.public_id, state=row.state, is_repeat=is_repeat)
