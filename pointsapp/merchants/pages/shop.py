"""The shop's own pages: what it offers, who works there, whether it is open for vouchers."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pointsapp.core.actor import Actor, Role, require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.merchants.messages import OFFER_STATES, ROLES, STANDINGS
from pointsapp.merchants.pages.blueprint import bp, home_of, my_merchant
from pointsapp.merchants.policies import (
    manages,
    may_invite_clerk,
    may_invite_manager,
    may_run_merchant,
    may_see_shops,
)
from pointsapp.merchants.queries import MerchantRow, merchants_of, offers_of_merchant, open_invitations, people_of
from pointsapp.merchants.schemas import MerchantForm, PauseForm, change_command, pause_command
from pointsapp.merchants.services import change_merchant, pause_merchant, resume_merchant
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

SHOWN = 20


@bp.get("/shop")
def show_shops() -> ResponseReturnValue:
    """Show the shops the person works for; a single one opens at once."""
    actor = signed_in()
    require(may_see_shops(actor))
    shops = merchants_of(db.session, actor.merchant_ids)
    if len(shops) == 1:
        return redirect(url_for("merchants.show_shop", public_id=shops[0].public_id))
    return render_template("merchants/shops.html", shops=shops)


@bp.get("/shop/<public_id>")
def show_shop(public_id: str) -> str:
    """Show one shop to its people."""
    shop = my_merchant(public_id)
    return render_template("merchants/shop.html", **shop_parts(shop))


def shop_parts(shop: MerchantRow) -> dict[str, object]:
    """Return what both the shop's page and the console's show of a merchant."""
    actor, moment = signed_in(), now()
    may_run = may_run_merchant(actor, shop.id, shop.area_path)
    people = people_of(db.session, shop.id, now=moment)
    return {
        "shop": shop,
        "offers": offers_of_merchant(db.session, shop.id, _asked_page("cursor"), now=moment),
        "withdrawn": offers_of_merchant(db.session, shop.id, _asked_page("withdrawn"), withdrawn=True, now=moment),
        "people": people if may_run else [],
        "mine": [person for person in people if person.person_id == actor.person_id],
        "invitations": open_invitations(db.session, shop.id, now=moment) if may_run else [],
        "is_manager": manages(actor, shop.id),
        "may_run": may_run,
        "invitable": _invitable(actor, shop),
        "states": OFFER_STATES,
        "standings": STANDINGS,
        "roles": ROLES,
    }


def _asked_page(name: str) -> PageRequest:
    return PageRequest(limit=SHOWN, after=decode_cursor(request.args.get(name), (int,)))


def _invitable(actor: Actor, shop: MerchantRow) -> list[Role]:
    """Return the roles the actor may give and take at the shop, in the order of the label table."""
    may = {Role.MERCHANT_CLERK: may_invite_clerk, Role.MERCHANT_MANAGER: may_invite_manager}
    return [role for role in ROLES if may[role](actor, shop.id, shop.area_path)]


@bp.get("/shop/<public_id>/particulars")
def edit_shop(public_id: str) -> str:
    """Show the form for name, address, phone and hours."""
    shop = my_merchant(public_id)
    require(may_run_merchant(signed_in(), shop.id, shop.area_path))
    form = blank(name=shop.name, address=shop.address, phone=shop.phone or "", opening_hours=shop.opening_hours or "")
    return _particulars(shop, form)


@bp.post("/shop/<public_id>/particulars")
def submit_shop(public_id: str) -> ResponseReturnValue:
    """Keep name, address, phone and hours."""
    shop, form, actor = my_merchant(public_id), bind(MerchantForm()), signed_in()
    back = home_of(public_id, shop.id)
    return form.submit(
        lambda typed: write_page(change_merchant, actor, change_command(public_id, typed), then=lambda _row: back),
        or_show=lambda: _particulars(shop, form),
    )


def _particulars(shop: MerchantRow, form: Form) -> str:
    return render_template("merchants/particulars.html", shop=shop, form=form, back=home_of(shop.public_id, shop.id))


@bp.post("/shop/<public_id>/pause")
def pause(public_id: str) -> ResponseReturnValue:
    """Stop issuing the shop's offers for a while."""
    shop, form, actor = my_merchant(public_id), bind(PauseForm()), signed_in()
    back = home_of(public_id, shop.id)
    return form.submit(
        lambda typed: write_page(pause_merchant, actor, pause_command(public_id, typed), then=lambda _row: back),
        or_show=lambda: render_template("merchants/shop.html", form=form, **shop_parts(shop)),
    )


@bp.post("/shop/<public_id>/resume")
def resume(public_id: str) -> ResponseReturnValue:
    """Issue the shop's offers again."""
    back = home_of(public_id, my_merchant(public_id).id)
    return write_page(resume_merchant, signed_in(), public_id, then=lambda _row: back)
