"""The shop's months: the list, one month line by line, its dispute of a line, its confirmation."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.clock import at_local, local_day, now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.merchants.queries import require_merchant
from pointsapp.redemption.queries import day_total
from pointsapp.settlements.messages import KINDS_OF_STATE, state_words
from pointsapp.settlements.pages.door import bp, month_parts, the_month
from pointsapp.settlements.policies import may_read_month
from pointsapp.settlements.queries import SettlementRow, settlements_of
from pointsapp.settlements.schemas import DisputeLineForm, SeenForm
from pointsapp.settlements.services import confirm_month, dispute_line
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.login import signed_in


@bp.get("/shop/<public_id>/months")
def show_months(public_id: str) -> str:
    """Show a shop's months, newest first."""
    shop = require_merchant(db.session, public_id)
    if not may_read_month(signed_in(), shop.id, shop.area_path):
        raise NotFound()
    today = local_day(now())
    return render_template(
        "settlements/months.html",
        shop=shop,
        months=settlements_of(db.session, shop.id),
        running=day_total(db.session, (shop.id,), at_local(today.replace(day=1)), now()),
        state_words=state_words,
        kinds=KINDS_OF_STATE,
    )


@bp.get("/shop/months/<public_id>")
def show_month(public_id: str) -> str:
    """Show one month to the shop, every line with what the shop may say to it."""
    return _month(the_month(public_id))


@bp.post("/shop/months/<public_id>/lines")
def submit_line_dispute(public_id: str) -> ResponseReturnValue:
    """Say what is wrong with one line."""
    row, form = the_month(public_id), bind(DisputeLineForm(public_id))

    def act(command: object) -> ResponseReturnValue:
        answer = write_page(dispute_line, signed_in(), command, then=_address)
        flash(_("异议已交给社区，答复后会通知您。"), "yes")
        return answer

    return form.submit(act, or_show=lambda: _month(the_month(row.public_id), form, str(form.value("line"))))


@bp.post("/shop/months/<public_id>/confirmation")
def submit_confirmation(public_id: str) -> ResponseReturnValue:
    """Confirm the month for the shop."""
    row, form = the_month(public_id), bind(SeenForm(public_id))

    def act(command: object) -> ResponseReturnValue:
        answer = write_page(confirm_month, signed_in(), command, then=_address)
        flash(_("已确认，接下来由社区核对、街道批准。"), "yes")
        return answer

    return form.submit(act, or_show=lambda: _month(the_month(row.public_id), form, "confirm"))


def _address(row: SettlementRow) -> str:
    return url_for("settlements.show_month", public_id=row.public_id)


def _month(row: SettlementRow, form: Form | None = None, of: str = "") -> str:
    return render_template("settlements/month.html", **month_parts(row, form, of))
