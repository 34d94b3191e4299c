"""The blueprint, and where a person goes who has just signed in."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from pointsapp.core.actor import COMMUNITY_STAFF, Actor, Role
from pointsapp.web.links import link, safe_next
from pointsapp.web.login import sign_in
from pointsapp.web.parking import FILES, PREFIX, file_fields, unpark, unparked_files

bp = Blueprint("people", __name__)


def first_page() -> str:
    return link("home.show_home") or "/"


def own_page(actor: Actor) -> str:
    """Return where the day begins for `actor`: who works here at their work, which has a way home, everybody else at home.

    A grid leader is out in the yard with the phone: their home page has the way to the desk.
    """
    endpoint = ""
    if actor.holds_anywhere(COMMUNITY_STAFF - {Role.GRID_LEADER}):
        endpoint = "console.show_today"
    elif actor.is_inspector:
        endpoint = "inspections.show_my_visits"
    elif actor.is_on_board_duty:
        endpoint = "stars.show_console_round"
    elif actor.merchant_ids and not actor.is_staff_anywhere:
        endpoint = "redemption.show_till"
    return (endpoint and link(endpoint)) or first_page()


def wanted_next() -> str:
    """Return where the page at hand leads afterwards, always a path of ours; empty where it names none, or only home."""
    wished = safe_next(request.values.get("next"), "")
    return "" if wished == first_page() else wished


def carried() -> dict[str, object]:
    """Return what a sign-in or joining page carries on: the way back, and a form that a guest had filled in."""
    target, fields = unpark()
    return {
        "next": wanted_next(),
        "parked_to": safe_next(target, "") or None,
        "parked": [
            *((PREFIX + name, value) for name, value in fields),
            *((FILES, name) for name in unparked_files()),
        ],
    }


def enter(actor: Actor, title: str = "", words: str = "", *, goal: str = "") -> ResponseReturnValue:
    """Open the session and lead back: to the parked form's one button, or to the page that asked for sign-in."""
    target, fields = unpark()
    goal, parked_to = goal or wanted_next() or own_page(actor), safe_next(target, "")
    sign_in(actor)
    if parked_to:
        return render_template(
            "errors/parked.html",
            title=title or _("登录好了"),
            text=words,
            label=_("继续刚才的操作"),
            safe=_("再按一次，就完成刚才的操作。"),
            action=parked_to,
            fields=fields,
            files=file_fields(unparked_files()),
        )
    return redirect(goal, code=303)
