"""The porch: an answer that was laid out a moment ago is handed out before Flask is entered.

A view says by `@handed_out(serve)` that its answer may be two seconds old and how it is put together from what is kept. The porch
then does what the house would have done, with the same count of calls, headers, ETag and log line; it looks up only what is one
person's, and for a hundred people at a time. Where what all share is not kept, or the call is out of the ordinary, it goes in, and the
view lays the answer out anew.

A view says by `@refused_early(ask)` that most of its calls may come too late. `ask` reads in one look who calls and whether exactly
that refusal is true of them; whatever else may be true goes in. Nothing else is refused here, and nothing is written.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from flask import Flask
from limits import RateLimitItem, parse
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_etags

from pointsapp.config import Settings
from pointsapp.core import clock, kept
from pointsapp.core.actor import Actor
from pointsapp.core.db import db
from pointsapp.core.errors import Refusal
from pointsapp.core.idempotency import MAX_KEY_LENGTH
from pointsapp.core.outages import outage
from pointsapp.web.acquaintances import ASKED, Acquaintances, LoadTokens, hash_of, init_acquaintances
from pointsapp.web.api import API_ROOT
from pointsapp.web.errors import problem, status_of
from pointsapp.web.etags import mark_of
from pointsapp.web.i18n import best_language
from pointsapp.web.journal import REQUEST_ID, new_request_id, write_line
from pointsapp.web.metrics import COUNT
from pointsapp.web.security import PER_PERSON, limiter

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., Any])
Serve = Callable[
    [Engine, Actor, str], bytes | None
]  # who asks, the query string -> the body, None where it is not laid out
Headers = list[tuple[str, str]]
_MARK, _ASKS = "handed_out", "refused_early"
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


class Late(Protocol):
    """Who is told what refusal, in the language they chose (None: as their program asks)."""

    @property
    def person_id(self) -> int: ...
    @property
    def locale(self) -> str | None: ...
    @property
    def refusal(self) -> Refusal: ...


class Ask(Protocol):
    """One look at the database: by the hash of the token, the address's one part, and the call's Idempotency-Key if it has one."""

    def __call__(
        self, engine: Engine, token_hash: str, part: str, /, *, call: str, key: str | None, now: datetime
    ) -> Late | None: ...


def refused_early(ask: Ask) -> Callable[[View], View]:
    """Say that a POST without a body, to an address of one part, may be refused at the porch by `ask`."""

    def mark(view: View) -> View:
        setattr(view, _ASKS, ask)
        return view

    return mark


class _Route:
    """One address that the porch knows; `headers` are those of the house's last answer of this kind."""

    def __init__(self, endpoint: str, rule: str, does: Any) -> None:
        self.endpoint, self.rule, self.does = endpoint, rule, does
        self.headers: Headers | None = None
        self.before, _, rest = rule.partition("<")
        self.behind = rest.partition(">")[2]

    def part_of(self, path: str) -> str | None:
        """Return the one part of the address that differs, None for another address."""
        if not (path.startswith(self.before) and path.endswith(self.behind)):
            return None
        part = path[len(self.before) : len(path) - len(self.behind)]
        return part if part and "/" not in part else None


