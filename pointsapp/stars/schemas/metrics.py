"""The catalogue of metrics as JSON: what each counts, a branch's figures, the rows behind one."""

from __future__ import annotations

from marshmallow import Schema, fields

from pointsapp.stars.schemas.board import ItemLinkSchema
from pointsapp.web.schemas import Moment, page_schema


class MetricSchema(Schema):
    """A metric of the catalogue, in words. `over` is the metric it is divided by; what cannot score is for information only."""

    key = fields.String()
    name = fields.String()
    unit = fields.String()
    counts = fields.String()
    formula = fields.String()
    over = fields.String(allow_none=True)
    times = fields.Integer()
    can_score = fields.Boolean()


class FigureSchema(Schema):
    """A metric's figure of a branch; null where there is nothing to divide by. `opens`: its rows open to the reader."""

    key = fields.String(attribute="metric.key")
    figure = fields.Integer(allow_none=True)
    over = fields.String(attribute="metric.over", allow_none=True)
    base = fields.Integer(allow_none=True)
    opens = fields.Boolean()


class MetricRowSchema(Schema):
    """One row behind a metric. `person` is masked unless the reader is an officer; null where it is nobody's business. `is_paper`: typed in by staff from paper. `item`:
    the item of a plan that a project was.
    """

    id = fields.String(attribute="public_id")
    at = Moment(attribute="occurred_at")
    area = fields.String()
    person = fields.String(allow_none=True)
    quantity = fields.Integer()
    is_paper = fields.Boolean()
    item = fields.Nested(ItemLinkSchema, allow_none=True)


MetricPage = page_schema(MetricSchema)
FigurePage = page_schema(FigureSchema)
MetricRowPage = page_schema(MetricRowSchema)
