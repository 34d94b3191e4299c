"""Rounds, standings, assessments and aims: JSON and forms. Scores are whole hundredths inside and plain numbers outside."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, post_load

from pointsapp.stars.messages import worded
from pointsapp.stars.queries import CATALOGUE, IndicatorDetail, ItemDetail, RoundRow, Standing, StarDetail, why_here
from pointsapp.stars.rules.why import Step
from pointsapp.stars.services import Assess, SetAims
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, PublicId, Text, page_schema

MOST_SCORE = 1000
_SHOWN = {
    "description": "the state as pages say it: `unlit` where a round is closed and `state`, as it is stored, is `at_risk`"
}
_TWO_DECIMALS = _l("应是 0 到 1000 之间的数，最多两位小数")


def shown_score(hundredths: int) -> str:
    """1250 -> 12.5, 1200 -> 12"""
    return f"{Decimal(hundredths) / 100:f}"


class Score(fields.Float):
    """A score: 12 or 12.5 outside, 1200 or 1250 hundredths inside; `from_text=True` in forms."""

    def __init__(self, *, from_text: bool = False, **kw: Any) -> None:
        self.from_text = from_text
        super().__init__(**kw)

    def _serialize(self, value: Any, attr: Any, obj: Any, **kw: Any) -> Any:
        if value is None:
            return None
        return value // 100 if value % 100 == 0 else value / 100

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> int:  # type: ignore[override]
        if isinstance(value, bool) or not isinstance(value, int | float | (str if self.from_text else int)):
            raise self.make_error("invalid", input=value)
        try:
            hundredths = Decimal(str(value).strip()[:20]) * 100
        except InvalidOperation:
            raise self.make_error("invalid", input=value) from None
        if not hundredths.is_finite() or hundredths != int(hundredths) or not 0 <= hundredths <= MOST_SCORE * 100:
            raise ValidationError(str(_TWO_DECIMALS))
        return int(hundredths)


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


def detail(
    found: RoundRow,
    standing: Standing,
    stars: tuple[StarDetail, ...],
    items: tuple[ItemDetail, ...],
    *,
    has_ranks: bool = True,
) -> dict[str, Any]:
    """Return what StandingDetailSchema shows."""
    return {
        "round": found,
        "branch": standing.branch,
        "rank": standing.rank if has_ranks else None,
        "total": standing.score.total,
        "lit_stars": standing.score.lit_stars,
        "tier": standing.score.tier,
        "headcount": standing.headcount,
        "items": [_item(one) for one in items],
        "steps": _steps(why_here(found, standing)),
        "stars": [
            {
                "key": star.score.star.key,
                "name": star.score.star.name,
                "max": star.score.star.most,
                "lit_at": star.score.star.lit_at,
                "score": star.score.score,
                "state": star.score.state,
                "shown": star.score.shown,
                "steps": _steps(star.steps),
                "indicators": [_indicator(one) for one in star.indicators],
            }
            for star in stars
        ],
    }


def _steps(steps: tuple[Step, ...]) -> list[str]:
    return [worded(step, CATALOGUE) for step in steps]


def _item(one: ItemDetail) -> dict[str, Any]:
    return {
        "key": one.item.key,
        "kind": one.item.kind,
        "name": one.item.indicator.name,
        "star": one.item.star,
        "max": one.item.indicator.most,
        "score": one.score.score,
        "source": one.item.indicator.source,
        "steps": _steps(one.steps),
    }


def _indicator(one: IndicatorDetail) -> dict[str, Any]:
    rows = [
        {
            "id": row.public_id,
            "at": row.occurred_at,
            "area": row.area,
            "person": row.person,
            "quantity": row.quantity,
            "item": row.item,
        }
        for row in one.evidence
    ]
    given = [
        {"id": row.public_id, "at": row.at, "person": row.by, "score": row.score, "reason": row.reason}
        for row in one.assessments
    ]
    return {
        "key": one.indicator.key,
        "name": one.indicator.name,
        "unit": one.indicator.unit,
        "max": one.indicator.most,
        "score": one.score.score,
        "source": one.indicator.source,
        "inputs": one.score.inputs,
        "gap": one.score.gap,
        "steps": _steps(one.steps),
        "evidence_count": one.evidence_count or len(given),
        "evidence_hidden": one.is_hidden,
        "evidence": rows or given,
    }
