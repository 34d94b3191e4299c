"""The one mapping from refusals to answers: RFC 9457 JSON on API blueprints, a page everywhere else. Statuses live only here."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from pointsapp.core import errors
from pointsapp.core.outages import outage
from pointsapp.web.links import came_from, link
from pointsapp.web.login import current_actor
from pointsapp.web.messages import Message, say
from pointsapp.web.parking import show_parked

log = logging.getLogger(__name__)
API_PREFIX = "/api/"

# Looked up along the class's ancestors, so a feature's refusal takes the status of its kind.
STATUS: dict[type[errors.Refusal], int] = {
    errors.Invalid: 422,
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.RuleBroken: 422,
    errors.TooMany: 429,
    errors.Overloaded: 503,
}
# What Flask itself refuses, as codes of ours.
FRAMEWORK_CODES = {
    400: "bad_request",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    429: "too_many_requests",
    503: "overloaded",
}
RETRY_AFTER_S = 5


class FrameworkRefusal(errors.Refusal):
    """An HTTPException dressed as a refusal, so that it takes the same road."""

    def __init__(self, code: str, status: int, field_errors: Any = None, **facts: Any) -> None:
        super().__init__(**facts)
        self.code = code  # type: ignore[misc]
        self.status = status
        self.errors = field_errors


def status_of(refusal: errors.Refusal) -> int:
    """Return the HTTP status of `refusal`."""
    if isinstance(refusal, FrameworkRefusal):
        return refusal.status
    for kind in type(refusal).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 422


def wants_problem() -> bool:
    """Tell by the address, not by guessing headers: everything under /api/ speaks JSON."""
    return request.path.startswith(API_PREFIX)


def problem(refusal: errors.Refusal) -> Response:
    """Return `refusal` as application/problem+json."""
    title, detail, _message = say(refusal)
    status = status_of(refusal)
    body: dict[str, Any] = {
        "type": f"{current_app.config['SETTINGS'].base_url}/api/docs#{refusal.code}",
        "title": title,
        "status": status,
        "code": refusal.code,
        "detail": detail,
    }
    if getattr(refusal, "errors", None):
        body["errors"] = as_lists(refusal.errors)  # type: ignore[attr-defined]
    if refusal.facts:
        body["facts"] = refusal.facts
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def as_lists(messages: Any) -> Any:
    """Return field errors in one shape: a list of lines at every leaf, whoever raised them."""
    if isinstance(messages, dict):
        return {str(name): as_lists(part) for name, part in messages.items()}
    if isinstance(messages, list | tuple):
        return [as_lists(part) if isinstance(part, dict) else str(part) for part in messages]
    return [str(messages)]


def refusal_page(refusal: errors.Refusal) -> ResponseReturnValue:
    """Return `refusal` as a page: what happened, that nothing was lost, the next step."""
    title, detail, message = say(refusal)
    status = status_of(refusal)
    page = render_template(
        "errors/console_refusal.html" if _is_inside_console(status) else "errors/refusal.html",
        title=title,
        detail=detail,
        next_step=step_of(message),
        code=refusal.code,
        status=status,
        came_from=came_from() if status == 413 else "",
    )
    return page, status


def _is_inside_console(status: int) -> bool:
    """Tell whether staff were refused among their own pages: they keep the menu. After a 5xx nobody is looked up."""
    if not request.path.startswith("/console") or status >= 500:
        return False
    actor = current_actor()
    return actor is not None and (actor.is_staff_anywhere or actor.is_on_board_duty)


def step_of(message: Message) -> dict[str, str] | None:
    """Return label and address of what a person can do now, None where the words know nothing better or lead here."""
    if message.next_step is None:
        return None
    label, endpoint = message.next_step
    href = link(endpoint)
    return (
        {"label": str(label), "href": href}
        if href and not (href == request.path or (len(href) > 1 and request.path.startswith(f"{href}/")))
        else None
    )


def answer_refusal(refusal: errors.Refusal) -> ResponseReturnValue:
    g.refusal_code = refusal.code
    response = problem(refusal) if wants_problem() else current_app.make_response(refusal_page(refusal))
    if status_of(refusal) in (429, 503):
        response.headers["Retry-After"] = str(refusal.facts.get("retry_after", RETRY_AFTER_S))
    if status_of(refusal) == 401 and wants_problem():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _from_http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error  # type: ignore[return-value]
    status = error.code or 500
    code = FRAMEWORK_CODES.get(status, "internal_error" if status >= 500 else "bad_request")
    details = getattr(error, "data", None) or {}
    field_errors = details.get("messages") if isinstance(details, dict) else None
    if isinstance(field_errors, dict) and set(field_errors) <= {"json", "query", "form", "files", "headers", "path"}:
        merged: dict[str, Any] = {}
        for part in field_errors.values():
            merged.update(part if isinstance(part, dict) else {"_schema": part})
        field_errors = merged
    facts = {"retry_after": RETRY_AFTER_S} if status in (429, 503) else {}
    response = current_app.make_response(answer_refusal(FrameworkRefusal(code, status, field_errors, **facts)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110: a 405 says what is allowed
    return response


def _from_csrf(error: CSRFError) -> ResponseReturnValue:  # noqa: ARG001
    # The page was left open too long; what was typed comes back with one button and a fresh token.
    return show_parked("form_expired")


def _from_schema(error: ValidationError) -> ResponseReturnValue:
    return answer_refusal(errors.Invalid(error.normalized_messages()))


def _from_bug(error: Exception) -> ResponseReturnValue:
    if reason := outage(error):
        # Whether it was committed only the caller's key can tell; "come again" is true either way.
        log.error("the database or the disk is away", extra={"reason": reason})
        return answer_refusal(errors.Overloaded(retry_after=RETRY_AFTER_S))
    log.exception("unexpected error", exc_info=error)
    return answer_refusal(FrameworkRefusal("internal_error", InternalServerError.code))


def init_errors(app: Flask) -> None:
    app.register_error_handler(errors.Refusal, answer_refusal)
    app.register_error_handler(CSRFError, _from_csrf)
    app.register_error_handler(ValidationError, _from_schema)
    app.register_error_handler(HTTPException, _from_http)
    if not app.testing:  # a test wants to see the bug itself
        app.register_error_handler(Exception, _from_bug)
