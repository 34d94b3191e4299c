"""JSON door of redemption."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.redemption.queries import till_voucher, vouchers_page
from pointsapp.redemption.schemas import (
    RedeemSchema,
    RedemptionSchema,
    ReversedSchema,
    ReverseSchema,
    TillVoucherSchema,
    VoucherArgs,
    VoucherSchema,
    reverse_command,
)
from pointsapp.redemption.services import cancel_voucher, issue_voucher, redeem, reverse_redemption
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import page_request, page_schema

blp = api_blueprint("redemption", "Vouchers, the till, settlements.")


@blp.post("/offers/<public_id>/vouchers")
@blp.response(201, VoucherSchema)
@refuses("not_verified", "offer_closed", "limit_reached", "out_of_stock", "insufficient_points")
def issue(public_id: str) -> Response:
    """Turn points into a voucher; each call without an Idempotency-Key makes one, up to the limit."""
    return write_json(issue_voucher, signed_in(), public_id, schema=VoucherSchema)


@blp.get("/me/vouchers")
@blp.arguments(VoucherArgs, location="query")
@blp.response(200, page_schema(VoucherSchema))
def list_vouchers(args: dict[str, Any]) -> Any:
    """List the caller's vouchers, newest first."""
    page = page_request(args, int)
    return vouchers_page(db.session, signed_in().person_id, page, now=now(), is_open=args["is_open"])


@blp.post("/vouchers/<public_id>/cancellation")
@blp.response(200, VoucherSchema)
@refuses("already_redeemed", "voucher_expired")
def cancel(public_id: str) -> Response:
    """Give an unused voucher back: points, stock and limit return."""
    return write_json(cancel_voucher, signed_in(), public_id, schema=VoucherSchema, status=200)


@blp.get("/vouchers/<path:code>")
@blp.response(200, TillVoucherSchema)
@refuses("code_invalid", "code_unknown", "wrong_merchant")
@takes_codes
def look_up(code: str) -> Any:
    """Say what a voucher is, without using it; the merchant's people."""
    return till_voucher(db.session, signed_in(), code, now=now())


@blp.post("/redemptions")
@blp.arguments(RedeemSchema)
@blp.response(201, RedemptionSchema)
@refuses(
    "code_invalid",
    "code_unknown",
    "wrong_merchant",
    "not_allowed",
    "voucher_cancelled",
    "already_redeemed",
    "voucher_expired",
)
@takes_codes
def use(typed: dict[str, Any]) -> Response:
    """Use a voucher, once; the merchant's people, never for themself."""
    return write_json(redeem, signed_in(), typed["code"], schema=RedemptionSchema)


@blp.post("/redemptions/<public_id>/reversal")
@blp.arguments(ReverseSchema)
@blp.response(200, ReversedSchema)
@refuses("not_allowed", "undo_window_over", "wrong_state")
def reverse(typed: dict[str, Any], public_id: str) -> Response:
    """Undo a redemption while it is fresh; the voucher is usable again."""
    command = reverse_command(public_id, typed)
    return write_json(reverse_redemption, signed_in(), command, schema=ReversedSchema(), status=200)
