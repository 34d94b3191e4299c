"""The forms of what is handed in by hand."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from pointsapp.stars.services import GiveProof
from pointsapp.web.schemas import Day, FormSchema, PublicId, Text

MOST_USES = 30


class ProofForm(FormSchema):
    round_id = PublicId(required=True)
    branch_id = PublicId(required=True)
    title = Text(60, required=True)
    words = Text(1000, lines=True, load_default="")
    happened_on = Day(required=True)
    uses = fields.List(Text(60), load_default=list, validate=validate.Length(max=MOST_USES))

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> GiveProof:
        return GiveProof(**data | {"uses": tuple(data["uses"])})


class ProofUseForm(FormSchema):
    use = Text(60, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> str:
        return str(data["use"])


class PublicationForm(FormSchema):
    is_public = fields.Boolean(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> bool:
        return bool(data["is_public"])
