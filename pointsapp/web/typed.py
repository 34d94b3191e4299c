"""Which page a bare typed code opens. Codes of one length look alike, so each kind is asked whether the code is its own.

wiring.py hands the kinds in. Whoever asks learns no more than by opening the pages themself, and is counted like there
(web/guesses.py): a guest is told only of kinds whose pages are open to guests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`/q/<letter>/CODE` is the page of every code of `length` of which `knows(session, code, now)` says something true."""

    letter: str
    knows: Callable[[Session, str, datetime], Any]
    for_guests: bool = False
    length: int = codes.PERSONAL_LENGTH


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    _kinds[kind.letter] = kind


def lengths() -> tuple[int, ...]:
    """Return how long the codes are of which somebody may know the page, the shortest first."""
    return tuple(sorted({kind.length for kind in _kinds.values()}))


def page_of(session: Session, code: str, *, now: datetime, is_guest: bool) -> str | None:
    """Return the path that `code`, as core.codes.read gives it, opens; None where nobody knows it."""
    asked = [kind for kind in _kinds.values() if kind.length == len(code) and (kind.for_guests or not is_guest)]
    found = next((kind for kind in asked if kind.knows(session, code, now)), None)
    return None if found is None else f"/q/{found.letter}/{code}"
