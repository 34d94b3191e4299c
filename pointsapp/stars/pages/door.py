"""What the pages of stars share: the blueprint, the words, and the round that the address asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from flask import Blueprint, current_app, request

from pointsapp.core.attic import Attic
from pointsapp.core.clock import local_day, now
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
    worded,
)
from pointsapp.stars.messages.mistakes import mistake
from pointsapp.stars.messages.proofs import FILE_KINDS, LOOKED, PROOF_KINDS, PROOF_STEPS
from pointsapp.stars.messages.rounds import BARS, EDITION_KINDS, ERRATUM_STATES, OBJECTION_STATES
from pointsapp.stars.messages.seeing import rise_words
from pointsapp.stars.queries import CATALOGUE, Look, RoundRow, chosen_round, find_round, newest_round
from pointsapp.stars.schemas import shown_score
from pointsapp.web.etags import conditional
from pointsapp.web.filters import day

bp = Blueprint("stars", __name__)
bp.after_request(conditional)
bp.add_app_template_filter(shown_score, "score")
bp.add_app_template_filter(partial(worded, metrics=CATALOGUE), "step")
bp.add_app_template_filter(mistake, "mistake")
# A time limit ends with its last day: people read that day, not the midnight behind it.
bp.add_app_template_filter(lambda end: day(end - timedelta(microseconds=1)), "last_day")
bp.add_app_template_filter(partial(rise_words, metrics=CATALOGUE), "rise")

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
    "proof_kinds": PROOF_KINDS,
    "proof_steps": PROOF_STEPS,
    "file_kinds": FILE_KINDS,
    "looked": LOOKED,
    "bars": BARS,
    "objection_states": OBJECTION_STATES,
    "edition_kinds": EDITION_KINDS,
    "erratum_states": ERRATUM_STATES,
}


def asked_round(latest: Sequence[RoundRow] = ()) -> RoundRow | None:
    """Return the round that `?round=` names, else the newest (of the branch that the address names); None before the first.

    `latest` are `latest_rounds`, where the page shows them anyway: it is mostly one of them.
    """
    asked, branch = request.args.get("round", ""), (request.view_args or {}).get("branch_id")
    found = chosen_round(latest, asked, today=local_day(now())) if branch is None else None
    if found is not None:
        return found
    return find_round(db.session, asked) if asked else newest_round(db.session, now=now(), branch=branch)


def round_in(look: Look) -> RoundRow | None:
    """Return the round that `?round=` names, else the newest of those in which the branch took part; None where it took part in none."""
    asked = request.args.get("round", "")
    return (look.round_called(asked) or find_round(db.session, asked)) if asked else look.newest_round


def the_round() -> RoundRow:
    """Return the same, NotFound before the first."""
    found = asked_round()
    if found is None:
        raise NotFound()
    return found


def attic() -> Attic:
    """Return where the files are that were handed in: with the pictures that a backup takes along."""
    return Attic(current_app.config["SETTINGS"].instance_path / "proofs")
