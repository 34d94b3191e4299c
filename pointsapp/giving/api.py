"""JSON door of giving."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.giving import queries
from pointsapp.giving.rules import may_still_give
from pointsapp.giving.schemas import (
    DonateSchema,
    DonationLineSchema,
    DonationSchema,
    FundJson,
    FundReceiptSchema,
    FundSchema,
    FundUseSchema,
    GiftLimitsSchema,
    GiftLineSchema,
    GiftSchema,
    GiveSchema,
    UseJson,
)
from pointsapp.giving.services import (
    Donate,
    GivePoints,
    OpenFund,
    TellUse,
    close_fund,
    donate,
    give_points,
    limits_now,
    open_fund,
    tell_use,
)
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.guard import public
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request, page_schema

blp = api_blueprint("giving", "Donations to funds, and points given to a person.")


@blp.get("/funds")
@public("what became of donated points is everybody's business")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(FundSchema))
def list_funds(args: dict[str, Any]) -> Any:
    """List all funds, the newest first."""
    return queries.funds(db.session, page_request(args, int))


@blp.post("/funds/<fund_id>/donations")
@blp.arguments(DonateSchema)
@blp.response(201, DonationSchema)
@refuses("not_verified", "fund_closed", "insufficient_points")
def donate_points(typed: dict[str, Any], fund_id: str) -> Response:
    """Donate points to a fund; each call without an Idempotency-Key is one donation."""
    command = Donate(fund_id=fund_id, points=typed["points"])
    return write_json(donate, signed_in(), command, schema=DonationSchema)


@blp.get("/funds/<fund_id>")
@public("what became of donated points is everybody's business")
@blp.response(200, FundSchema)
def read_fund(fund_id: str) -> Any:
    """Read one fund."""
    return queries.find_fund(db.session, fund_id)


@blp.get("/funds/<fund_id>/uses")
@public("what became of donated points is everybody's business")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(FundUseSchema))
def list_uses(args: dict[str, Any], fund_id: str) -> Any:
    """List what became of a fund's points, the newest first."""
    return queries.fund_uses(db.session, queries.find_fund(db.session, fund_id), page_request(args, int))


@blp.post("/funds")
@blp.arguments(FundJson)
@blp.response(201, FundReceiptSchema)
@refuses("not_allowed")
def post_fund(command: OpenFund) -> Response:
    """Open a fund for an area, as its office; each call without an Idempotency-Key opens one."""
    return write_json(open_fund, signed_in(), command, schema=FundReceiptSchema)


@blp.post("/funds/<fund_id>/uses")
@blp.arguments(UseJson)
@blp.response(201, FundReceiptSchema)
@refuses("not_allowed", "fund_has_less")
def post_use(typed: dict[str, Any], fund_id: str) -> Response:
    """Tell in public what some of a fund's points became; never of more than were donated."""
    return write_json(tell_use, signed_in(), TellUse(fund_id=fund_id, **typed), schema=FundReceiptSchema)


@blp.post("/funds/<fund_id>/closing")
@blp.response(200, FundReceiptSchema)
@refuses("not_allowed")
def post_closing(fund_id: str) -> Response:
    """Let a fund take nothing more."""
    return write_json(close_fund, signed_in(), fund_id, schema=FundReceiptSchema, status=200)


@blp.get("/me/donations")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(DonationLineSchema))
def list_my_donations(args: dict[str, Any]) -> Any:
    """List one's own donations, the newest first."""
    return queries.donations_page(db.session, signed_in().person_id, page_request(args, int))


@blp.get("/me/gifts")
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_schema(GiftLineSchema))
def list_my_gifts(args: dict[str, Any]) -> Any:
    """List gifts one gave and was given, the newest first."""
    return queries.gifts_page(db.session, signed_in().person_id, page_request(args, int))


@blp.get("/me/gift-limits")
@blp.response(200, GiftLimitsSchema)
def read_gift_limits() -> dict[str, int]:
    """Say how much one may give to a person now."""
    moment = now()
    limits = limits_now(db.session, now=moment)
    given = queries.month_of(db.session, signed_in().person_id, None, now=moment).given
    return {
        "each": limits.each,
        "given_a_month": limits.given,
        "received_a_month": limits.received,
        "given_this_month": given,
        "most_now": may_still_give(limits, given),
    }


@blp.post("/gifts")
@blp.arguments(GiveSchema)
@blp.response(201, GiftSchema)
@refuses(
    "not_verified",
    "receiver_unknown",
    "gift_to_oneself",
    "gift_too_large",
    "receiver_has_enough",
    "insufficient_points",
)
def give(command: GivePoints) -> Response:
    """Give points to a person; each call without an Idempotency-Key is one gift."""
    return write_json(give_points, signed_in(), command, schema=GiftSchema)
