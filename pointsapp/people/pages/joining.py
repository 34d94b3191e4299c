"""Joining: one page from any QR, and the notice it asks consent to."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from pointsapp.areas.queries import AreaKind, AreaOption, area_options
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.pages.door import bp, carried, enter, first_page, wanted_next
from pointsapp.people.queries import current_notice, load_actor, person_card
from pointsapp.people.schemas import RegisterForm
from pointsapp.people.services import Register
from pointsapp.people.services import register as join
from pointsapp.web.doors import Form, bind, blank
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, signed_in

HOME_KINDS = frozenset({AreaKind.COMMUNITY})  # what people know they live in; staff may choose a grid


def home_options() -> list[tuple[str, list[AreaOption]]]:
    """Return the communities under their streets, for a select that needs no script."""
    groups: dict[str, list[AreaOption]] = {}
    for option in area_options(db.session, kinds=HOME_KINDS) or area_options(db.session):
        groups.setdefault(option.group, []).append(option)
    return list(groups.items())


def _page(form: Form) -> str:
    notice = current_notice(str(get_locale()))
    return render_template("people/join.html", form=form, areas=home_options(), notice=notice, **carried())


@bp.get("/join")
@public("a stranger joins from any QR")
def register() -> ResponseReturnValue:
    if current_actor() is not None:
        return redirect(url_for("people.show_joined", next=wanted_next() or None))
    return _page(blank(area=request.args.get("area", "")))


@bp.post("/join")
@public("a stranger joins from any QR")
def submit_registration() -> ResponseReturnValue:
    if "start" in request.form:  # from the sign-in page, with what a guest had filled in elsewhere
        return _page(blank(phone=request.form.get("account", "")))
    if current_actor() is not None:  # the form sent twice, or the back button
        return redirect(url_for("people.show_joined", next=wanted_next() or None), code=303)
    form = bind(RegisterForm())
    return form.submit(_join, or_show=lambda: _page(form))


def _join(command: Register) -> ResponseReturnValue:
    made = write(join, None, command, now=now())
    words = _("您的志愿者编号是 %(number)s，没有手机时凭它登录。", number=made.volunteer_number)
    actor = load_actor(db.session, made.person_id, now=now())
    assert actor is not None
    return enter(actor, _("注册好了"), words, goal=url_for("people.show_joined", next=wanted_next() or None))


@bp.get("/joined")
def show_joined() -> str:
    """Show the volunteer number plainly: it is what somebody without a phone signs in with."""
    card = person_card(db.session, signed_in().person_id, now=now())
    return render_template("people/joined.html", card=card, onward=wanted_next() or first_page())


@bp.get("/privacy")
@public("read before one registers")
def show_notice() -> str:
    return render_template("people/notice.html", notice=current_notice(str(get_locale())))
