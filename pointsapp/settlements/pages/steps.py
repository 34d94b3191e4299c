"""The office's steps: answer a line, check, approve, send back, note the payment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import Actor
from pointsapp.core.errors import Invalid
from pointsapp.settlements.pages.console import console_month
from pointsapp.settlements.pages.door import bp, the_month
from pointsapp.settlements.queries import SettlementRow
from pointsapp.settlements.schemas import AnswerLineForm, PaymentForm, ReturnForm, SeenForm
from pointsapp.settlements.services import (
    AnswerLine,
    answer_line,
    approve_month,
    check_month,
    note_payment,
    return_month,
)
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.login import signed_in


@bp.post("/console/settlements/<public_id>/lines")
def submit_line_answer(public_id: str) -> ResponseReturnValue:
    """Answer a disputed line."""
    form = bind(AnswerLineForm(public_id))
    return _step(public_id, form, _answer_in_yuan, _("已答复，商户会收到通知。"), str(form.value("line")))


@bp.post("/console/settlements/<public_id>/check")
def submit_check(public_id: str) -> ResponseReturnValue:
    """Check the month for the community."""
    return _step(public_id, bind(SeenForm(public_id)), check_month, _("已核对，等街道批准。"), "check")


@bp.post("/console/settlements/<public_id>/approval")
def submit_approval(public_id: str) -> ResponseReturnValue:
    """Approve the month for the street."""
    return _step(public_id, bind(SeenForm(public_id)), approve_month, _approved, "approve")


@bp.post("/console/settlements/<public_id>/return")
def submit_return(public_id: str) -> ResponseReturnValue:
    """Send the month back to the draft."""
    return _step(public_id, bind(ReturnForm(public_id)), return_month, _("已退回，商户会看到原因。"), "return")


@bp.post("/console/settlements/<public_id>/payment")
def submit_payment(public_id: str) -> ResponseReturnValue:
    """Note the payment that was made outside."""
    return _step(public_id, bind(PaymentForm(public_id)), note_payment, _paid, "pay")


def _answer_in_yuan(session: Any, actor: Actor, command: AnswerLine, **at: Any) -> SettlementRow:
    """Answer a line; what is wrong with the amount is said at the field of this form, which asks for yuan."""
    try:
        return answer_line(session, actor, command, **at)
    except Invalid as wrong:
        raise Invalid({"yuan": wrong.errors["fen"]}) from None


def _approved(row: SettlementRow) -> str:
    if row.total_fen == 0:
        return _("已批准，合计 0 元，不用付款。")
    return _("已批准，可以在线下付款了。") if row.total_fen > 0 else _("已批准，商户可以在线下退回款项了。")


def _paid(row: SettlementRow) -> str:
    return _("付款已登记，商户会收到通知。") if row.total_fen > 0 else _("退回的款项已登记，商户会收到通知。")


def _step(
    public_id: str,
    form: Form,
    service: Callable[..., SettlementRow],
    said: str | Callable[[SettlementRow], str],
    of: str,
) -> ResponseReturnValue:
    the_month(public_id)

    def there(row: SettlementRow) -> str:
        flash(said if isinstance(said, str) else said(row), "yes")
        return _address(row)

    def act(command: Any) -> ResponseReturnValue:
        return write_page(service, signed_in(), command, then=there)

    return form.submit(act, or_show=lambda: console_month(the_month(public_id), form, of))


def _address(row: SettlementRow) -> str:
    return url_for("settlements.show_console_month", public_id=row.public_id)
