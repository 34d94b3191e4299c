"""What every door shares: sign-in, CSRF, the error map, languages, filters, JSON conventions. Knows core only."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask, current_app, session

from pointsapp.web.browsers import in_wechat, init_browsers
from pointsapp.web.cookies import QuickSession
from pointsapp.web.drawing import kept_of, kept_part
from pointsapp.web.entrances import entrance
from pointsapp.web.errors import init_errors
from pointsapp.web.filters import init_filters
from pointsapp.web.guesses import init_guesses
from pointsapp.web.hands import init_hands, new_request_id
from pointsapp.web.health import init_health
from pointsapp.web.i18n import choose_language, init_i18n
from pointsapp.web.journal import init_journal
from pointsapp.web.links import link, static_url
from pointsapp.web.login import LoadPerson, LoadToken, current_actor, init_login
from pointsapp.web.metrics import init_metrics
from pointsapp.web.packing import init_packing
from pointsapp.web.page_of import init_page_of
from pointsapp.web.security import init_security, refuse_foreign_form

ELDER_KEY = "elder"


def init_web(app: Flask, *, load_person: LoadPerson, load_token: LoadToken) -> None:
    """Give `app` the manners of the house, in the order a request meets them."""
    app.session_interface = QuickSession()
    init_journal(app)
    init_metrics(app)
    app.before_request(refuse_foreign_form)
    init_hands(app)
    init_login(app, load_person, load_token)
    init_security(app)
    init_page_of(app)
    init_i18n(app)
    init_guesses(app)
    init_filters(app)
    init_errors(app)
    init_health(app)
    init_packing(app)
    init_browsers(app)  # after packing: what it answers is packed, too
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.add_extension("jinja2.ext.loopcontrols")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        link=link,
        entrance=entrance,
        static_url=static_url,
        new_request_id=new_request_id,
        can=_can,
        kept=kept_part,
        kept_of=kept_of,
    )
    app.context_processor(_page_words)


def _can(policy: Any, *things: Any) -> bool:
    """Ask a policy on behalf of the person looking at the page; a guest may nothing."""
    actor = current_actor()
    return actor is not None and bool(policy(actor, *things))


def _page_words() -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    actor = current_actor()
    # Large letters that a guest chose stay when they sign in.
    elder = bool(session.get(ELDER_KEY)) or (actor is not None and actor.elder_view)
    prefs = SimpleNamespace(elder_view=elder, locale=choose_language(), theme="auto")
    return {
        "actor": actor,
        "brand": settings.brand,
        "demo_mode": settings.demo,
        "prefs": prefs,
        "breadcrumbs": [],
        "in_wechat": in_wechat(),
    }
