"""Levels by points ever earned, and what counts as soon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

SOON = timedelta(days=30)  # points that lapse within this are said on the first page
NEAR = timedelta(days=7)  # one's own next shift within this is what today is about


@dataclass(frozen=True, slots=True)
class Level:
    """The n-th level, counted from 1; `to_next` points lead to the next one, None at the top."""

    number: int
    starts_at: int
    next_at: int | None
    earned: int

    @property
    def to_next(self) -> int | None:
        return None if self.next_at is None else self.next_at - self.earned


def level_of(earned: int, steps: Sequence[int]) -> Level:
    """Return the level of somebody who has earned so much. Spending never lowers it: it counts what was done."""
    climbed = sorted(step for step in steps if 0 < step <= earned)
    ahead = sorted(step for step in steps if step > max(earned, 0))
    return Level(len(climbed) + 1, climbed[-1] if climbed else 0, ahead[0] if ahead else None, earned)


def part_of_day(hour: int) -> str:
    """Return the key of the greeting for a local hour."""
    if 5 <= hour < 9:
        return "early"
    if 9 <= hour < 12:
        return "morning"
    if 12 <= hour < 18:
        return "afternoon"
    return "evening"


class ValueKind(StrEnum):
    """What a policy's value may be; read from its default, so that no policy needs a form of its own."""

    NUMBER = "number"
    NUMBER_OR_NONE = "number_or_none"
    SWITCH = "switch"
    NUMBERS = "numbers"
    WORDS = "words"


MOST = 1_000_000


def kind_of(default: Any) -> ValueKind:
    """Return the kind of value a policy with this default takes. None means "no bound" in this house, so a number or none."""
    if default is None:
        return ValueKind.NUMBER_OR_NONE
    if isinstance(default, bool):
        return ValueKind.SWITCH
    if isinstance(default, int):
        return ValueKind.NUMBER
    return ValueKind.NUMBERS if isinstance(default, list | tuple) else ValueKind.WORDS


def read_value(kind: ValueKind, typed: str) -> Any:
    """Return the value somebody typed; ValueError when it is not of this kind."""
    text = typed.strip()
    if kind is ValueKind.SWITCH:
        return {"yes": True, "no": False}[text] if text in ("yes", "no") else _no()
    if kind is ValueKind.NUMBER_OR_NONE and not text:
        return None
    if kind in (ValueKind.NUMBER, ValueKind.NUMBER_OR_NONE):
        return _number(text)
    if kind is ValueKind.NUMBERS:
        numbers = [_number(part) for part in re.split(r"[\s,，、]+", text) if part]
        return numbers if numbers == sorted(set(numbers)) and len(numbers) <= 20 else _no()
    return text or _no()


def _number(text: str) -> int:
    """Whole and not negative: every policy of the house counts something."""
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) > MOST:
        raise ValueError(text)
    return int(text)


def _no() -> Any:
    raise ValueError
