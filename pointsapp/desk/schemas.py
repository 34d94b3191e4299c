"""The gate of the desk's pages."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from pointsapp.desk.models import Way
from pointsapp.web.schemas import FormSchema, post_load


class ToldForm(FormSchema):
    way = fields.Enum(Way, by_value=True, load_default=Way.PHONE)

    @post_load
    def command(self, given: dict[str, Any], **_kw: Any) -> Way:
        way: Way = given["way"]
        return way
