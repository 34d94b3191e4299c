"""JSON door of areas."""

from __future__ import annotations

from typing import Any

from pointsapp.areas.queries import AreaItem, areas_page
from pointsapp.areas.schemas import AreaListArgs, AreaPageSchema
from pointsapp.core.db import db
from pointsapp.core.paging import Page
from pointsapp.web.api import api_blueprint
from pointsapp.web.guard import public
from pointsapp.web.replicas import may_lag
from pointsapp.web.schemas import page_request

blp = api_blueprint("areas", "The area tree: who is below whom, and where a code leads.")


@blp.get("/areas")
@public("a stranger chooses a community before registering")
@may_lag
@blp.arguments(AreaListArgs, location="query")
@blp.response(200, AreaPageSchema)
def list_areas(args: dict[str, Any]) -> Page[AreaItem]:
    """List all areas, by code."""
    return areas_page(db.session, page_request(args, str), kind=args["kind"])
