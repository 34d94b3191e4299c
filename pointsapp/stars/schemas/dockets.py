"""The docket and its pieces as JSON: what everybody may check, and more for whom it opens to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields

from pointsapp.stars.messages import worded
from pointsapp.stars.queries import (
    CATALOGUE,
    AssessmentRow,
    Docket,
    DocketLine,
    ProofChangeRow,
    ProofRow,
    RoundRow,
    Standing,
)
from pointsapp.stars.rules.why import Step
from pointsapp.stars.schemas.board import BranchSchema, RoundSchema
from pointsapp.stars.schemas.score import Score
from pointsapp.web.schemas import Moment, page_schema


class AutoLineSchema(Schema):
    """自动取证: how many rows a line was counted from, and the SHA-256 over all of them (docs/stars.md says how to make it again).

    `salt` and `people` are null where the rows do not open to the reader.
    """

    evidence = fields.String()
    members_only = fields.Boolean()
    rows = fields.Integer()
    people = fields.Integer(allow_none=True)
    sha256 = fields.String()
    salt = fields.String(allow_none=True)
    opens = fields.Boolean()


class DocketLineSchema(Schema):
    """An indicator or item. `auto` is null for what people judge; `pieces` are the numbers of what was handed in for it."""

    key = fields.String()
    kind = fields.String(metadata={"description": "indicator, bonus, honour, deduction or veto"})
    name = fields.String()
    source = fields.String()
    score = Score()
    max = Score()
    auto = fields.Nested(AutoLineSchema, allow_none=True)
    pieces = fields.List(fields.Integer())


class DocketStarSchema(Schema):
    key = fields.String()
    name = fields.String()
    score = Score()
    max = Score()
    lines = fields.List(fields.Nested(DocketLineSchema))


class DocketSchema(Schema):
    """All lines by which a branch is judged in a round."""

    round = fields.Nested(RoundSchema)
    branch = fields.Nested(BranchSchema)
    stars = fields.List(fields.Nested(DocketStarSchema))
    items = fields.List(fields.Nested(DocketLineSchema))


class GivenSchema(Schema):
    """A score given by hand. `by` is for officers within their remit; `panel` is the id of the panel it came from, null without one."""

    id = fields.String(attribute="public_id")
    at = Moment()
    score = Score()
    reason = fields.String()
    by = fields.String(allow_none=True)
    panel = fields.String(allow_none=True)


class ItemUseSchema(Schema):
    id = fields.String()
    title = fields.String()


class PieceSchema(Schema):
    """人工补充: a piece handed in once. Everybody reads number, kind, day and digest; who is signed in the title.

    `opens`: words and file may be read by this reader; `file_kind` is null for words without a file. It stands for `indicators` (keys),
    `items` of the plan and `rows` of evidence.
    """

    id = fields.String(attribute="public_id")
    number = fields.Integer()
    kind = fields.String()
    title = fields.String(allow_none=True)
    happened_on = fields.Date()
    given_at = Moment()
    by = fields.String(allow_none=True)
    file_kind = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    sha256 = fields.String()
    opens = fields.Boolean()
    is_public = fields.Boolean()
    public_since = Moment(allow_none=True)
    withdrawn_at = Moment(allow_none=True)
    withdrawn_because = fields.String(allow_none=True)
    indicators = fields.List(fields.String())
    items = fields.List(fields.Nested(ItemUseSchema))
    rows = fields.List(fields.String())


class PieceStepSchema(Schema):
    at = Moment()
    by = fields.String()
    step = fields.String()
    words = fields.String()


class PieceDetailSchema(PieceSchema):
    """One piece with its words. Whoever reads one that is not public is written down; the trace is for officers, empty for others."""

    round = fields.Nested(RoundSchema)
    words = fields.String(allow_none=True)
    file_name = fields.String(allow_none=True)
    salt = fields.String(allow_none=True)
    trace = fields.List(fields.Nested(PieceStepSchema))


class DocketLineDetailSchema(DocketLineSchema):
    """One line with all that stands behind it: why it scores what it does, scores given by hand, the pieces."""

    steps = fields.List(fields.String())
    assessments = fields.List(fields.Nested(GivenSchema))
    handed_in = fields.List(fields.Nested(PieceSchema))


class DocketRowSchema(Schema):
    """A row in the order of the line's digest, with its own. `person` is masked and `person_id` null unless the reader is an officer."""

    id = fields.String(attribute="public_id")
    evidence = fields.String()
    area = fields.String()
    area_code = fields.String()
    quantity = fields.Integer()
    occurred_at = Moment()
    recorded_at = Moment()
    person = fields.String(allow_none=True)
    person_id = fields.String(allow_none=True)
    sha256 = fields.String()


PiecePage = page_schema(PieceSchema)
DocketRowPage = page_schema(DocketRowSchema)


def docket_item(found: RoundRow, standing: Standing, docket: Docket) -> dict[str, Any]:
    """Return what DocketSchema shows."""
    return {
        "round": found,
        "branch": standing.branch,
        "stars": [
            {
                "key": star.score.star.key,
                "name": star.score.star.name,
                "score": star.score.score,
                "max": star.score.star.most,
                "lines": [line_item(line) for line in star.lines],
            }
            for star in docket.stars
        ],
        "items": [line_item(line) for line in docket.items],
    }


def line_item(line: DocketLine) -> dict[str, Any]:
    """Return what DocketLineSchema shows."""
    return {
        "key": line.indicator.key,
        "kind": "indicator" if line.item is None else line.item.kind,
        "name": line.indicator.name,
        "source": line.indicator.source,
        "score": line.score.score,
        "max": line.indicator.most,
        "auto": line.auto,
        "pieces": [piece.number for piece in line.proofs],
    }


def line_detail(line: DocketLine, steps: Iterable[Step], given: Iterable[AssessmentRow]) -> dict[str, Any]:
    """Return what DocketLineDetailSchema shows."""
    return {
        **line_item(line),
        "steps": [worded(step, CATALOGUE) for step in steps],
        "assessments": list(given),
        "handed_in": [piece_item(piece) for piece in line.proofs],
    }


def piece_item(piece: ProofRow) -> dict[str, Any]:
    """Return what PieceSchema shows."""
    items = [{"id": public_id, "title": title} for public_id, title in piece.items]
    return {**asdict(piece), "is_public": piece.is_public, "items": items}


def piece_detail(found: RoundRow, piece: ProofRow, trace: Iterable[ProofChangeRow]) -> dict[str, Any]:
    """Return what PieceDetailSchema shows."""
    return {**piece_item(piece), "round": found, "trace": list(trace)}
