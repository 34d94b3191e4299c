"""A lost phone, reported by its owner."""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.care.pages.blueprint import bp
from pointsapp.care.services import report_lost_phone
from pointsapp.core.clock import now
from pointsapp.core.transaction import write
from pointsapp.web.links import link
from pointsapp.web.login import sign_out, signed_in


@bp.get("/me/lost-phone")
def show_lost_phone() -> str:
    return render_template("care/lost_phone.html")


@bp.post("/me/lost-phone")
def submit_lost_phone() -> ResponseReturnValue:
    actor = signed_in()
    write(report_lost_phone, actor, actor.public_id, now=now())
    sign_out()
    flash(_("所有设备都退出了登录，个人码和没用的兑换码都换了新的。请重新登录，再换个密码。"), "yes")
    return redirect(link("people.show_sign_in") or "/", code=303)
