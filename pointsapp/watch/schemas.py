"""The gate of watch: a decision with its reason; cases, their rows and their decisions as JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from pointsapp.watch.messages import rule_title, rule_words
from pointsapp.watch.models import AnomalyState
from pointsapp.watch.services import Decide
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, PageArgs, Schema, Text


class DecisionForm(FormSchema):
    anomaly_id = Text(20, required=True)
    state = fields.Enum(AnomalyState, by_value=True, required=True)
    reason = Text(300, least=4, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Decide:
        return Decide(**data)


class AnomalyArgs(PageArgs):
    state = fields.Enum(AnomalyState, by_value=True, load_default=AnomalyState.OPEN)
    rule = Text(40, least=0, load_default="")


class AnomalyDecisionJson(JsonSchema):
    state = fields.Enum(AnomalyState, by_value=True, required=True)
    reason = Text(300, least=4, required=True, lines=True)


class AnomalySchema(Schema):
    """One case. `by` did it, named in full where it was done in an office, else masked; `person` whom it credits or serves is masked; `limits` are the rule's thresholds."""

    id = fields.String(attribute="public_id")
    rule = fields.String()
    title = fields.Function(lambda row: rule_title(row.rule))
    stated = fields.Function(lambda row: rule_words(row.rule, row.limits))
    limits = fields.Dict(keys=fields.String())
    area = fields.String()
    person = fields.String()
    by = fields.String()
    shop = fields.String()
    state = fields.Function(lambda row: row.state.value)
    rows = fields.Integer()
    first_at = Moment()
    last_at = Moment()
    found_at = Moment()


class AnomalyEvidenceSchema(Schema):
    """One row behind a case; `facts` say it to people and hold no name."""

    kind = fields.String()
    at = Moment()
    person = fields.String()
    by = fields.String()
    facts = fields.Dict(keys=fields.String())


class AnomalyStepSchema(Schema):
    state = fields.Function(lambda step: step.state.value)
    reason = fields.String()
    by = fields.String()
    at = Moment()


class AnomalyCaseSchema(AnomalySchema):
    """A case with its first rows and what was decided about it, both the oldest first."""

    evidence = fields.List(fields.Nested(AnomalyEvidenceSchema))
    steps = fields.List(fields.Nested(AnomalyStepSchema))


class AnomalyDecisionSchema(Schema):
    id = fields.String(attribute="public_id")
    state = fields.Function(lambda receipt: receipt.state.value)
