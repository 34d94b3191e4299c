"""JSON door of care: who may act for whom. Acting itself stays on its pages, which open by a press that is on record."""

from __future__ import annotations

from typing import Any

from flask import Response

from pointsapp.care import queries
from pointsapp.care.schemas import HelpersSchema, MandateJson, MandateReceiptSchema
from pointsapp.care.services import OfferMandate, accept_mandate, end_mandate, offer_mandate
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.api import api_blueprint, refuses
from pointsapp.web.doors import write_json
from pointsapp.web.login import signed_in

blp = api_blueprint("care", "Who may act for whom.")


@blp.get("/me/helpers")
@blp.response(200, HelpersSchema)
def read_helpers() -> dict[str, Any]:
    """Read whom one lets act, for whom one may act, and what was done for one."""
    me, moment = signed_in().person_id, now()
    return {
        "given": queries.mandates_given(db.session, me, now=moment),
        "held": queries.mandates_held(db.session, me, now=moment),
        "acts": queries.acts_on(db.session, me),
    }


@blp.post("/me/helpers")
@blp.arguments(MandateJson)
@blp.response(201, MandateReceiptSchema)
@refuses("mandate_exists")
def post_mandate(command: OfferMandate) -> Response:
    """Let somebody act for oneself; it holds once they say yes."""
    return write_json(offer_mandate, signed_in(), command, schema=MandateReceiptSchema)


@blp.post("/mandates/<mandate_id>/acceptance")
@blp.response(200, MandateReceiptSchema)
@refuses("mandate_over")
def post_acceptance(mandate_id: str) -> Response:
    """Say yes to acting for somebody."""
    return write_json(accept_mandate, signed_in(), mandate_id, schema=MandateReceiptSchema, status=200)


@blp.post("/mandates/<mandate_id>/ending")
@blp.response(200, MandateReceiptSchema)
def post_ending(mandate_id: str) -> Response:
    """End it at once, from either side, or as staff on the person's word; a repeat changes nothing."""
    return write_json(end_mandate, signed_in(), mandate_id, schema=MandateReceiptSchema, status=200)
