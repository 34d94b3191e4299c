"""Is this document a scheme? Names every mistake with its place, and returns the definition that is stored.

The shape is described in docs/stars.md; both change together. What a definition says is stored sparsely: a file that uses none of
the newer keys gives the definition it always gave, byte for byte, so that importing it again still changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pointsapp.stars.rules.check.parts import MOST_TOTAL, NEVER_SCORES, Parts, Place, Problems, Reason, shown
from pointsapp.stars.rules.check.sense import judge_keys, judge_references, judge_sums, judge_tiers, warnings
from pointsapp.stars.rules.check.shape import read_items, read_star, read_tier, read_top

__all__ = ["NEVER_SCORES", "Place", "Problems", "Reason", "check_scheme", "shown", "warn_of"]


def check_scheme(
    document: Any,
    metrics: Collection[str],
    *,
    informational: Collection[str] = (),
    roles: Collection[str] = (),
    area_kinds: Collection[str] = (),
) -> tuple[dict[str, Any], Problems]:
    """Return (definition, problems); the definition is only sound when there are no problems.

    `metrics` may score, `informational` ones exist and never do; `roles` are those that a scheme may let assess, `area_kinds` what
    areas there are to name.
    """
    parts = Parts(frozenset(metrics), frozenset(informational), tuple(roles), tuple(area_kinds))
    made, places = _read(parts, document)
    judge_keys(parts, made, places)
    top = document if isinstance(document, dict) else {}
    judge_sums(parts, made, parts.score(top, "total", (), MOST_TOTAL))
    judge_references(parts, made, places)
    judge_tiers(parts, made)
    return made, parts.problems


def _read(parts: Parts, document: Any) -> tuple[dict[str, Any], list[Place]]:
    made = read_top(parts, document)
    top = document if isinstance(document, dict) else {}
    made["stars"] = [read_star(parts, star, ("stars", n)) for n, star in enumerate(parts.items(top, "stars", ()))]
    tiers = parts.items(top, "tiers", ())
    made["tiers"] = [read_tier(parts, tier, ("tiers", n), len(made["stars"])) for n, tier in enumerate(tiers)]
    items, caps, places = read_items(parts, top)
    if items:
        made["items"] = items
    if caps:
        made["caps"] = caps
    return made, places


def warn_of(document: Any, definition: dict[str, Any], *, counted_share: int) -> list[tuple[Place, str]]:
    """Return what a sound `definition` is warned of, with its place in `document`."""
    _, _, places = read_items(Parts(frozenset()), document)
    return warnings(definition, places, counted_share)
