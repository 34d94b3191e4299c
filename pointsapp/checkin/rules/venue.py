"""Venue codes: shift, action and 30-second window become eight characters by a keyed hash of the shift's secret.

Nothing is stored and nothing can be guessed (35 bits): a screenshot sent to a chat group is worthless within a minute.
A printed poster's code has no window; it is a separate choice of the publisher and always comes with the range check.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from pointsapp.core.codes import VENUE_LENGTH, encode

WINDOW_S = 30
ACCEPTED_WINDOWS = 2  # the current one and the one before: a code scanned at its last second still counts
# contract.md: known as expired for at least 10 minutes. A sealed arrival lives 10 minutes past the code's last second.
KNOWN_WINDOWS = 26
POSTER = -1
ACTIONS = ("check_in", "check_out")


class Freshness(StrEnum):
    CURRENT = "current"
    EXPIRED = "expired"
    POSTER = "poster"


@dataclass(frozen=True, slots=True)
class Keyed:
    """A shift that a code may belong to."""

    shift_id: int
    code_key: str
    has_poster: bool


@dataclass(frozen=True, slots=True)
class Match:
    """What a code turned out to be."""

    shift_id: int
    action: str
    freshness: Freshness


def window_of(moment: datetime) -> int:
    return int(moment.timestamp()) // WINDOW_S


def window_end(window: int) -> datetime:
    """Return the instant at which `window` ends."""
    return datetime.fromtimestamp((window + 1) * WINDOW_S, UTC)


@lru_cache(maxsize=65536)
def code_for(code_key: str, action: str, window: int) -> str:
    """Return the venue code of one shift, action and window (POSTER for the printed one)."""
    digest = hashlib.blake2b(f"{action}:{window}".encode(), key=code_key.encode()[:64], digest_size=8).digest()
    return encode(int.from_bytes(digest, "big"), VENUE_LENGTH)


def find(code: str, shifts: Iterable[Keyed], now: datetime, *, expired_too: bool = True) -> Match | None:
    """Return which of `shifts` the code belongs to, the freshest meaning first; None when it is none of theirs."""
    current = window_of(now)
    shifts = tuple(shifts)
    for age in range(KNOWN_WINDOWS if expired_too else ACCEPTED_WINDOWS):
        for shift in shifts:
            for action in ACTIONS:
                if code_for(shift.code_key, action, current - age) == code:
                    freshness = Freshness.CURRENT if age < ACCEPTED_WINDOWS else Freshness.EXPIRED
                    return Match(shift.shift_id, action, freshness)
    for shift in shifts:
        for action in ACTIONS:
            if shift.has_poster and code_for(shift.code_key, action, POSTER) == code:
                return Match(shift.shift_id, action, Freshness.POSTER)
    return None
