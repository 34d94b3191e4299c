"""What flask-smorest's document leaves out: who may call, which refusals come back and what they look like.

The schemas describe bodies; the routes, their guards and their `@refuses` marks say the rest, so the document cannot drift from
the doors.
"""

from __future__ import annotations

import re
from collections import defaultdict
from copy import deepcopy
from typing import Any

from flask import Flask

from pointsapp.core.errors import Refusal
from pointsapp.web.errors import FRAMEWORK_CODES, status_of
from pointsapp.web.guard import is_public

METHODS = ("get", "post", "put", "patch", "delete")
REFUSALS = "refusal_codes"
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
WAIT = {"Retry-After": {"description": "Seconds to wait before the next try.", "schema": {"type": "integer"}}}
REPLAY = {
    "Idempotency-Hit": {
        "description": "`true` when this is the stored answer to the same `Idempotency-Key`.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Kept 24 h per person and call: the same key and body give the first successful answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
# The calls that ignore the key: their caller is not known yet.
WITHOUT_KEY = {
    ("/api/v1/sessions", "post"),
    ("/api/v1/people", "post"),
    ("/api/v1/sessions/current", "delete"),
    ("/api/v1/guest-feedback", "post"),
    ("/api/v1/guest-feedback/lookup", "post"),
    ("/api/v1/guest-feedback/verdict", "post"),
    ("/api/v1/guest-feedback/withdrawal", "post"),
}
UNUSED = ("PaginationMetadata",)


def statuses() -> dict[str, int]:
    """Return the status of every refusal code in the house."""
    found = {code: status for status, code in FRAMEWORK_CODES.items()} | {"internal_error": 500}
    ahead = list(Refusal.__subclasses__())
    while ahead:
        kind = ahead.pop()
        ahead += kind.__subclasses__()
        if kind.__module__.startswith("pointsapp.") and "code" in vars(kind):
            found.setdefault(kind.code, status_of(kind.__new__(kind)))
    return found


def finish(app: Flask, document: dict[str, Any]) -> dict[str, Any]:
    """Return `document` with security, refusals, headers and readable tags on every operation."""
    done = deepcopy(document)
    known = statuses()
    endpoints = _endpoints(app)
    components = done["components"]
    components["responses"] = {}
    for name in UNUSED:
        components["schemas"].pop(name, None)
    for tag in done.get("tags", []):
        tag["name"] = tag["name"].removesuffix("_api")
    used = set()
    for path, operations in done["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                operation["tags"] = [tag.removesuffix("_api") for tag in operation.get("tags", [])]
                used |= set(operation["tags"])
                _finish_operation(app, operation, path, method, endpoints[(path, method)], known)
    done["tags"] = [tag for tag in done.get("tags", []) if tag["name"] in used]
    return done


def _finish_operation(
    app: Flask, operation: dict[str, Any], path: str, method: str, endpoint: str, known: dict[str, int]
) -> None:
    operation["operationId"] = endpoint.split(".")[-1]
    operation.pop("security", None)
    if is_public(app, endpoint):
        operation["security"] = []
    responses = {str(status): answer for status, answer in operation["responses"].items()}
    for status in [status for status in responses if status == "default" or int(status) >= 400]:
        del responses[status]  # what the libraries assume; the codes below are what the doors really say
    parameters = operation.setdefault("parameters", [])
    if method != "get" and (path, method) not in WITHOUT_KEY:
        parameters.append(KEY)
        for answer in responses.values():
            answer.setdefault("headers", {}).update(REPLAY)
    for number, codes in sorted(_codes(app, operation, path, endpoint, known).items()):
        responses[str(number)] = {
            "description": "Refused: " + ", ".join(f"`{code}`" for code in codes),
            "content": PROBLEM,
            **({"headers": WAIT} if number in (429, 503) else {}),
        }
    operation["responses"] = responses


def _codes(
    app: Flask, operation: dict[str, Any], path: str, endpoint: str, known: dict[str, int]
) -> dict[int, list[str]]:
    """Return the refusal codes of a call by status: its own first, then those any call of its kind may give."""
    codes = list(refusals_of(app, endpoint))
    if not is_public(app, endpoint):
        codes.append("not_signed_in")
    if "{" in path:
        codes.append("not_found")
    if "requestBody" in operation:
        codes += ["bad_request", "too_large", "unsupported_media_type"]
    codes += ["validation_failed", "too_many_requests", "overloaded"]
    if KEY in operation["parameters"]:
        codes.append("idempotency_key_reused")
    found: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        found[known[code]].append(code)
    return found


def refusals_of(app: Flask, endpoint: str) -> tuple[str, ...]:
    """Return the codes that `@refuses` named for `endpoint`."""
    view = app.view_functions.get(endpoint)
    while view is not None:
        if hasattr(view, REFUSALS):
            return tuple(getattr(view, REFUSALS))
        view = getattr(view, "__wrapped__", None)
    return ()


def _endpoints(app: Flask) -> dict[tuple[str, str], str]:
    return {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower()): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
