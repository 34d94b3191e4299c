"""JSON door of deeds, for residents and for the community's staff."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Response

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.deeds import queries
from pointsapp.deeds.errors import DeedPictureUnreadable
from pointsapp.deeds.pages import kept_picture, picture_answer
from pointsapp.deeds.policies import may_review_somewhere
from pointsapp.deeds.schemas import (
    MOST_BASE64,
    ApproveSchema,
    DeedArgs,
    DeedDetailSchema,
    DeedReceiptSchema,
    DeedRulesSchema,
    DeedSchema,
    DeedVerdictSchema,
    HandInSchema,
    RefuseSchema,
)
from pointsapp.deeds.services import (
    Approve,
    HandIn,
    Refuse,
    approve_deed,
    hand_in,
    reject_deed,
    revoke_deed,
    withdraw_deed,
)
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request, page_schema

blp = api_blueprint(
    "deeds", "Small good deeds: handed in with a picture, looked at by the community, thanked with a few points."
)


@blp.get("/deed-rules")
@blp.response(200, DeedRulesSchema)
def show_rules() -> dict[str, int]:
    """Say what a deed may be given and how many may be handed in, and where the caller stands."""
    limits = queries.limits_now(db.session, now=now())
    standing = queries.standing_of(db.session, signed_in().person_id, limits, now=now())
    return {
        "points_each": limits.each,
        "points_a_month": limits.a_month,
        "deeds_a_day": limits.a_day,
        "got_this_month": standing.got,
        "left_this_month": standing.left,
        "left_today": standing.left_today,
    }


@blp.get("/me/deeds")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(DeedSchema))
def list_mine(args: dict[str, Any]) -> Any:
    """List one's own deeds, the newest first."""
    return queries.my_deeds_page(db.session, signed_in().person_id, page_request(args, int))


@blp.post("/deeds")
@blp.arguments(HandInSchema)
@blp.response(201, DeedReceiptSchema)
@refuses("deed_needs_home", "deeds_enough_today", "deed_picture_unreadable", "deed_picture_used")
def hand_in_deed(typed: dict[str, Any]) -> Response:
    """Hand a deed in; each call without an Idempotency-Key is one deed."""
    picture, _content = kept_picture(_decoded(typed.pop("picture")))
    return write_json(hand_in, signed_in(), HandIn(**typed, picture=picture), schema=DeedReceiptSchema)


def _decoded(text: str) -> bytes:
    try:
        if len(text) > MOST_BASE64:
            raise DeedPictureUnreadable()
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise DeedPictureUnreadable() from None


@blp.get("/deeds")
@blp.arguments(DeedArgs, location="query")
@blp.response(200, page_schema(DeedSchema, "DeskDeedPage"))
def list_deeds(args: dict[str, Any]) -> Any:
    """List what was handed in to the areas that the caller is staff of: what waits longest first, of the rest the newest."""
    actor = signed_in()
    require(may_review_somewhere(actor))
    return queries.deeds_page(db.session, actor, page_request(args, int), view=args["view"])


@blp.get("/deeds/<deed_id>")
@blp.response(200, DeedDetailSchema)
def open_deed(deed_id: str) -> dict[str, Any]:
    """Open a deed with what was decided: its doer, and staff of its community."""
    deed = queries.deed_for(db.session, signed_in(), deed_id)
    return {"deed": deed, "reviews": queries.reviews_of(db.session, deed.id)}


@blp.get("/deeds/<deed_id>/picture")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="image/jpeg")
@refuses("file_lost")
def open_picture(deed_id: str) -> Response:
    """Fetch a deed's picture: its doer, and staff of its community."""
    return picture_answer(deed_id)


@blp.post("/deeds/<deed_id>/withdrawal")
@blp.response(200, DeedReceiptSchema)
@refuses("deed_reviewed")
def withdraw(deed_id: str) -> Response:
    """Take one's own deed back before anybody has looked at it."""
    return write_json(withdraw_deed, signed_in(), deed_id, schema=DeedReceiptSchema, status=200)


@blp.post("/deeds/<deed_id>/approval")
@blp.arguments(ApproveSchema)
@blp.response(200, DeedVerdictSchema)
@refuses(
    "own_deed",
    "own_deed_review",
    "deed_reviewed",
    "deed_taken_back",
    "deed_points_too_many",
    "deed_pot_empty",
    "insufficient_budget",
)
def post_approval(typed: dict[str, Any], deed_id: str) -> Response:
    """Approve a deed; a refused one only by somebody other than who refused it."""
    command = Approve(deed_id=deed_id, points=typed["points"])
    return write_json(approve_deed, signed_in(), command, schema=DeedVerdictSchema, status=200)


@blp.post("/deeds/<deed_id>/rejection")
@blp.arguments(RefuseSchema)
@blp.response(200, DeedVerdictSchema)
@refuses("own_deed", "deed_reviewed", "deed_taken_back")
def post_rejection(typed: dict[str, Any], deed_id: str) -> Response:
    """Refuse a deed, with the reason that its doer reads."""
    command = Refuse(deed_id=deed_id, reason=typed["reason"])
    return write_json(reject_deed, signed_in(), command, schema=DeedVerdictSchema, status=200)


@blp.post("/deeds/<deed_id>/revocation")
@blp.arguments(RefuseSchema)
@blp.response(200, DeedVerdictSchema)
@refuses("own_deed", "own_deed_review", "deed_reviewed", "deed_taken_back")
def revoke(typed: dict[str, Any], deed_id: str) -> Response:
    """Take an approval back, by somebody other than who approved; the points go back to the budget."""
    command = Refuse(deed_id=deed_id, reason=typed["reason"])
    return write_json(revoke_deed, signed_in(), command, schema=DeedVerdictSchema, status=200)
