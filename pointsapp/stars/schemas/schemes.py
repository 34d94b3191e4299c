"""A scheme in words, as JSON: its stars, indicators, items and tiers."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from pointsapp.stars.messages.seeing import counted_words, item_words
from pointsapp.stars.queries import CATALOGUE
from pointsapp.stars.rules.scheme import Indicator, Item, Scheme
from pointsapp.stars.schemas.score import Score


class SchemeIndicatorSchema(Schema):
    """An indicator of a scheme. `rule`: how it is scored, in the request's language; `metrics`: what a counted one reads."""

    key = fields.String()
    name = fields.String()
    unit = fields.String()
    max = Score()
    source = fields.String()
    by = fields.List(fields.String())
    metrics = fields.List(fields.String())
    rule = fields.String()


class SchemeStarSchema(Schema):
    """A star. `needs`: floors under its indicators; `requires`: stars that must be lit first."""

    key = fields.String()
    name = fields.String()
    colour = fields.String()
    max = Score()
    lit_at = Score()
    needs = fields.Dict(keys=fields.String(), values=Score())
    requires = fields.List(fields.String())
    indicators = fields.List(fields.Nested(SchemeIndicatorSchema))


class SchemeItemSchema(Schema):
    key = fields.String()
    kind = fields.String()
    name = fields.String()
    star = fields.String(allow_none=True)
    max = Score()
    rule = fields.String()


class SchemeSchema(Schema):
    """The version that a round is scored under, in words and figures."""

    code = fields.String()
    version = fields.Integer()
    name = fields.String()
    max = Score()
    pass_at = Score()
    ties = fields.List(fields.String())
    stars = fields.List(fields.Nested(SchemeStarSchema))
    items = fields.List(fields.Nested(SchemeItemSchema))
    tiers = fields.List(fields.String())


def scheme_in_words(scheme: Scheme) -> dict[str, Any]:
    """Return what SchemeSchema shows."""
    return {
        "code": scheme.code,
        "version": scheme.version,
        "name": scheme.name,
        "max": scheme.most,
        "pass_at": scheme.pass_at,
        "ties": scheme.ties,
        "stars": [
            {
                "key": star.key,
                "name": star.name,
                "colour": star.colour,
                "max": star.most,
                "lit_at": star.lit_at,
                "needs": dict(star.needs),
                "requires": star.requires,
                "indicators": [_indicator(one) for one in star.indicators],
            }
            for star in scheme.stars
        ],
        "items": [_item(one, scheme) for one in scheme.items],
        "tiers": [tier.name for tier in scheme.tiers],
    }


def _indicator(one: Indicator) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "unit": one.unit,
        "max": one.most,
        "source": one.source,
        "by": one.by,
        "metrics": one.formula.metrics if one.formula else (),
        "rule": counted_words(one, CATALOGUE),
    }


def _item(one: Item, scheme: Scheme) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "name": one.indicator.name,
        "star": one.star,
        "max": one.indicator.most,
        "rule": item_words(one, CATALOGUE, scheme),
    }
