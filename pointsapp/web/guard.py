"""Deny by default: every address wants a signed-in person unless its view is marked `@public` with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "public_because"
# Views of libraries that need no sign-in, with the reason.
LIBRARY_VIEWS = {"static": "style sheets and scripts", "api-docs.openapi_json": "the contract is public"}


def public(reason: str) -> Callable[[View], View]:
    """Let guests in, because `reason`."""

    def mark(view: View) -> View:
        setattr(view, _MARK, reason)
        return view

    return mark


def public_reason(app: Flask, endpoint: str) -> str | None:
    """Return why `endpoint` is public, None if it is not. Also follows the methods of a class view."""
    if endpoint in LIBRARY_VIEWS:
        return LIBRARY_VIEWS[endpoint]
    view = app.view_functions.get(endpoint)
    while view is not None:
        if hasattr(view, _MARK):
            return str(getattr(view, _MARK))
        view = getattr(view, "__wrapped__", None)
    return None


def is_public(app: Flask, endpoint: str) -> bool:
    return public_reason(app, endpoint) is not None
