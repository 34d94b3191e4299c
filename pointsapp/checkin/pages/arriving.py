"""An opened venue code: the shift, one big button, and afterwards the receipt. GET checks nobody in: preview robots open links."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from pointsapp.checkin import queries, services
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.checkin.pages.sealing import read_seal, seal, spend_seal
from pointsapp.checkin.schemas import ArrivalForm
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.rewards.messages import step_words
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.messages import say

# Where the phone does not know its place, a person does: never a dead end.
BY_THE_LEADER = frozenset({"location_required", "out_of_range"})


@bp.get("/q/c/<code>")
@public("a guest who scans sees the shift first and signs in at the button")
@takes_codes
def show_arrival(code: str) -> str:
    """Show the shift behind a venue code, with one button."""
    return _arrival(code, None)


@bp.post("/q/c/<code>")
@takes_codes
def submit_arrival(code: str) -> ResponseReturnValue:
    """Check in or out; with `join`, take a place first (报名并签到)."""
    form, actor, kept = bind(ArrivalForm()), signed_in(), read_seal()

    def act(parts: dict[str, Any]) -> ResponseReturnValue:
        command = services.checking_in(code, seal=kept, is_typed=bool(request.args.get("typed")), **parts)
        answer = write_page(services.check_in, actor, command, then=_receipt_address)
        spend_seal()
        return answer

    return form.submit(act, or_show=lambda: _arrival(code, form))


def _receipt_address(receipt: services.CheckInReceipt) -> str:
    return url_for("checkin.show_receipt", attendance=receipt.id, again=1 if receipt.is_repeat else None)


def _arrival(code: str, form: Form | None) -> str:
    actor, moment = current_actor(), now()
    view = queries.opened_code(db.session, actor, code, read_seal(), now=moment)
    if view.is_fresh:
        seal(view.code, actor.person_id if actor else None, moment)
    title, detail, message = say(view.refusal) if view.refusal else ("", "", None)
    is_lost = form is not None and form.refusal is not None and form.refusal["code"] in BY_THE_LEADER
    return render_template(
        "checkin/arrival.html",
        view=view,
        form=form,
        refused_title=title,
        refused_detail=detail,
        message=message,
        leaders=queries.leaders_at(db.session, view.brief.id) if is_lost else (),
    )


@bp.get("/checkins/<attendance>")
def show_receipt(attendance: str) -> str:
    """Show what the check-in brought: points, hours, and why."""
    receipt = queries.receipt_view(db.session, signed_in(), attendance)
    steps = [step_words(step) for step in receipt.steps]
    is_repeat = bool(request.args.get("again"))
    return render_template("checkin/receipt.html", receipt=receipt, steps=steps, is_repeat=is_repeat)
