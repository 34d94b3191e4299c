"""The gate of redemption: text to commands, rows to JSON."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate

from pointsapp.redemption.models import ShortageChoice
from pointsapp.redemption.services import ReverseRedemption
from pointsapp.web.links import absolute
from pointsapp.web.schemas import AreaRefSchema, CodeText, FormSchema, JsonSchema, Moment, PageArgs, Text


class OfferRefSchema(Schema):
    """{id, title} of the offer, as it stood when the voucher was issued."""

    id = fields.String(attribute="public_id")
    title = fields.String()


class VoucherSchema(JsonSchema):
    """One voucher as its owner sees it."""

    id = fields.String(attribute="public_id")
    code = fields.String()
    payload = fields.Function(lambda row: absolute(row.path))
    state = fields.Function(lambda row: row.state.value)
    points = fields.Integer()
    issued_at = Moment()
    expires_at = Moment()
    redeemed_at = Moment(allow_none=True)
    redemption_id = fields.String(attribute="redemption", allow_none=True)  # what a dispute is about
    offer = fields.Nested(OfferRefSchema)
    merchant = fields.Nested(AreaRefSchema)


class TillVoucherSchema(JsonSchema):
    """What the till shows before a voucher is used; the owner's name is masked."""

    id = fields.String(attribute="public_id")
    code = fields.String()
    state = fields.Function(lambda row: row.state.value)
    points = fields.Integer()
    expires_at = Moment()
    redeemed_at = Moment(allow_none=True)
    redeemed_by = fields.String(allow_none=True)
    owner = fields.String(attribute="owner_masked")
    offer = fields.Nested(OfferRefSchema)
    merchant = fields.Nested(AreaRefSchema)


class VoucherArgs(PageArgs):
    """`open=true`: those that can be used now."""

    is_open = fields.Boolean(load_default=None, allow_none=True, data_key="open")


class RedeemSchema(JsonSchema):
    code = CodeText(required=True)


class RedemptionSchema(JsonSchema):
    """The act at the till."""

    id = fields.String(attribute="public_id")
    voucher_id = fields.String(attribute="voucher")
    offer = fields.Nested(OfferRefSchema)
    points = fields.Integer()
    owner = fields.String()
    redeemed_at = Moment()


class ReversedSchema(RedemptionSchema):
    reversed_at = Moment(allow_none=True)


class ReverseSchema(JsonSchema):
    reason = Text(300, required=True, lines=True)


class RedeemForm(FormSchema):
    """The till's form: a code, or nothing where a photograph is sent instead."""

    code = fields.String(load_default="", validate=validate.Length(max=300, error=_l("请输入码")))  # type: ignore[arg-type]


class TakeForm(FormSchema):
    """A button that is a whole form: nothing to fill in."""


class ReverseForm(FormSchema):
    """`missing`: the goods turned out to be out of stock, so the owner chooses what becomes of the voucher."""

    reason = Text(300, required=True, lines=True)
    missing = fields.Boolean(load_default=False)


class ShortageForm(FormSchema):
    """今天没货 for one voucher; `note`: when it comes again."""

    code = CodeText(required=True)
    note = Text(120, load_default=None)


class ChoiceForm(FormSchema):
    choice = fields.Enum(ShortageChoice, by_value=True, required=True)


def reverse_command(redemption: str, typed: dict[str, Any]) -> ReverseRedemption:
    return ReverseRedemption(redemption=redemption, reason=typed["reason"])
