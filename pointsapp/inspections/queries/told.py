"""A branch's findings of a round with their rectification and the second look, as its dossier tells them: one look at the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from pointsapp.core import clock
from pointsapp.inspections.models import Finding, FindingPhoto, FindingState, FindingStep, Severity, StepKind
from pointsapp.inspections.queries.findings import COUNTED, WAITS
from pointsapp.people.models import Person
from pointsapp.stars.models import Assessment

MOST_TOLD = 2000  # rows: a finding, its steps and their pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPhoto:
    """`public_id` for a page, `name` (SHA-256 of the kept file) for a file."""

    public_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStep:
    """One step; `text` and `by` are None where the dossier may be handed on."""

    kind: StepKind
    text: str | None
    due_on: date
    by: str | None
    at: datetime
    photos: tuple[ToldPhoto, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFinding:
    """A finding, numbered within branch and round. `deduction` is (key of the item, hundredths), None where none is linked."""

    number: int
    public_id: str
    star: str | None
    indicator: str | None
    severity: Severity
    state: FindingState
    text: str | None
    by: str | None
    at: datetime
    due_on: date
    is_overdue: bool
    deduction: tuple[str, int] | None
    steps: tuple[ToldStep, ...]


def told_findings(
    session: Session, branch_id: int, round_id: int, *, has_names: bool, now: datetime
) -> tuple[ToldFinding, ...]:
    """Return a branch's findings of a round in the order in which they were found, withdrawn ones left out.

    Without names there are only days, deadlines and states: words and pictures are for officers. The caller has asked who reads.
    """
    stepped = aliased(Person)
    rows = session.execute(
        select(Finding, Person.name, FindingStep, stepped.name, FindingPhoto, Assessment)
        .join(Person, Person.id == Finding.by_id)
        .join(FindingStep, FindingStep.finding_id == Finding.id)
        .join(stepped, stepped.id == FindingStep.by_id)
        .outerjoin(FindingPhoto, FindingPhoto.step_id == FindingStep.id)
        .outerjoin(Assessment, Assessment.id == Finding.assessment_id)
        .where(Finding.branch_id == branch_id, Finding.round_id == round_id, Finding.state.in_(COUNTED))
        .order_by(Finding.id, FindingStep.id, FindingPhoto.id)
        .limit(MOST_TOLD)
    ).all()
    found = [list(group) for _key, group in groupby(rows, key=lambda row: row[0].id)]
    told = (_finding(number, group, clock.local_day(now)) for number, group in enumerate(found, start=1))
    return tuple(one if has_names else _masked(one) for one in told)


def _finding(number: int, rows: list[Any], today: date) -> ToldFinding:
    finding, by, _step, _stepper, _photo, given = rows[0]
    return ToldFinding(
        number=number, public_id=finding.public_id, star=finding.star, indicator=finding.indicator,
        severity=finding.severity, state=finding.state, text=finding.text, by=by, at=finding.at, due_on=finding.due_on,
        is_overdue=finding.state in WAITS and finding.due_on < today,
        deduction=None if given is None else (given.indicator, given.score_hundredths),
        steps=tuple(_step_of(list(group)) for _key, group in groupby(rows, key=lambda row: row[2].id)),
    )  # fmt: skip


def _step_of(rows: list[Any]) -> ToldStep:
    _finding, _by, step, by, _photo, _given = rows[0]
    photos = tuple(ToldPhoto(public_id=row[4].public_id, name=row[4].name) for row in rows if row[4] is not None)
    # What a step that links a deduction says is the item's key; the finding tells it in words.
    text = None if step.kind is StepKind.LINKED else step.text
    return ToldStep(kind=step.kind, text=text, due_on=step.due_on, by=by, at=step.at, photos=photos)


def _masked(one: ToldFinding) -> ToldFinding:
    return replace(
        one, text=None, by=None, steps=tuple(replace(step, text=None, by=None, photos=()) for step in one.steps)
    )
