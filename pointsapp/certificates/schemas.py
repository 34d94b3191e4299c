"""The gate of certificates: forms and JSON to commands, certificates to JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from pointsapp.certificates.rules import COLUMNS
from pointsapp.certificates.services import (
    AddItem,
    AnswerRequest,
    AskCertificate,
    AskRecord,
    RecordKind,
    ReportOnward,
)
from pointsapp.core.masking import mask_name
from pointsapp.web.schemas import Day, FormSchema, JsonSchema, Moment, Schema, Text, Whole


class SpanForm(FormSchema):
    from_on = Day(required=True)
    until_on = Day(required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> AskCertificate:
        return AskCertificate(**given)


class ConfirmForm(FormSchema):
    """What the page showed: nobody signs other minutes than they have seen."""

    minutes = fields.Integer(required=True, validate=validate.Range(min=0, max=10_000_000))

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> int:
        return int(given["minutes"])


class ReasonForm(FormSchema):
    reason = Text(200, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> str:
        return str(given["reason"])


class RecordForm(FormSchema):
    signup = fields.String(load_default=None, validate=validate.Length(max=12))
    words = Text(300, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> AskRecord:
        return AskRecord(signup=given["signup"] or None, words=given["words"])


class AnswerForm(FormSchema):
    upheld = fields.Boolean(required=True)
    answer = Text(300, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> AnswerRequest:
        return AnswerRequest(**given)


class ItemForm(FormSchema):
    """The public id of the person comes from the address."""

    person = fields.String(load_default="")
    kind = fields.Enum(RecordKind, by_value=True, required=True)
    title = Text(80, required=True)
    words = Text(300, load_default="")
    happened_on = Day(required=True)
    area = Text(40, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> AddItem:
        return AddItem(**{**given, "words": given["words"] or ""})


class OnwardForm(FormSchema):
    area = Text(40, required=True)
    from_on = Day(required=True)
    until_on = Day(required=True)
    columns = fields.List(fields.String(validate=validate.OneOf(COLUMNS)), load_default=list)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> ReportOnward:
        return ReportOnward(**{**given, "columns": tuple(given["columns"])})


class CertificateJson(JsonSchema):
    """Local days, both included."""

    from_on = Day(required=True)
    until_on = Day(required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> AskCertificate:
        return AskCertificate(**given)


class LineConfirmationJson(JsonSchema):
    """The minutes that were read: nobody signs others."""

    minutes = Whole(0, 10_000_000, required=True)


class LineRefusalJson(JsonSchema):
    reason = Text(200, required=True)


class CertificateReceiptSchema(Schema):
    """`number` once it is issued."""

    id = fields.String(attribute="public_id")
    number = fields.String(allow_none=True)


class OrganiserLineSchema(Schema):
    """What one organiser has on record; `reason` where it said that it is not so."""

    organiser = fields.String(attribute="area_name")
    times = fields.Integer()
    minutes = fields.Integer()
    first_on = fields.Date()
    last_on = fields.Date()
    state = fields.Function(lambda row: row.state.value)
    reason = fields.String(allow_none=True)


class CertificateSchema(Schema):
    """A certificate as its holder reads it."""

    id = fields.String(attribute="public_id")
    state = fields.Function(lambda row: row.state.value)
    from_on = fields.Date()
    until_on = fields.Date()
    minutes = fields.Integer()
    number = fields.String(allow_none=True)
    issuer = fields.String(allow_none=True)
    asked_at = Moment()
    due_at = Moment()
    issued_at = Moment(allow_none=True)
    superseded_at = Moment(allow_none=True)
    lines = fields.List(fields.Nested(OrganiserLineSchema))


class VerifiedLineSchema(Schema):
    organiser = fields.String(attribute="area_name")
    times = fields.Integer()
    minutes = fields.Integer()


class VerifiedSchema(Schema):
    """What anybody may read who was shown the number: whether it stands, and for whom, masked."""

    number = fields.String()
    state = fields.Function(lambda row: row.state.value)
    holder = fields.Function(lambda row: mask_name(row.holder))
    from_on = fields.Date()
    until_on = fields.Date()
    minutes = fields.Integer()
    issuer = fields.String(allow_none=True)
    issued_at = Moment()
    superseded_at = Moment(allow_none=True)
    lines = fields.List(fields.Nested(VerifiedLineSchema))


class WaitingLineSchema(Schema):
    """A line that waits for an organiser; the name is full, for who confirms."""

    id = fields.String(attribute="public_id")
    name = fields.String()
    volunteer_number = fields.String()
    organiser = fields.String(attribute="area_name")
    from_on = fields.Date()
    until_on = fields.Date()
    times = fields.Integer()
    minutes = fields.Integer()
    due_at = Moment()
