"""A person's own settings: name, community, language, elder view, rankings, password, personal code, signing out everywhere."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from pointsapp.core.clock import now
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.errors import InvalidCredentials
from pointsapp.people.messages import LISTINGS, ROLE_NAMES
from pointsapp.people.pages.door import bp, first_page
from pointsapp.people.pages.joining import home_options
from pointsapp.people.queries import person_card
from pointsapp.people.schemas import PasswordForm, ProfileForm
from pointsapp.people.schemas.forms import PasswordChange
from pointsapp.people.services import (
    ChangePassword,
    SignIn,
    change_password,
    change_profile,
    check_password,
    replace_personal_code,
    sign_in_with_password,
    sign_out_everywhere,
)
from pointsapp.web import ELDER_KEY
from pointsapp.web.doors import Form, bind, blank, write_page
from pointsapp.web.links import link
from pointsapp.web.login import sign_in, sign_out, signed_in


def _page(form: Form | None = None, password_form: Form | None = None) -> str:
    card = person_card(db.session, signed_in().person_id, now=now())
    untouched = blank(
        name=card.display_name,
        area=card.area.public_id if card.area else "",
        locale=card.locale or "",
        elder_view=card.elder_view,
        listing=card.listing.value,
        birth_year=card.birth_year or "",
    )
    return render_template(
        "people/profile.html",
        card=card,
        form=form or untouched,
        password_form=password_form or blank(),
        areas=home_options(),
        role_names=ROLE_NAMES,
        listings=[(each.value, *words) for each, words in LISTINGS.items()],
    )


@bp.get("/me/profile")
def show_profile() -> str:
    return _page()


@bp.post("/me/profile")
def submit_profile() -> ResponseReturnValue:
    form, here = bind(ProfileForm()), url_for("people.show_profile")

    def saved(_receipt: object) -> str:
        session.pop(ELDER_KEY, None)  # what a guest had chosen on this browser; from now on the profile says
        chosen = form.command.locale if form.command is not None else None
        with force_locale(
            chosen or str(get_locale())
        ):  # the next page speaks the language just chosen, and so do its words
            flash(_("已经保存。"), "yes")
        return here

    return form.submit(
        lambda command: write_page(change_profile, signed_in(), command, then=saved), or_show=lambda: _page(form)
    )


@bp.post("/me/password")
def submit_password() -> ResponseReturnValue:
    form = bind(PasswordForm())
    return form.submit(_set_password, or_show=lambda: _page(password_form=form))


def _set_password(given: PasswordChange) -> ResponseReturnValue:
    actor = signed_in()
    card = person_card(db.session, actor.person_id, now=now())
    verified_hash = None
    if card.has_password:
        attempt = SignIn(volunteer_number=card.volunteer_number, password=given.old or "")
        checked = check_password(db.session, attempt, now=now())
        write(sign_in_with_password, checked, now=now())  # a wrong old password counts as a failed sign-in
        if checked.person_id != actor.person_id:
            raise InvalidCredentials()
        verified_hash = checked.password_hash
    command = ChangePassword(verified_hash=verified_hash, new_hash=given.new_hash)
    version = write(change_password, actor, command, now=now())
    sign_in(replace(actor, session_version=version))  # this device stays, all others are signed out
    flash(_("新密码已经生效，其他设备都已退出登录。"), "yes")
    return redirect(url_for("people.show_profile"), code=303)


@bp.post("/me/code/replacement")
def submit_code_replacement() -> ResponseReturnValue:
    def replaced(_code: str) -> str:
        flash(_("新码好了，旧码已经作废。打印过的“我的码”请重新打印。"), "yes")
        return link("checkin.show_my_code") or first_page()

    return write_page(replace_personal_code, signed_in(), then=replaced)


@bp.post("/me/sign-out-everywhere")
def submit_sign_out_everywhere() -> ResponseReturnValue:
    write(sign_out_everywhere, signed_in(), now=now())
    sign_out()
    flash(_("所有设备都已退出登录。"), "info")
    return redirect(first_page(), code=303)
