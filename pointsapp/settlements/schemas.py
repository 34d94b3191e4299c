"""The gate of settlements: forms and JSON to commands, months and lines to JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from pointsapp.merchants.rules import MAX_FEN
from pointsapp.settlements.services import AnswerLine, DisputeLine, NotePayment, ReturnMonth, SeenSums
from pointsapp.web.schemas import Day, FormSchema, JsonSchema, Moment, PageArgs, PublicId, Schema, Text, Whole


class SumYuan(fields.Decimal):
    """1.5 -> 150 fen, nought and below zero too; at most two decimals."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(places=None, allow_nan=False, **kw)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kw: Any) -> int:  # type: ignore[override]
        if isinstance(value, str) and len(value) > 12:
            raise self.make_error("invalid", input=value)
        fen = super()._deserialize(value, attr, data, **kw) * 100  # type: ignore[operator]
        if fen != fen.to_integral_value() or not -MAX_FEN <= fen <= MAX_FEN:
            raise self.make_error("invalid", input=value)
        return int(fen)


class _OfMonth(FormSchema):
    """The month stands in the address."""

    def __init__(self, settlement: str) -> None:
        super().__init__()
        self.settlement = settlement


class SeenForm(_OfMonth):
    """Loads to SeenSums: hidden fields carry the sums that the page showed."""

    redemptions = Whole(0, 10**9, from_text=True, required=True)
    total_points = Whole(-(10**12), 10**12, from_text=True, required=True)
    total_fen = Whole(-(10**12), 10**12, from_text=True, required=True)
    note = Text(300, load_default=None, lines=True)

    @post_load
    def make(self, typed: dict[str, Any], **_kw: Any) -> SeenSums:
        return SeenSums(settlement=self.settlement, **typed)


class ReturnForm(_OfMonth):
    reason = Text(300, required=True, lines=True)

    @post_load
    def make(self, typed: dict[str, Any], **_kw: Any) -> ReturnMonth:
        return ReturnMonth(settlement=self.settlement, **typed)


class PaymentForm(_OfMonth):
    paid_on = Day(required=True)
    reference = Text(80, required=True)

    @post_load
    def make(self, typed: dict[str, Any], **_kw: Any) -> NotePayment:
        return NotePayment(settlement=self.settlement, **typed)


class DisputeLineForm(_OfMonth):
    line = PublicId(required=True)
    reason = Text(200, required=True, lines=True)
    claimed_fen = SumYuan(load_default=None, data_key="claimed_yuan")

    @post_load
    def make(self, typed: dict[str, Any], **_kw: Any) -> DisputeLine:
        return DisputeLine(settlement=self.settlement, **typed)


class AnswerLineForm(_OfMonth):
    line = PublicId(required=True)
    answer = Text(200, required=True, lines=True)
    fen = SumYuan(load_default=None, data_key="yuan")

    @post_load
    def make(self, typed: dict[str, Any], **_kw: Any) -> AnswerLine:
        return AnswerLine(settlement=self.settlement, **typed)


_MOST_SUM = 10**12


class SeenSumsJson(JsonSchema):
    """The sums the person read: nobody confirms figures they have not seen. Money in fen."""

    redemptions = Whole(0, 10**9, required=True)
    total_points = Whole(-_MOST_SUM, _MOST_SUM, required=True)
    total_fen = Whole(-_MOST_SUM, _MOST_SUM, required=True)
    note = Text(300, load_default=None, lines=True)


class ReturnMonthJson(JsonSchema):
    reason = Text(300, required=True, lines=True)


class PaymentJson(JsonSchema):
    """The payment made outside: its local day, and the number it has there."""

    paid_on = Day(required=True)
    reference = Text(80, required=True)


class LineDisputeJson(JsonSchema):
    """`claimed_fen` is what it should be, left out where the shop cannot say."""

    reason = Text(200, required=True, lines=True)
    claimed_fen = Whole(-MAX_FEN, MAX_FEN, load_default=None)


class LineAnswerJson(JsonSchema):
    """`fen` is what the line counts from now on, left out to keep what stands."""

    answer = Text(200, required=True, lines=True)
    fen = Whole(-MAX_FEN, MAX_FEN, load_default=None)


class SettlementArgs(PageArgs):
    area = fields.String(load_default=None, validate=validate.Length(max=40))
    state = fields.String(load_default=None, validate=validate.Length(max=20))
    month = fields.String(load_default=None, validate=validate.Regexp(r"^20[0-9]{2}-(0[1-9]|1[0-2])$"))


class SettlementLineArgs(PageArgs):
    disputed = fields.Boolean(load_default=False)


def _merchant(row: Any) -> dict[str, str]:
    return {"id": row.merchant_public_id, "code": row.merchant_code, "name": row.merchant_name}


class SettlementSchema(Schema):
    """One shop's month. Money in fen; the platform only notes it, it moves none."""

    id = fields.String(attribute="public_id")
    month = fields.String()
    state = fields.Function(lambda row: row.state.value)
    merchant = fields.Function(_merchant)
    redemptions = fields.Integer()
    total_points = fields.Integer()
    total_fen = fields.Integer()
    corrections = fields.Integer()
    disputed_lines = fields.Integer()
    open_lines = fields.Integer()
    opened_at = Moment()
    confirmed_at = Moment(attribute="merchant_confirmed_at", allow_none=True)
    note = fields.String(attribute="merchant_note", allow_none=True)
    checked_at = Moment(allow_none=True)
    approved_at = Moment(allow_none=True)
    returned_at = Moment(allow_none=True)
    return_reason = fields.String(allow_none=True)
    paid_on = fields.Date(allow_none=True)
    paid_reference = fields.String(allow_none=True)


class SettlementLineSchema(Schema):
    """One redemption of a month, or the correction of one; names are masked, money in fen."""

    id = fields.String(attribute="public_id")
    kind = fields.Function(lambda row: row.kind.value)
    redemption_id = fields.String(attribute="redemption")
    title = fields.String()
    owner = fields.String()
    redeemed_at = Moment()
    undone_at = Moment(allow_none=True)
    points = fields.Integer()
    agreed_fen = fields.Integer()
    drafted_fen = fields.Integer()
    disputed_at = Moment(allow_none=True)
    dispute_reason = fields.String(allow_none=True)
    claimed_fen = fields.Integer(allow_none=True)
    answered_at = Moment(allow_none=True)
    answer = fields.String(allow_none=True)
