"""The two sides: a resident begins a dispute from a used voucher, the shop answers, both read everything."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core import policy
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.disputes.messages import KINDS
from pointsapp.disputes.pages.door import WORDS, both_sides, bp
from pointsapp.disputes.policies import DISPUTE_DAYS, is_resident_of, may_read, speaks_for_shop
from pointsapp.disputes.queries import DisputeRow, dispute_of_redemption, dispute_row, disputes_with
from pointsapp.disputes.schemas import OpenForm, SayForm, WithdrawForm
from pointsapp.disputes.services import OpenDispute, SaySide, open_dispute, say_side, withdraw_dispute
from pointsapp.redemption.queries import RedemptionRow, redemption_by_public_id
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in


@bp.get("/me/redemptions/<redemption>/dispute")
def new_dispute(redemption: str) -> str:
    """Ask what was wrong with a redemption."""
    return _new(_mine(redemption), blank(kind=request.args.get("kind", "")))


@bp.post("/me/redemptions/<redemption>/dispute")
def submit_dispute(redemption: str) -> ResponseReturnValue:
    """Begin a dispute."""
    use, form = _mine(redemption), bind(OpenForm())

    def act(typed: dict[str, object]) -> ResponseReturnValue:
        command = OpenDispute(redemption=redemption, **typed)  # type: ignore[arg-type]
        answer = write_page(open_dispute, signed_in(), command, then=_address)
        flash(_("已交给社区，店家也会收到通知；处理后会告诉您。"), "yes")
        return answer

    return form.submit(act, or_show=lambda: _new(use, form))


@bp.get("/disputes/<public_id>")
def show_dispute(public_id: str) -> str:
    """Show a dispute to the resident or the shop: both sides, every scan, the decision."""
    return _dispute(public_id, None)


@bp.post("/disputes/<public_id>/statements")
def submit_statement(public_id: str) -> ResponseReturnValue:
    """Add what one's own side has to say."""
    _readable(public_id)
    form = bind(SayForm())

    def act(typed: dict[str, str]) -> ResponseReturnValue:
        command = SaySide(dispute=public_id, words=typed["words"])
        return write_page(say_side, signed_in(), command, then=_address)

    return form.submit(act, or_show=lambda: _dispute(public_id, form))


@bp.post("/disputes/<public_id>/withdrawal")
def take_back_dispute(public_id: str) -> ResponseReturnValue:
    """Take one's dispute back."""
    _readable(public_id)
    form = bind(WithdrawForm())
    return form.submit(
        lambda _typed: write_page(withdraw_dispute, signed_in(), public_id, then=_address),
        or_show=lambda: _dispute(public_id, form),
    )


@bp.get("/shop/disputes")
def show_shop_disputes() -> str:
    """Show the disputes about the shops one works for."""
    actor = signed_in()
    require(bool(actor.merchant_ids))
    rows = disputes_with(db.session, actor.merchant_ids)
    return render_template("disputes/shop_disputes.html", rows=rows, words=WORDS)


def _mine(redemption: str) -> RedemptionRow:
    use = redemption_by_public_id(db.session, redemption)
    if use is None or not is_resident_of(signed_in(), use.owner_id):
        raise NotFound()
    return use


def _new(use: RedemptionRow, form: Form) -> str:
    days = policy.value(db.session, DISPUTE_DAYS, now=now())
    return render_template(
        "disputes/new_dispute.html",
        use=use,
        form=form,
        kinds=KINDS,
        begun=dispute_of_redemption(db.session, use.public_id),
        until=use.redeemed_at + timedelta(days=days),
        is_late=now() > use.redeemed_at + timedelta(days=days),
    )


def _readable(public_id: str) -> DisputeRow:
    row, actor = dispute_row(db.session, public_id), signed_in()
    if row is None or not may_read(
        actor, merchant_id=row.merchant_id, area_path=row.area_path, person_id=row.person_id
    ):
        raise NotFound()
    return row


def _dispute(public_id: str, form: Form | None) -> str:
    row, actor = _readable(public_id), signed_in()
    is_mine = is_resident_of(actor, row.person_id)
    return render_template(
        "disputes/dispute.html",
        **both_sides(row),
        form=form,
        is_mine=is_mine,
        may_say=row.is_open and (is_mine or speaks_for_shop(actor, row.merchant_id, row.person_id)),
    )


def _address(row: DisputeRow) -> str:
    return url_for("disputes.show_dispute", public_id=row.public_id)
