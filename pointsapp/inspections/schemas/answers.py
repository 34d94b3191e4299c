"""Draws and findings as JSON: the draw as everybody may read it, findings as officers within their remit do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields, validate

from pointsapp.inspections.models import FindingState
from pointsapp.inspections.queries import DrawPage, FindingPage, FindingRow
from pointsapp.stars.schemas.score import Score
from pointsapp.web.schemas import Moment, PageArgs, PublicId, Text, page_schema

OVERDUE = "overdue"
STATES = (*(state.value for state in FindingState), OVERDUE)


class DrawArgs(PageArgs):
    """`round`: only the draws of this round."""

    round = PublicId(load_default=None)


class FindingArgs(PageArgs):
    """`state`: as a finding's, or `overdue`; `branch`: the id of one branch; `round`: the id of one round."""

    state = Text(10, load_default=None, validate=[validate.OneOf(STATES)])
    branch = PublicId(load_default=None)
    round = PublicId(load_default=None)


class DrawSchema(Schema):
    """A draw as it was announced; nothing of it changes. The hashes and the commitment are SHA-256 over the texts of docs/stars.md."""

    id = fields.String(attribute="public_id")
    round_id = fields.String()
    number = fields.Integer()
    title = fields.String()
    area = fields.String()
    state = fields.String(
        metadata={
            "description": "committed (the value is not known yet), due (it is, and was not entered), revealed, cancelled"
        }
    )
    branch_count = fields.Integer()
    take = fields.Integer()
    per_branch = fields.Integer()
    value_name = fields.String()
    value_source = fields.String()
    value_at = Moment()
    committed_at = Moment()
    commitment = fields.String()
    branches_sha256 = fields.String(attribute="branches_hash")
    inspectors_sha256 = fields.String(attribute="inspectors_hash")


class ListedBranchSchema(Schema):
    code = fields.String()
    name = fields.String()


class ListedInspectorSchema(Schema):
    """An inspector of the list: published as a number; `name` is null unless the reader is an officer within their remit."""

    number = fields.String()
    name = fields.String(allow_none=True)


class DrawnBranchSchema(ListedBranchSchema):
    inspectors = fields.List(fields.String())


class DrawDetailSchema(DrawSchema):
    """A draw with its lists, and its outcome once there is one. `document` is the published file that `pointsapp stars redraw` reads."""

    branches = fields.List(fields.Nested(ListedBranchSchema))
    inspectors = fields.List(fields.Nested(ListedInspectorSchema))
    over_at = Moment(allow_none=True)
    seed = fields.String(allow_none=True)
    value = fields.String(allow_none=True)
    value_found = fields.String(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "why a cancelled draw was given up"})
    commitment_text = fields.String(allow_none=True)
    result = fields.List(fields.Nested(DrawnBranchSchema), allow_none=True)
    document = fields.Dict(keys=fields.String())


class NamedBranchSchema(Schema):
    id = fields.String()
    name = fields.String()


class FindingSchema(Schema):
    """Something found at a branch. `by` is null for who reads without names; `star` and `indicator` are keys of the round's scheme."""

    id = fields.String(attribute="public_id")
    round_id = fields.String(attribute="round_public_id")
    branch = fields.Nested(NamedBranchSchema)
    visit_id = fields.String(attribute="inspection_id", allow_none=True)
    star = fields.String(allow_none=True)
    indicator = fields.String(allow_none=True)
    severity = fields.String(metadata={"description": "minor or serious"})
    text = fields.String()
    at = Moment()
    by = fields.String(allow_none=True)
    due_on = fields.Date()
    state = fields.String(
        metadata={"description": "open, answered (waits for the second look), returned, closed or withdrawn"}
    )
    is_overdue = fields.Boolean()


class FindingStepSchema(Schema):
    """One step of a finding. `due_on` is the deadline that held from then; `photos` are ids for GET /five-star/finding-photos/{id}."""

    kind = fields.String()
    text = fields.String()
    due_on = fields.Date()
    by = fields.String(allow_none=True)
    at = Moment()
    photos = fields.List(fields.String())


class DeductionSchema(Schema):
    """The deduction or veto that was assessed for it; the finding itself takes nothing off."""

    indicator = fields.String()
    score = Score()
    reason = fields.String()


class FindingDetailSchema(FindingSchema):
    steps = fields.List(fields.Nested(FindingStepSchema))
    deduction = fields.Nested(DeductionSchema, allow_none=True)


class CountsSchema(Schema):
    """How many findings of a round stand how; those withdrawn are in none of these."""

    all = fields.Integer()
    open = fields.Integer(metadata={"description": "not closed yet, answered ones included"})
    overdue = fields.Integer()
    closed = fields.Integer()


DrawListPage = page_schema(DrawSchema)
FindingListPage = page_schema(FindingSchema)


def draw_detail(page: DrawPage) -> dict[str, Any]:
    """Return what DrawDetailSchema shows of a draw."""
    over = page.outcome
    return {
        **asdict(page.row),
        "branches": [{"code": code, "name": name} for code, name in page.branches],
        "inspectors": [{"number": number, "name": name or None} for number, name in page.inspectors],
        "over_at": over.at if over else None,
        "seed": over.seed if over else None,
        "value": over.value if over else None,
        "value_found": over.value_found if over else None,
        "reason": over.reason if over else None,
        "commitment_text": page.commitment_text,
        "result": page.result if page.commitment_text is not None else None,
        "document": page.document,
    }


def finding_item(row: FindingRow) -> dict[str, Any]:
    """Return what FindingSchema shows of a finding."""
    return {**asdict(row), "branch": {"id": row.branch_id, "name": row.branch}, "by": row.by or None}


def finding_detail(page: FindingPage) -> dict[str, Any]:
    """Return what FindingDetailSchema shows of a finding."""
    steps = [{**asdict(step), "by": step.by or None} for step in page.steps]
    names = ("indicator", "score", "reason")
    deduction = None if page.assessment is None else dict(zip(names, page.assessment, strict=True))
    return {**finding_item(page.row), "steps": steps, "deduction": deduction}
