"""Is this document a scheme? Names every mistake with its place, and returns the definition that is stored.

The shape is described in docs/stars.md; both change together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pointsapp.stars.rules.scheme import COLOURS, HEADCOUNT, HUNDREDTHS, Source

Place = tuple[str | int, ...]
Problems = list[tuple[Place, str]]

# Facts for information that no scheme may score (国办函〔2026〕12号): nobody is forced to install, log in or tick.
NEVER_SCORES = frozenset({"log_ins", "installs", "registrations", "redemptions", "redemption_rate"})
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
MOST_SCORE = 1000
MOST_FIGURE = 1_000_000_000


def check_scheme(document: Any, metrics: Collection[str]) -> tuple[dict[str, Any], Problems]:
    """Return (definition, problems); the definition is only sound when there are no problems."""
    checker = _Checker(metrics)
    return checker.scheme(document), checker.problems


class _Checker:
    def __init__(self, metrics: Collection[str]) -> None:
        self.metrics = frozenset(metrics)
        self.problems: Problems = []

    def scheme(self, document: Any) -> dict[str, Any]:
        top = self._fields(document, (), needed=("scheme", "version", "name", "total", "stars", "tiers"))
        stars = [self._star(star, ("stars", n)) for n, star in enumerate(self._list(top, "stars", ()))]
        self._unique([star["key"] for star in stars], "stars", "star")
        keys = [one["key"] for star in stars for one in star["indicators"]]
        self._unique(keys, "stars", "indicator")
        total = self._score(top, "total", (), most=100_000)
        added = sum(one["most"] for star in stars for one in star["indicators"])
        if total and not self.problems and total != added:
            self._say(("total",), f"total is {_shown(total)}, but the indicators add up to {_shown(added)}")
        tiers = [
            self._tier(tier, ("tiers", n), len(stars), total or added)
            for n, tier in enumerate(self._list(top, "tiers", ()))
        ]
        self._unique([tier["name"] for tier in tiers], "tiers", "tier")
        return {
            "code": self._pattern(top, "scheme", (), _CODE, "small letters, digits, - and _, at most 40"),
            "version": self._whole(top, "version", (), 1, 1_000_000),
            "name": self._text(top, "name", (), 60),
            "stars": stars,
            "tiers": tiers,
        }

    def _star(self, value: Any, at: Place) -> dict[str, Any]:
        star = self._fields(value, at, needed=("key", "name", "colour", "lit_at", "indicators"))
        indicators = [
            self._indicator(one, (*at, "indicators", n)) for n, one in enumerate(self._list(star, "indicators", at))
        ]
        lit_at = self._score(star, "lit_at", at)
        most = sum(one["most"] for one in indicators)
        if lit_at > most:
            self._say((*at, "lit_at"), f"lit_at is {_shown(lit_at)}, but the indicators add up to {_shown(most)}")
        return {
            "key": self._pattern(star, "key", at, _KEY, "small letters, digits and _, beginning with a letter"),
            "name": self._text(star, "name", at, 12),
            "colour": self._choice(star, "colour", at, list(COLOURS)),
            "lit_at": lit_at,
            "indicators": indicators,
        }

    def _indicator(self, value: Any, at: Place) -> dict[str, Any]:
        one = self._fields(value, at, needed=("key", "name", "max", "source"), may=("unit", "formula"))
        most = self._score(one, "max", at)
        source = self._choice(one, "source", at, [kind.value for kind in Source])
        formula = None
        if source == Source.AUTOMATIC:
            if "formula" not in one:
                self._say(at, "an automatic indicator needs a formula")
            else:
                formula = self._formula(one["formula"], (*at, "formula"), most)
        elif "formula" in one and source:
            self._say((*at, "formula"), "an assessed indicator has no formula")
        return {
            "key": self._pattern(one, "key", at, _KEY, "small letters, digits and _, beginning with a letter"),
            "name": self._text(one, "name", at, 40),
            "unit": self._text(one, "unit", at, 12) if "unit" in one else "",
            "most": most,
            "source": source,
            "formula": formula,
        }

    def _formula(self, value: Any, at: Place, most: int) -> dict[str, Any]:
        kinds = {
            "per_head": (("of", "per", "full_at"), ("zero_at",)),
            "ratio": (("of", "to", "full_at"), ("zero_at", "least")),
            "linear": (("of", "zero_at", "full_at"), ()),
            "bands": (("of", "bands"), ("to", "per", "least")),
        }
        kind = self._choice(value if isinstance(value, dict) else {}, "kind", at, list(kinds))
        if not kind:
            return {}
        needed, may = kinds[kind]
        formula = self._fields(value, at, needed=("kind", *needed), may=may)
        if "to" in formula and "per" in formula:
            self._say((*at, "per"), "a figure is either a share (to) or per head (per)")
        made: dict[str, Any] = {
            "of": self._metric(formula, "of", at),
            "to": self._metric(formula, "to", at) if "to" in formula else None,
            "per": self._whole(formula, "per", at, 1, 1_000_000) if "per" in formula else None,
            "zero_at": self._whole(formula, "zero_at", at, 0, MOST_FIGURE) if "zero_at" in formula else 0,
            "full_at": self._whole(formula, "full_at", at, 0, MOST_FIGURE) if "full_at" in formula else 0,
            "least": self._whole(formula, "least", at, 1, 10_000) if "least" in formula else 1,
            "bands": self._bands(formula, at, most) if kind == "bands" else [],
        }
        if kind != "bands" and "full_at" in formula and made["zero_at"] == made["full_at"]:
            self._say((*at, "full_at"), "full_at and zero_at are the same: there is no line between them")
        return made

    def _bands(self, formula: dict[str, Any], at: Place, most: int) -> list[list[int]]:
        bands = []
        for n, value in enumerate(self._list(formula, "bands", at)):
            place = (*at, "bands", n)
            band = self._fields(value, place, needed=("at_least", "score"))
            score = self._score(band, "score", place)
            if score > most:
                self._say((*place, "score"), f"score {_shown(score)} is above the indicator's max {_shown(most)}")
            bands.append([self._whole(band, "at_least", place, 0, MOST_FIGURE), score])
        if len({band[0] for band in bands}) != len(bands):
            self._say((*at, "bands"), "two bands begin at the same figure")
        return sorted(bands, reverse=True)

    def _tier(self, value: Any, at: Place, stars: int, total: int) -> dict[str, Any]:
        tier = self._fields(value, at, needed=("name",), may=("lit_stars", "total", "each_star_percent"))
        floor = self._score(tier, "total", at, most=100_000) if "total" in tier else 0
        if floor > total:
            self._say((*at, "total"), f"nobody can reach {_shown(floor)}: the scheme's total is {_shown(total)}")
        each = self._whole(tier, "each_star_percent", at, 0, 100) if "each_star_percent" in tier else 0
        return {
            "name": self._text(tier, "name", at, 20),
            "lit_stars": self._whole(tier, "lit_stars", at, 0, stars) if "lit_stars" in tier else 0,
            "total": floor,
            "each_star_percent": each,
        }

    # the parts of a document

    def _say(self, place: Place, reason: str) -> None:
        self.problems.append((place, reason))

    def _fields(self, value: Any, at: Place, *, needed: tuple[str, ...], may: tuple[str, ...] = ()) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._say(at, f"expected {', '.join(needed)}")
            return {}
        for name in value:
            if name not in needed and name not in may:
                self._say((*at, name), f"unknown key {name!r}; known here: {', '.join((*needed, *may))}")
        for name in needed:
            if name not in value:
                self._say(at, f"{name} is missing")
        return value

    def _list(self, value: Mapping[str, Any], name: str, at: Place) -> list[Any]:
        found = value.get(name)
        if name in value and (not isinstance(found, list) or not found):
            self._say((*at, name), f"{name} must be a list with at least one item")
        elif isinstance(found, list) and len(found) > 100:
            self._say((*at, name), f"{name} has more than 100 items")
        return found[:100] if isinstance(found, list) else []

    def _text(self, value: Mapping[str, Any], name: str, at: Place, most: int) -> str:
        text = value.get(name)
        if name in value and (not isinstance(text, str) or not text.strip() or len(text.strip()) > most):
            self._say((*at, name), f"{name} must be a text of 1 to {most} characters")
        return text.strip() if isinstance(text, str) else ""

    def _pattern(self, value: Mapping[str, Any], name: str, at: Place, pattern: re.Pattern[str], words: str) -> str:
        text = value.get(name)
        if name in value and not (isinstance(text, str) and pattern.fullmatch(text)):
            self._say((*at, name), f"{name} must be {words}")
        return text if isinstance(text, str) else ""

    def _choice(self, value: Mapping[str, Any], name: str, at: Place, known: list[str]) -> str:
        found = value.get(name)
        if found in known and isinstance(found, str):
            return found
        place = (*at, name) if name in value else at
        self._say(place, f"{name} must be one of {', '.join(known)}")
        return ""

    def _whole(self, value: Mapping[str, Any], name: str, at: Place, least: int, most: int) -> int:
        number = value.get(name)
        if isinstance(number, int) and not isinstance(number, bool) and least <= number <= most:
            return number
        if name in value:
            self._say((*at, name), f"{name} must be a whole number from {least} to {most}")
        return least

    def _score(self, value: Mapping[str, Any], name: str, at: Place, most: int = MOST_SCORE) -> int:
        """Return a score in hundredths; at most two decimals, so that sums stay exact."""
        number = value.get(name)
        if isinstance(number, int | float) and not isinstance(number, bool):
            try:
                hundredths = Decimal(str(number)) * HUNDREDTHS
            except InvalidOperation:
                hundredths = Decimal("NaN")
            if hundredths.is_finite() and 0 < hundredths <= most * HUNDREDTHS and hundredths == int(hundredths):
                return int(hundredths)
        if name in value:
            self._say((*at, name), f"{name} must be above 0, at most {most}, with at most two decimals")
        return 0

    def _metric(self, value: Mapping[str, Any], name: str, at: Place) -> str:
        metric = value.get(name)
        if isinstance(metric, str) and metric in self.metrics and metric != HEADCOUNT:
            return metric
        if isinstance(metric, str) and metric in NEVER_SCORES:
            self._say((*at, name), f"{metric} is for information only and never scores")
        elif name in value:
            known = ", ".join(sorted(self.metrics - {HEADCOUNT}))
            self._say((*at, name), f"unknown metric {metric!r}; known: {known}")
        return metric if isinstance(metric, str) else ""

    def _unique(self, keys: list[str], name: str, word: str) -> None:
        for key in sorted({key for key in keys if key and keys.count(key) > 1}):
            self._say((name,), f"{word} {key} stands twice")


def _shown(hundredths: int) -> str:
    return f"{Decimal(hundredths) / HUNDREDTHS:f}"
