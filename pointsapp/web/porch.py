"""The porch: an answer that was laid out a moment ago is handed out before Flask is entered.

A view says by `@handed_out(serve)` that its answer may be two seconds old and how it is put together from what is kept. Where
everything is there - the person behind the token, their count of calls, the parts of the answer - the porch does what the house
would have done, with the same headers, ETag, log line and count. Where anything is missing, or the call is out of the ordinary,
it goes in, and the view lays the answer out anew. The porch reads no database and refuses nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Flask
from limits import RateLimitItem, parse
from werkzeug.http import parse_etags

from pointsapp.config import Settings
from pointsapp.core import kept
from pointsapp.core.actor import Actor
from pointsapp.web.acquaintances import ASKED, Acquaintances, LoadTokens, init_acquaintances
from pointsapp.web.etags import mark_of
from pointsapp.web.journal import REQUEST_ID, new_request_id, write_line
from pointsapp.web.metrics import COUNT
from pointsapp.web.security import PER_PERSON, limiter

View = TypeVar("View", bound=Callable[..., Any])
Serve = Callable[[Actor, str], bytes | None]  # who asks, the query string -> the body, None where something is not kept
Headers = list[tuple[str, str]]
_MARK = "handed_out"
# What the house's answer says to everybody; everything else is said anew for each.
_SHARED = frozenset({
    "cache-control", "content-security-policy", "content-type", "cross-origin-opener-policy", "permissions-policy", "referrer-policy",
    "strict-transport-security", "vary", "x-content-type-options",
})  # fmt: skip


def handed_out(serve: Serve) -> Callable[[View], View]:
    """Say that the GET answers of a view, to a bearer of a token, may be handed out at the porch by `serve`.

    What `serve` returns is byte by byte what the view would have answered with 200 at most two seconds ago.
    """

    def mark(view: View) -> View:
        setattr(view, _MARK, serve)
        return view

    return mark


class _Route:
    """One address that the porch knows; `headers` are those of the house's last answer."""

    def __init__(self, endpoint: str, rule: str, serve: Serve) -> None:
        self.endpoint, self.rule, self.serve = endpoint, rule, serve
        self.headers: Headers | None = None


class Porch:
    """WSGI middleware around Flask."""

    def __init__(self, app: Flask, known: Acquaintances) -> None:
        self._app, self._inner, self._known = app, app.wsgi_app, known
        self._settings: Settings = app.config["SETTINGS"]
        self._limit: RateLimitItem = parse(PER_PERSON)
        self._routes = {route.rule: route for route in _routes(app)}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        route = self._routes.get(environ.get("PATH_INFO", ""))
        if route is None or kept.life_s() <= 0 or not _is_plain(environ):
            return self._inner(environ, start_response)
        began = time.perf_counter()
        body = self._found(route, environ)
        if body is None:
            environ[ASKED] = True
            return self._inner(environ, _overhearing(route, start_response))
        return self._hand_out(route, environ, start_response, body, began)

    def _found(self, route: _Route, environ: dict[str, Any]) -> bytes | None:
        """Return the answer's body if all of it is kept and the person may still call."""
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if route.headers is None or scheme.lower() != "bearer" or not token:
            return None
        actor = self._known.peek(token.strip())
        if actor is None:
            return None
        body = route.serve(actor, environ.get("QUERY_STRING", ""))
        if body is None:
            return None
        # The same count as inside; who has called too often goes in and hears it there.
        try:
            may_call = limiter.limiter.hit(self._limit, f"person:{actor.person_id}", route.endpoint)
        except Exception:  # the storage is gone: the house knows what then
            return None
        return body if may_call else None

    def _hand_out(
        self, route: _Route, environ: dict[str, Any], start_response: Callable[..., Any], body: bytes, began: float
    ) -> Iterable[bytes]:
        mark, method = mark_of(body), environ["REQUEST_METHOD"]
        asked = environ.get("HTTP_IF_NONE_MATCH")
        is_known = asked is not None and parse_etags(asked).contains_weak(mark)
        headers = [header for header in route.headers or () if not (is_known and header[0] == "Content-Type")]
        if not is_known:
            headers.append(("Content-Length", str(len(body))))
        seconds, request_id = time.perf_counter() - began, new_request_id(environ.get("HTTP_X_REQUEST_ID"))
        ms = round(seconds * 1000, 1)
        headers += [("ETag", f'"{mark}"'), (REQUEST_ID, request_id), ("Server-Timing", f"app;dur={ms}")]
        status = 304 if is_known else 200
        write_line(self._settings, request_id, method, route.rule, status, ms, None)
        count = self._app.extensions.get(COUNT)
        if count is not None:
            count(route.rule, method, status, seconds, None)
        start_response("304 NOT MODIFIED" if is_known else "200 OK", headers)
        return [b"" if is_known or method == "HEAD" else body]


def _is_plain(environ: dict[str, Any]) -> bool:
    """Tell whether a call is as our own programs make it: a cookie may choose a language, a body or a range be wrong."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and "HTTP_COOKIE" not in environ
        and "HTTP_RANGE" not in environ
        and environ.get("CONTENT_LENGTH") in (None, "", "0")
        and "HTTP_TRANSFER_ENCODING" not in environ
    )


def _overhearing(route: _Route, start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Return `start_response` that notes the headers which the house gives to everybody."""

    def start(status: str, headers: Headers, *more: Any) -> Any:
        if status.startswith("200 "):
            route.headers = [(name, value) for name, value in headers if name.lower() in _SHARED]
        return start_response(status, headers, *more)

    return start


def _routes(app: Flask) -> Iterable[_Route]:
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        while view is not None:
            if hasattr(view, _MARK):
                yield _Route(rule.endpoint, rule.rule, getattr(view, _MARK))
                break
            view = getattr(view, "__wrapped__", None)


def build_porch(app: Flask, load: LoadTokens) -> None:
    """Put the porch before `app`, when all routes are known."""
    app.wsgi_app = Porch(app, init_acquaintances(app, load))  # type: ignore[method-assign]