class Porch:
    """WSGI middleware around Flask."""

    def __init__(self, app: Flask, known: Acquaintances) -> None:
        self._app, self._inner, self._known = app, app.wsgi_app, known
        self._settings: Settings = app.config["SETTINGS"]
        self._limit: RateLimitItem = parse(PER_PERSON)
        self._routes = {route.rule: route for route in _routes(app, _MARK)}
        self._late = tuple(_routes(app, _ASKS))
        self._words: dict[tuple[str, str], bytes] = {}
        with app.app_context():
            self._engine = db.engine

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if kept.life_s() <= 0 or not _is_plain(environ):
            return self._inner(environ, start_response)
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] == "POST":
            for late in self._late:
                part = late.part_of(path)
                if part is not None:
                    return self._refuse_or_enter(late, part, environ, start_response)
            return self._inner(environ, start_response)
        route = self._routes.get(path)
        if route is None:
            return self._inner(environ, start_response)
        began = time.perf_counter()
        body = self._found(route, environ)
        if body is None:
            environ[ASKED] = True
            return self._inner(environ, _overhearing(route, "200 ", start_response))
        return self._hand_out(route, environ, start_response, body, began)

    def _refuse_or_enter(
        self, route: _Route, part: str, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        began, late = time.perf_counter(), None
        token, key = _token(environ), environ.get("HTTP_IDEMPOTENCY_KEY")
        if route.headers is not None and token and (key is None or 1 <= len(key) <= MAX_KEY_LENGTH):
            try:
                late = route.does(
                    self._engine, hash_of(token), part, call=f"POST {route.rule}", key=key, now=clock.now()
                )
            except SQLAlchemyError as error:  # the house knows what to say
                _note_failure(route, error)
                late = None
        if late is None or late.refusal.facts or not self._may_call(route, late.person_id):
            return self._inner(environ, _overhearing(route, "409 ", start_response))
        language = late.locale or _language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        body = self._worded(late.refusal, language)
        headers = [*(route.headers or ()), ("Content-Length", str(len(body)))]
        self._note(route, environ, headers, status_of(late.refusal), began, late.refusal.code)
        start_response("409 CONFLICT", headers)
        return [body]

    def _worded(self, refusal: Refusal, language: str) -> bytes:
        words = self._words.get((refusal.code, language))
        if words is None:
            with self._app.test_request_context(API_ROOT, headers={"Accept-Language": language}):
                words = self._words[refusal.code, language] = problem(refusal).get_data()
        return words

    def _may_call(self, route: _Route, person_id: int) -> bool:
        """Count the call as inside; who has called too often, or whom nobody can count, goes in and hears it there."""
        try:
            return limiter.limiter.hit(self._limit, f"person:{person_id}", route.endpoint)
        except Exception:  # the storage is gone
            return False

    def _note(
        self, route: _Route, environ: dict[str, Any], headers: Headers, status: int, began: float, code: str | None
    ) -> None:
        """Give the answer its id and its time, and the log and the metrics their line."""
        seconds, request_id = time.perf_counter() - began, new_request_id(environ.get("HTTP_X_REQUEST_ID"))
        ms, method = round(seconds * 1000, 1), environ["REQUEST_METHOD"]
        headers += [(REQUEST_ID, request_id), ("Server-Timing", f"app;dur={ms}")]
        write_line(self._settings, request_id, method, route.rule, status, ms, code)
        count = self._app.extensions.get(COUNT)
        if count is not None:
            count(route.rule, method, status, seconds, code)

    def _found(self, route: _Route, environ: dict[str, Any]) -> bytes | None:
        """Return the answer's body if it is laid out and the person may still call."""
        token = _token(environ) if route.headers is not None else None
        if token is None:
            return None
        try:
            actor = self._known.meet(token, self._engine)
            body: bytes | None = route.does(self._engine, actor, environ.get("QUERY_STRING", "")) if actor else None
        except SQLAlchemyError as error:  # the house knows what to say
            _note_failure(route, error)
            return None
        return body if actor and body is not None and self._may_call(route, actor.person_id) else None

    def _hand_out(
        self, route: _Route, environ: dict[str, Any], start_response: Callable[..., Any], body: bytes, began: float
    ) -> Iterable[bytes]:
        mark, asked = mark_of(body), environ.get("HTTP_IF_NONE_MATCH")
        is_known = asked is not None and parse_etags(asked).contains_weak(mark)
        headers = [header for header in route.headers or () if not (is_known and header[0] == "Content-Type")]
        if not is_known:
            headers.append(("Content-Length", str(len(body))))
        headers.append(("ETag", f'"{mark}"'))
        self._note(route, environ, headers, 304 if is_known else 200, began, None)
        start_response("304 NOT MODIFIED" if is_known else "200 OK", headers)
        return [b"" if is_known or environ["REQUEST_METHOD"] == "HEAD" else body]


def _note_failure(route: _Route, error: SQLAlchemyError) -> None:
    """Leave a line: the house answers for the caller, but what always fails here would make every call slow and be seen nowhere.

    The line says the kind and the place, never the statement's values: a hash of somebody's token is among them.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    log.warning(
        "the porch could not answer and the house was asked",
        extra={"route": route.rule, "reason": outage(error) or type(cause).__name__},
    )


def _token(environ: dict[str, Any]) -> str | None:
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


@lru_cache(maxsize=256)
def _language(accepted: str) -> str:
    """Return zh or en as web.i18n chooses it for a call without cookie."""
    return best_language(parse_accept_header(accepted, LanguageAccept))


def _is_plain(environ: dict[str, Any]) -> bool:
    """Tell whether a call is as our own programs make it: a cookie may choose a language, a body or a range be wrong."""
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD", "POST")
        and (environ["REQUEST_METHOD"] != "POST" or not environ.get("QUERY_STRING"))
        and "HTTP_SEC_FETCH_SITE" not in environ
        and "HTTP_COOKIE" not in environ
        and "HTTP_RANGE" not in environ
        and environ.get("CONTENT_LENGTH") in (None, "", "0")
        and "HTTP_TRANSFER_ENCODING" not in environ
    )


def _overhearing(route: _Route, kind: str, start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Return `start_response` that notes the headers which the house gives to everybody."""

    def start(status: str, headers: Headers, *more: Any) -> Any:
        if status.startswith(kind):
            route.headers = [(name, value) for name, value in headers if name.lower() in _SHARED]
        return start_response(status, headers, *more)

    return start


def _routes(app: Flask, mark: str) -> Iterable[_Route]:
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        while view is not None:
            if hasattr(view, mark):
                yield _Route(rule.endpoint, rule.rule, getattr(view, mark))
                break
            view = getattr(view, "__wrapped__", None)


def build_porch(app: Flask, load: LoadTokens) -> None:
    """Put the porch before `app`, when all routes are known."""
    app.wsgi_app = Porch(app, init_acquaintances(app, load))  # type: ignore[method-assign]
