"""What the pages of stars share: the blueprint, the words, and the round that the address asks for."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, request
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.stars.messages import (
    BRANCH_KINDS,
    GAPS,
    ITEM_KINDS,
    ITEM_STATES,
    PAPER_STATES,
    PLAN_FIELDS,
    ROUND_STATES,
    SOURCES,
    STAR_STATES,
    mistake,
    worded,
)
from pointsapp.stars.queries import CATALOGUE, RoundRow, find_round, newest_round
from pointsapp.stars.schemas import shown_score
from pointsapp.web.etags import conditional

bp = Blueprint("stars", __name__)
bp.after_request(conditional)
bp.add_app_template_filter(shown_score, "score")
bp.add_app_template_filter(partial(worded, metrics=CATALOGUE), "step")
bp.add_app_template_filter(mistake, "mistake")

WORDS = {
    "kinds": BRANCH_KINDS,
    "item_kinds": ITEM_KINDS,
    "gaps": GAPS,
    "metrics": CATALOGUE,
    "round_states": ROUND_STATES,
    "sources": SOURCES,
    "star_states": STAR_STATES,
    "item_states": ITEM_STATES,
    "paper_states": PAPER_STATES,
    "plan_fields": PLAN_FIELDS,
}


def asked_round() -> RoundRow | None:
    """Return the round that `?round=` names, else the newest; None before the first."""
    asked = request.args.get("round", "")
    return find_round(db.session, asked) if asked else newest_round(db.session, now=now())


def the_round() -> RoundRow:
    """Return the same, NotFound before the first."""
    found = asked_round()
    if found is None:
        raise NotFound()
    return found


def posted(**in_address: str) -> Any:
    """Return what the form says; what the address names is not overridden by what a page sends along."""
    return CombinedMultiDict([MultiDict(in_address), request.form])
