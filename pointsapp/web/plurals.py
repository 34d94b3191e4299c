"""One or many: the English of a counted thing is written in the catalogue, `%(n)s {n:place is|places are} left`.

Chinese counts without plurals, so no place in the code that says a number knows of them: a choice stands in the English alone, names
the place whose number decides, and is made when the words are filled. Words without a choice stay plain strings and cost nothing.
A unit that stands by itself beside a large figure, `{n:point|points}`, is chosen by `beside`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

CHOICE = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")
_TAGS = re.compile(r"<[^<>]*>")


class Counted(str):
    """Words with forms for one and for many: `%` chooses before it fills.

    As a plain string they read as many, so that words which lose their kind on the way (in an f-string, in a join) still read as
    English, and never show a brace.
    """

    _parts: tuple[str, ...]

    def __new__(cls, text: str) -> Counted:
        parts = tuple(CHOICE.split(text))
        self = super().__new__(cls, _chosen(parts, {}))
        self._parts = parts
        return self

    def __str__(self) -> str:
        return self  # a lazy string is made a string on its way to `%`

    def __mod__(self, facts: Any) -> str:
        return self.chosen(facts) % facts

    def chosen(self, facts: Any) -> str:
        """Return the words for these facts, their places still to be filled."""
        return _chosen(self._parts, facts if isinstance(facts, Mapping) else {})


def counted(text: str) -> str:
    """Return `text` itself, or as `Counted` where it offers a choice."""
    return Counted(text) if "{" in text and CHOICE.search(text) else text


def beside(unit: Any, number: object) -> Any:
    """Return a unit as it reads beside its number: `points` becomes point where the number is 1.

    `unit` may be lazy; its English, said by itself, offers its choice by the name `n`.
    """
    said = str(unit)
    return said.chosen({"n": number}) if isinstance(said, Counted) else unit


def is_one(value: object) -> bool:
    """Tell whether English counts what is shown for `value` as one: 1, "1", "−1", +1 in bold; not 1.0, nor nothing at all."""
    if isinstance(value, int):
        return abs(value) == 1
    return _TAGS.sub("", str(value)).strip().lstrip("+-−") == "1"


def _chosen(parts: tuple[str, ...], facts: Mapping[str, Any]) -> str:
    """Join the words before, between and after the choices (name, one, many) with what was chosen."""
    said = parts[0]
    for name, one, many, after in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        said += (one if is_one(facts.get(name)) else many) + after
    return said
