"""The log: one line per event, with the id of its request and without personal text.

In production each line is one JSON object; in development it is a line for a human. What a line may carry is a list (`CARRIED`), not
a hope: names, phones, codes, tokens, addresses and query strings never enter, a path stands as its route's rule (`/q/o/<code>`), and
an exception says its kind and place but not its values.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy.exc import DBAPIError

from pointsapp.config import ROOT, Settings

log = logging.getLogger("pointsapp.request")

# The only extras a line carries; all of them are names and numbers of ours.
CARRIED = (
    "request_id", "method", "route", "status", "ms", "code", "job", "attempt", "reason", "subscriber", "event",
    "statement", "rows", "retry_after",
)  # fmt: skip
REQUEST_ID = "X-Request-ID"
_GOOD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What could be somebody's: long numbers, words of ours' alphabet with digits in them, anything in Chinese.
_PRIVATE = re.compile(r"\+?\d{4,}|(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{8,}|[\u3400-\u9fff]+")
_MOST_FRAMES, _MOST_TEXT = 25, 300
_encode = json.JSONEncoder(default=str).encode  # ASCII: also U+2028 cannot end a line
_QUIET = frozenset({"static", "healthz", "readyz", "metrics"})  # asked all day by machines, or many per page


def new_request_id(given: str | None) -> str:
    """Return the id a proxy has given, if it is one (8-64 of A-Za-z0-9._-), else a fresh one: nobody writes into our log."""
    return given if given and _GOOD_ID.match(given) else secrets.token_hex(8)


def route_of_request() -> str:
    """Return the rule of the route at hand, never its path: a path may hold a code."""
    return request.url_rule.rule if request.url_rule else "unmatched"


def without_values(text: str) -> str:
    """Return `text` on one line, without what could be somebody's number, code or name."""
    return _CONTROL.sub(" ", _PRIVATE.sub("#", text))[:_MOST_TEXT]


def describe(error: BaseException, *, with_text: bool = True) -> dict[str, Any]:
    """Say what broke and where: kind, place, cause. The words of a database's error quote rows, so they stay out."""
    found: dict[str, Any] = {"type": type(error).__name__}
    if isinstance(error, DBAPIError):
        found["type"] = f"{type(error).__name__}/{type(error.orig).__name__}"
        found["sqlstate"] = getattr(error.orig, "sqlstate", None)
        found["constraint"] = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        found["statement"] = _CONTROL.sub(" ", error.statement or "")[:_MOST_TEXT]
    elif with_text:
        found["text"] = without_values(str(error))
    found["at"] = list(_places(error.__traceback__))[-_MOST_FRAMES:]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        # A cause behind a database's error is the driver's, with the same words.
        found["cause"] = describe(cause, with_text=with_text and not isinstance(error, DBAPIError))
    return found


def _places(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        code = trace.tb_frame.f_code
        name = code.co_filename.removeprefix(f"{ROOT}/").rsplit("site-packages/", 1)[-1]
        yield f"{name}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next


class JsonLines(logging.Formatter):
    """One JSON object per line; a line cannot be forged, because JSON escapes what would end it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "pid": record.process,
            **_extras(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe(record.exc_info[1])
        return _encode(line)


class PlainLines(logging.Formatter):
    """A line for the person at the keyboard; the developer's own machine shows whole tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        extras = " ".join(f"{key}={_CONTROL.sub(' ', str(value))}" for key, value in _extras(record).items())
        head = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower():7} {record.name}"
        line = f"{head}: {_CONTROL.sub(' ', record.getMessage())} {extras}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    found = {key: record.__dict__[key] for key in CARRIED if record.__dict__.get(key) is not None}
    if has_request_context() and "request_id" not in found:
        found["request_id"] = g.get("request_id")
        found.setdefault("route", route_of_request())
    return found


def log_plan(settings: Settings) -> dict[str, Any]:
    """Return the logging configuration, also for the server that starts our processes."""
    as_json = settings.log_format == "json" or (not settings.log_format and settings.is_production)
    kind = f"{__name__}.{'JsonLines' if as_json else 'PlainLines'}"
    ours = {"handlers": ["line"], "level": settings.log_level.upper(), "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": kind}},
        "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
        "root": {"handlers": ["line"], "level": "WARNING"},
        "loggers": {"pointsapp": ours, "_granian": {"handlers": ["line"], "level": "INFO", "propagate": False}},
    }


def init_journal(app: Flask) -> None:
    """Give every request its id and its line."""
    settings: Settings = app.config["SETTINGS"]
    if settings.env != "testing":  # pytest keeps its own handlers
        logging.config.dictConfig(log_plan(settings))

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = new_request_id(request.headers.get(REQUEST_ID))

    @app.after_request
    def close(response: Response) -> Response:
        if "started" not in g:
            return response
        response.headers[REQUEST_ID] = g.request_id
        ms = round((time.perf_counter() - g.started) * 1000, 1)
        response.headers["Server-Timing"] = f"app;dur={ms}"
        if request.endpoint not in _QUIET or is_notable(settings, response.status_code, ms):
            write_line(
                settings, g.request_id, request.method, route_of_request(), response.status_code, ms,
                g.get("refusal_code"),
            )  # fmt: skip
        return response


def is_notable(settings: Settings, status: int, ms: float) -> bool:
    """Tell whether a request is worth its line even where not every request has one."""
    return status >= 500 or status == 429 or ms >= settings.slow_request_ms


def write_line(
    settings: Settings, request_id: str, method: str, route: str, status: int, ms: float, code: str | None
) -> None:
    """Write the line of one request; `ms` is how long it took, `code` the refusal's."""
    notable = is_notable(settings, status, ms)
    level = logging.WARNING if notable else logging.INFO
    if not (notable or settings.log_requests == "all") or not log.isEnabledFor(level):
        return
    # Not log.log(): looking up the caller's line would cost as much as all the rest.
    record = log.makeRecord(log.name, level, "", 0, "request", (), None)
    record.__dict__ |= {
        "request_id": request_id, "method": method, "route": route, "status": status, "ms": ms, "code": code,
    }  # fmt: skip
    log.handle(record)
