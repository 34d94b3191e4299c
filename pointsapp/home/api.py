"""JSON door of home."""

from __future__ import annotations

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.home.queries import Me, who_am_i
from pointsapp.home.schemas import MeSchema
from pointsapp.web.api import api_blueprint
from pointsapp.web.login import signed_in

blp = api_blueprint("home", "The first page of each role, and a person's own pages.")


@blp.get("/me")
@blp.response(200, MeSchema)
def show_me() -> Me:
    """Say who I am, what I may do, and what my two books hold."""
    return who_am_i(db.session, signed_in().person_id, now=now())
