"""The gate of boards."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from marshmallow import Schema, ValidationError, fields, validate

from pointsapp.boards.queries import LaidOut
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


_ASKED = frozenset({"area", "period", "limit"})


@lru_cache(maxsize=1024)
def first_page_asked(query: str) -> dict[str, Any] | None:
    """Return what a plain query string asks for, as RankingArgs reads it; None for a later page and for anything out of the ordinary."""
    pairs = parse_qsl(query, keep_blank_values=True)
    given = dict(pairs)
    if len(given) < len(pairs) or not given.keys() <= _ASKED:
        return None
    try:
        return dict(RankingArgs().load(given))
    except ValidationError:
        return None


@lru_cache(maxsize=256)
def _around_me(laid: LaidOut) -> tuple[bytes, bytes]:
    """Return RankingSchema's answer of a board before and behind what is said about `me`: the same for all its readers."""
    told = RankingSchema(exclude=["me"]).dump(
        {
            "area": laid.board.area,
            "period": laid.board.period,
            "items": laid.page.items,
            "next_cursor": laid.page.next_cursor,
        }
    )
    parts = {name: json.dumps(value, separators=(",", ":"), sort_keys=True) for name, value in told.items()}
    before, behind = (
        ",".join(f'"{name}":{parts[name]}' for name in names)
        for names in (("area", "items"), ("next_cursor", "period"))
    )
    return f'{{{before},"me":'.encode(), f",{behind}}}\n".encode()


def ranking_answer(laid: LaidOut, points: int) -> bytes:
    """Return what RankingSchema makes of the board for somebody with so many points, as the house writes JSON."""
    before, behind = _around_me(laid)
    return b'%s{"points":%d,"rank":%d}%s' % (before, points, laid.ranks.of(points), behind)


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


class StatementArgs(Schema):
    """`month` as 2026-11; without one the running month."""

    month = fields.String(load_default=None, validate=validate.Regexp(r"^20[0-9]{2}-(0[1-9]|1[0-2])$"))


class MovementSchema(Schema):
    """Points of a span; `issued` without what was taken back, which `reversed` tells."""

    issued = fields.Function(lambda line: line.issued - line.reversed)
    reversed = fields.Integer()
    spent = fields.Integer()
    donated = fields.Integer()
    lapsed = fields.Integer()


class WhereaboutsSchema(MovementSchema):
    """Everything ever issued, and where it is at the end of the month: the five add up to `issued`."""

    available = fields.Integer(attribute="available_at_end")
    held = fields.Integer(attribute="held_at_end")


class MonthStatementSchema(Schema):
    """The public statement of a month. Points, and minutes of service in a book of their own."""

    first_on = fields.Date(attribute="first_day")
    last_on = fields.Date(attribute="last_day")
    is_running = fields.Boolean()
    month = fields.Nested(MovementSchema)
    ever = fields.Nested(WhereaboutsSchema)
    adds_up = fields.Function(lambda row: row.accounted == row.issued)
    minutes_in_month = fields.Integer()
    minutes_ever = fields.Integer()
