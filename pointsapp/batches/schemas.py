"""The gate of batches."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from pointsapp.batches.models import BatchKind
from pointsapp.batches.services import AskExport
from pointsapp.web.schemas import FormSchema, Text, post_load


class FileForm(FormSchema):
    kind = fields.Enum(BatchKind, by_value=True, required=True)

    @post_load
    def what(self, given: dict[str, Any], **_kw: Any) -> BatchKind:
        kind: BatchKind = given["kind"]
        return kind


class ExportForm(FormSchema):
    kind = fields.Enum(BatchKind, by_value=True, required=True)
    area = Text(40, required=True)
    with_names = fields.Boolean(load_default=False)
    reason = Text(200, load_default="")

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> AskExport:
        return AskExport(
            kind=given["kind"], area_id=given["area"], with_names=given["with_names"], reason=given["reason"]
        )
