"""Formulas of counted indicators: the figure, the line or the bands, and whether every figure has exactly one score."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from pointsapp.stars.rules.check.parts import MOST_FIGURE, Parts, Place, shown

# A share of fewer people than this would be luck; a scheme may say another number.
LEAST_OF_A_SHARE = 5

_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "per_head": (("of", "per", "full_at"), ("zero_at", "least", "better")),
    "ratio": (("of", "to", "full_at"), ("zero_at", "least", "better")),
    "linear": (("of", "zero_at", "full_at"), ("better",)),
    "bands": (("of", "bands"), ("to", "per", "least", "better")),
}


def read_formula(parts: Parts, value: Any, at: Place, most: int) -> dict[str, Any]:
    """Return the formula as it is stored; `most` is the indicator's maximum in hundredths."""
    kind = parts.choice(value if isinstance(value, dict) else {}, "kind", at, list(_KINDS))
    if not kind:
        return {}
    needed, may = _KINDS[kind]
    formula = parts.fields(value, at, needed=("kind", *needed), may=may)
    if "to" in formula and "per" in formula:
        parts.say((*at, "per"), "a figure is either a share (to) or per head (per)")
    if "least" in formula and not {"to", "per"} & set(formula):
        parts.say((*at, "least"), "least goes with a share (to) or a figure per head (per)")
    least = LEAST_OF_A_SHARE if "to" in formula else 1
    made: dict[str, Any] = {
        "of": parts.metric(formula, "of", at),
        "to": parts.metric(formula, "to", at) if "to" in formula else None,
        "per": parts.whole(formula, "per", at, 1, 1_000_000) if "per" in formula else None,
        "zero_at": parts.whole(formula, "zero_at", at, 0, MOST_FIGURE) if "zero_at" in formula else 0,
        "full_at": parts.whole(formula, "full_at", at, 0, MOST_FIGURE) if "full_at" in formula else 0,
        "least": parts.whole(formula, "least", at, 1, 1_000_000) if "least" in formula else least,
        "bands": _Bands(parts, formula, at, most).read() if kind == "bands" else [],
    }
    if kind != "bands" and "full_at" in formula:
        _line(parts, formula, made, at)
    return made


def _line(parts: Parts, formula: dict[str, Any], made: dict[str, Any], at: Place) -> None:
    zero, full = made["zero_at"], made["full_at"]
    if zero == full:
        parts.say((*at, "full_at"), "full_at and zero_at are the same: there is no line between them")
    if "better" in formula:
        better = parts.choice(formula, "better", at, ("more", "less"))
        if better == "less" and zero < full:
            parts.say(
                (*at, "better"),
                "less is better, so zero_at must be above full_at {full}; it is {zero}",
                full=full,
                zero=zero,
            )
        if better == "more" and zero > full:
            parts.say(
                (*at, "better"),
                "more is better, so full_at must be above zero_at {zero}; it is {full}",
                full=full,
                zero=zero,
            )


class _Bands:
    """Bands in the file may stand in any order. `below` is optional and says aloud where a band ends."""

    def __init__(self, parts: Parts, formula: dict[str, Any], at: Place, most: int) -> None:
        self.parts, self.formula, self.at, self.most = parts, formula, at, most

    def read(self) -> list[list[int]]:
        """Return [at least, score in hundredths], the highest first."""
        parts = self.parts
        found: list[tuple[int, int, int | None, Place]] = []
        said_before = len(parts.problems)
        for n, value in enumerate(parts.items(self.formula, "bands", self.at)):
            place = (*self.at, "bands", n)
            band = parts.fields(value, place, needed=("at_least", "score"), may=("below",))
            score = parts.score(band, "score", place, may_be_0=True)
            if score > self.most:
                parts.say(
                    (*place, "score"),
                    "score {score} is above the indicator's max {most}",
                    score=shown(score),
                    most=shown(self.most),
                )
            begins = parts.whole(band, "at_least", place, 0, MOST_FIGURE)
            ends = parts.whole(band, "below", place, 1, MOST_FIGURE) if "below" in band else None
            if ends is not None and ends <= begins:
                parts.say((*place, "below"), "below {ends} is not above at_least {begins}", ends=ends, begins=begins)
            found.append((begins, score, ends, place))
        found.sort(key=lambda band: band[0])
        if len(parts.problems) == said_before:
            self._judge_edges(found)
            self._judge_direction(found)
        return [[begins, score] for begins, score, _, _ in reversed(found)]

    def _judge_edges(self, bands: list[tuple[int, int, int | None, Place]]) -> None:
        for lower, upper in pairwise(bands):
            (begins, _, ends, _), (following, _, _, place) = lower, upper
            if following == begins:
                self.parts.say((*place, "at_least"), "two bands begin at the same figure")
            elif ends is not None and ends > following:
                words = "this band begins at {following}, but the one from {begins} goes up to {ends}: they overlap"
                self.parts.say((*place, "at_least"), words, following=following, begins=begins, ends=ends)
            elif ends is not None and ends < following:
                self.parts.say(
                    (*place, "at_least"),
                    "nothing is said of figures from {ends} to below {following}",
                    ends=ends,
                    following=following,
                )
        if bands and bands[-1][2] is not None:
            begins, _, ends, place = bands[-1]
            words = "nothing is said of figures from {ends} on: leave below out of the last band"
            self.parts.say((*place, "below"), words, ends=ends)

    def _judge_direction(self, bands: list[tuple[int, int, int | None, Place]]) -> None:
        steps = [upper[1] - lower[1] for lower, upper in pairwise(bands)]
        wanted = (
            self.parts.choice(self.formula, "better", self.at, ("more", "less")) if "better" in self.formula else ""
        )
        # One band alone, or bands of the same score, are read as "more is better": below them is nothing.
        found = "less" if any(step < 0 for step in steps) else "more"
        if any(step > 0 for step in steps) and found == "less":
            self.parts.say(
                (*self.at, "bands"), "the scores of the bands go up and down: more or less is better, not both"
            )
        elif wanted and wanted != found:
            words = "{wanted} is better, but the bands give more points for {found}"
            self.parts.say((*self.at, "better"), words, wanted=wanted, found=found)
        elif found == "less" and bands[0][0] > 0:
            place = (*bands[0][3], "at_least")
            self.parts.say(place, "less is better, but nothing is said of figures below {begins}", begins=bands[0][0])
