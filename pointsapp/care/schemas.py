"""The gate of care: forms and JSON."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validate

from pointsapp.care.models import Act, Consent
from pointsapp.care.services import AddNewcomer, AskMove, LeaveFor, OfferMandate, RecordMandate
from pointsapp.people.rules import NAME_MOST, read_phone, read_volunteer_number
from pointsapp.people.schemas.inputs import Phone
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, Schema, Text, Whole

DAYS = (30, 180, 365)
AGREED = {"required": _l("请先打勾")}


def read_account(text: str) -> str:
    """Return the phone or volunteer number in `text`; ValidationError when it is neither."""
    found = read_phone(text) or read_volunteer_number(text)
    if found is None:
        raise ValidationError(str(_l("请填手机号，或 11 位志愿者编号")), "who")
    return found


class MandateForm(FormSchema):
    """Whom one lets act, for how long, and whether they may spend."""

    who = Text(40, required=True)
    days = fields.Integer(load_default=365, validate=validate.OneOf(DAYS))
    may_spend = fields.Boolean(load_default=False)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> OfferMandate:
        return OfferMandate(**{**given, "who": read_account(given["who"])})


class DeskMandateForm(MandateForm):
    """The same at the desk, with how the person said so; the public id comes from the address."""

    consent = fields.Enum(Consent, by_value=True, required=True)
    note = Text(200, required=True)
    person = fields.String(load_default="")

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> RecordMandate:  # type: ignore[override]
        return RecordMandate(**{**given, "who": read_account(given["who"])})


class NoteForm(FormSchema):
    """One line of what staff saw and heard."""

    note = Text(200, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> str:
        return str(given["note"])


class MoveForm(FormSchema):
    area = Text(40, required=True)
    words = Text(200, load_default="")

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> AskMove:
        return AskMove(area=given["area"], words=given["words"] or "")


class ReasonForm(FormSchema):
    reason = Text(200, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> str:
        return str(given["reason"])


class NewcomerForm(FormSchema):
    """Name, the number if they told it, and which one of that name it is; the shift comes from the address."""

    name = Text(NAME_MOST, required=True)
    phone = Phone(load_default=None)
    who = Text(20, load_default="")
    shift = fields.String(load_default="")

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> AddNewcomer:
        return AddNewcomer(**given)


class ShiftForm(FormSchema):
    shift = Text(12, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> str:
        return str(given["shift"])


class LeaveForm(FormSchema):
    """Why somebody cannot come; the sign-up comes from the address."""

    reason = Text(300, required=True, least=2, lines=True)
    signup = fields.String(load_default="")

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> LeaveFor:
        return LeaveFor(**given)


class PrintForm(FormSchema):
    """What is printed: a statement, or one of the vouchers."""

    what = fields.Enum(Act, by_value=True, required=True)
    voucher = fields.String(load_default=None, validate=validate.Length(max=12))

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> dict[str, Any]:
        return given


class MandateJson(JsonSchema):
    """`who` is a phone or a volunteer number in full; at most as many days as the policy gives."""

    who = Text(40, required=True)
    days = Whole(1, 3650, load_default=365)
    may_spend = fields.Boolean(load_default=False)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> OfferMandate:
        return OfferMandate(**{**given, "who": read_account(given["who"])})


class MandateReceiptSchema(Schema):
    id = fields.String(attribute="public_id")


class MandateSchema(Schema):
    """One mandate as the two it joins read it; `state` is offered, open or ended."""

    id = fields.String(attribute="public_id")
    person = fields.String(attribute="person_name")
    helper = fields.String(attribute="helper_name")
    state = fields.Function(lambda row: row.state.value)
    consent = fields.Function(lambda row: row.consent.value)
    may_spend = fields.Boolean()
    asked_at = Moment()
    ends_at = Moment()
    ended_at = Moment(allow_none=True)


class HelpActSchema(Schema):
    """What a helper did for the person."""

    at = Moment()
    act = fields.Function(lambda row: row.act.value)
    title = fields.String()
    helper = fields.String(attribute="helper_name")


class HelpersSchema(Schema):
    """The newest thirty of each: whom I let act, for whom I may act or was asked to, what was done for me."""

    given = fields.List(fields.Nested(MandateSchema))
    held = fields.List(fields.Nested(MandateSchema))
    acts = fields.List(fields.Nested(HelpActSchema))
