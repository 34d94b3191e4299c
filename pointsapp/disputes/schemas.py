"""The gate of disputes: forms and JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from pointsapp.disputes.models import DisputeKind
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, PageArgs, Schema, Text


class OpenForm(FormSchema):
    kind = fields.Enum(DisputeKind, by_value=True, required=True)
    words = Text(500, required=True, lines=True)


class SayForm(FormSchema):
    words = Text(500, required=True, lines=True)


class WithdrawForm(FormSchema):
    """A button that is a whole form: nothing to fill in."""


class DecideForm(FormSchema):
    decision = fields.String(required=True, validate=validate.OneOf(("uphold", "reject")))
    reason = Text(300, required=True, lines=True)


class DisputeJson(JsonSchema):
    kind = fields.Enum(DisputeKind, by_value=True, required=True)
    words = Text(500, required=True, lines=True)


class StatementJson(JsonSchema):
    words = Text(500, required=True, lines=True)


class DecisionJson(JsonSchema):
    decision = fields.String(required=True, validate=validate.OneOf(("uphold", "reject")))
    reason = Text(300, required=True, lines=True)


class DeskDisputeArgs(PageArgs):
    """`open=false`: the closed ones, the newest first."""

    is_open = fields.Boolean(load_default=True, data_key="open")


def _merchant(row: Any) -> dict[str, str]:
    return {"id": row.merchant_public_id, "name": row.merchant_name}


class DisputeSchema(Schema):
    """One dispute; names are masked."""

    id = fields.String(attribute="public_id")
    redemption_id = fields.String(attribute="redemption")
    voucher_id = fields.String(attribute="voucher")
    title = fields.String()
    points = fields.Integer()
    merchant = fields.Function(_merchant)
    resident = fields.String()
    redeemed_at = Moment()
    kind = fields.Function(lambda row: row.kind.value)
    state = fields.Function(lambda row: row.state.value)
    opened_at = Moment()
    due_on = fields.Date()
    closed_at = Moment(allow_none=True)
    decision_reason = fields.String(allow_none=True)


class DisputeStatementSchema(Schema):
    side = fields.Function(lambda row: row.side.value)
    who = fields.String()
    said_at = Moment()
    words = fields.String()


class HappeningSchema(Schema):
    """Something the voucher lived through; `reason` of a refused scan is the refusal's code."""

    at = Moment()
    what = fields.Function(lambda row: row.what.value)
    who = fields.String()
    shop = fields.String()
    reason = fields.String()


class DisputeCaseSchema(DisputeSchema):
    """A dispute with what both sides said and everything its voucher lived through, the oldest first."""

    statements = fields.List(fields.Nested(DisputeStatementSchema))
    story = fields.List(fields.Nested(HappeningSchema))
