"""The till: scan or type, look, one press, a big answer, back to scanning; and the day with its undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core import clock, policy
from pointsapp.core.actor import Actor
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.core.transaction import write
from pointsapp.merchants.errors import NoShop
from pointsapp.merchants.queries import merchants_of
from pointsapp.redemption.errors import AlreadyRedeemed, NoCodeInPhoto, is_another_code
from pointsapp.redemption.messages import SHORTAGE_CHOICES, TELL_CUSTOMER, TELL_CUSTOMER_ELSE, TELL_MYSELF
from pointsapp.redemption.pages.blueprint import bp
from pointsapp.redemption.policies import REISSUE_HOURS, UNDO_MINUTES, may_use_till, works_for
from pointsapp.redemption.queries import (
    DayTotal,
    RedemptionRow,
    day_page,
    day_total,
    newest_shortage,
    read_code,
    redemption_by_public_id,
    shortages_between,
    till_voucher,
    voucher_by_code,
)
from pointsapp.redemption.rules import refusal_to_undo
from pointsapp.redemption.schemas import RedeemForm, ReverseForm, reverse_command
from pointsapp.redemption.services import (
    Redeemed,
    look_to_redeem,
    redeem,
    refusal_at_till,
    reverse_redemption,
    undo_for_shortage,
)
from pointsapp.web.doors import Form, bind, write_page
from pointsapp.web.guesses import takes_codes
from pointsapp.web.login import signed_in
from pointsapp.web.qr_reader import read_qr

SHOWN = 50
JUST_NOW = timedelta(minutes=10)


@bp.get("/till")
def show_till() -> str:
    """Show the till: the camera, a field to type, today's count."""
    return till_again(None)


@bp.post("/till/look")
@takes_codes
def look_at_code() -> ResponseReturnValue:
    """Show what was scanned, typed or photographed, before it is used. A refused scan is kept with its reason."""
    form = bind(RedeemForm())
    return form.submit(lambda _command: _ask(_given(form)), or_show=lambda: till_again(form, _typed(form)))


def _ask(typed: str) -> str:
    today, actor = today_at_till(), signed_in()
    voucher = till_voucher(db.session, actor, typed, now=now(), anywhere=True)
    if refusal_at_till(actor, voucher) is not None:
        write(look_to_redeem, actor, typed, now=now())  # keeps the scan, and says no
    shortage = newest_shortage(db.session, voucher.id)
    return render_template(
        "redemption/ask.html",
        voucher=voucher,
        shortage=shortage if shortage and shortage.state.value == "open" else None,
        **today,
    )


@bp.post("/till")
@takes_codes
def submit_code() -> ResponseReturnValue:
    """Use the voucher whose code was scanned, typed or photographed."""
    form = bind(RedeemForm())
    return form.submit(
        lambda _command: write_page(redeem, signed_in(), _given(form), then=_answer_address),
        or_show=lambda: till_again(form, _typed(form)),
    )


def _typed(form: Form) -> str:
    """Return what was typed, else what a photograph said that was read already."""
    return str(form.value("code") or "").strip() or str(g.get("photographed_code", ""))


def _given(form: Form) -> str:
    """Return what was typed, or what the photograph says; NoCodeInPhoto where it says nothing."""
    photo, typed = request.files.get("photo"), _typed(form)
    if typed or not (photo and photo.filename):
        return typed
    _must_have_a_till(signed_in())
    read = read_qr(photo.stream)
    if not read:
        raise NoCodeInPhoto()
    g.photographed_code = read
    return read


def _answer_address(done: Redeemed) -> str:
    return url_for("redemption.show_answer", public_id=done.public_id)


@bp.get("/till/redemptions/<public_id>")
def show_answer(public_id: str) -> str:
    """Show the green answer of one redemption; the page goes back to scanning by itself."""
    row = redemption_by_public_id(db.session, public_id)
    if row is None or not works_for(signed_in(), row.merchant_id):
        raise NotFound()
    return render_template("redemption/answer.html", row=row, undo=_may_undo([row])[0], **today_at_till())


def till_again(form: Form | None, typed: str = "") -> str:
    """Return the till, with the red answer where a form was refused."""
    refused = form.refusal if form else None
    mine = _just_mine(typed) if refused and refused["code"] == AlreadyRedeemed.code else None
    said = TELL_CUSTOMER.get(refused["code"], TELL_CUSTOMER_ELSE) if refused else ""
    if refused and is_another_code(typed):
        said = TELL_CUSTOMER["code_unknown"]  # the same once more would be refused once more
    return render_template(
        "redemption/till.html",
        form=form,
        typed=typed,
        refused=refused,
        mine=mine,
        tell=TELL_MYSELF if mine else said,
        **today_at_till(),
    )


def _just_mine(typed: str) -> RedemptionRow | None:
    """Return the redemption of this code if whoever scans made it a moment ago: its green answer may have been lost on the way."""
    voucher = voucher_by_code(db.session, read_code(typed), now=now()) if typed else None
    row = redemption_by_public_id(db.session, voucher.redemption) if voucher and voucher.redemption else None
    is_fresh = row is not None and now() - row.redeemed_at < JUST_NOW
    return row if row and is_fresh and row.clerk_id == signed_in().person_id else None


def today_at_till() -> dict[str, Any]:
    """Return the shop's name and today's total; refuse whoever has no till."""
    actor, (start, end) = signed_in(), clock.day_bounds(clock.local_day(now()))
    _must_have_a_till(actor)
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

    def act(typed: dict[str, Any]) -> ResponseReturnValue:
        is_missing = typed.pop("missing")
        service = undo_for_shortage if is_missing else reverse_redemption
        answer = write_page(service, signed_in(), reverse_command(public_id, typed), then=_day_address)
        if is_missing:
            flash(_("已撤销。顾客会收到通知，自己选退积分还是延期。"), "yes")
        else:
            flash(_("已撤销，顾客的兑换码又可以用了。"), "yes")
        return answer

    return form.submit(act, or_show=lambda: _day(form))


def _must_have_a_till(actor: Actor) -> None:
    if not may_use_till(actor):
        raise NoShop()


def _day_address(_row: object) -> str:
    return url_for("redemption.show_day")


def _day(form: Form | None) -> str:
    actor, today = signed_in(), clock.local_day(now())
    _must_have_a_till(actor)
    try:
        day = min(today, date.fromisoformat(request.args.get("on") or today.isoformat()))
    except ValueError:
        day = date.min
    if not clock.is_near(day):
        raise Invalid({"on": ["2026-11-21"]})
    start, end = clock.day_bounds(day)
    asked = PageRequest(limit=SHOWN, after=decode_cursor(request.args.get("cursor"), (str, int)))
    page = day_page(db.session, actor.merchant_ids, start, end, asked)
    return render_template(
        "redemption/day.html",
        rows=list(zip(page.items, _may_undo(page.items), strict=True)),
        next_cursor=page.next_cursor,
        total=day_total(db.session, actor.merchant_ids, start, end),
        shops=merchants_of(db.session, actor.merchant_ids),
        missing=shortages_between(db.session, actor.merchant_ids, start, end),
        choices=SHORTAGE_CHOICES,
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
