"""The gate of medals: JSON answers."""

from __future__ import annotations

from marshmallow import fields

from pointsapp.badges.models import Series
from pointsapp.web.schemas import JsonSchema, Moment


class MedalStepSchema(JsonSchema):
    """A medal: its step, its metal (1 bronze, 2 silver, 3 gold), and when it was won (null: not yet)."""

    least = fields.Integer()
    metal = fields.Integer()
    won_at = Moment(allow_none=True)


class ShelfSchema(JsonSchema):
    """One series: the caller's figure, its medals, and the next step with what is missing (null and 0 where all are won)."""

    series = fields.Enum(Series, by_value=True)
    value = fields.Integer()
    steps = fields.List(fields.Nested(MedalStepSchema))
    next_least = fields.Integer(allow_none=True)
    missing = fields.Integer()


class ShelvesSchema(JsonSchema):
    items = fields.List(fields.Nested(ShelfSchema))
