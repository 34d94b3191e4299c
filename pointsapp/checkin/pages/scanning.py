"""Scanning: WeChat's own scanner first, then the camera in the page, a photograph, a typed code; and one's own code."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.checkin import queries
from pointsapp.checkin.pages.blueprint import bp
from pointsapp.core import codes
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.guard import public
from pointsapp.web.guesses import takes_codes
from pointsapp.web.links import absolute, safe_next
from pointsapp.web.login import current_actor, signed_in
from pointsapp.web.messages import say
from pointsapp.web.qr import qr_svg
from pointsapp.web.qr_reader import read_qr
from pointsapp.web.typed import lengths, page_of

MOST_TYPED = 300


@bp.get("/scan")
@public("a guest scans at the door and signs in afterwards")
@takes_codes
def show_scan() -> ResponseReturnValue:
    """Show the ways to scan; `?code=` leads on like the form does."""
    if request.args.get("code"):
        return _lead_on(request.args["code"])
    return render_template("checkin/scan.html")


@bp.post("/scan")
@public("a guest scans at the door and signs in afterwards")
@takes_codes
def read_scan() -> ResponseReturnValue:
    """Read what was scanned, photographed or typed, and open the page it stands for."""
    typed = request.form.get("code", "").strip()
    photo = request.files.get("photo")
    if not typed and photo:
        typed = g.photographed_code = read_qr(photo.stream) or ""
        if not typed:
            return _again(_("照片里没有找到二维码，请靠近一点再拍，或者输入编号。"), "")
    return _lead_on(typed)


def _lead_on(text: str) -> ResponseReturnValue:
    """Send the reader to the page behind a payload or a bare code; show the ways again with the reason when it is neither."""
    target = _target(text)
    return _again(_why_nothing(text), text) if target is None else redirect(target, 303)


def _again(words: str, typed: str) -> ResponseReturnValue:
    g.refusal_code = "code_invalid"
    return render_template("checkin/scan.html", said=words, typed=typed[:MOST_TYPED]), 422


def _why_nothing(text: str) -> str:
    length = sum(char.isalnum() for char in text)
    if not length:
        return _("还没有码：请扫码、拍照，或者输入编号。")
    if text.startswith(absolute("/")):
        return _("这是我们平台上别的二维码，不是签到码、兑换码或个人码。")
    if "://" in text:
        return _("这个二维码不是我们平台的，请扫活动现场、兑换码或个人码上的二维码。")
    if length not in (codes.VENUE_LENGTH, *lengths()):
        return _("编号是 8 位、10 位或者 12 位字母和数字，现在是 %(n)s 位，请核对后再输。", n=length)
    return _("没有认出这个码，请核对后重新输入，或重新扫一次。")


def _target(text: str) -> str | None:
    path = text.split("?")[0]
    if "/q/" in path:  # a scanned URL is read by its path, whatever its host
        return safe_next("/q/" + path.split("/q/", 1)[1], "") or None
    if codes.read(text, codes.VENUE_LENGTH):
        return url_for("checkin.show_arrival", code=codes.read(text, codes.VENUE_LENGTH), typed=1)
    code = next(filter(None, (codes.read(text, length) for length in lengths())), None)
    if code is None:
        return None
    is_guest = current_actor() is None
    known = page_of(db.session, code, now=now(), is_guest=is_guest)
    # The other kinds are asked once it is known who asks.
    if known is None and is_guest and len(code) == codes.PERSONAL_LENGTH:
        g.refusal_code = "code_unknown"  # counted: nobody looks for codes to sign in with here
        return url_for("people.show_sign_in", next=url_for("checkin.show_scan", code=code))
    return known


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
