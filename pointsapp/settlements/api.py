"""JSON door of settlements: a shop's months line by line, and the steps of shop, community and street."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.areas.queries import require_area
from pointsapp.core.actor import require
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page
from pointsapp.merchants.queries import require_merchant
from pointsapp.settlements.policies import console_paths, may_read_month, may_see_console_settlements
from pointsapp.settlements.queries import (
    LineRow,
    SettlementRow,
    SettlementState,
    lines_page,
    months_page,
    settlement_row,
    shop_months_page,
)
from pointsapp.settlements.schemas import (
    LineAnswerJson,
    LineDisputeJson,
    PaymentJson,
    ReturnMonthJson,
    SeenSumsJson,
    SettlementArgs,
    SettlementLineArgs,
    SettlementLineSchema,
    SettlementSchema,
)
from pointsapp.settlements.services import (
    AnswerLine,
    DisputeLine,
    NotePayment,
    ReturnMonth,
    SeenSums,
    answer_line,
    approve_month,
    check_month,
    confirm_month,
    dispute_line,
    note_payment,
    return_month,
)
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in
from pointsapp.web.schemas import PageArgs, page_request, page_schema

blp = api_blueprint("settlements", "Months settled with shops: confirmed, checked, approved, paid outside.")
SETTLEMENTS = page_schema(SettlementSchema)


@blp.get("/merchants/<merchant_id>/settlements")
@blp.arguments(PageArgs, location="query")
@blp.response(200, SETTLEMENTS)
def list_shop_months(args: dict[str, Any], merchant_id: str) -> Page[SettlementRow]:
    """List a shop's months, the newest first: its people and the office."""
    shop = require_merchant(db.session, merchant_id)
    require(may_read_month(signed_in(), shop.id, shop.area_path), NotFound())
    return shop_months_page(db.session, shop.id, page_request(args, str, int))


@blp.get("/settlements")
@blp.arguments(SettlementArgs, location="query")
@blp.response(200, SETTLEMENTS)
@refuses("not_allowed")
def list_months(args: dict[str, Any]) -> Page[SettlementRow]:
    """List the months of the shops in one's areas, the newest first; an unknown `state` is none's."""
    actor = signed_in()
    require(may_see_console_settlements(actor))
    paths, state = console_paths(actor), args["state"]
    if args["area"] is not None:
        asked = require_area(db.session, args["area"]).path
        paths = (asked,) if any(asked.startswith(path) for path in paths) else ()
    if state is not None and state not in set(SettlementState):
        paths = ()
    page = page_request(args, str, int)
    wanted = SettlementState(state) if state in set(SettlementState) else None
    return months_page(db.session, page, paths=paths, state=wanted, month=args["month"])


@blp.get("/settlements/<month_id>")
@blp.response(200, SettlementSchema)
def read_month(month_id: str) -> SettlementRow:
    """Read one month."""
    return _the_month(month_id)


@blp.get("/settlements/<month_id>/lines")
@blp.arguments(SettlementLineArgs, location="query")
@blp.response(200, page_schema(SettlementLineSchema))
def list_month_lines(args: dict[str, Any], month_id: str) -> Page[LineRow]:
    """List a month's lines in the order of the till."""
    row = _the_month(month_id)
    return lines_page(db.session, row.id, page_request(args, int), disputed_only=args["disputed"])


@blp.post("/settlements/<month_id>/lines/<line_id>/dispute")
@blp.arguments(LineDisputeJson)
@blp.response(200, SettlementSchema)
@refuses("not_allowed", "settlement_step", "line_answered")
def post_line_dispute(typed: dict[str, Any], month_id: str, line_id: str) -> Response:
    """Say as the shop's manager what is wrong with a line of a draft; once, then the community answers."""
    return _step(dispute_line, DisputeLine(settlement=month_id, line=line_id, **typed))


@blp.post("/settlements/<month_id>/lines/<line_id>/answer")
@blp.arguments(LineAnswerJson)
@blp.response(200, SettlementSchema)
@refuses("not_allowed", "settlement_step", "line_answered")
def post_line_answer(typed: dict[str, Any], month_id: str, line_id: str) -> Response:
    """Answer a disputed line as the community: change what it counts, or keep it and say why."""
    return _step(answer_line, AnswerLine(settlement=month_id, line=line_id, **typed))


@blp.post("/settlements/<month_id>/confirmation")
@blp.arguments(SeenSumsJson)
@blp.response(200, SettlementSchema)
@refuses("not_allowed", "settlement_step", "lines_disputed", "wrong_state")
def post_month_confirmation(typed: dict[str, Any], month_id: str) -> Response:
    """Confirm the month for the shop, with the sums that were read."""
    return _step(confirm_month, SeenSums(settlement=month_id, **typed))


@blp.post("/settlements/<month_id>/check")
@blp.arguments(SeenSumsJson)
@blp.response(200, SettlementSchema)
@refuses("not_allowed", "settlement_step", "lines_disputed", "wrong_state")
def post_month_check(typed: dict[str, Any], month_id: str) -> Response:
    """Check the month for the community."""
    return _step(check_month, SeenSums(settlement=month_id, **typed))


@blp.post("/settlements/<month_id>/approval")
@blp.arguments(SeenSumsJson)
@blp.response(200, SettlementSchema)
@refuses("not_allowed", "settlement_step", "needs_another_person", "wrong_state")
def post_month_approval(typed: dict[str, Any], month_id: str) -> Response:
    """Approve the month for the street, as somebody else than who checked it."""
    return _step(approve_month, SeenSums(settlement=month_id, **typed))


@blp.post("/settlements/<month_id>/return")
@blp.arguments(ReturnMonthJson)
@blp.response(200, SettlementSchema)
@refuses("not_allowed", "settlement_step")
def send_month_back(typed: dict[str, Any], month_id: str) -> Response:
    """Send the month back to the draft with a reason."""
    return _step(return_month, ReturnMonth(settlement=month_id, **typed))


@blp.post("/settlements/<month_id>/payment")
@blp.arguments(PaymentJson)
@blp.response(200, SettlementSchema)
@refuses("not_allowed", "settlement_step", "needs_another_person", "nothing_to_pay", "paid_in_future")
def note_month_paid(typed: dict[str, Any], month_id: str) -> Response:
    """Note that it was paid outside, as somebody else than who approved it."""
    return _step(note_payment, NotePayment(settlement=month_id, **typed))


def _step(service: Any, command: Any) -> Response:
    return write_json(service, signed_in(), command, schema=SettlementSchema, status=200)


def _the_month(month_id: str) -> SettlementRow:
    row = settlement_row(db.session, month_id)
    if row is None or not may_read_month(signed_in(), row.merchant_id, row.area_path):
        raise NotFound()
    return row
