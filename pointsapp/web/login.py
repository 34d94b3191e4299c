"""Sign-in sessions and API tokens. Flask-Login lives only here; below it there is only `Actor`.

A cookie names the person and their session version: raising the version signs out every device at once. A bearer token is
looked up by its hash on each call. Who a person is comes from a loader that wiring.py hands in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, login_user, logout_user
from flask_login import current_user as flask_login_user

from pointsapp.core.actor import Actor
from pointsapp.core.clock import now
from pointsapp.core.codes import new_token
from pointsapp.core.db import db
from pointsapp.core.errors import NotSignedIn
from pointsapp.core.sessions import end_session, has_ended
from pointsapp.core.transaction import write
from pointsapp.web import acquaintances
from pointsapp.web.guard import is_public
from pointsapp.web.parking import show_parked_sign_in

RESIDENT_DAYS = 180  # elders should not have to type a password twice a month
STAFF_HOURS = 12  # a console left open at the desk must not stay open overnight
SIGNED_IN_AT = "signed_in_at"
SESSION_NAME = "sid"  # what sign-out ends on the server: a copied cookie dies with it

LoadPerson = Callable[[int, datetime], Actor | None]
LoadToken = Callable[[str, datetime], Actor | None]


class SessionPerson(UserMixin):
    """What Flask-Login keeps: the Actor and, as its id, `person.version`."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        return f"{self.actor.person_id}.{self.actor.session_version}"


def sign_in(actor: Actor) -> None:
    """Open this browser's session for `actor`; the old session's content does not survive (fixation)."""
    kept = {key: session[key] for key in ("lang", "elder", "sealed_arrival") if key in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    session[SIGNED_IN_AT] = int(now().timestamp())
    session[SESSION_NAME] = new_token()
    login_user(SessionPerson(actor))
    g.actor = actor


def sign_out() -> None:
    name = session.get(SESSION_NAME)
    if name:
        write(end_session, name, until=now() + timedelta(days=RESIDENT_DAYS))
    logout_user()
    session.clear()
    g.actor = None


def current_actor() -> Actor | None:
    """Return who acts in this request, None for a guest; read once per request."""
    if "actor" not in g:
        g.actor = None  # the loaders below may ask for a language, which asks for the actor
        g.actor = _bearer() if request.path.startswith("/api/") else _session_actor()
    return g.actor  # type: ignore[no-any-return]


def signed_in() -> Actor:
    """Return who acts; raise NotSignedIn for a guest."""
    actor = current_actor()
    if actor is None:
        raise NotSignedIn()
    return actor


def bearer_token() -> str | None:
    """Return the token this call carries."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 200:
        return None
    return token.strip()


def _bearer() -> Actor | None:
    token = bearer_token()
    if token is None:
        return None
    if (
        acquaintances.ASKED in request.environ
    ):  # an answer that may be two seconds old, to somebody who was asked for as lately
        return acquaintances.meet(current_app, token)
    loader: LoadToken = current_app.extensions["pointsapp.load_token"]
    return loader(token, now())


def _session_actor() -> Actor | None:
    person = flask_login_user
    return person.actor if getattr(person, "is_authenticated", False) else None


def _load_session(key: str) -> SessionPerson | None:
    number, _, version = key.partition(".")
    if not (number.isdigit() and version.isdigit()):
        return None
    moment = now()
    name = session.get(SESSION_NAME)
    if name and has_ended(db.session, name, now=moment):
        return None
    loader: LoadPerson = current_app.extensions["pointsapp.load_person"]
    actor = loader(int(number), moment)
    if actor is None or actor.session_version != int(version):
        return None
    # By the moment of signing in: the cookie is signed anew with each answer, so by itself it would never lapse.
    life = timedelta(hours=STAFF_HOURS) if actor.grants else timedelta(days=RESIDENT_DAYS)
    if session.get(SIGNED_IN_AT, 0) < (moment - life).timestamp():
        return None
    return SessionPerson(actor)


def init_login(app: Flask, load_person: LoadPerson, load_token: LoadToken) -> None:
    app.extensions["pointsapp.load_person"] = load_person
    app.extensions["pointsapp.load_token"] = load_token
    app.permanent_session_lifetime = timedelta(days=RESIDENT_DAYS)
    manager = LoginManager(app)
    manager.session_protection = None  # WeChat changes its user agent between page and scanner
    manager.user_loader(_load_session)

    @app.before_request
    def deny_by_default() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None  # 404 and 405 answer by themselves
        if is_public(app, request.endpoint) or current_actor() is not None:
            return None
        if request.path.startswith("/api/"):
            raise NotSignedIn()
        if request.method == "POST":
            return show_parked_sign_in()
        return redirect(url_for("people.show_sign_in", next=request.full_path.rstrip("?")))
