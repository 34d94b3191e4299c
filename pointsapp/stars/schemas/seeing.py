"""Tiers, branches, trends and what a star lacks, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from marshmallow import Schema, fields

from pointsapp.core.kept import Beside
from pointsapp.core.paging import Page
from pointsapp.stars.messages.seeing import rise_words
from pointsapp.stars.queries import CATALOGUE, Lack, Radar, Ready, RoundRow, Standing, tier_place
from pointsapp.stars.rules.next_star import Rise, Way
from pointsapp.stars.rules.scheme import Scheme
from pointsapp.stars.schemas.board import BranchSchema, RoundSchema, StandingSchema, StarStandingSchema
from pointsapp.stars.schemas.score import Score
from pointsapp.web.schemas import PageArgs, Text, Whole, page_schema


class BranchArgs(PageArgs):
    """`area`: an id or a code, and everything below it; `q`: part of a name or code."""

    area = Text(40, load_default=None)
    q = Text(60, load_default=None)


class StandingArgs(PageArgs):
    """`tier`: only branches of the tier at this place, 1 for the best (see the round's tiers)."""

    tier = Whole(1, 100, from_text=True, load_default=None)


class NamedAreaSchema(Schema):
    id = fields.String(attribute="public_id")
    code = fields.String()
    name = fields.String()


class BranchItemSchema(BranchSchema):
    """A branch of the register. `parent_id`: the branch above it."""

    kind = fields.String()
    parent_id = fields.String(allow_none=True)
    area = fields.Nested(NamedAreaSchema)


class TrendStarSchema(StarStandingSchema):
    max = Score(attribute="star.most")


class TrendSchema(Schema):
    """How a branch stood in one round. `tier` is null where it has none, or where a quota decided it and nobody kept the answer."""

    round = fields.Nested(RoundSchema)
    total = Score()
    max = Score(attribute="round.scheme.most")
    lit_stars = fields.Integer()
    tier = fields.String(allow_none=True)
    stars = fields.List(fields.Nested(TrendStarSchema))


class RoundDetailSchema(RoundSchema):
    """A round with what a board says at its head. `shows_ranks`: false where an operator switched ranks off in favour of tiers."""

    days = fields.Integer()
    days_gone = fields.Integer()
    branches = fields.Integer()
    lit_stars = fields.Integer()
    shows_ranks = fields.Boolean()


class TierSchema(Schema):
    """A tier and what it asks for. `places`: at most so many branches by its quota, null without one; `branches`: how many are in it."""

    place = fields.Integer()
    name = fields.String()
    branches = fields.Integer()
    places = fields.Integer(allow_none=True)
    total = Score()
    lit_stars = fields.Integer()
    each_star = Score()
    each_star_percent = fields.Integer()
    floors = fields.Dict(keys=fields.String(), values=Score())
    lit = fields.List(fields.String())


class RiseSchema(Schema):
    """What has to rise. Of a counted indicator `metric` from `amount` to `to_amount`; of one scored by hand these are null."""

    star = fields.String()
    indicator = fields.String()
    name = fields.String()
    score = Score()
    to_score = Score()
    max = Score()
    metric = fields.String(allow_none=True)
    amount = fields.Integer(allow_none=True)
    to_amount = fields.Integer(allow_none=True)
    words = fields.String()


class WaySchema(Schema):
    """`cost_percent`: the sum of the shares of what each indicator lacks, rounded up; the first way is the cheapest."""

    cost_percent = fields.Integer()
    rises = fields.List(fields.Nested(RiseSchema))


class LackSchema(Schema):
    """What an unlit star lacks. `ways` is empty where it cannot be lit in this round; `reach` is the most its score could come to."""

    key = fields.String()
    name = fields.String()
    score = Score()
    lit_at = Score()
    missing = Score()
    reach = Score()
    requires = fields.List(fields.String())
    vetoes = fields.List(fields.String())
    ways = fields.List(fields.Nested(WaySchema))


class SpokeSchema(Schema):
    """A star in percent of its maximum, rounded down; `median_percent` is null where fewer than three branches stand there."""

    key = fields.String()
    name = fields.String()
    percent = fields.Integer()
    median_percent = fields.Integer(allow_none=True)


class RadarSchema(Schema):
    """A branch beside the `peers` branches of its street, itself included; `area` is the street's name."""

    area = fields.String(allow_none=True)
    peers = fields.Integer()
    stars = fields.List(fields.Nested(SpokeSchema))


BranchPage = page_schema(BranchItemSchema)
TrendPage = page_schema(TrendSchema)
TierPage = page_schema(TierSchema)
LackPage = page_schema(LackSchema)


def standings_answer(page: Page[Standing], *, has_ranks: bool) -> bytes:
    """Return what StandingPage makes of a page, as the house writes JSON; each row is written once for as long as it stands as it stands."""
    items = (_written.get(row, has_ranks, partial(_write, row, has_ranks=has_ranks)) for row in page.items)
    return f'{{"items":[{",".join(items)}],"next_cursor":{json.dumps(page.next_cursor)}}}\n'.encode()


def _write(row: Standing, *, has_ranks: bool) -> str:
    # Without ranks the field stays and is null.
    told = _STANDING.dump({"branch": row.branch, "rank": row.rank if has_ranks else None, "score": row.score})
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


_written: Beside[str] = Beside(most=4096)
_STANDING = StandingSchema()


def round_detail(found: RoundRow, standing: Ready, days_gone: int, *, has_ranks: bool) -> dict[str, Any]:
    """Return what RoundDetailSchema shows."""
    attributes = [field.attribute or name for name, field in _ROUND.fields.items()]
    return {
        **{name: getattr(found, name) for name in attributes},
        "days": found.days,
        "days_gone": days_gone,
        "branches": standing.branches,
        "lit_stars": standing.lit_stars,
        "shows_ranks": has_ranks,
    }


_ROUND = RoundSchema()


def tier_items(scheme: Scheme, rows: Sequence[Standing]) -> tuple[dict[str, Any], ...]:
    """Return what TierSchema shows of every tier, the best first."""
    places = [tier_place(scheme, row.score.tier) for row in rows]
    return tuple(
        {
            "place": place,
            "name": tier.name,
            "branches": places.count(place),
            "places": tier.quota.places(len(rows)) if tier.quota else None,
            "total": tier.total,
            "lit_stars": tier.lit_stars,
            "each_star": tier.each_star,
            "each_star_percent": tier.each_star_percent,
            "floors": dict(tier.floors),
            "lit": tier.lit,
        }
        for place, tier in enumerate(scheme.tiers, start=1)
    )


def lack_item(one: Lack) -> dict[str, Any]:
    """Return what LackSchema shows."""
    return {
        "key": one.star.star.key,
        "name": one.star.star.name,
        "score": one.star.score,
        "lit_at": one.star.star.lit_at,
        "missing": one.missing,
        "reach": one.reach,
        "requires": [star.key for star in one.requires],
        "vetoes": one.vetoes,
        "ways": [_way(way) for way in one.ways],
    }


def _way(way: Way) -> dict[str, Any]:
    percent = way.cost * 100
    return {"cost_percent": -(-percent.numerator // percent.denominator), "rises": [_rise(one) for one in way.rises]}


def _rise(one: Rise) -> dict[str, Any]:
    is_counted = one.metric is not None
    return {
        "star": one.star,
        "indicator": one.indicator.key,
        "name": one.indicator.name,
        "score": one.score,
        "to_score": one.to_score,
        "max": one.indicator.most,
        "metric": one.metric,
        "amount": one.amount if is_counted else None,
        "to_amount": one.to_amount if is_counted else None,
        "words": rise_words(one, CATALOGUE),
    }


def radar_item(found: Radar) -> dict[str, Any]:
    """Return what RadarSchema shows."""
    return {
        "area": found.area,
        "peers": found.peers,
        "stars": [
            {
                "key": one.star.key,
                "name": one.star.name,
                "percent": _whole(one.own),
                "median_percent": None if one.median is None else _whole(one.median),
            }
            for one in found.spokes
        ],
    }


def _whole(percent: Fraction) -> int:
    return percent.numerator // percent.denominator
