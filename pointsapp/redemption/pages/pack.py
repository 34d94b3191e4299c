"""A person's vouchers: the pack, one as a ticket, and what a scanned voucher code opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core import policy
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.redemption.messages import VOUCHER_STATES
from pointsapp.redemption.pages.blueprint import bp
from pointsapp.redemption.policies import EXTENSION_DAYS, may_redeem, works_for
from pointsapp.redemption.queries import (
    ShortageChoice,
    ShortageState,
    VoucherView,
    newest_shortage,
    no_voucher,
    read_code,
    voucher_by_code,
    voucher_by_public_id,
    vouchers_page,
    waiting_for_choice,
)
from pointsapp.redemption.schemas import ChoiceForm, TakeForm
from pointsapp.redemption.services import ChooseAfterShortage, cancel_voucher, choose_after_shortage
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.guesses import takes_codes
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in
from pointsapp.web.qr import qr_svg

SHOWN = 30


@bp.get("/me/vouchers")
def show_vouchers() -> str:
    """Show the vouchers that can be used, then the others."""
    is_old = request.args.get("old") == "1"
    page = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (int,)))
    found = vouchers_page(db.session, signed_in().person_id, page, now=now(), is_open=not is_old)
    out = waiting_for_choice(db.session, () if is_old else [voucher.id for voucher in found.items])
    return render_template("redemption/vouchers.html", found=found, is_old=is_old, states=VOUCHER_STATES, out=out)


@bp.get("/me/vouchers/<public_id>")
def show_voucher(public_id: str) -> str:
    """Show one voucher as the ticket the shop scans."""
    return _ticket(public_id, None)


@bp.post("/me/vouchers/<public_id>/cancellation")
def give_back_voucher(public_id: str) -> ResponseReturnValue:
    """Give an unused voucher back."""
    form = bind(TakeForm())
    back = url_for("redemption.show_voucher", public_id=public_id)
    return form.submit(
        lambda _typed: write_page(cancel_voucher, signed_in(), public_id, then=lambda _voucher: back),
        or_show=lambda: _ticket(public_id, form),
    )


@bp.post("/me/vouchers/<public_id>/choice")
def choose_for_voucher(public_id: str) -> ResponseReturnValue:
    """The shop has nothing today: take the points back, or more time."""
    form = bind(ChoiceForm())
    back = url_for("redemption.show_voucher", public_id=public_id)

    def act(typed: dict[str, Any]) -> ResponseReturnValue:
        command = ChooseAfterShortage(voucher=public_id, **typed)
        answer = write_page(choose_after_shortage, signed_in(), command, then=lambda _voucher: back)
        is_back = command.choice is ShortageChoice.REFUND
        flash(_("积分已经退回您的账上。") if is_back else _("已经延期，新的日期在兑换码下面。"), "yes")
        return answer

    return form.submit(act, or_show=lambda: _ticket(public_id, form))


def _ticket(public_id: str, form: Form | None) -> str:
    moment = now()
    voucher = voucher_by_public_id(db.session, public_id, now=moment)
    if voucher is None or voucher.person_id != signed_in().person_id:
        raise NotFound()
    shortage = newest_shortage(db.session, voucher.id)
    return render_template(
        "redemption/voucher.html",
        voucher=voucher,
        shortage=shortage if shortage and shortage.state is ShortageState.OPEN else None,
        extension_days=policy.value(db.session, EXTENSION_DAYS, now=moment),
        form=form,
        qr=_qr(voucher),
        is_new=request.args.get("new") == "1",
        # Running seconds help only on the last day; before it they make people hurry.
        is_soon=voucher.expires_at - moment < timedelta(hours=24),
        moment=moment,
    )


def _qr(voucher: VoucherView) -> Any:
    return qr_svg(absolute(voucher.path))


@bp.get("/q/v/<code>")
@takes_codes
def show_voucher_code(code: str) -> ResponseReturnValue:
    """Open a scanned voucher: its owner sees the ticket, the shop one button, anybody else an explanation."""
    actor = signed_in()
    voucher = voucher_by_code(db.session, read_code(code), now=now())
    if voucher is None:
        raise no_voucher(db.session, code)
    if voucher.person_id == actor.person_id:
        return redirect(url_for("redemption.show_voucher", public_id=voucher.public_id))
    return render_template(
        "redemption/voucher_code.html",
        voucher=voucher,
        may_redeem=may_redeem(actor, voucher.merchant.id, voucher.person_id),
        works_here=works_for(actor, voucher.merchant.id),
        state=VOUCHER_STATES[voucher.state],
    )
