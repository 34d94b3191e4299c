"""The gate of deeds: forms and JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from pointsapp.deeds.models import Decision, DeedKind, DeedState
from pointsapp.deeds.services import Approve, HandIn, Refuse
from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, PageArgs, PublicId, Text, Whole, post_load

MOST_POINTS = 1000  # of any policy; what one deed may have is the policy's word
MOST_BASE64 = 950_000  # a JSON body takes a megabyte; the page takes a phone's whole photograph


class DeedForm(FormSchema):
    """The picture stands beside the fields."""

    kind = fields.Enum(DeedKind, by_value=True, required=True)
    words = Text(300, least=4, required=True, lines=True)
    place = Text(60, load_default="")

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> HandIn:
        return HandIn(**data)


class ApproveForm(FormSchema):
    deed_id = PublicId(required=True)
    points = Whole(0, MOST_POINTS, from_text=True, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Approve:
        return Approve(**data)


class RefuseForm(FormSchema):
    deed_id = PublicId(required=True)
    reason = Text(300, least=4, required=True, lines=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> Refuse:
        return Refuse(**data)


class HandInSchema(JsonSchema):
    """`picture`: a JPEG, PNG or WebP in Base64, at most about 700 KB; make it small first, 1600 dots a side are plenty."""

    kind = fields.Enum(DeedKind, by_value=True, required=True)
    words = Text(300, least=4, required=True, lines=True)
    place = Text(60, least=0, load_default="")
    picture = fields.String(required=True, metadata={"contentEncoding": "base64", "maxLength": MOST_BASE64})


class ApproveSchema(JsonSchema):
    """`points`: 0 for thanks alone; left out, as many as one deed may have."""

    points = Whole(0, MOST_POINTS, load_default=None, allow_none=True)


class RefuseSchema(JsonSchema):
    reason = Text(300, least=4, required=True, lines=True)


class DeedArgs(PageArgs):
    """?view=: `waiting` (default), `approved`, or `rejected` (revoked ones too)."""

    view = Text(10, load_default="waiting", validate=[validate.OneOf(("waiting", "approved", "rejected"))])


class DeedRulesSchema(JsonSchema):
    """Points of one deed and of a local month, deeds of a local day; and where the caller stands. Limits are policies."""

    points_each = fields.Integer()
    points_a_month = fields.Integer()
    deeds_a_day = fields.Integer()
    got_this_month = fields.Integer()
    left_this_month = fields.Integer()
    left_today = fields.Integer()


class DeedReceiptSchema(JsonSchema):
    id = fields.String(attribute="public_id")
    state = fields.Enum(DeedState, by_value=True)
    due_at = Moment()


class DeedReviewSchema(JsonSchema):
    decision = fields.Enum(Decision, by_value=True)
    points = fields.Integer()
    reason = fields.String()
    at = Moment()


class DeedSchema(JsonSchema):
    """A deed; `name` is masked, `points` is what it was given."""

    id = fields.String(attribute="public_id")
    kind = fields.Enum(DeedKind, by_value=True)
    words = fields.String()
    place = fields.String()
    state = fields.Enum(DeedState, by_value=True)
    points = fields.Integer()
    name = fields.String(attribute="masked_name")
    number_tail = fields.String()
    area_name = fields.String()
    handed_in_at = Moment()
    due_at = Moment()
    has_picture = fields.Boolean()


class DeedDetailSchema(JsonSchema):
    deed = fields.Nested(DeedSchema)
    reviews = fields.List(fields.Nested(DeedReviewSchema))


class DeedVerdictSchema(JsonSchema):
    id = fields.String(attribute="public_id")
    state = fields.Enum(DeedState, by_value=True)
    points = fields.Integer()
