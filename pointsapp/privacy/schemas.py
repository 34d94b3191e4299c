"""The gate of privacy: forms and JSON."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, post_load, validate

from pointsapp.web.schemas import FormSchema, JsonSchema, Moment, Schema, Text

UNDERSTOOD = {"required": _l("请先打勾，表示看过了上面的说明")}


class LeaveForm(FormSchema):
    """Leaving is one tick and one button: the tick says that the page was read."""

    understood = fields.Boolean(required=True, validate=validate.Equal(True), error_messages=UNDERSTOOD)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> bool:
        return bool(given["understood"])


class DeskErasureForm(FormSchema):
    """Staff write down how the person asked: it is read by whoever looks at it later."""

    note = Text(200, required=True)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> str:
        return str(given["note"])


class ErasureJson(JsonSchema):
    """`understood` says that `GET /me/erasure` was read."""

    understood = fields.Boolean(required=True, validate=validate.Equal(True), error_messages=UNDERSTOOD)


class ErasureReceiptSchema(Schema):
    """Until `due_at` it can be taken back."""

    due_at = Moment()


class WaitingErasureSchema(ErasureReceiptSchema):
    asked_at = Moment()
    is_own = fields.Boolean()


class StayingSchema(Schema):
    what = fields.List(fields.String())
    why = fields.String()


class LeavingSchema(Schema):
    """What erasing would do, in words; `roles` held are handed over first, `waiting` is a request that was made."""

    waiting = fields.Nested(WaitingErasureSchema, allow_none=True)
    ends = fields.List(fields.String())
    goes = fields.List(fields.String())
    stays = fields.List(fields.Nested(StayingSchema))
    roles = fields.Integer()
    grace_days = fields.Integer()


class TakenCopySchema(Schema):
    id = fields.String(attribute="public_id")


class CopyChapterSchema(Schema):
    key = fields.String()
    title = fields.String()
    heads = fields.List(fields.String())
    rows = fields.List(fields.List(fields.Raw()))


class OwnCopySchema(Schema):
    """Chapters as people read them, and every row of every table that is about the person."""

    made_at = fields.String()
    chapters = fields.List(fields.Nested(CopyChapterSchema))
    tables = fields.Dict(keys=fields.String(), values=fields.List(fields.Dict()))
