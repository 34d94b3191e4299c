"""Reads the parts of a document that somebody wrote by hand, and says of each wrong one where it stands and what is expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from pointsapp.stars.rules.scheme import HEADCOUNT, HUNDREDTHS

Place = tuple[str | int, ...]
Problems = list[tuple[Place, str]]

# Facts for information that no scheme may score (国办函〔2026〕12号): nobody is forced to install, log in or tick.
NEVER_SCORES = frozenset(
    {
        "active_accounts", "app_opens", "downloads", "installs", "log_ins", "logins", "page_views", "redemption_rate",
        "redemptions", "registered_accounts", "registration_rate", "registrations", "visits",
    }
)  # fmt: skip
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
KEY_WORDS = "small letters, digits and _, beginning with a letter"
CODE_WORDS = "small letters, digits, - and _, at most 40"
MOST_SCORE = 1000
MOST_TOTAL = 100_000
MOST_FIGURE = 1_000_000_000


class Reason(str):
    """What is wrong, in English, as the command line says it; template and facts let a page say it in the reader's language."""

    template: str
    facts: dict[str, str]

    def __new__(cls, template: str, **facts: Any) -> Reason:
        reason = super().__new__(cls, template.format(**facts))
        reason.template, reason.facts = template, {name: str(fact) for name, fact in facts.items()}
        return reason


@dataclass(slots=True)
class Parts:
    """Each reader returns a value of the right type, also where it says that something is wrong; `problems` decides."""

    metrics: frozenset[str]
    informational: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()
    area_kinds: tuple[str, ...] = ()
    problems: Problems = field(default_factory=list)

    def say(self, place: Place, template: str, **facts: Any) -> None:
        self.problems.append((place, Reason(template, **facts)))

    def fields(self, value: Any, at: Place, *, needed: tuple[str, ...], may: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return a mapping with exactly these keys; empty for anything else."""
        if not isinstance(value, dict):
            self.say(at, "expected {keys}", keys=", ".join(needed or may))
            return {}
        for name in value:
            if name not in needed and name not in may:
                self.say(
                    (*at, name), "unknown key {key!r}; known here: {known}", key=name, known=", ".join((*needed, *may))
                )
        for name in needed:
            if name not in value:
                self.say(at, "{key} is missing", key=name)
        return value

    def items(self, value: Mapping[str, Any], name: str, at: Place) -> list[Any]:
        found = value.get(name)
        if name in value and (not isinstance(found, list) or not found):
            self.say((*at, name), "{key} must be a list with at least one item", key=name)
        elif isinstance(found, list) and len(found) > 100:
            self.say((*at, name), "{key} has more than 100 items", key=name)
        return found[:100] if isinstance(found, list) else []

    def texts(self, value: Mapping[str, Any], name: str, at: Place) -> list[str]:
        """Return a list of texts; one text stands for a list of one."""
        if isinstance(value.get(name), str):
            return [value[name]]
        found = []
        for n, text in enumerate(self.items(value, name, at)):
            if isinstance(text, str):
                found.append(text)
            else:
                self.say((*at, name, n), "{text!r} is not a text", text=text)
        return found

    def text(self, value: Mapping[str, Any], name: str, at: Place, most: int) -> str:
        text = value.get(name)
        if name in value and (not isinstance(text, str) or not text.strip() or len(text.strip()) > most):
            self.say((*at, name), "{key} must be a text of 1 to {most} characters", key=name, most=most)
        return text.strip() if isinstance(text, str) else ""

    def names(self, value: Mapping[str, Any], at: Place, most: int) -> dict[str, str]:
        """Return the name, and the English one where it is given: a text, or {zh: …, en: …}."""
        if not isinstance(value.get("name"), dict):
            return {"name": self.text(value, "name", at, most)}
        place = (*at, "name")
        both = self.fields(value["name"], place, needed=("zh",), may=("en",))
        names = {"name": self.text(both, "zh", place, most)}
        # A word of two characters easily takes four times as many letters.
        return {**names, "name_en": self.text(both, "en", place, most * 4)} if "en" in both else names

    def pattern(self, value: Mapping[str, Any], name: str, at: Place, pattern: re.Pattern[str], words: str) -> str:
        text = value.get(name)
        if name in value and not (isinstance(text, str) and pattern.fullmatch(text)):
            self.say((*at, name), "{key} must be {words}", key=name, words=words)
        return text if isinstance(text, str) else ""

    def key(self, value: Mapping[str, Any], at: Place) -> str:
        return self.pattern(value, "key", at, KEY, KEY_WORDS)

    def choice(self, value: Mapping[str, Any], name: str, at: Place, known: Collection[str]) -> str:
        found = value.get(name)
        if isinstance(found, str) and found in known:
            return found
        place = (*at, name) if name in value else at
        self.say(place, "{key} must be one of {known}", key=name, known=", ".join(known))
        return ""

    def whole(self, value: Mapping[str, Any], name: str, at: Place, least: int, most: int) -> int:
        number = value.get(name)
        if isinstance(number, int) and not isinstance(number, bool) and least <= number <= most:
            return number
        if name in value:
            self.say(
                (*at, name), "{key} must be a whole number from {least} to {most}", key=name, least=least, most=most
            )
        return least

    def score(
        self, value: Mapping[str, Any], name: str, at: Place, most: int = MOST_SCORE, *, may_be_0: bool = False
    ) -> int:
        """Return a score in hundredths; at most two decimals, so that sums stay exact."""
        number = value.get(name)
        if isinstance(number, int | float) and not isinstance(number, bool):
            try:
                hundredths = Decimal(str(number)) * HUNDREDTHS
            except InvalidOperation:
                hundredths = Decimal("NaN")
            is_within = hundredths.is_finite() and 0 <= hundredths <= most * HUNDREDTHS
            if is_within and hundredths == int(hundredths) and (hundredths or may_be_0):
                return int(hundredths)
        if name in value:
            least = "0 or more" if may_be_0 else "above 0"
            template = "{key} must be " + least + ", at most {most}, with at most two decimals"
            self.say((*at, name), template, key=name, most=most)
        return 0

    def metric(self, value: Mapping[str, Any], name: str, at: Place) -> str:
        metric = value.get(name)
        if isinstance(metric, str) and metric in NEVER_SCORES | self.informational:
            self.say((*at, name), "{metric} is for information only and never scores", metric=metric)
        elif name in value and not (isinstance(metric, str) and metric in self.metrics and metric != HEADCOUNT):
            known = ", ".join(sorted(self.metrics - self.informational - {HEADCOUNT}))
            self.say((*at, name), "unknown metric {metric!r}; known: {known}", metric=metric, known=known)
        return metric if isinstance(metric, str) else ""

    def known(self, text: str, place: Place, known: Collection[str], word: str) -> bool:
        """Tell whether a reference leads somewhere; say so where it does not."""
        if text in known:
            return True
        self.say(
            place, "there is no " + word + " {text!r}; there are {known}", text=text, known=", ".join(known) or "none"
        )
        return False

    def unique(self, keys: list[tuple[str, Place]], word: str) -> None:
        seen: set[str] = set()
        for key, place in keys:
            if key and key in seen:
                self.say(place, word + " {key} stands twice", key=key)
            seen.add(key)


def shown(hundredths: int) -> str:
    """Return a score as people write it: 1250 -> 12.5"""
    return f"{Decimal(hundredths) / HUNDREDTHS:f}"
