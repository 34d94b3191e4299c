"""Signing in by phone or volunteer number, or by a typed one-time code; signing out."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.pages.codes import open_code
from pointsapp.people.pages.door import bp, carried, enter, first_page, own_page, wanted_next
from pointsapp.people.schemas import SignInForm, TypedCodeForm
from pointsapp.people.services import SignedIn, SignIn, check_password, sign_in_with_password
from pointsapp.web.doors import Form, bind, blank
from pointsapp.web.guard import public
from pointsapp.web.login import current_actor, sign_out
from pointsapp.web.security import caller_address


def _page(form: Form | None = None, code_form: Form | None = None) -> str:
    return render_template("people/sign_in.html", form=form, code_form=code_form, **carried())


@bp.get("/sign-in")
@public("this is where a stranger signs in")
def show_sign_in() -> ResponseReturnValue:
    actor = current_actor()
    if actor is not None:
        return redirect(wanted_next() or own_page(actor))
    return _page()


@bp.post("/sign-in")
@public("this is where a stranger signs in")
def submit_sign_in() -> ResponseReturnValue:
    if "start" in request.form:  # from the joining page: somebody who is here already
        return _page(blank(account=request.form.get("phone", "")))
    form = bind(SignInForm())
    return form.submit(lambda command: enter(_checked(command).actor), or_show=lambda: _page(form))


def _checked(command: SignIn) -> SignedIn:
    """Return who it is; the password is hashed before the write begins."""
    checked = check_password(db.session, replace(command, address=caller_address()), now=now())
    signed: SignedIn = write(sign_in_with_password, checked, now=now())  # type: ignore[assignment]
    return signed


@bp.post("/sign-in/code")
@public("somebody types the code from a slip of paper")
def submit_typed_code() -> ResponseReturnValue:
    """Lead to the code's own page, where its one button is."""
    form = bind(TypedCodeForm())
    return form.submit(_lead_to, or_show=lambda: _page(code_form=form))


def _lead_to(code: str) -> ResponseReturnValue:
    if carried()["parked_to"]:  # a redirect would drop what a guest had filled in elsewhere
        return open_code(code)
    return redirect(url_for("people.show_one_time_code", code=code, next=wanted_next() or None), 303)


@bp.post("/sign-out")
def submit_sign_out() -> ResponseReturnValue:
    sign_out()
    flash(_("已经退出登录。"), "info")
    return redirect(first_page(), code=303)
