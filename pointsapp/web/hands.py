"""Whose hands a form is in: one that was opened by somebody signed in says so when it comes back from somebody else.

A session may end while a form lies open (twelve hours at the desk, a phone that cleared its cookies), and on a phone that a
family or a till shares the next one may have signed in meanwhile. Neither may be guessed over: what was typed is shown again
with the true reason, and the next press is a choice. The mark rides in the form's `request_id`, so nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue

from pointsapp.web.guard import is_public
from pointsapp.web.login import current_actor
from pointsapp.web.parking import parked_fields, show_parked, show_parked_sign_in

_BEFORE_MARK = "~"  # never part of a token


def new_request_id() -> str:
    """Return a fresh id for a form's hidden `request_id`: the same form sent twice is one act.

    Opened by somebody signed in it ends in `~` and eight letters that tell one person from another, but not who it is.
    """
    actor, fresh = current_actor(), secrets.token_urlsafe(12)
    return f"{fresh}{_BEFORE_MARK}{_mark_of(actor.person_id)}" if actor else fresh


def _mark_of(person_id: int) -> str:
    key = str(current_app.secret_key).encode()
    seen = hmac.new(key, b"form of %d" % person_id, hashlib.sha256).digest()
    return urlsafe_b64encode(seen[:6]).decode()


def init_hands(app: Flask) -> None:
    """Look at every form before anything else is asked of it."""
    app.before_request(_ask_whose)


def _ask_whose() -> ResponseReturnValue | None:
    if request.method != "POST" or request.endpoint is None or request.path.startswith("/api/"):
        return None
    _fresh, marked, mark = request.form.get("request_id", "").partition(_BEFORE_MARK)
    actor = current_actor()
    if not marked or (actor and hmac.compare_digest(mark.encode(), _mark_of(actor.person_id).encode())):
        return None
    if actor is None and not is_public(current_app, request.endpoint):
        return show_parked_sign_in(is_signed_out=True)
    # The next press is made knowingly: by a guest, or by who is signed in now.
    fields = [(name, new_request_id() if name == "request_id" else value) for name, value in parked_fields()]
    if actor is None:
        return show_parked("signed_out", fields=fields, may_sign_in=True, status=401)
    return show_parked("other_person", fields=fields, status=409, name=actor.display_name)
