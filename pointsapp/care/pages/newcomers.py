"""A leader writes down somebody without an account, by name."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.care.errors import NameKnown
from pointsapp.care.pages.blueprint import bp
from pointsapp.care.queries import namesakes
from pointsapp.care.schemas import NewcomerForm
from pointsapp.care.services import ANOTHER, AddNewcomer, Newcomer, add_newcomer
from pointsapp.checkin.policies import may_check_others_in
from pointsapp.checkin.queries import look_at, why_not_lead
from pointsapp.core.actor import require
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.errors import NotFound
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.links import link
from pointsapp.web.login import signed_in


def _page(shift: str, form: Form) -> str:
    actor = signed_in()
    look = look_at(db.session, actor.person_id, shift, actor_id=actor.person_id)
    if look is None:
        raise NotFound()
    moment = now()
    require(may_check_others_in(actor, look, moment), why_not_lead(look, moment))
    back = link("checkin.show_lead", shift=shift) or "/"
    is_asked = form.refusal is not None and form.refusal["code"] == NameKnown.code
    known = (
        namesakes(db.session, form.command.name, look.brief.area_id)
        if form.command and (is_asked or form.command.who)
        else ()
    )
    return render_template("care/newcomer.html", brief=look.brief, form=form, back=back, known=known, another=ANOTHER)


@bp.get("/lead/<shift>/newcomer")
def show_newcomer(shift: str) -> str:
    return _page(shift, blank())


@bp.post("/lead/<shift>/newcomer")
def submit_newcomer(shift: str) -> ResponseReturnValue:
    form = bind(NewcomerForm())

    def added(made: Newcomer) -> str:
        if not made.is_new:
            flash(
                _("%(name)s 已经签到，记在以前的编号 %(number)s 上。", name=made.name, number=made.volunteer_number),
                "yes",
            )
            return url_for("care.show_newcomer", shift=shift)
        words = _(
            "%(name)s 已经签到。请把编号 %(number)s 写给他，到社区激活后积分就能用。",
            name=made.name,
            number=made.volunteer_number,
        )
        flash(words, "yes")
        return url_for("care.show_newcomer", shift=shift)

    def add(command: AddNewcomer) -> ResponseReturnValue:
        return write_page(add_newcomer, signed_in(), replace(command, shift=shift), then=added)

    return form.submit(add, or_show=lambda: _page(shift, form))
