"""Whose page an answer is, in a word that names nobody: what a browser's offline copy goes by.

A copy kept in a browser belongs to one sign-in. Every page says whose it is; the worker in the browser (static/js/worker.js) throws
away what it keeps as soon as a page of somebody else, or of a guest, comes by.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import Flask, Response, current_app, request, session

from pointsapp.web.login import SESSION_NAME, current_actor

HEADER = "X-Page-Of"
NOBODY = "nobody"


def page_of() -> str:
    """Return the word of this sign-in: another one after each sign-in, the same for nobody else; NOBODY for a guest."""
    actor = current_actor()
    if actor is None:
        return NOBODY
    secret = str(current_app.config["SECRET_KEY"])
    sign_in = f"page-of:{actor.person_id}.{actor.session_version}.{session.get(SESSION_NAME, '')}"
    return hmac.new(secret.encode(), sign_in.encode(), hashlib.sha256).hexdigest()[:24]


def init_page_of(app: Flask) -> None:
    @app.after_request
    def say_whose(response: Response) -> Response:
        if response.mimetype == "text/html" and request.endpoint != "static":
            response.headers[HEADER] = page_of()
        return response
