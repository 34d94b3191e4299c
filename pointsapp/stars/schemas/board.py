"""Rounds, standings, assessments and aims: JSON and forms. Scores are whole hundredths inside and plain numbers outside."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load

from pointsapp.stars.schemas.score import Score
from pointsapp.stars.services import Assess, SetAims
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, PublicId, Text, page_schema

_SHOWN = {
    "description": "the state as pages say it: `unlit` where a round is closed and `state`, as it is stored, is `at_risk`"
}


class RoundSchemeSchema(Schema):
    """The version a round is scored under. `ties`: what equal totals are compared by, in this order, before they share a rank."""

    code = fields.String()
    version = fields.Integer()
    name = fields.String()
    ties = fields.List(fields.String())


class RoundSchema(Schema):
    id = fields.String(attribute="public_id")
    name = fields.String()
    state = fields.String(
        metadata={
            "description": "open, published (provisional, objections are taken) or closed (stored, never counted again)"
        }
    )
    starts_on = fields.Date()
    ends_on = fields.Date()
    cut_off_at = Moment(metadata={"description": "work of the quarter that is received later does not count"})
    published_at = Moment(allow_none=True)
    objections_until = Moment(allow_none=True)
    closed_at = Moment(allow_none=True)
    scheme = fields.Nested(RoundSchemeSchema)


class BranchSchema(Schema):
    id = fields.String(attribute="public_id")
    code = fields.String()
    name = fields.String()


class StarStandingSchema(Schema):
    key = fields.String(attribute="star.key")
    name = fields.String(attribute="star.name")
    score = Score()
    state = fields.String()
    shown = fields.String(metadata=_SHOWN)


class StandingSchema(Schema):
    """`rank` is null where ranks are switched off in favour of tiers."""

    branch = fields.Nested(BranchSchema)
    rank = fields.Integer(allow_none=True)
    total = Score(attribute="score.total")
    lit_stars = fields.Integer(attribute="score.lit_stars")
    tier = fields.String(attribute="score.tier", allow_none=True)
    stars = fields.List(fields.Nested(StarStandingSchema), attribute="score.stars")


class ItemLinkSchema(Schema):
    """The item of a plan that a project was, and the branch whose plan it is."""

    id = fields.String(attribute="public_id")
    title = fields.String()
    branch_id = fields.String()


class EvidenceSchema(Schema):
    """One row behind a figure. `person` is masked unless the reader is an officer; `reason` goes with a score given by hand, `item` with
    a project.
    """

    id = fields.String()
    at = Moment()
    area = fields.String(allow_none=True)
    person = fields.String(allow_none=True)
    quantity = fields.Integer(allow_none=True)
    score = Score(allow_none=True)
    reason = fields.String(allow_none=True)
    item = fields.Nested(ItemLinkSchema, allow_none=True)


class HeadcountSchema(Schema):
    people = fields.Integer()
    counted_on = fields.Date()
    source = fields.String()


class IndicatorSchema(Schema):
    key = fields.String()
    name = fields.String()
    unit = fields.String()
    max = Score()
    score = Score()
    source = fields.String()
    inputs = fields.Dict(keys=fields.String(), values=fields.Integer(allow_none=True))
    gap = fields.String(allow_none=True)
    steps = fields.List(
        fields.String(), metadata={"description": "why this score, step by step, in the request's language"}
    )
    evidence_count = fields.Integer()
    evidence_hidden = fields.Boolean()
    evidence = fields.List(fields.Nested(EvidenceSchema))


class StarDetailSchema(Schema):
    key = fields.String()
    name = fields.String()
    max = Score()
    lit_at = Score()
    score = Score()
    state = fields.String()
    shown = fields.String(metadata=_SHOWN)
    steps = fields.List(fields.String())
    indicators = fields.List(fields.Nested(IndicatorSchema))


class ItemSchema(Schema):
    """A bonus, honour, deduction or veto. Of a veto a score above 0 says that it applies; `star` is where the points count."""

    key = fields.String()
    kind = fields.String()
    name = fields.String()
    star = fields.String(allow_none=True)
    max = Score()
    score = Score()
    source = fields.String()
    steps = fields.List(fields.String())


class StandingDetailSchema(Schema):
    """One branch of a round, opened: stars, indicators, and the rows behind them. `rank` is null where ranks are switched off."""

    round = fields.Nested(RoundSchema)
    branch = fields.Nested(BranchSchema)
    rank = fields.Integer(allow_none=True)
    total = Score()
    lit_stars = fields.Integer()
    tier = fields.String(allow_none=True)
    headcount = fields.Nested(HeadcountSchema, allow_none=True)
    items = fields.List(fields.Nested(ItemSchema))
    steps = fields.List(fields.String())
    stars = fields.List(fields.Nested(StarDetailSchema))


class AssessSchema(JsonSchema):
    branch_id = PublicId(required=True)
    indicator = Text(40, required=True)
    score = Score(required=True)
    reason = Text(300, required=True, lines=True)


class AssessmentSchema(Schema):
    id = fields.String(attribute="public_id")
    round_id = fields.String()
    branch = fields.Nested(BranchSchema)
    indicator = fields.String()
    score = Score()
    reason = fields.String()
    at = Moment()


class AssessForm(FormSchema):
    """The console's form: which branch and indicator, the score and why."""

    round_id = PublicId(required=True)
    branch_id = PublicId(required=True)
    indicator = Text(40, required=True)
    score = Score(required=True, from_text=True)
    reason = Text(300, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Assess:
        return Assess(**data)


class AimsForm(FormSchema):
    round_id = PublicId(required=True)
    branch_id = PublicId(required=True)
    stars = fields.List(Text(40), load_default=list)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> SetAims:
        return SetAims(round_id=data["round_id"], branch_id=data["branch_id"], stars=tuple(data["stars"]))


RoundPage = page_schema(RoundSchema)
StandingPage = page_schema(StandingSchema)
