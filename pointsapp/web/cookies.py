"""The browser's signed cookie. Calls of the API carry none, and pay nothing for it."""

from __future__ import annotations

from flask import Flask, Request, g
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin


class QuickSession(SecureCookieSessionInterface):
    """Flask's own, but the signer is made only where there is a cookie to read."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if app.secret_key and not request.cookies.get(self.get_cookie_name(app)):
            return self.session_class()
        return super().open_session(app, request)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """A page that the browser's worker fetches by itself says nothing of the cookie: it may come in after a sign-in or a sign-out."""
        return not g.get("leaves_cookie") and super().should_set_cookie(app, session)


def leave_cookie() -> None:
    """Let this answer carry no cookie, whatever happens in the session."""
    g.leaves_cookie = True
