"""The form that makes an export."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from pointsapp.exports.services import ExportKind, MakeExport
from pointsapp.web.schemas import FormSchema, PublicId

SHAPES = ("print", "xlsx")


class ExportForm(FormSchema):
    """Loads to (the command, the shape to open it in)."""

    kind = fields.Enum(ExportKind, by_value=True, required=True)
    round_id = PublicId(required=True)
    branch_id = PublicId(load_default=None)
    shape = fields.String(load_default="print", validate=validate.OneOf(SHAPES))

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> tuple[MakeExport, str]:
        shape = data.pop("shape")
        return MakeExport(**data), shape
