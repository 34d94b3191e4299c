"""The gate of home: who I am."""

from __future__ import annotations

from marshmallow import Schema, fields

from pointsapp.people.schemas import RoleSchema
from pointsapp.web.schemas import AreaRefSchema


class MeSchema(Schema):
    id = fields.String(attribute="public_id")
    display_name = fields.String()
    volunteer_number = fields.String()
    area = fields.Nested(AreaRefSchema, allow_none=True)
    roles = fields.List(fields.Nested(RoleSchema))
    points_balance = fields.Integer()
    service_minutes = fields.Integer()
