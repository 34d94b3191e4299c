"""The gate of areas: query arguments and the items of the list."""

from __future__ import annotations

from marshmallow import Schema, fields

from pointsapp.areas.queries import AreaKind
from pointsapp.web.schemas import PageArgs, page_schema


class AreaListArgs(PageArgs):
    kind = fields.Enum(AreaKind, by_value=True, load_default=None)


class AreaSchema(Schema):
    """One area of the tree; `parent_id` is null at the root."""

    id = fields.String(attribute="public_id")
    code = fields.String()
    name = fields.String()
    kind = fields.Enum(AreaKind, by_value=True)
    parent_id = fields.String(attribute="parent_public_id", allow_none=True)


AreaPageSchema = page_schema(AreaSchema)
