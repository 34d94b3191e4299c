"""The gate of giving: forms and JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from pointsapp.giving.messages import ELEVEN_DIGITS
from pointsapp.giving.services import Donate, GivePoints, OpenFund, TellUse
from pointsapp.web.schemas import Day, FormSchema, JsonSchema, Moment, PublicId, Text, Whole, post_load

MOST = 100_000
_NUMBER = validate.Regexp(r"^[0-9]{11}$", error=ELEVEN_DIGITS)  # type: ignore[arg-type]


def _number(**kw: Any) -> fields.Field[Any]:
    return Text(11, validate=[_NUMBER], **kw)


class DonateForm(FormSchema):
    fund_id = PublicId(required=True)
    points = Whole(1, MOST, from_text=True, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Donate:
        return Donate(**data)


class GiftForm(FormSchema):
    volunteer_number = _number(required=True)
    points = Whole(1, MOST, from_text=True, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> GivePoints:
        return GivePoints(**data)


class FundForm(FormSchema):
    area = PublicId(required=True)
    name = Text(40, required=True)
    purpose = Text(300, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> OpenFund:
        return OpenFund(**data)


class UseForm(FormSchema):
    fund_id = PublicId(required=True)
    points = Whole(1, MOST, from_text=True, required=True)
    words = Text(300, required=True, lines=True)
    used_on = Day(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> TellUse:
        return TellUse(**data)


class DonateSchema(JsonSchema):
    points = Whole(1, MOST, required=True)


class GiveSchema(JsonSchema):
    volunteer_number = _number(required=True)
    points = Whole(1, MOST, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> GivePoints:
        return GivePoints(**data)


class FundSchema(JsonSchema):
    """A fund; `donors` is null while fewer than five have donated. Figures in points."""

    id = fields.String(attribute="public_id")
    name = fields.String()
    purpose = fields.String()
    area_name = fields.String()
    opened_at = Moment()
    closed_at = Moment(allow_none=True)
    donated = fields.Integer()
    used = fields.Integer()
    donors = fields.Integer(allow_none=True)


class FundJson(JsonSchema):
    """`area_id` is an id or a code."""

    area_id = Text(40, required=True)
    name = Text(40, required=True)
    purpose = Text(300, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> OpenFund:
        return OpenFund(area=data["area_id"], name=data["name"], purpose=data["purpose"])


class UseJson(JsonSchema):
    """What some of a fund's points became, on a local day."""

    points = Whole(1, MOST, required=True)
    words = Text(300, required=True, lines=True)
    used_on = Day(required=True)


class FundUseSchema(JsonSchema):
    id = fields.String(attribute="public_id")
    points = fields.Integer()
    words = fields.String()
    used_on = fields.Date()
    told_at = Moment()


class FundReceiptSchema(JsonSchema):
    id = fields.String(attribute="public_id")


class DonationLineSchema(JsonSchema):
    id = fields.String(attribute="public_id")
    fund_id = fields.String()
    fund = fields.String()
    points = fields.Integer()
    at = Moment()


class GiftLineSchema(JsonSchema):
    """`points` are below zero where they were given; `name` is the other person's, masked."""

    id = fields.String(attribute="public_id")
    name = fields.String(attribute="masked_name")
    points = fields.Integer()
    at = Moment()


class GiftLimitsSchema(JsonSchema):
    """Points: of one gift, of what one gives and is given in a local month, given this month, the largest gift possible now."""

    each = fields.Integer()
    given_a_month = fields.Integer()
    received_a_month = fields.Integer()
    given_this_month = fields.Integer()
    most_now = fields.Integer()


class DonationSchema(JsonSchema):
    id = fields.String(attribute="public_id")
    fund_id = fields.String()
    points = fields.Integer()
    points_balance = fields.Integer(attribute="balance")


class GiftSchema(JsonSchema):
    id = fields.String(attribute="public_id")
    to = fields.String(attribute="masked_name")
    points = fields.Integer()
    points_balance = fields.Integer(attribute="balance")
