"""Who may act for me, for whom I may act, and what was done."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.care import queries
from pointsapp.care.messages import ACTS, CONSENTS, MANDATE_STATES
from pointsapp.care.pages.blueprint import bp
from pointsapp.care.schemas import DAYS, MandateForm
from pointsapp.care.services import accept_mandate, end_mandate, offer_mandate
from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.login import signed_in


def _page(form: Form) -> str:
    me, moment = signed_in().person_id, now()
    return render_template(
        "care/mandates.html",
        given=queries.mandates_given(db.session, me, now=moment),
        held=queries.mandates_held(db.session, me, now=moment),
        acts=queries.acts_on(db.session, me),
        act_words=ACTS,
        consents=CONSENTS,
        states=MANDATE_STATES,
        days=DAYS,
        form=form,
    )


@bp.get("/me/helpers")
def show_mandates() -> str:
    return _page(blank(days="365"))


@bp.post("/me/helpers")
def submit_mandate() -> ResponseReturnValue:
    form = bind(MandateForm())
    return form.submit(
        lambda command: write_page(
            offer_mandate, signed_in(), command, then=lambda _made: _back(_("已经告诉对方。他答应之后就能替您办。"))
        ),
        or_show=lambda: _page(form),
    )


@bp.post("/me/helpers/<public_id>/acceptance")
def submit_acceptance(public_id: str) -> ResponseReturnValue:
    return write_page(accept_mandate, signed_in(), public_id, then=lambda _made: _back(_("答应了，现在就可以替他办。")))


@bp.post("/me/helpers/<public_id>/ending")
def submit_ending(public_id: str) -> ResponseReturnValue:
    return write_page(end_mandate, signed_in(), public_id, then=lambda _made: _back(_("授权已经结束，立刻生效。")))


def _back(words: str) -> str:
    flash(words, "yes")
    return url_for("care.show_mandates")
