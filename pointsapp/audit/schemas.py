"""The gate of the audit log's page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load, validates_schema

from pointsapp.audit.messages import ACTS
from pointsapp.audit.services import SearchAudit
from pointsapp.people.rules import read_phone, read_volunteer_number
from pointsapp.web.schemas import Day, FormSchema, Text

WHOLE = _l("请填完整的手机号或志愿者编号")


def _whole(text: str) -> None:
    if read_phone(text) is None and read_volunteer_number(text) is None:
        raise ValidationError(str(WHOLE))


class SearchForm(FormSchema):
    """What to look for, and why."""

    reason = Text(200, required=True)
    who = Text(20, load_default="", validate=[_whole])
    whom = Text(20, load_default="", validate=[_whole])
    area = Text(40, load_default="")
    kind = Text(60, load_default="")
    from_on = Day(load_default=None)
    until_on = Day(load_default=None)

    @validates_schema
    def check(self, data: dict[str, Any], **_kw: Any) -> None:
        """Refuse a kind that nobody knows, and an end before its beginning."""
        if data["kind"] and data["kind"] not in ACTS:
            raise ValidationError(str(_l("没有这种操作")), "kind")
        if data["from_on"] and data["until_on"] and data["until_on"] < data["from_on"]:
            raise ValidationError(str(_l("结束日期在开始日期之前")), "until_on")

    @post_load
    def make(self, data: dict[str, Any], **_kw: Any) -> SearchAudit:
        return SearchAudit(**data)
