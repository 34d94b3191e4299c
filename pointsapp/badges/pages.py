"""HTML door of medals."""

from __future__ import annotations

from flask import Blueprint, render_template

from pointsapp.badges import queries
from pointsapp.badges.messages import NAMES, medal_name, rule_words
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.login import signed_in

bp = Blueprint("badges", __name__)


@bp.get("/me/medals")
def show_medals() -> str:
    """One's medals, each with its rule, and how far it is to the next."""
    shelves = queries.shelves(db.session, signed_in().person_id, now=now())
    return render_template(
        "badges/medals.html",
        shelves=shelves,
        won=sum(step.won_at is not None for shelf in shelves for step in shelf.steps),
        names=NAMES,
        medal_name=medal_name,
        rule_words=rule_words,
    )
