"""What a stored edition holds of each branch, how it is written down and read again, and the digest over all of it.

Written without names of stars, indicators and tiers: their keys stand there, so that one edition reads in every language and its
digest never depends on one. The scheme version that the round was scored under has the names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pointsapp.stars.rules.figures import Gap, IndicatorScore
from pointsapp.stars.rules.scheme import Item, ItemKind, Scheme
from pointsapp.stars.rules.score import BranchScore, ItemScore, StarScore, StarState
from pointsapp.stars.rules.why import (
    Step,
    why_corrected,
    why_indicator,
    why_no_tier,
    why_star,
    why_taken_back,
    why_total,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """「为什么是这个分」as it was stored: the steps to the total, to each star, and to each indicator and item."""

    total: tuple[Step, ...]
    stars: Mapping[str, tuple[Step, ...]]
    indicators: Mapping[str, tuple[Step, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """Why a star was taken back 摘星, and on which day (ISO)."""

    reason: str
    on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One branch in one edition. `tier` is a place among the scheme's tiers, `missed` are places of better ones without room.

    `branch` are its names of that day (code, name, area), `figures` what it brought together, `headcount` what was divided by.
    """

    branch: Mapping[str, str]
    rank: int
    tier: int | None
    score: BranchScore
    aims: tuple[str, ...] | None
    missed: tuple[int, ...]
    steps: Explained
    figures: Mapping[str, Any]
    headcount: Mapping[str, Any] | None = None
    taken_back: Mapping[str, TakenBack] = field(default_factory=dict)
    corrected: Mapping[str, int] = field(default_factory=dict)  # indicator -> number of the edition that corrected it


def explained(
    scheme: Scheme,
    score: BranchScore,
    missed: Iterable[int],
    *,
    taken_back: Mapping[str, TakenBack] | None = None,
    corrected: Mapping[str, int] | None = None,
) -> Explained:
    """Return the steps to every score of one branch."""
    back, right = taken_back or {}, corrected or {}
    every = [one for star in score.stars for one in star.indicators] + [one.score for one in score.items]
    return Explained(
        total=(*why_total(scheme, score), *why_no_tier(tuple(scheme.tiers[place].name for place in missed))),
        stars={star.star.key: (*why_star(score, star), *_back(back.get(star.star.key))) for star in score.stars},
        indicators={
            one.indicator.key: (*why_indicator(scheme, one), *why_corrected(right.get(one.indicator.key)))
            for one in every
        },
    )


def _back(taken: TakenBack | None) -> tuple[Step, ...]:
    return () if taken is None else why_taken_back(taken.on, taken.reason)


def write_row(scheme: Scheme, kept: Kept) -> dict[str, Any]:
    """Return what an edition stores of a branch beside rank, tier, total and lit stars: plain JSON."""
    score, names = kept.score, _Names(scheme)
    return {
        "branch": dict(kept.branch),
        "aims": None if kept.aims is None else list(kept.aims),
        "missed": list(kept.missed),
        "figures": dict(kept.figures),
        "headcount": None if kept.headcount is None else dict(kept.headcount),
        "changes": {kind.value: points for kind, points in score.changes.items()},
        "steps": names.written(kept.steps.total),
        "stars": [
            {
                "key": one.star.key,
                "score": one.score,
                "state": one.state.value,
                "added": one.added,
                "taken": one.taken,
                "steps": names.written(kept.steps.stars[one.star.key]),
                "indicators": [_write_one(each, kept, names) for each in one.indicators],
            }
            for one in score.stars
        ],
        "items": [_write_one(one.score, kept, names) for one in score.items],
        "taken_back": {key: {"reason": one.reason, "on": one.on} for key, one in kept.taken_back.items()},
        "corrected": dict(kept.corrected),
    }


def _write_one(one: IndicatorScore, kept: Kept, names: _Names) -> dict[str, Any]:
    key = one.indicator.key
    return {
        "key": key,
        "score": one.score,
        "inputs": dict(one.inputs),
        "gap": None if one.gap is None else one.gap.value,
        "steps": names.written(kept.steps.indicators[key]),
    }


def read_row(
    scheme: Scheme, facts: Mapping[str, Any], *, rank: int, tier: int | None, total: int, lit_stars: int
) -> Kept:
    """Return the branch that was stored, with the names that `scheme` (the version of its round) has in the reader's language."""
    names = _Names(scheme)
    stars = {star.key: star for star in scheme.stars}
    items = {item.key: item for item in scheme.items}
    score = BranchScore(
        stars=tuple(
            StarScore(
                star=stars[one["key"]],
                score=one["score"],
                state=StarState(one["state"]),
                indicators=tuple(_read_one(scheme, each) for each in one["indicators"]),
                added=one["added"],
                taken=one["taken"],
                is_over=True,
            )
            for one in facts["stars"]
        ),
        total=total,
        lit_stars=lit_stars,
        tier=None if tier is None else scheme.tiers[tier].name,
        items=tuple(ItemScore(item=_item(items, one), score=_read_one(scheme, one)) for one in facts["items"]),
        changes={ItemKind(kind): points for kind, points in facts["changes"].items()},
    )
    every = [each for one in facts["stars"] for each in one["indicators"]] + list(facts["items"])
    return Kept(
        branch=facts["branch"],
        rank=rank,
        tier=tier,
        score=score,
        aims=None if facts["aims"] is None else tuple(facts["aims"]),
        missed=tuple(facts["missed"]),
        steps=Explained(
            total=names.read(facts["steps"]),
            stars={one["key"]: names.read(one["steps"]) for one in facts["stars"]},
            indicators={one["key"]: names.read(one["steps"]) for one in every},
        ),
        figures=facts["figures"],
        headcount=facts["headcount"],
        taken_back={key: TakenBack(**one) for key, one in facts["taken_back"].items()},
        corrected=facts["corrected"],
    )


def _item(items: Mapping[str, Item], one: Mapping[str, Any]) -> Item:
    return items[one["key"]]


def _read_one(scheme: Scheme, one: Mapping[str, Any]) -> IndicatorScore:
    indicator = scheme.indicator(one["key"])
    assert indicator is not None  # a round is read under the version it was scored under, which is never changed
    gap = None if one["gap"] is None else Gap(one["gap"])
    return IndicatorScore(indicator=indicator, score=one["score"], inputs=dict(one["inputs"]), gap=gap)


class _Names:
    """Names in steps become keys on the way in and names again on the way out."""

    def __init__(self, scheme: Scheme) -> None:
        self.of = {
            "star": {star.key: star.name for star in scheme.stars},
            "indicator": {one.key: one.name for one in scheme.indicators},
            "veto": {item.key: item.indicator.name for item in scheme.items},
            "tier": {str(place): tier.name for place, tier in enumerate(scheme.tiers)},
        }
        self.keys = {kind: {name: key for key, name in names.items()} for kind, names in self.of.items()}

    def written(self, steps: Iterable[Step]) -> list[list[Any]]:
        return [
            [one.key, {name: self.keys.get(name, {}).get(str(value), value) for name, value in one.facts.items()}]
            for one in steps
        ]

    def read(self, steps: Iterable[list[Any]]) -> tuple[Step, ...]:
        return tuple(
            Step(key, {name: self.of.get(name, {}).get(str(value), value) for name, value in facts.items()})
            for key, facts in steps
        )


def digest_of(header: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of the edition as one document: the header, and the rows in the order of the branches' codes."""
    ordered = sorted(rows, key=lambda row: str(row["branch"]["code"]))
    document = {**header, "rows": ordered}
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
