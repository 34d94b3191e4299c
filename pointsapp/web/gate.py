"""The gate: a server process takes on no more than it can finish soon, and says so early.

A few requests are worked on, some wait their turn in order, the rest are refused at once with 503 and Retry-After, before Flask, the
database or a log line is touched: that costs microseconds, so those inside stay fast however many stand outside.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from pointsapp.core.errors import Overloaded
from pointsapp.web.errors import RETRY_AFTER_S, problem, refusal_page
from pointsapp.web.metrics import IN_FLIGHT, TURNED_AWAY, WAITING

Answer = tuple[list[tuple[str, str]], bytes]
MOST_DRAINED = 64 * 1024
# A supervisor that is told "busy" would kill what is only busy; a scrape is wanted most now.
ALWAYS_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})


class Turnstile:
    """Lets `working` callers in, `waiting` more wait in order for at most `patience_s`."""

    def __init__(self, working: int, waiting: int, patience_s: float) -> None:
        self._free = working
        self._room = waiting
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._queue: deque[threading.Lock] = deque()

    def enter(self) -> bool:
        """Return True when it is the caller's turn, False when they must be turned away."""
        with self._lock:
            if self._free:  # nobody can be waiting then: a leaver hands its place to the first
                self._free -= 1
                return True
            if len(self._queue) >= self._room:
                return False
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        if turn.acquire(timeout=self._patience_s):
            return True
        with self._lock:
            if turn not in self._queue:  # called in the last moment
                return True
            self._queue.remove(turn)
            return False

    def leave(self) -> None:
        """Hand the place to whoever has waited longest."""
        with self._lock:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._free += 1

    @property
    def waiting(self) -> int:
        return len(self._queue)


class Gate:
    """WSGI middleware around `app`; what it says no with was made when the process began."""

    def __init__(self, app: Flask, turnstile: Turnstile) -> None:
        self._inner = app.wsgi_app
        self._turnstile = turnstile
        self._counts = bool(app.config["SETTINGS"].metrics)
        self._words = {
            (json_, en): _refusal(app, json_=json_, en=en) for json_ in (True, False) for en in (True, False)
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in ALWAYS_OPEN:
            return self._inner(environ, start_response)
        is_in = self._turnstile.enter()
        if self._counts:
            WAITING.set(self._turnstile.waiting)
        if not is_in:
            return self._turn_away(path, environ, start_response)
        if self._counts:
            IN_FLIGHT.inc()
        try:
            return self._inner(environ, start_response)
        finally:
            if self._counts:
                IN_FLIGHT.dec()
            self._turnstile.leave()

    def _turn_away(self, path: str, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self._counts:
            TURNED_AWAY.inc()
        _drain(environ)
        english = environ.get("HTTP_ACCEPT_LANGUAGE", "").lower().startswith("en")
        headers, body = self._words[path.startswith("/api/"), english]
        start_response("503 Service Unavailable", headers)
        return [body]


def _drain(environ: dict[str, Any]) -> None:
    """Read a short body before saying no: answered sooner, the server would hang up on a phone that is still sending it,
    and the phone would see a broken line in place of 503 and when to come back. A photograph is not worth waiting for."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit() and 0 < int(length) <= MOST_DRAINED:
        environ["wsgi.input"].read(int(length))


def _refusal(app: Flask, *, json_: bool, en: bool) -> Answer:
    """Make the answer once, with the words and the look of every other refusal."""
    refusal = Overloaded(retry_after=RETRY_AFTER_S)
    path = "/api/v1/" if json_ else "/"
    with app.test_request_context(path, headers={"Accept-Language": "en" if en else "zh"}):
        if json_:
            body, kind = json.dumps(problem(refusal).get_json(), ensure_ascii=False), "application/problem+json"
        else:
            body, kind = app.make_response(refusal_page(refusal)).get_data(as_text=True), "text/html; charset=utf-8"
        answer = app.process_response(app.make_response((body, 503, {"Retry-After": str(RETRY_AFTER_S)})))
    answer.headers["Content-Type"] = kind
    dropped = {"set-cookie", "vary", "x-request-id", "server-timing"}
    return [(key, value) for key, value in answer.headers if key.lower() not in dropped], answer.get_data()


def with_gate(app: Flask) -> Flask:
    """Put the gate of the settings before `app`."""
    settings = app.config["SETTINGS"]
    turnstile = Turnstile(settings.threads, settings.waiting, settings.patience_ms / 1000)
    app.wsgi_app = Gate(app, turnstile)  # type: ignore[method-assign]
    return app
