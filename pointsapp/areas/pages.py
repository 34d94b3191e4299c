"""HTML door of areas."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from pointsapp.areas.messages import KIND_NAMES, LEADER_NAMES
from pointsapp.areas.policies import may_see_tree, seen_paths
from pointsapp.areas.queries import area_tree, require_area
from pointsapp.core.actor import require
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.web.login import signed_in

bp = Blueprint("areas", __name__)
ENTRANCES = (("areas.show_console_areas", may_see_tree),)


@bp.get("/console/areas")
def show_console_areas() -> str:
    """Show the tree one looks after: two levels at a time, each with its people and who leads it."""
    actor = signed_in()
    require(may_see_tree(actor))
    paths, asked = seen_paths(actor), request.args.get("area", "")
    chosen = require_area(db.session, asked) if asked else None
    if chosen is not None and not any(chosen.path.startswith(path) for path in paths):
        raise NotFound()
    return render_template(
        "areas/console_areas.html",
        tree=area_tree(db.session, paths, chosen),
        chosen=chosen,
        kind_names=KIND_NAMES,
        leader_names=LEADER_NAMES,
    )
