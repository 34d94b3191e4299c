"""JSON door of disputes: the resident's and the shop's side, and the office that decides."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Response

from pointsapp.core.actor import require
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.disputes.policies import desk_paths, is_office_of, may_read, may_see_desk
from pointsapp.disputes.queries import (
    DisputeRow,
    dispute_row,
    disputes_about,
    disputes_page,
    statements_of,
    story_of,
)
from pointsapp.disputes.schemas import (
    DecisionJson,
    DeskDisputeArgs,
    DisputeCaseSchema,
    DisputeJson,
    DisputeSchema,
    StatementJson,
)
from pointsapp.disputes.services import (
    DecideDispute,
    OpenDispute,
    SaySide,
    decide_dispute,
    open_dispute,
    say_side,
    withdraw_dispute,
)
from pointsapp.merchants.queries import require_merchant
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request, page_schema

blp = api_blueprint("disputes", "Disputes of redemptions: both sides, and the decision.")
DISPUTES = page_schema(DisputeSchema)


@blp.post("/redemptions/<redemption_id>/disputes")
@blp.arguments(DisputeJson)
@blp.response(201, DisputeSchema)
@refuses("too_late_to_dispute", "redemption_undone")
def post_dispute(typed: dict[str, Any], redemption_id: str) -> Response:
    """Dispute a redemption of one's own voucher; repeated it is the dispute that stands."""
    command = OpenDispute(redemption=redemption_id, **typed)
    return write_json(open_dispute, signed_in(), command, schema=DisputeSchema)


@blp.get("/me/disputes")
@blp.arguments(PageArgs, location="query")
@blp.response(200, DISPUTES)
def list_my_disputes(args: dict[str, Any]) -> Page[DisputeRow]:
    """List one's own disputes, the newest first."""
    return disputes_about(db.session, page_request(args, int), person_id=signed_in().person_id)


@blp.get("/merchants/<merchant_id>/disputes")
@blp.arguments(PageArgs, location="query")
@blp.response(200, DISPUTES)
@refuses("not_allowed")
def list_shop_disputes(args: dict[str, Any], merchant_id: str) -> Page[DisputeRow]:
    """List the disputes about a shop, the newest first; its people."""
    shop = require_merchant(db.session, merchant_id)
    require(signed_in().works_for(shop.id))
    return disputes_about(db.session, page_request(args, int), merchant_id=shop.id)


@blp.get("/disputes")
@blp.arguments(DeskDisputeArgs, location="query")
@blp.response(200, DISPUTES)
@refuses("not_allowed")
def list_disputes(args: dict[str, Any]) -> Page[DisputeRow]:
    """List the disputes of one's areas: the open ones by their due day."""
    actor = signed_in()
    require(may_see_desk(actor))
    page = page_request(args, str, int)
    return disputes_page(db.session, page, paths=desk_paths(actor), is_open=args["is_open"])


@blp.get("/disputes/<dispute_id>")
@blp.response(200, DisputeCaseSchema)
def read_dispute(dispute_id: str) -> SimpleNamespace:
    """Read one with both sides: the resident, the shop's people and the office."""
    row = _readable(dispute_id)
    told = {"statements": statements_of(db.session, row.id), "story": story_of(db.session, row.voucher_id)}
    return SimpleNamespace(**{name: getattr(row, name) for name in row.__slots__}, **told)


@blp.post("/disputes/<dispute_id>/statements")
@blp.arguments(StatementJson)
@blp.response(201, DisputeSchema)
@refuses("dispute_decided", "dispute_partial", "too_many_statements")
def post_statement(typed: dict[str, str], dispute_id: str) -> Response:
    """Add what one's own side has to say; each call without an Idempotency-Key is one statement."""
    _readable(dispute_id)
    command = SaySide(dispute=dispute_id, words=typed["words"])
    return write_json(say_side, signed_in(), command, schema=DisputeSchema)


@blp.post("/disputes/<dispute_id>/withdrawal")
@blp.response(200, DisputeSchema)
@refuses("dispute_decided")
def post_dispute_withdrawal(dispute_id: str) -> Response:
    """Take one's own dispute back."""
    return write_json(withdraw_dispute, signed_in(), dispute_id, schema=DisputeSchema, status=200)


@blp.post("/disputes/<dispute_id>/decision")
@blp.arguments(DecisionJson)
@blp.response(200, DisputeSchema)
@refuses("dispute_decided", "dispute_partial")
def post_dispute_decision(typed: dict[str, str], dispute_id: str) -> Response:
    """Decide as an office that is no party; upheld, the points go back at once."""
    require(is_office_of(signed_in(), _readable(dispute_id).area_path), NotFound())
    command = DecideDispute(dispute=dispute_id, is_upheld=typed["decision"] == "uphold", reason=typed["reason"])
    return write_json(decide_dispute, signed_in(), command, schema=DisputeSchema, status=200)


def _readable(dispute_id: str) -> DisputeRow:
    row = dispute_row(db.session, dispute_id)
    if row is None or not may_read(
        signed_in(), merchant_id=row.merchant_id, area_path=row.area_path, person_id=row.person_id
    ):
        raise NotFound()
    return row
