"""The gate: a server process takes on no more than it can finish soon, and says so early.

A few requests are worked on, some wait their turn in order, the rest are refused at once with 503 and Retry-After, before Flask, the
database or a log line is touched: that costs microseconds, so those inside stay fast however many stand outside.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import product
from typing import Any

from flask import Flask

from pointsapp.core.errors import Overloaded
from pointsapp.web.errors import RETRY_AFTER_S, problem, refusal_page
from pointsapp.web.metrics import IN_FLIGHT, TURNED_AWAY, WAITING

# How the time of the work is learnt: by which steps, and which share of the work stays under it.
STEP, QUANTILE = 0.1, 0.95
FIRST_GUESS_S, LEAST_GUESS_S = 0.03, 0.001
# When more than one in so many of the last comers were turned away, more come than can be served: for a while nobody waits longer
# than a quarter of the time, since whoever is let in has waited for nearly all they may. First come stays first served: places are grabbed here.
ONE_IN, COMERS, CROWDED_S = 5, 60, 1.0
FILES = "/static/"  # cost next to nothing, and a page without its style is none
Answer = tuple[list[tuple[str, str]], bytes]
MOST_DRAINED = 64 * 1024
# A supervisor that is told "busy" would kill what is only busy; a scrape is wanted most now.
ALWAYS_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})


class Turnstile:
    """Lets in whom it can serve within about `within_s`: at most `working` at a time, at most `waiting` more in order of coming.

    It learns how long the work takes of late, `slow_s`, and lets nobody wait longer than leaves time for that. When the work
    takes half of the time by itself, fewer are let in at once: they share one interpreter and the same processors, so each is
    done sooner, and as many in all.
    """

    def __init__(self, working: int, waiting: int, within_s: float) -> None:
        self._most, self._least = working, max(1, working // 4)
        self.places = working
        self.slow_s = FIRST_GUESS_S
        self._room = waiting
        self._within_s = within_s
        self._inside = self._leavings = self._came = self._turned_away = 0
        self._crowded_until = 0.0
        self._lock = threading.Lock()
        self._queue: deque[threading.Lock] = deque()

    def enter(self) -> bool:
        """Return True when it is the caller's turn, False when they must be turned away."""
        with self._lock:
            if self._inside < self.places and not self._queue:
                self._inside += 1
                return True
            if len(self._queue) >= self._room:
                self._count(in_vain=True)
                return False
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
            patience_s, came_in_a_crowd = self.patience_s, self._is_crowded
        if turn.acquire(timeout=patience_s):
            return True
        with self._lock:
            if turn not in self._queue:  # called in the last moment
                return True
            self._queue.remove(turn)
            if not came_in_a_crowd:
                self._count(in_vain=True)
            return False

    def leave(self, worked_s: float) -> None:
        """Hand the place to whoever has waited longest; the caller's work took `worked_s`."""
        with self._lock:
            self._learn(worked_s)
            self._count(in_vain=False)
            self._inside -= 1
            while self._queue and self._inside < self.places:
                self._inside += 1
                self._queue.popleft().release()

    def _count(self, *, in_vain: bool) -> None:
        """Judge the last comers; not in a crowd nor by who came in it, whose short patience would keep it up by itself."""
        if self._is_crowded:
            return
        self._came += 1
        self._turned_away += in_vain
        if self._came == COMERS:
            if self._turned_away * ONE_IN > self._came:
                self._crowded_until = time.monotonic() + CROWDED_S
            self._came = self._turned_away = 0

    def _learn(self, worked_s: float) -> None:
        """Move `slow_s`, which all but one of twenty stay under: 19 times faster up than down, and by shares of itself, so that one
        slow page is soon forgotten and a slow minute is not. Then move the number of places, by one at a time."""
        moved = 1 + STEP * QUANTILE if worked_s > self.slow_s else 1 - STEP * (1 - QUANTILE)
        self.slow_s = max(self.slow_s * moved, LEAST_GUESS_S)
        self._leavings += 1
        if self._leavings < self.places:
            return
        self._leavings = 0
        if self.slow_s > self._within_s / 2:
            self.places = max(self._least, self.places - 1)
        elif self.slow_s < self._within_s / 3:
            self.places = min(self._most, self.places + 1)

    @property
    def patience_s(self) -> float:
        """How long somebody may wait who is then to be served in time: half of the time at least, for the quick work, but a
        quarter in a crowd."""
        half = self._within_s / 2
        return half / 2 if self._is_crowded else max(self._within_s - self.slow_s, half)

    @property
    def _is_crowded(self) -> bool:
        return time.monotonic() < self._crowded_until

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
            (json_, en, asks): _refusal(app, json_=json_, en=en, method="GET" if asks else "POST")
            for json_, en, asks in product((True, False), repeat=3)
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in ALWAYS_OPEN or path.startswith(FILES):
            return self._inner(environ, start_response)
        is_in = self._turnstile.enter()
        if self._counts:
            WAITING.set(self._turnstile.waiting)
        if not is_in:
            return self._turn_away(path, environ, start_response)
        if self._counts:
            IN_FLIGHT.inc()
        began = time.monotonic()
        try:
            return self._inner(environ, start_response)
        finally:
            if self._counts:
                IN_FLIGHT.dec()
            self._turnstile.leave(time.monotonic() - began)

    def _turn_away(self, path: str, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self._counts:
            TURNED_AWAY.inc()
        _drain(environ)
        english = environ.get("HTTP_ACCEPT_LANGUAGE", "").lower().startswith("en")
        asks = environ.get("REQUEST_METHOD") == "GET"
        headers, body = self._words[path.startswith("/api/"), english, asks]
        start_response("503 Service Unavailable", headers)
        return [body]


def _drain(environ: dict[str, Any]) -> None:
    """Read a short body before saying no: answered sooner, the server would hang up on a phone that is still sending it,
    and the phone would see a broken line in place of 503 and when to come back. A photograph is not worth waiting for."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit() and 0 < int(length) <= MOST_DRAINED:
        with suppress(Overloaded):  # one body too many, which `arrival` has left where it is
            environ["wsgi.input"].read(int(length))


def _refusal(app: Flask, *, json_: bool, en: bool, method: str) -> Answer:
    """Make the answer once, with the words and the look of every other refusal; a page that was only asked for can be asked again."""
    refusal = Overloaded(retry_after=RETRY_AFTER_S)
    path = "/api/v1/" if json_ else "/"
    with app.test_request_context(path, method=method, headers={"Accept-Language": "en" if en else "zh"}):
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
    turnstile = Turnstile(settings.threads, settings.waiting, settings.within_ms / 1000)
    app.wsgi_app = Gate(app, turnstile)  # type: ignore[method-assign]
    return app
