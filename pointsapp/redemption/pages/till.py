"""The till: scan or type, a big answer, back to scanning; and the day with its undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core import clock, policy
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.merchants.queries import merchants_of
from pointsapp.redemption.messages import TELL_CUSTOMER, TELL_CUSTOMER_ELSE
from pointsapp.redemption.pages.blueprint import bp
from pointsapp.redemption.policies import REISSUE_HOURS, UNDO_MINUTES, may_use_till, works_for
from pointsapp.redemption.queries import DayTotal, day_page, day_total, redemption_by_public_id
from pointsapp.redemption.rules import refusal_to_undo
from pointsapp.redemption.schemas import RedeemForm, ReverseForm, reverse_command
from pointsapp.redemption.services import Redeemed, redeem, reverse_redemption
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import signed_in
from pointsapp.web.qr_reader import read_qr

SHOWN = 50


@bp.get("/till")
def show_till() -> str:
    """Show the till: the camera, a field to type, today's count."""
    return _till(None)


@bp.post("/till")
@takes_codes
def submit_code() -> ResponseReturnValue:
    """Use the voucher whose code was scanned, typed or photographed."""
    form = bind(RedeemForm())
    typed = (form.value("code") or "").strip() or _photographed()
    return form.submit(
        lambda _command: write_page(redeem, signed_in(), typed, then=_answer_address),
        or_show=lambda: _till(form, typed),
    )


def _photographed() -> str:
    photo = request.files.get("photo")
    return (read_qr(photo.stream) or "") if photo and photo.filename else ""


def _answer_address(done: Redeemed) -> str:
    return url_for("redemption.show_answer", public_id=done.public_id)


@bp.get("/till/redemptions/<public_id>")
def show_answer(public_id: str) -> str:
    """Show the green answer of one redemption; the page goes back to scanning by itself."""
    row = redemption_by_public_id(db.session, public_id)
    if row is None or not works_for(signed_in(), row.merchant_id):
        raise NotFound()
    return render_template("redemption/answer.html", row=row, undo=_may_undo([row])[0], **_today())


def _till(form: Form | None, typed: str = "") -> str:
    refused = form.refusal if form else None
    return render_template(
        "redemption/till.html",
        form=form,
        typed=typed,
        refused=refused,
        tell=TELL_CUSTOMER.get(refused["code"], TELL_CUSTOMER_ELSE) if refused else "",
        **_today(),
    )


def _today() -> dict[str, Any]:
    """Return the shop's name and today's total; refuse whoever has no till."""
    actor, (start, end) = signed_in(), clock.day_bounds(clock.local_day(now()))
    require(may_use_till(actor))
    shops = merchants_of(db.session, actor.merchant_ids)
    total: DayTotal = day_total(db.session, actor.merchant_ids, start, end)
    return {"shop": shops[0].name if len(shops) == 1 else _("%(n)s 家店", n=len(shops)), "total": total}


@bp.get("/till/day")
def show_day() -> str:
    """Show what was redeemed on one day, newest first, with its sum and the undo of what is fresh."""
    return _day(None)


@bp.post("/till/redemptions/<public_id>/reversal")
def undo_redemption(public_id: str) -> ResponseReturnValue:
    """Undo a redemption; the customer's voucher can be used again."""
    form = bind(ReverseForm())

    def act(command: dict[str, Any]) -> ResponseReturnValue:
        answer = write_page(reverse_redemption, signed_in(), reverse_command(public_id, command), then=_day_address)
        flash(_("已撤销，顾客的兑换码又可以用了。"), "yes")
        return answer

    return form.submit(act, or_show=lambda: _day(form))


def _day_address(_row: object) -> str:
    return url_for("redemption.show_day")


def _day(form: Form | None) -> str:
    actor, today = signed_in(), clock.local_day(now())
    require(may_use_till(actor))
    try:
        day = min(today, type(today).fromisoformat(request.args.get("on") or today.isoformat()))
    except ValueError:
        raise Invalid({"on": ["2026-11-21"]}) from None
    start, end = clock.day_bounds(day)
    asked = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str, int)))
    page = day_page(db.session, actor.merchant_ids, start, end, asked)
    return render_template(
        "redemption/day.html",
        rows=list(zip(page.items, _may_undo(page.items), strict=True)),
        next_cursor=page.next_cursor,
        total=day_total(db.session, actor.merchant_ids, start, end),
        shops=merchants_of(db.session, actor.merchant_ids),
        day=day,
        today=today,
        form=form,
        undo_words=dict(zip(("minutes", "hours"), _windows(), strict=True)),
    )


def _windows() -> tuple[int, int]:
    minutes, hours = policy.values(db.session, UNDO_MINUTES, REISSUE_HOURS, now=now())
    return minutes, hours


def _may_undo(rows: Sequence[Any]) -> list[bool]:
    me, moment = signed_in().person_id, now()
    minutes, _hours = _windows()
    return [
        row.reversed_at is None
        and row.owner_id != me
        and refusal_to_undo(redeemed_at=row.redeemed_at, settled_at=row.settled_at, minutes=minutes, now=moment) is None
        for row in rows
    ]
