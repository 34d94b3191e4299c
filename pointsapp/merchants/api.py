"""JSON door of merchants."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.areas.queries import district_of, require_area
from pointsapp.core.actor import Actor
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.ledger.queries import person_balance
from pointsapp.merchants.policies import may_see_unapproved
from pointsapp.merchants.queries import OfferFilter, merchants_page, offer_view, offers_page, require_merchant
from pointsapp.merchants.schemas import (
    CreateOfferSchema,
    MerchantArgs,
    MerchantSchema,
    OfferArgs,
    OfferSchema,
    RegisterMerchantSchema,
    RejectOfferSchema,
)
from pointsapp.merchants.services import (
    CreateOffer,
    RegisterMerchant,
    RejectOffer,
    approve_offer,
    create_offer,
    register_merchant,
    reject_offer,
)
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import page_request, page_schema

blp = api_blueprint("merchants", "Merchants, their people, and their offers.")


@blp.get("/merchants")
@blp.arguments(MerchantArgs, location="query")
@blp.response(200, page_schema(MerchantSchema))
def list_merchants(args: dict[str, Any]) -> Any:
    """List the merchants of an area and everything below it, by code."""
    path = require_area(db.session, args["area"]).path if args["area"] else _district(signed_in())
    return merchants_page(db.session, page_request(args, str), paths=(path or "/",))


@blp.post("/merchants")
@blp.arguments(RegisterMerchantSchema)
@blp.response(201, MerchantSchema)
@refuses("not_allowed", "code_taken")
def add_merchant(command: RegisterMerchant) -> Response:
    """Enter a merchant; staff and street_admin of the area or above."""
    return write_json(register_merchant, signed_in(), command, schema=MerchantSchema())


@blp.get("/offers")
@blp.arguments(OfferArgs, location="query")
@blp.response(200, page_schema(OfferSchema))
def list_offers(args: dict[str, Any]) -> Any:
    """List the offers residents may see, newest first; `affordable=true`: those the caller's points reach."""
    actor = signed_in()
    by = OfferFilter(
        path=require_area(db.session, args["area"]).path if args["area"] else _district(actor),
        at_most=person_balance(db.session, actor.person_id) if args["affordable"] else None,
        merchant_id=require_merchant(db.session, args["merchant"]).id if args["merchant"] else None,
        q=args["q"],
    )
    return offers_page(db.session, page_request(args, int), by, now=now())


@blp.get("/offers/<public_id>")
@blp.response(200, OfferSchema)
def read_offer(public_id: str) -> Any:
    """Read one offer; what was not approved exists only for its merchant's people and the office."""
    row = offer_view(db.session, public_id, now=now())
    if row is None or (
        row.live_version is None and not may_see_unapproved(signed_in(), row.merchant_id, row.area_path)
    ):
        raise NotFound()
    return row


@blp.post("/offers")
@blp.arguments(CreateOfferSchema)
@blp.response(201, OfferSchema)
@refuses("not_allowed", "wrong_merchant")
def add_offer(command: CreateOffer) -> Response:
    """Submit an offer for approval; the merchant's managers."""
    return write_json(create_offer, signed_in(), command, schema=OfferSchema())


@blp.post("/offers/<public_id>/approval")
@blp.response(200, OfferSchema)
@refuses("not_allowed", "wrong_state")
def approve(public_id: str) -> Response:
    """Show the offer to residents from now on; staff who do not work for the merchant."""
    return write_json(approve_offer, signed_in(), public_id, schema=OfferSchema(), status=200)


@blp.post("/offers/<public_id>/rejection")
@blp.arguments(RejectOfferSchema)
@blp.response(200, OfferSchema)
@refuses("not_allowed", "wrong_state")
def reject(typed: dict[str, Any], public_id: str) -> Response:
    """Return the offer to its merchant with a reason."""
    command = RejectOffer(offer=public_id, reason=typed["reason"])
    return write_json(reject_offer, signed_in(), command, schema=OfferSchema(), status=200)


def _district(actor: Actor) -> str | None:
    """Return the path of the person's whole district; None (all of them) for a person without a home area."""
    return None if actor.home_path is None else district_of(actor.home_path)
