"""The sentences of the book: each feature declares the memo keys it posts, with %(fact)s places, as lazy strings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

CLAIM_SET_OFF, LAPSED, ERASED = "ledger.claim_set_off", "ledger.lapsed", "ledger.erased"
MERGED_OUT, MERGED_IN = "ledger.merged_out", "ledger.merged_in"
MERGED_MINUTES_OUT, MERGED_MINUTES_IN = "ledger.merged_minutes_out", "ledger.merged_minutes_in"

_declared: dict[str, Any] = {}


def declare(key: str, text: Any) -> str:
    """Declare the words of `key` (at module level of the feature's messages.py) and return the key."""
    _declared[key] = text
    return key


def say(key: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence of a memo in the reader's language; a fact that is missing reads as a dash."""
    text = _declared.get(key)
    return key if text is None else str(text) % defaultdict(lambda: "—", facts)


def declared() -> frozenset[str]:
    return frozenset(_declared)
