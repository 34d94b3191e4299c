"""The office's console: merchants of the own areas, and offers that wait for a decision."""

from __future__ import annotations

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.areas.queries import area_options, require_area
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import Invalid
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.merchants.messages import FUNDINGS
from pointsapp.merchants.pages.blueprint import bp
from pointsapp.merchants.pages.shop import shop_parts
from pointsapp.merchants.policies import (
    console_paths,
    is_office_of,
    may_decide_offer,
    may_register_merchant,
    may_see_console_merchants,
)
from pointsapp.merchants.queries import MerchantRow, count_to_decide, merchants_page, offers_to_decide, require_merchant
from pointsapp.merchants.schemas import ApproveForm, RegisterMerchantForm, RejectForm
from pointsapp.merchants.services import RejectOffer, approve_offer, register_merchant, reject_offer
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in

SHOWN = 20


def _paths() -> tuple[str, ...]:
    actor = signed_in()
    require(may_see_console_merchants(actor))
    return console_paths(actor)


@bp.get("/console/merchants")
def show_console_merchants() -> str:
    """Show the merchants of the actor's areas."""
    paths, q, area = _paths(), request.args.get("q", "").strip()[:40], request.args.get("area", "")
    chosen = (require_area(db.session, area).path,) if area else paths
    if area and not is_office_of(signed_in(), chosen[0]):
        chosen = ()
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str,)))
    return render_template(
        "merchants/console_merchants.html",
        found=merchants_page(db.session, page, paths=chosen, q=q or None),
        waiting=count_to_decide(db.session, paths),
        options=area_options(db.session, paths),
        q=q,
        area=area,
    )


@bp.get("/console/merchants/new")
def new_merchant() -> str:
    """Show the form that registers a merchant."""
    return _register_form(blank())


@bp.post("/console/merchants/new")
def submit_merchant() -> ResponseReturnValue:
    """Register a merchant; its page then invites the manager."""
    form = bind(RegisterMerchantForm())
    return form.submit(
        lambda command: write_page(register_merchant, signed_in(), command, then=_merchant_address),
        or_show=lambda: _register_form(form),
    )


def _merchant_address(row: MerchantRow) -> str:
    return url_for("merchants.show_console_merchant", public_id=row.public_id)


def _register_form(form: Form) -> str:
    return render_template("merchants/register.html", form=form, options=area_options(db.session, _paths()))


@bp.get("/console/merchants/<public_id>")
def show_console_merchant(public_id: str) -> str:
    """Show one merchant: particulars, people, offers."""
    row = require_merchant(db.session, public_id)
    require(may_register_merchant(signed_in(), row.area_path))
    return render_template("merchants/console_merchant.html", **shop_parts(row))


@bp.get("/console/offers")
def show_console_offers() -> str:
    """Show the offers that wait for approval."""
    return _offers(None)


def _offers(form: Form | None, of: str = "") -> str:
    actor = signed_in()
    asked = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))
    page = offers_to_decide(db.session, paths := _paths(), asked, now=now())
    return render_template(
        "merchants/console_offers.html",
        page=page,
        count=count_to_decide(db.session, paths),
        may={
            row.id: may_decide_offer(actor, row.merchant_id, row.area_path, row.newest.written_by_id)
            for row in page.items
        },
        form=form,
        of=of,
        fundings=FUNDINGS,
    )


@bp.post("/console/offers/<public_id>/approval")
def approve(public_id: str) -> ResponseReturnValue:
    """Approve the version that was read."""
    form = bind(ApproveForm())
    if form.command is None:
        raise Invalid(form.errors)
    answer = write_page(approve_offer, signed_in(), public_id, form.command["version"], then=_offers_address)
    flash(_("已批准，居民现在就能看到。"), "yes")
    return answer


@bp.post("/console/offers/<public_id>/rejection")
def reject(public_id: str) -> ResponseReturnValue:
    """Return the version that was read, with a reason."""
    form = bind(RejectForm())

    def act(typed: dict[str, object]) -> ResponseReturnValue:
        command = RejectOffer(offer=public_id, **typed)  # type: ignore[arg-type]
        answer = write_page(reject_offer, signed_in(), command, then=_offers_address)
        flash(_("已退回，商户会看到原因。"), "info")
        return answer

    return form.submit(act, or_show=lambda: _offers(form, public_id))


def _offers_address(_row: object) -> str:
    return url_for("merchants.show_console_offers")
