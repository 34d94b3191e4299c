"""Scanning: WeChat's own scanner first, then the camera in the page, a photograph, a typed code; and one's own code."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.checkin import queries
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.core import codes
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.links import absolute, link, safe_next
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.messages import say
from pointsapp.web.qr import qr_svg
from pointsapp.web.qr_reader import read_qr


@bp.get("/scan")
@public("a guest scans at the door and signs in afterwards")
def show_scan() -> ResponseReturnValue:
    """Show the ways to scan; `?code=` leads on like the form does."""
    if request.args.get("code"):
        return _lead_on(request.args["code"])
    in_wechat = "micromessenger" in (request.user_agent.string or "").lower()
    return render_template("checkin/scan.html", in_wechat=in_wechat)


@bp.post("/scan")
@public("a guest scans at the door and signs in afterwards")
def read_scan() -> ResponseReturnValue:
    """Read what was scanned, photographed or typed, and open the page it stands for."""
    typed = request.form.get("code", "").strip()
    photo = request.files.get("photo")
    if not typed and photo:
        typed = read_qr(photo.stream) or ""
        if not typed:
            flash(_("照片里没有找到二维码，请靠近一点再拍，或者输入编号。"), "no")
            return redirect(url_for("checkin.show_scan"), 303)
    return _lead_on(typed)


def _lead_on(text: str) -> ResponseReturnValue:
    """Send the reader to the page behind a payload or a bare code; say so when it is neither."""
    target = _target(text)
    if target is None:
        flash(_("没有认出这个码，请核对后重新输入，或重新扫一次。"), "no")
        target = url_for("checkin.show_scan")
    return redirect(target, 303)


def _target(text: str) -> str | None:
    path = text.split("?")[0]
    if "/q/" in path:  # a scanned URL is read by its path, whatever its host
        return safe_next("/q/" + path.split("/q/", 1)[1], url_for("checkin.show_scan"))
    if codes.read(text, codes.VENUE_LENGTH):
        return url_for("checkin.show_arrival", code=codes.read(text, codes.VENUE_LENGTH), typed=1)
    code = codes.read(text, codes.PERSONAL_LENGTH)
    if code is None:
        return None
    actor = current_actor()
    if actor is not None and actor.merchant_ids and not actor.is_staff_anywhere:
        return link("redemption.open_voucher", code=code) or f"/q/v/{code}"
    return url_for("checkin.show_person", code=code)


@bp.get("/me/code")
def show_my_code() -> str:
    """Show the personal code that leaders scan; it can be printed."""
    mine = queries.personal_code(db.session, signed_in().person_id)
    qr = qr_svg(absolute(url_for("checkin.show_person", code=mine.code)))
    return render_template("checkin/my_code.html", mine=mine, qr=qr)


@bp.get("/q/u/<code>")
@takes_codes
def show_person(code: str) -> str:
    """Show a leader whose code this is, and one button per shift at which they can be checked in."""
    person = queries.scanned_person(db.session, signed_in(), code, now=now())
    words = {shift.brief.id: say(shift.refusal)[1] for shift in person.shifts if shift.refusal}
    return render_template("checkin/person.html", person=person, words=words)
