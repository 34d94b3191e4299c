"""Who stands where among all branches of a round: ranks, the tie rule, and tiers that have room for only so many."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pointsapp.stars.rules.scheme import Quota, Scheme, TieRule
from pointsapp.stars.rules.score import BranchScore, tiers_met

Key = TypeVar("Key", bound=Hashable)
LIT_STARS = "lit_stars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`missed` are better tiers whose conditions hold but whose quota is full."""

    rank: int
    tier: str | None
    missed: tuple[str, ...] = ()


def ranks(figures: Mapping[Key, Any]) -> dict[Key, int]:
    """Return each key's rank, highest figure first; equal figures share a rank and the next is passed over (1, 1, 3)."""
    first: dict[Any, int] = {}
    for place, figure in enumerate(sorted(figures.values(), reverse=True), start=1):
        first.setdefault(figure, place)
    return {key: first[figure] for key, figure in figures.items()}


def comparable(scheme: Scheme, score: BranchScore) -> tuple[int, ...]:
    """Return what a branch is compared by: the total, then what the scheme's tie rule names, in its order."""
    if not scheme.ties:
        return (score.total,)
    by_star = {one.star.key: one.score for one in score.stars}
    return (score.total, *(score.lit_stars if tie == LIT_STARS else by_star[tie] for tie in scheme.ties))


def stand(scheme: Scheme, scores: Mapping[Key, BranchScore]) -> dict[Key, Place]:
    """Return every branch's place. Only the scores decide: neither the order of `scores` nor what the keys are."""
    rank_of = ranks({key: comparable(scheme, score) for key, score in scores.items()})
    met = {key: tiers_met(scheme, score) for key, score in scores.items()}
    given: dict[Key, str] = {}
    missed: dict[Key, tuple[str, ...]] = {}
    for place, tier in enumerate(scheme.tiers):
        candidates = {key: rank_of[key] for key, places in met.items() if place in places and key not in given}
        let_in = _let_in(tier.quota, candidates, len(scores))
        for key in candidates:
            if key in let_in:
                given[key] = tier.name
            else:
                missed[key] = (*missed.get(key, ()), tier.name)
    return {key: Place(rank=rank, tier=given.get(key), missed=missed.get(key, ())) for key, rank in rank_of.items()}


def _let_in(quota: Quota | None, candidates: Mapping[Key, int], taking_part: int) -> set[Key]:
    """Return who of `candidates` (key -> rank) gets the tier. Whoever is equal is treated equally."""
    if quota is None:
        return set(candidates)
    room, let_in = quota.places(taking_part), set[Key]()
    for rank in sorted(set(candidates.values())):
        equal = {key for key, own in candidates.items() if own == rank}
        if len(let_in) >= room or (len(let_in) + len(equal) > room and quota.ties is TieRule.OUT):
            break
        let_in |= equal
    return let_in
