"""Keyset paging: a cursor names the last row seen, so a page costs the same at any depth."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pointsapp.core import clock
from pointsapp.core.errors import Invalid

T = TypeVar("T")
DEFAULT_LIMIT, MAX_LIMIT = 20, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """limit 1-100; after: the key of the last row seen (JSON scalars), None for the first page."""

    limit: int = DEFAULT_LIMIT
    after: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: tuple[T, ...]
    next_cursor: str | None


def encode_cursor(*key: Any) -> str:
    """Return an opaque cursor for a row's sort key (numbers and strings; instants as isoformat strings)."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(text: str | None, shape: tuple[type, ...]) -> tuple[Any, ...] | None:
    """Return the key in `text` if its parts have the types in `shape`; Invalid otherwise."""
    if not text:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise Invalid({"cursor": ["cursor"]}) from None
    if not isinstance(key, list) or [type(part) for part in key] != list(shape):
        raise Invalid({"cursor": ["cursor"]})
    if not all(_is_storable(part) for part in key):
        raise Invalid({"cursor": ["cursor"]})
    return tuple(key)


def instant(text: str) -> datetime:
    """Return the instant that a cursor carries as isoformat; Invalid when it is none with an offset, or of no year of ours."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid({"cursor": ["cursor"]}) from None
    if at.tzinfo is None or not clock.is_near(at):
        raise Invalid({"cursor": ["cursor"]})
    return at


def day(text: str) -> date:
    """Return the day that a cursor carries as isoformat; Invalid when it is none, or of no year of ours."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid({"cursor": ["cursor"]}) from None
    if not clock.is_near(found):
        raise Invalid({"cursor": ["cursor"]})
    return found


def _is_storable(part: Any) -> bool:
    """Tell whether a column could hold `part`: no number past 64 bits, no NUL, no half of a surrogate pair."""
    if isinstance(part, int):
        return abs(part) < 2**63
    return not any(char == "\0" or 0xD800 <= ord(char) <= 0xDFFF for char in str(part))


def cut(rows: Sequence[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
    """Return a Page from `rows`, which the query fetched with limit + 1."""
    kept = tuple(rows[:limit])
    return Page(kept, encode_cursor(*key(kept[-1])) if len(rows) > limit else None)
