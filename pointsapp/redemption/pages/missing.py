"""今天没货: the shop says so at the till and takes it back; the owner chooses on the voucher's page (pack.py)."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.redemption.pages.blueprint import bp
from pointsapp.redemption.pages.till import till_again, today_at_till
from pointsapp.redemption.policies import works_for
from pointsapp.redemption.queries import ShortageRow, shortage_by_public_id
from pointsapp.redemption.schemas import ShortageForm, TakeForm
from pointsapp.redemption.services import ReportShortage, report_shortage, withdraw_shortage
from pointsapp.web.doors import bind, write_page
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import signed_in


@bp.post("/till/shortages")
@takes_codes
def submit_shortage() -> ResponseReturnValue:
    """Say that the goods of one voucher are out today; its owner is told and chooses."""
    form = bind(ShortageForm())
    return form.submit(
        lambda typed: write_page(report_shortage, signed_in(), ReportShortage(**typed), then=_address),
        or_show=lambda: till_again(form, str(form.value("code"))),
    )


@bp.get("/till/shortages/<public_id>")
def show_missing(public_id: str) -> str:
    """Show what the shop tells the customer now."""
    row = shortage_by_public_id(db.session, public_id)
    if row is None or not works_for(signed_in(), row.merchant_id):
        raise NotFound()
    return render_template("redemption/missing.html", row=row, **today_at_till())


@bp.post("/till/shortages/<public_id>/withdrawal")
def submit_restock(public_id: str) -> ResponseReturnValue:
    """The goods have come: the owner is told."""
    form = bind(TakeForm())
    return form.submit(
        lambda _typed: write_page(
            withdraw_shortage, signed_in(), public_id, then=lambda _row: url_for("redemption.show_day")
        ),
        or_show=lambda: till_again(form, ""),
    )


def _address(row: ShortageRow) -> str:
    return url_for("redemption.show_missing", public_id=row.public_id)
