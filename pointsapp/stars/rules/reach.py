"""Which branches a scheme is for: those it names, and those that no other scheme names where it names none itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reach:
    """A branch is meant if its code stands in `branches`, its area lies in one of `areas` or below, or its area is of one of `area_kinds`."""

    branches: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    area_kinds: tuple[str, ...] = ()


def reach_of(definition: Mapping[str, Any]) -> Reach | None:
    """Return which branches a definition names; None for one that is for every branch that no other scheme names."""
    said = definition.get("applies_to")
    return None if said is None else Reach(**{name: tuple(texts) for name, texts in said.items()})
