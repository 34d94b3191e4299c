"""The gate of boards."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from pointsapp.boards.rules import PERIODS
from pointsapp.web.schemas import AreaRefSchema, Moment, PageArgs, Text, page_schema


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


class SealSchema(Schema):
    """A day's seal. `digest` is the SHA-256 of `text`; `root` is RFC 9162's Merkle tree hash over the day's entries."""

    number = fields.Integer()
    day = fields.Date(metadata={"description": "local day; the first seal covers everything before it too"})
    entries = fields.Integer()
    postings = fields.Integer()
    root = fields.String()
    previous = fields.String(metadata={"description": "the digest of the seal before, zeros in the first"})
    digest = fields.String()
    text = fields.String()
    sealed_at = Moment()


SealPageSchema = page_schema(SealSchema)


class EntryProofSchema(Schema):
    """An entry's way to its day's root: `leaf` is the SHA-256 of 0x00 and `text`, `path` its neighbours from below."""

    seal = fields.Nested(SealSchema)
    text = fields.String()
    leaf = fields.String()
    index = fields.Integer()
    path = fields.List(fields.String())
