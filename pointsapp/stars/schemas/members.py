"""The forms of the register of members."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from pointsapp.stars.services import EndMember, RecordMember
from pointsapp.web.schemas import Day, FormSchema, PublicId, Text


class MemberForm(FormSchema):
    branch_id = PublicId(required=True)
    who = Text(20, required=True)
    is_reporting = fields.Boolean(load_default=False)
    starts_on = Day(least=1900, load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> RecordMember:
        return RecordMember(**data)


class EndMemberForm(FormSchema):
    branch_id = PublicId(required=True)
    person_id = PublicId(required=True)
    ended_on = Day(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> EndMember:
        return EndMember(**data)
