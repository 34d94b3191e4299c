"""What is news to a person, and which sentence of a kind fits the facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# A stranger with a stolen password would be "oneself" to us: the owner is told in any case.
ALWAYS_NEWS = frozenset({"people.one_time_code_used", "people.password_changed", "people.code_replaced"})


def is_news(kind: str, person_id: int, actor_id: int | None) -> bool:
    """Tell whether the bell rings: for what others or the system did, and for the keys to one's account."""
    return kind in ALWAYS_NEWS or actor_id != person_id


def variant(kind: str, facts: Mapping[str, Any]) -> str:
    """Return the key of the sentence: the kind, or the kind with what makes this case different."""
    if kind == "tasks.shift_moved_for_person" and facts.get("clashes"):
        return f"{kind}:clashes"
    if kind == "checkin.credited" and not facts.get("points"):
        return f"{kind}:no_points"
    if kind == "checkin.provisional" and not facts.get("cut_off"):
        return f"{kind}:ticked"
    if kind == "people.one_time_code_used" and facts.get("password_replaced"):
        return f"{kind}:password"
    return kind
