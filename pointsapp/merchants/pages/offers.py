"""The manager's form for an offer."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.merchants.messages import FUNDINGS, OFFER_STATES
from pointsapp.merchants.pages.blueprint import bp, home_of, my_merchant
from pointsapp.merchants.policies import may_write_offers
from pointsapp.merchants.queries import MerchantRow, OfferView, offer_view
from pointsapp.merchants.schemas import OfferForm, as_typed, create_command, edit_command
from pointsapp.merchants.services import create_offer, edit_offer, withdraw_offer
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in


@bp.get("/shop/<public_id>/offers/new")
def new_offer(public_id: str) -> str:
    """Show an empty offer."""
    return _offer_form(_written_by_me(public_id), None, blank(funding="given", per_person_limit=1))


@bp.post("/shop/<public_id>/offers/new")
def submit_new_offer(public_id: str) -> ResponseReturnValue:
    """Keep a new offer as a draft, or send it for approval."""
    shop, form, actor = _written_by_me(public_id), bind(OfferForm()), signed_in()
    back = home_of(public_id, shop.id)
    return form.submit(
        lambda typed: write_page(create_offer, actor, create_command(shop.public_id, typed), then=lambda _row: back),
        or_show=lambda: _offer_form(shop, None, form),
    )


@bp.get("/shop/<public_id>/offers/<offer>/edit")
def change_offer(public_id: str, offer: str) -> str:
    """Show the newest terms of an offer to be changed."""
    shop = _written_by_me(public_id)
    row = _offer_of(shop, offer)
    return _offer_form(shop, row, blank(**as_typed(row.newest)))


@bp.post("/shop/<public_id>/offers/<offer>/edit")
def submit_offer(public_id: str, offer: str) -> ResponseReturnValue:
    """Keep changed terms; residents see them once they are approved."""
    shop, form, actor = _written_by_me(public_id), bind(OfferForm()), signed_in()
    row, back = _offer_of(shop, offer), home_of(public_id, shop.id)
    return form.submit(
        lambda typed: write_page(edit_offer, actor, edit_command(row.public_id, typed), then=lambda _row: back),
        or_show=lambda: _offer_form(shop, row, form),
    )


@bp.post("/shop/<public_id>/offers/<offer>/withdrawal")
def take_down_offer(public_id: str, offer: str) -> ResponseReturnValue:
    """Take an offer down; vouchers already issued still count."""
    shop = my_merchant(public_id)
    row, back = _offer_of(shop, offer), home_of(public_id, shop.id)
    return write_page(withdraw_offer, signed_in(), row.public_id, then=lambda _row: back)


def _written_by_me(public_id: str) -> MerchantRow:
    shop = my_merchant(public_id)
    require(may_write_offers(signed_in(), shop.id))
    return shop


def _offer_of(shop: MerchantRow, offer: str) -> OfferView:
    row = offer_view(db.session, offer, now=now(), newest=True)
    if row is None or row.merchant_id != shop.id:
        raise NotFound()
    return row


def _offer_form(shop: MerchantRow, row: OfferView | None, form: Form) -> str:
    here = (
        url_for("merchants.submit_new_offer", public_id=shop.public_id)
        if row is None
        else url_for("merchants.submit_offer", public_id=shop.public_id, offer=row.public_id)
    )
    return render_template(
        "merchants/offer_form.html", shop=shop, row=row, form=form, here=here, states=OFFER_STATES, fundings=FUNDINGS
    )
