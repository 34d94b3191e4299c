"""The gate of inspections' pages: announcing a draw, its value, passes, findings and their steps.

Secrets are made here, before any transaction begins: services know no dice.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, post_load, validate

from pointsapp.core.codes import PASS_LENGTH, new_code
from pointsapp.inspections.models import Severity
from pointsapp.inspections.rules.draw import SEED_BYTES
from pointsapp.inspections.services import AnnounceDraw, IssuePass, RecordFinding, Step
from pointsapp.web.schemas import Day, FormSchema, LocalMoment, PublicId, Text, Whole

MOST_DRAWN = 2000
MOST_PER_BRANCH = 5
MOST_HOURS = 72


class AnnounceForm(FormSchema):
    """`branches` left empty means every branch of the round in the area; `inspectors` are grants."""

    round_id = PublicId(required=True)
    area = PublicId(required=True)
    title = Text(60, required=True)
    branches = fields.List(PublicId(), load_default=[], validate=validate.Length(max=MOST_DRAWN))
    inspectors = fields.List(PublicId(), load_default=[], validate=validate.Length(max=MOST_DRAWN))
    take = Whole(1, MOST_DRAWN, from_text=True, required=True)
    per_branch = Whole(0, MOST_PER_BRANCH, from_text=True, required=True)
    value_name = Text(80, required=True)
    value_source = Text(120, required=True)
    value_at = LocalMoment(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> AnnounceDraw:
        branches, inspectors = tuple(data.pop("branches")), tuple(data.pop("inspectors"))
        return AnnounceDraw(branches=branches, inspectors=inspectors, **data, seed=os.urandom(SEED_BYTES).hex())


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicValue:
    value: str
    value_found: str


class ValueForm(FormSchema):
    """The public value as it was announced, and where it was read."""

    value = Text(120, required=True)
    value_found = Text(200, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> PublicValue:
        return PublicValue(**data)


class ReasonForm(FormSchema):
    reason = Text(200, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["reason"])


class PassForm(FormSchema):
    branch_id = PublicId(required=True)
    holder = Text(60, required=True)
    hours = Whole(1, MOST_HOURS, from_text=True, required=True)
    starts_at = LocalMoment(load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> IssuePass:
        return IssuePass(**data, code=new_code(PASS_LENGTH))


class VisitForm(FormSchema):
    branch_id = PublicId(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["branch_id"])


class SummaryForm(FormSchema):
    summary = Text(300, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["summary"])


class FindingForm(FormSchema):
    """`photos` are names of pictures the door has kept already, never what the form says."""

    branch_id = PublicId(required=True)
    inspection_id = PublicId(load_default=None)
    text = Text(500, required=True, lines=True)
    goal = Text(81, load_default=None)
    severity = fields.Enum(Severity, by_value=True, load_default=Severity.MINOR)
    due_on = Day(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> RecordFinding:
        return RecordFinding(**data)


class StepForm(FormSchema):
    finding_id = PublicId(required=True)
    text = Text(500, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Step:
        return Step(**data)


class ReturnForm(StepForm):
    """Forms of one page name their words differently, so that each shows its own mistakes."""

    text = Text(500, required=True, lines=True, data_key="lacks")
    due_on = Day(required=True)


class WithdrawForm(StepForm):
    text = Text(200, required=True, data_key="reason")


class DeductionForm(FormSchema):
    assessment_id = PublicId(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["assessment_id"])
