"""How the pages look: elder view and language, for this browser and, once signed in, for the person."""

from __future__ import annotations

from flask import redirect, session
from flask.typing import ResponseReturnValue

from pointsapp.core.clock import now
from pointsapp.core.errors import Invalid
from pointsapp.core.transaction import write
from pointsapp.people.pages.door import bp, first_page
from pointsapp.people.schemas import ViewForm
from pointsapp.people.services import ChangeProfile, change_profile
from pointsapp.web import ELDER_KEY
from pointsapp.web.doors import bind
from pointsapp.web.guard import public
from pointsapp.web.i18n import COOKIE_KEY
from pointsapp.web.links import safe_next
from pointsapp.web.login import current_actor


@bp.post("/view")
@public("large letters and a language are for everybody, also for a guest")
def change_view() -> ResponseReturnValue:
    form, actor = bind(ViewForm()), current_actor()
    if form.command is None:
        raise Invalid(form.errors)
    elder, locale = form.command["elder_view"], form.command["locale"]
    if elder is not None:
        session[ELDER_KEY] = elder
    if locale is not None:
        session[COOKIE_KEY] = locale
    if actor is not None:
        write(change_profile, actor, ChangeProfile(elder_view=elder, locale=locale), now=now())
    return redirect(safe_next(form.command["back"], first_page()), code=303)
