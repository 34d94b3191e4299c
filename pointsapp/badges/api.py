"""JSON door of medals."""

from __future__ import annotations

from typing import Any

from pointsapp.badges import queries
from pointsapp.badges.schemas import ShelvesSchema
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.api import api_blueprint
from pointsapp.web.login import signed_in

blp = api_blueprint("badges", "Medals for service done, with their rules.")


@blp.get("/me/medals")
@blp.response(200, ShelvesSchema)
def list_medals() -> dict[str, Any]:
    """List every series of medals: what is won, and what is missing for the next."""
    return {"items": queries.shelves(db.session, signed_in().person_id, now=now())}
