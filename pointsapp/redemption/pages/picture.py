"""A voucher to keep as a picture: a page to press long on, and the picture itself."""

from __future__ import annotations

from flask import Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.clock import now, to_local
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.redemption.pages.blueprint import bp
from pointsapp.redemption.picture import Face, draw_voucher
from pointsapp.redemption.queries import VoucherView, voucher_by_public_id
from pointsapp.web.filters import code4, moment
from pointsapp.web.fonts import chinese_font
from pointsapp.web.links import absolute
from pointsapp.web.login import signed_in


def _own(public_id: str) -> VoucherView:
    voucher = voucher_by_public_id(db.session, public_id, now=now())
    if voucher is None or voucher.person_id != signed_in().person_id:
        raise NotFound()
    return voucher


def _font() -> tuple[str, int] | None:
    return chinese_font(current_app.config["SETTINGS"].font)


@bp.get("/me/vouchers/<public_id>/picture")
def show_picture(public_id: str) -> ResponseReturnValue:
    """Show the picture and how it is kept; a voucher that is over has none, its own page says why."""
    voucher = _own(public_id)
    if voucher.state != "issued":
        return redirect(url_for("redemption.show_voucher", public_id=public_id))
    return render_template("redemption/picture.html", voucher=voucher, has_words=_font() is not None)


@bp.get("/me/vouchers/<public_id>/picture.png")
def show_picture_file(public_id: str) -> Response:
    """The picture of a voucher that can be used."""
    voucher = _own(public_id)
    if voucher.state != "issued":
        raise NotFound()
    until = to_local(voucher.expires_at)
    face = Face(
        payload=absolute(voucher.path),
        shop=voucher.merchant_name,
        title=voucher.offer_title,
        code=code4(voucher.code),
        until=_("%(when)s 前有效", when=moment(voucher.expires_at)),
        plain_until=f"max. {until:%Y-%m-%d %H:%M}",
        foot=_("用过、退回或过期以后，这张图不再有用，以店里扫码为准。"),
        font=_font(),
    )
    answer = Response(draw_voucher(face), mimetype="image/png")
    answer.headers["Content-Disposition"] = f'inline; filename="voucher-{voucher.code[-4:]}.png"'
    return answer
