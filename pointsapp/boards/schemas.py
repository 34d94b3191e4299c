"""The gate of boards."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from pointsapp.boards.rules import PERIODS
from pointsapp.web.schemas import AreaRefSchema, PageArgs, Text


class RankingArgs(PageArgs):
    area = Text(40, load_default=None)
    period = fields.String(load_default="month", validate=validate.OneOf(PERIODS))


class RankSchema(Schema):
    rank = fields.Integer()
    name = fields.String(metadata={"description": "masked"})
    points = fields.Integer()


class MyRankSchema(Schema):
    rank = fields.Integer()
    points = fields.Integer()


class RankingSchema(Schema):
    """Points earned in the period, best first; equal points share a rank. `me` is always given."""

    area = fields.Nested(AreaRefSchema, allow_none=True)
    period = fields.String()
    items = fields.List(fields.Nested(RankSchema))
    me = fields.Nested(MyRankSchema)
    next_cursor = fields.String(allow_none=True)
