"""The gate of home: who I am, and a policy typed into the settings."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from pointsapp.home.services import RetryDelivery, SetPolicy
from pointsapp.people.schemas import RoleSchema
from pointsapp.web.schemas import AreaRefSchema, FormSchema, Text, Whole, post_load


class MeSchema(Schema):
    id = fields.String(attribute="public_id")
    display_name = fields.String()
    volunteer_number = fields.String()
    area = fields.Nested(AreaRefSchema, allow_none=True)
    roles = fields.List(fields.Nested(RoleSchema))
    points_balance = fields.Integer()
    service_minutes = fields.Integer()


class PolicyForm(FormSchema):
    """A value as typed (empty means none, where the policy allows it) and the reason."""

    value = fields.String(load_default="", validate=[validate.Length(max=200)])
    reason = Text(300, required=True)

    @post_load
    def command(self, data: dict[str, Any], **_kw: Any) -> SetPolicy:
        return SetPolicy(**data)


class RetryForm(FormSchema):
    """The button at one delivery that was given up."""

    event_id = Whole(1, 2**62, from_text=True, required=True)
    subscriber = Text(60, required=True)

    @post_load
    def command(self, data: dict[str, Any], **_kw: Any) -> RetryDelivery:
        return RetryDelivery(**data)
