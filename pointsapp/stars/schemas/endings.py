"""How a round ends, as JSON: objections and their answers, stored editions, proposals to correct them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, fields

from pointsapp.stars.queries import Difference, Edition, ErratumRow, ObjectionRow, RoundRow
from pointsapp.stars.schemas.board import BranchSchema, RoundSchema
from pointsapp.stars.schemas.score import Score
from pointsapp.web.schemas import Moment, page_schema


class ObjectionSchema(Schema):
    """An objection. `text` is for its author, the offices of the area and its auditors, null for others."""

    id = fields.String(attribute="public_id")
    branch = fields.Nested(BranchSchema)
    indicator = fields.String(allow_none=True)
    state = fields.String(metadata={"description": "open, upheld or rejected"})
    at = Moment()
    due_at = Moment()
    is_overdue = fields.Boolean()
    text = fields.String(allow_none=True)
    answer = fields.String(allow_none=True)
    answered_at = Moment(allow_none=True)
    admitted = fields.Integer(metadata={"description": "rows that came too late and count since the answer"})


class ObjectionDetailSchema(ObjectionSchema):
    """One objection with who raised and who answered it. Officers who open it are written down."""

    round = fields.Nested(RoundSchema)
    by = fields.String(allow_none=True)
    answered_by = fields.String(allow_none=True)


class EditionSchema(Schema):
    """The standings of a closed round as they were stored. Number 1 is the freeze; later ones correct it and say what and why."""

    number = fields.Integer()
    kind = fields.String(metadata={"description": "freeze, erratum or taken_back"})
    is_current = fields.Boolean()
    digest = fields.String(metadata={"description": "SHA-256 over all that the edition holds"})
    scheme_digest = fields.String()
    cut_off_at = Moment()
    frozen_at = Moment()
    what = fields.String(allow_none=True)
    why = fields.String(allow_none=True)


class ChangeSchema(Schema):
    """A branch before and after a correction; `is_named`: it is the one that the correction is about."""

    branch = fields.Nested(BranchSchema)
    is_named = fields.Boolean()
    rank_before = fields.Integer(allow_none=True)
    rank = fields.Integer(allow_none=True)
    total_before = Score()
    total = Score()
    lit_before = fields.Integer()
    lit_stars = fields.Integer()
    tier_before = fields.String(allow_none=True)
    tier = fields.String(allow_none=True)


class EditionDetailSchema(EditionSchema):
    """An edition with what it changed against the one before it; `superseded_by` is the number of the one in force, null for that one."""

    round = fields.Nested(RoundSchema)
    superseded_by = fields.Integer(allow_none=True)
    changes = fields.List(fields.Nested(ChangeSchema))


class ErratumSchema(Schema):
    """A proposal to correct a closed round: one person proposes, a second decides.

    `corrected_score` is the right score of an indicator that people assess, `corrected_amount` the right amount of what a counted one
    counts; both are null where a star is taken back.
    """

    id = fields.String(attribute="public_id")
    branch = fields.Nested(BranchSchema)
    kind = fields.String(metadata={"description": "erratum or taken_back"})
    target = fields.String()
    target_name = fields.String()
    corrected_score = Score(allow_none=True)
    corrected_amount = fields.Integer(allow_none=True)
    what = fields.String()
    why = fields.String()
    state = fields.String(metadata={"description": "proposed, confirmed or rejected"})
    by = fields.String()
    at = Moment()
    decided_by = fields.String(allow_none=True)
    decided_at = Moment(allow_none=True)
    decline_reason = fields.String(allow_none=True)


class ErratumDetailSchema(ErratumSchema):
    """A proposal with what confirming it now would change; empty once it is decided."""

    round = fields.Nested(RoundSchema)
    changes = fields.List(fields.Nested(ChangeSchema))


ObjectionPage = page_schema(ObjectionSchema)
EditionPage = page_schema(EditionSchema)
ErratumPage = page_schema(ErratumSchema)


def objection_detail(found: RoundRow, row: ObjectionRow) -> dict[str, Any]:
    """Return what ObjectionDetailSchema shows."""
    return {**asdict(row), "branch": row.branch, "round": found}


def edition_detail(
    found: RoundRow, edition: Edition, changes: Iterable[Difference], *, has_ranks: bool
) -> dict[str, Any]:
    """Return what EditionDetailSchema shows."""
    superseded_by = None if edition.is_current else edition.newest
    shown = {"round": found, "superseded_by": superseded_by, "changes": _changes(changes, has_ranks=has_ranks)}
    return {**asdict(edition), "is_current": edition.is_current, **shown}


def erratum_item(row: ErratumRow) -> dict[str, Any]:
    """Return what ErratumSchema shows."""
    score, amount = (row.corrected, None) if row.is_score else (None, row.corrected)
    return {**asdict(row), "branch": row.branch, "corrected_score": score, "corrected_amount": amount}


def erratum_detail(
    found: RoundRow, row: ErratumRow, changes: Iterable[Difference], *, has_ranks: bool
) -> dict[str, Any]:
    """Return what ErratumDetailSchema shows."""
    return {**erratum_item(row), "round": found, "changes": _changes(changes, has_ranks=has_ranks)}


def _changes(changes: Iterable[Difference], *, has_ranks: bool) -> list[dict[str, Any]]:
    """Where boards show no ranks, no change tells one."""
    no_ranks = {} if has_ranks else {"rank_before": None, "rank": None}
    return [{**asdict(one), "branch": one.branch, **no_ranks} for one in changes]
