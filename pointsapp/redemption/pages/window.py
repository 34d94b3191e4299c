"""The shop window: what points can become, open to guests; taking an offer asks for sign-in and comes back to the button."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from pointsapp.areas.queries import district_of
from pointsapp.core import policy
from pointsapp.core.actor import Actor
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.merchants.messages import FUNDINGS, STANDINGS
from pointsapp.merchants.policies import may_see_unapproved
from pointsapp.merchants.queries import OfferFilter, OfferView, offer_view
from pointsapp.redemption.pages.blueprint import bp
from pointsapp.redemption.policies import MUST_BE_VERIFIED, VOUCHER_DAYS
from pointsapp.redemption.queries import as_card, balance_of, offer_cards, out_today, own_count
from pointsapp.redemption.schemas import TakeForm
from pointsapp.redemption.services import issue_voucher
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.replicas import may_lag

SHOWN = 30


@bp.get("/offers")
@public("a stranger should see what points become before joining")
@may_lag
def show_offers() -> str:
    """Show what one can get now first, then what one could save for."""
    actor, q = current_actor(), request.args.get("q", "").strip()[:30]
    balance, is_near = balance_of(db.session, actor), request.args.get("near") == "1"
    can_now = request.args.get("affordable") == "1" and balance is not None
    by = OfferFilter(path=_path(actor, is_near), at_most=balance if can_now else None, q=q or None)
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int, int, int)))
    found = offer_cards(db.session, page, by, balance=balance, now=now())
    return render_template(
        "redemption/offers.html", found=found, balance=balance, q=q, can_now=can_now, is_near=is_near
    )


def _path(actor: Actor | None, is_near: bool) -> str | None:
    if actor is None or actor.home_path is None:
        return None
    return actor.home_path if is_near else district_of(actor.home_path)


@bp.get("/offers/<public_id>")
@public("offers are told to friends by their link")
def show_offer(public_id: str) -> str:
    """Show one offer with the button that tells the truth."""
    return _offer(public_id, None)


@bp.post("/offers/<public_id>/vouchers")
def take_voucher(public_id: str) -> ResponseReturnValue:
    """Turn points into a voucher and show it."""
    form = bind(TakeForm())
    return form.submit(
        lambda _typed: write_page(issue_voucher, signed_in(), public_id, then=_voucher_address),
        or_show=lambda: _offer(public_id, form),
    )


def _voucher_address(voucher: object) -> str:
    return url_for("redemption.show_voucher", public_id=voucher.public_id, new=1)  # type: ignore[attr-defined]


def _offer(public_id: str, form: Form | None) -> str:
    actor = current_actor()
    offer = offer_view(db.session, public_id, now=now())
    if offer is None or not _is_visible(actor, offer):
        raise NotFound()
    balance = balance_of(db.session, actor)
    own = own_count(db.session, actor.person_id, offer.id) if actor else 0
    days, must_be_verified = policy.values(db.session, VOUCHER_DAYS, MUST_BE_VERIFIED, now=now())
    return render_template(
        "redemption/offer.html",
        offer=offer,
        card=as_card(offer, balance),
        balance=balance,
        own=own,
        out_at=out_today(db.session, offer.merchant_id, offer.id, now=now()),
        form=form,
        standing=STANDINGS[offer.standing],
        funding=FUNDINGS[offer.shown.funding],
        days=days,
        must_verify=must_be_verified and actor is not None and not actor.is_verified,
    )


def _is_visible(actor: Actor | None, offer: OfferView) -> bool:
    return offer.live_version is not None or may_see_unapproved(actor, offer.merchant_id, offer.area_path)
