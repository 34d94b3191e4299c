"""What the pages of contest share: the blueprint, the words, and the round that the address asks for."""

from __future__ import annotations

from flask import Blueprint, request

from pointsapp.contest.messages import OUTCOMES, PANEL_STATES, PLEDGE_STATES, STEPS
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.stars.messages import GAPS, ROUND_STATES, SOURCES, STAR_STATES
from pointsapp.stars.queries import CATALOGUE, RoundRow, find_round, newest_round
from pointsapp.web.etags import conditional

bp = Blueprint("contest", __name__)
bp.after_request(conditional)

WORDS = {
    "gaps": GAPS,
    "metrics": CATALOGUE,
    "outcomes": OUTCOMES,
    "panel_states": PANEL_STATES,
    "pledge_states": PLEDGE_STATES,
    "round_states": ROUND_STATES,
    "sources": SOURCES,
    "star_states": STAR_STATES,
    "steps": STEPS,
}


def the_round(branch: str | None = None) -> RoundRow:
    """Return the round that `?round=` names, else the newest (of `branch`); NotFound before the first."""
    found = round_if_any(branch)
    if found is None:
        raise NotFound()
    return found


def round_if_any(branch: str | None = None) -> RoundRow | None:
    """Return the same, and None before the first round; NotFound for one that is named and is not there."""
    asked = request.args.get("round", "")
    return find_round(db.session, asked) if asked else newest_round(db.session, now=now(), branch=branch)
