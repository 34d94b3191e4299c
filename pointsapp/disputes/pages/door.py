"""What the pages of disputes share: the blueprint and the words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from pointsapp.core.db import db
from pointsapp.disputes.messages import HAPPENINGS, KINDS, KINDS_OF_STATE, SIDES, STATES
from pointsapp.disputes.queries import DisputeRow, statements_of, story_of
from pointsapp.web.messages import message_for

bp = Blueprint("disputes", __name__)

WORDS = {"kinds": KINDS, "states": STATES, "tones": KINDS_OF_STATE, "sides": SIDES, "happenings": HAPPENINGS}


def both_sides(row: DisputeRow) -> dict[str, Any]:
    """Return what a dispute's page shows: both statements, and everything its voucher lived through with the reasons."""
    return {
        "row": row,
        "statements": statements_of(db.session, row.id),
        "story": story_of(db.session, row.voucher_id),
        "why": lambda code: str(message_for(code).title),
        "words": WORDS,
    }
