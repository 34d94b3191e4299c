"""The gate of feedback: what is said, looked up, answered. Numbers and secrets are made here: services know no dice."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from pointsapp.core.codes import VENUE_LENGTH, VOUCHER_LENGTH, new_code, read
from pointsapp.feedback.models import FeedbackKind
from pointsapp.feedback.queries import OPEN_VIEWS
from pointsapp.feedback.services import SayFeedback, Verdict
from pointsapp.web.schemas import CodeText, FormSchema, JsonSchema, Moment, PageArgs, Schema, Text

NUMBER_LENGTH, SECRET_LENGTH = VENUE_LENGTH, VOUCHER_LENGTH
TEXT_MOST = 1000


def _own_page(address: str) -> str:
    """Return the address where it is one of ours."""
    return address if address.startswith("/") else ""


class SayForm(FormSchema):
    """An opinion or complaint; `page` is the address it was said from."""

    kind = fields.Enum(FeedbackKind, by_value=True, required=True)
    text = Text(TEXT_MOST, least=5, required=True, lines=True)
    area = Text(40, load_default="")
    contact = Text(60, load_default="")
    page = Text(120, load_default="")

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> SayFeedback:
        page = data.pop("page")
        return SayFeedback(
            **data,
            page=_own_page(page),
            number=new_code(NUMBER_LENGTH),
            secret=new_code(SECRET_LENGTH),
        )


class SayJson(JsonSchema):
    """The same by a program, for somebody signed in; `page` is the page it is about, where there is one: `/me/deeds/<id>`."""

    kind = fields.Enum(FeedbackKind, by_value=True, required=True)
    text = Text(TEXT_MOST, least=5, required=True, lines=True)
    area = Text(40, load_default=None)
    page = Text(120, least=0, load_default="")

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> SayFeedback:
        told = {**data, "area": data["area"] or "", "page": _own_page(data["page"])}
        return SayFeedback(**told, number=new_code(NUMBER_LENGTH), secret=new_code(SECRET_LENGTH))


class LookForm(FormSchema):
    """Number and secret of a guest's feedback, as they stand on the slip."""

    number = CodeText(required=True)
    code = CodeText(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> tuple[str, str]:
        return _read_slip(data)


def _read_slip(data: dict[str, Any]) -> tuple[str, str]:
    """Return number and secret as they are stored; a slip of the finger is the error of its field."""
    number, secret = read(data["number"], NUMBER_LENGTH), read(data["code"], SECRET_LENGTH)
    wrong = {
        name: [str(_l("有一个字符不对，请核对"))] for name, one in (("number", number), ("code", secret)) if not one
    }
    if number is None or secret is None:
        raise ValidationError(wrong)
    return number, secret


def _must_say_why(data: dict[str, Any]) -> None:
    if not data.get("is_satisfied") and len(data.get("text", "")) < 2:
        raise ValidationError(str(_l("请写一写哪里没有解决")), "text")


class VerdictForm(FormSchema):
    """Whether the answer is enough; who is not satisfied says what is wanting."""

    number = Text(20, required=True)
    is_satisfied = fields.Boolean(required=True)
    text = Text(TEXT_MOST, load_default="", lines=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_kw: Any) -> None:
        """Refuse "not satisfied" without a word."""
        _must_say_why(data)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Verdict:
        return Verdict(**data)


class AnswerForm(FormSchema):
    text = Text(TEXT_MOST, least=5, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["text"])


class LookIntoForm(FormSchema):
    """Why the person's records are needed."""

    why = Text(200, least=4, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["why"])


class HandOnForm(FormSchema):
    to_area = Text(40, required=True)
    reason = Text(200, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> tuple[str, str]:
        return data["to_area"], data["reason"]


class FeedbackSchema(Schema):
    """One feedback as its author reads it."""

    number = fields.String()
    kind = fields.Enum(FeedbackKind, by_value=True)
    text = fields.String()
    state = fields.String()
    office = fields.String(attribute="area")
    handler = fields.String()
    due_at = Moment()
    created_at = Moment()
    answered_at = Moment(allow_none=True)


class ReceiptSchema(Schema):
    number = fields.String()
    state = fields.String()


class HandedOnSchema(ReceiptSchema):
    """`office` has it now: the one it was handed to, or the nearest above with somebody on duty."""

    office = fields.String()


class GuestFeedbackReceiptSchema(ReceiptSchema):
    """`code` is the secret that reads it later, together with the number; it is told this once."""

    code = fields.String()


class FeedbackStepSchema(Schema):
    """What happened to it: `by` is empty for a guest and for what happened by itself.

    `by_decider`: nobody else was on duty, so who had decided what it is about has it after all.
    """

    kind = fields.Function(lambda row: row.kind.value)
    text = fields.String()
    office = fields.String(attribute="area")
    handler = fields.String()
    by = fields.String()
    at = Moment()
    due_at = Moment()
    by_decider = fields.Boolean()


class FeedbackMatterSchema(FeedbackSchema):
    """One feedback with all its steps, the oldest first."""

    is_satisfied = fields.Boolean(allow_none=True)
    closed_at = Moment(allow_none=True)
    steps = fields.List(fields.Nested(FeedbackStepSchema))


class DeskFeedbackSchema(FeedbackSchema):
    """One feedback as the office reads it; `who` is empty for a guest and masked, `contact` left out, unless one is named to answer it."""

    who = fields.String()
    contact = fields.String()
    page = fields.String()
    climbs = fields.Integer()
    is_overdue = fields.Boolean()


class DeskFeedbackMatterSchema(DeskFeedbackSchema):
    is_satisfied = fields.Boolean(allow_none=True)
    closed_at = Moment(allow_none=True)
    steps = fields.List(fields.Nested(FeedbackStepSchema))


class DeskFeedbackArgs(PageArgs):
    view = fields.String(load_default="open", validate=validate.OneOf(OPEN_VIEWS))


class GuestFeedbackJson(JsonSchema):
    """An opinion of somebody who is not signed in: the community is named, how to reach them is their choice."""

    kind = fields.Enum(FeedbackKind, by_value=True, required=True)
    text = Text(TEXT_MOST, least=5, required=True, lines=True)
    area = Text(40, required=True)
    contact = Text(60, least=0, load_default="")

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> SayFeedback:
        return SayFeedback(**data, number=new_code(NUMBER_LENGTH), secret=new_code(SECRET_LENGTH))


class FeedbackSlipJson(JsonSchema):
    """Number and secret as they stand on a guest's slip."""

    number = CodeText(required=True)
    code = CodeText(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> tuple[str, str]:
        return _read_slip(data)


class FeedbackVerdictJson(JsonSchema):
    """Whether the answer is enough; who is not satisfied says what is wanting."""

    is_satisfied = fields.Boolean(required=True)
    text = Text(TEXT_MOST, least=0, load_default="", lines=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_kw: Any) -> None:
        """Refuse "not satisfied" without a word."""
        _must_say_why(data)


class GuestFeedbackVerdictJson(FeedbackVerdictJson):
    """The same with a guest's slip; loads to (verdict, secret)."""

    number = CodeText(required=True)
    code = CodeText(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> tuple[Verdict, str]:
        number, secret = _read_slip(data)
        return Verdict(number=number, is_satisfied=data["is_satisfied"], text=data["text"]), secret


class FeedbackAnswerJson(JsonSchema):
    text = Text(TEXT_MOST, least=5, required=True, lines=True)


class FeedbackHandOnJson(JsonSchema):
    """`to_area` is an id or a code of an area within one's remit."""

    to_area = Text(40, required=True)
    reason = Text(200, required=True)
