"""Digests of the docket's lines, and the burden that a branch was put to. Pure.

docs/stars.md says how anybody recomputes a digest; name both places when one changes.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

FORM = "pointsapp-evidence-1"


def written_at(moment: datetime) -> str:
    """Return an instant as the canonical rows write it: UTC, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row_digest(
    public_id: str,
    evidence: str,
    area_code: str,
    quantity: int,
    occurred_at: datetime,
    recorded_at: datetime,
    person: str | None,
) -> str:
    """Return the SHA-256 of one row of evidence; `person` is the public id, which hides whom a reader does not know."""
    cells = (
        public_id,
        evidence,
        area_code,
        str(quantity),
        written_at(occurred_at),
        written_at(recorded_at),
        person or "-",
    )
    return sha256("\t".join(cells).encode()).hexdigest()


def salt_of(key: str, branch: str, evidence: str, *, members_only: bool) -> str:
    """Return the salt of one line's digest; told to whom the rows open, so that nobody else can try out which rows it is of."""
    words = f"{branch}\t{evidence}\t{'members' if members_only else 'all'}"
    return hmac.new(key.encode(), words.encode(), sha256).hexdigest()[:32]


class LineDigest:
    """The digest of a line, row by row in their order: memory stays flat however many there are."""

    def __init__(self, salt: str) -> None:
        self._sum = sha256(f"{FORM}\n{salt}\n".encode())
        self.rows = 0

    def add(self, row: str) -> None:
        self._sum.update(f"{row}\n".encode())
        self.rows += 1

    def hexdigest(self) -> str:
        return self._sum.hexdigest()


def words_digest(salt: str, title: str, words: str) -> str:
    """Return the SHA-256 of a piece that is words only; salted, as few words could be guessed."""
    return sha256(f"{salt}\n{title}\n{words}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """What a branch was asked for by hand 减负: pieces given, and what asks for one (assessed indicators, plan items shown by hand).

    `auto_lines` and `hand_lines` are lines of evidence: counted indicators and rows linked to plan items on one side; what pieces
    are used for and notes at plan items on the other.
    """

    pieces: int = 0
    assessed: int = 0
    items_by_hand: int = 0
    auto_lines: int = 0
    hand_lines: int = 0

    @property
    def asks(self) -> int:
        return self.assessed + self.items_by_hand

    @property
    def auto_percent(self) -> int | None:
        """The share of automatic lines, rounded down; None where there is no line at all."""
        lines = self.auto_lines + self.hand_lines
        return self.auto_lines * 100 // lines if lines else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MiddleBurden:
    """The median of several branches; of an even number the lower one of the two in the middle. None: nothing to compare."""

    branches: int
    pieces: int | None
    asks: int | None
    auto_percent: int | None


def middle(burdens: Sequence[Burden]) -> MiddleBurden:
    """Return the medians over `burdens`, each figure by itself."""
    return MiddleBurden(
        branches=len(burdens),
        pieces=_median([one.pieces for one in burdens]),
        asks=_median([one.asks for one in burdens]),
        auto_percent=_median([one.auto_percent for one in burdens if one.auto_percent is not None]),
    )


def _median(figures: list[Any]) -> int | None:
    return sorted(figures)[(len(figures) - 1) // 2] if figures else None
