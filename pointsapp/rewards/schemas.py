"""The gate of rewards: forms and bodies into commands, books and budgets into JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load

from pointsapp.rewards.messages import step_words
from pointsapp.rewards.services import AddRuleVersion, GrantBudget
from pointsapp.web.schemas import (
    AreaRefSchema,
    FormSchema,
    JsonSchema,
    LocalMoment,
    Moment,
    PageArgs,
    Text,
    Whole,
    page_schema,
)

MOST_GRANTED = 100_000_000
MOST_POINTS = 10_000
MOST_CAP = 1_000_000


class ExpiringSchema(Schema):
    """Points that lapse together on one local day."""

    on = fields.Date()
    points = fields.Integer()


class PersonPointsSchema(Schema):
    """A person's points book in figures; `balance` is what can be spent now."""

    balance = fields.Integer()
    held = fields.Integer()
    earned_total = fields.Integer()
    spent_total = fields.Integer()
    expiring = fields.Method("list_expiring")

    def list_expiring(self, figures: Any) -> Any:
        rows = [{"on": on, "points": points} for on, points in figures.expiring]
        return ExpiringSchema(many=True).dump(rows)


class RuleSchema(Schema):
    key = fields.String(attribute="rule", metadata={"description": "a category, or * for the general rule"})
    version = fields.Integer(attribute="rule_version")


class StepSchema(Schema):
    """One step of the sum: a stable key, its facts, and the sentence in the request's language."""

    key = fields.String()
    text = fields.Function(step_words)
    facts = fields.Function(lambda step: {name: fact for name, fact in step.items() if name != "key"})


class EntrySchema(Schema):
    """One change of what can be spent. Newest first, `balance_after` of the first is the balance."""

    id = fields.String(attribute="public_id")
    posted_at = Moment()
    kind = fields.String()
    points = fields.Integer()
    memo = fields.String(attribute="words")
    balance_after = fields.Integer()
    rule = fields.Function(lambda line: None if line.rule is None else RuleSchema().dump(line))
    steps = fields.List(fields.Nested(StepSchema))


EntryPageSchema = page_schema(EntrySchema, "PointsEntryPage")


class BudgetArgs(PageArgs):
    area = fields.String(load_default=None)


class AreaBudgetSchema(Schema):
    """granted = balance + reserved + issued. `lasts_until`: at the pace of the last four weeks; null where that is too far or unknown."""

    area = fields.Nested(AreaRefSchema)
    balance = fields.Integer()
    granted = fields.Integer()
    reserved = fields.Integer()
    issued = fields.Integer()
    returned = fields.Integer()
    lasts_until = fields.Date(allow_none=True)


BudgetPageSchema = page_schema(AreaBudgetSchema)


class GrantSchema(JsonSchema):
    area_id = Text(40, required=True)
    points = Whole(1, MOST_GRANTED, required=True)
    memo = Text(120, required=True)

    @post_load
    def command(self, values: dict[str, Any], **_kw: Any) -> GrantBudget:
        return GrantBudget(area=values["area_id"], points=values["points"], memo=values["memo"])


class GrantReceiptSchema(Schema):
    id = fields.String(attribute="public_id")
    area_id = fields.String(attribute="area_public_id")
    points = fields.Integer()
    budget_balance = fields.Integer()


class GrantForm(FormSchema):
    area_id = Text(40, required=True)
    points = Whole(1, MOST_GRANTED, required=True, from_text=True)
    memo = Text(120, required=True)

    @post_load
    def command(self, values: dict[str, Any], **_kw: Any) -> GrantBudget:
        return GrantBudget(area=values["area_id"], points=values["points"], memo=values["memo"])


class RuleVersionForm(FormSchema):
    """A number left blank is no bound; no date is now."""

    category = Text(30, required=True)
    starts_at = LocalMoment(load_default=None)
    band_per_completion = Whole(0, MOST_POINTS, from_text=True, load_default=None)
    band_per_hour = Whole(0, MOST_POINTS, from_text=True, load_default=None)
    cap_activity = Whole(0, MOST_CAP, from_text=True, load_default=None)
    cap_day = Whole(0, MOST_CAP, from_text=True, load_default=None)
    cap_week = Whole(0, MOST_CAP, from_text=True, load_default=None)
    cap_month = Whole(0, MOST_CAP, from_text=True, load_default=None)
    expires_after_months = Whole(1, 120, from_text=True, load_default=None)
    reason = Text(300, required=True)

    @post_load
    def command(self, values: dict[str, Any], **_kw: Any) -> AddRuleVersion:
        return AddRuleVersion(**values)


class RuleTrialForm(RuleVersionForm):
    """The same, only reckoned: why is asked when it is meant."""

    reason = Text(300, load_default="")
