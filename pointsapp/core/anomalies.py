"""What a feature says about things worth a second look; wiring.py hands the rules to the trust desk, which knows none of them by name.

A feature's room `anomalies.py` holds ANOMALIES. A rule is stated in words that people read, with its thresholds as policies; it says
that something is unusual, never that somebody did wrong, and nothing follows from it but a person's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core.events import EventRow
from pointsapp.core.masking import mask_name
from pointsapp.core.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One row that a rule points at: `kind` and `row_id` name it once for ever. `person_id` is whom it credits or serves, `by_id` who did it.

    `facts` say it to people: title (or a key of the rule's `titles`), place, minutes, points; never a name.
    """

    kind: str
    row_id: int
    at: datetime
    person_id: int | None = None
    by_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A case that a rule found: `key` names it (whose, which day), `least` is how many rows make one. Rows may be known already."""

    key: str
    rows: tuple[EvidenceRow, ...]
    least: int
    area_id: int | None = None
    person_id: int | None = None
    by_id: int | None = None
    merchant_id: int | None = None


# session, the new events of the rule's kinds, its thresholds by policy name, now -> cases that hold at this moment.
Look = Callable[[Session, Sequence[EventRow], Mapping[str, Any], datetime], Iterable[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyRule:
    """`title` and `states` are lazy strings; `states` fills %(name)s with the thresholds, named as the policy after its dot.

    `in_office` says that its rows were done by who held an office: they answer for it by their whole name, a resident never does.
    `titles` are the lazy words of the titles its rows keep by key, for the reader's language; a title with no word there (a task's,
    an offer's) is shown as it was entered. `page` is the console's page of one row: endpoint, and the fact that is its argument.
    """

    key: str
    title: Any
    states: Any
    hears: tuple[str, ...]
    thresholds: tuple[Policy, ...]
    look: Look
    in_office: bool = True
    titles: Mapping[str, Any] = field(default_factory=dict)
    page: tuple[str, str] | None = None


_rules: dict[str, AnomalyRule] = {}


def register_rule(rule: AnomalyRule) -> None:
    """Put a rule on the desk. Only wiring.py calls this; a key names one rule."""
    if _rules.setdefault(rule.key, rule) is not rule:
        raise ValueError(f"two rules called {rule.key}")


def rules() -> tuple[AnomalyRule, ...]:
    return tuple(_rules[key] for key in sorted(_rules))


def rule_of(key: str) -> AnomalyRule | None:
    return _rules.get(key)


def name_of_doer(rule: str, name: str, *, is_own: bool) -> str:
    """Return how the desk shows who did a row of that rule: whole for an office, masked for a resident or a rule that is no more.

    `is_own`: they did it for themself, and stand masked beside it as whom it credits.
    """
    stated = rule_of(rule)
    return name if stated is not None and stated.in_office and not is_own else mask_name(name)


def told_facts(rule: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's facts with its title in the reader's language."""
    stated = rule_of(rule)
    word = stated.titles.get(facts.get("title", "")) if stated is not None else None
    return dict(facts) if word is None else {**facts, "title": str(word)}


def short(policy: Policy) -> str:
    """Return the name by which a rule's words call a threshold."""
    return policy.name.partition(".")[2]
