"""The gate of statistics: counted periods and an area's figures to JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from pointsapp.web.schemas import Moment


class PeriodArgs(Schema):
    """`period` as 2026-11, 2026-Q4 or 2026; without one the running month."""

    period = fields.String(load_default=None, validate=validate.Regexp(r"^20[0-9]{2}(-(0[1-9]|1[0-2]|Q[1-4]))?$"))


class ClosedPeriodSchema(Schema):
    """A period that is over; `digest` is of the whole deployment's text."""

    period = fields.String(attribute="key")
    closed_at = Moment()
    digest = fields.String()


def _figures(**kw: Any) -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.Integer(), **kw)


class CountedAreaSchema(Schema):
    id = fields.String()
    code = fields.String()
    name = fields.String()
    kind = fields.String()


class AreaFiguresSchema(Schema):
    area = fields.Nested(CountedAreaSchema)
    figures = _figures()


class AreaStatisticsSchema(Schema):
    """An area's figures: `total` is the sum of `below` and `own`. Money in fen. `digest` is of what is shown, `period_digest` of
    the whole closed period."""

    period = fields.String()
    is_closed = fields.Boolean()
    cut_off = Moment()
    counted_at = Moment()
    digest = fields.String()
    period_digest = fields.String(allow_none=True)
    area = fields.Nested(CountedAreaSchema)
    total = _figures()
    own = _figures()
    below = fields.List(fields.Nested(AreaFiguresSchema))
