"""What the bank is asked to post, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pointsapp.core.idempotency import fingerprint
from pointsapp.ledger import accounts


@dataclass(frozen=True, slots=True)
class PostingDraft:
    """`amount` (> 0) from `source` to `destination`, account keys of one unit."""

    source: str
    destination: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """Why it is this many points: rule and version, what went in, the steps of the sum."""

    rule: str
    version: int
    inputs: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """What to post. An account with a floor may stand in one posting only; `behaviour` marks earned points for caps."""

    reference: str
    kind: str
    postings: tuple[PostingDraft, ...]
    memo: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    person_id: int | None = None
    rule: RuleTrace | None = None
    lot_expires_at: datetime | None = None
    behaviour: str | None = None
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReceipt:
    """`balances`: what each account with a floor holds after it (for a repeat: holds now)."""

    entry_id: int
    public_id: str
    balances: Mapping[str, int]
    is_repeat: bool = False


def check(draft: EntryDraft) -> None:
    """Raise ValueError for a draft no caller may make: these are bugs, never a person's mistake."""
    if not draft.postings:
        raise ValueError(f"{draft.reference}: an entry without postings")
    stored: list[str] = []
    for posting in draft.postings:
        if type(posting.amount) is not int or posting.amount <= 0:
            raise ValueError(f"{draft.reference}: an amount is a whole number above 0, not {posting.amount!r}")
        accounts.flow_of(posting.source, posting.destination)
        stored += [key for key in (posting.source, posting.destination) if accounts.is_stored(key)]
    if len(stored) != len(set(stored)):
        # Else one line's balance_after would depend on the order of postings inside one entry.
        raise ValueError(f"{draft.reference}: an account with a floor stands in two postings")


# Facts that only word the sentence: a task's title may be put better between two tries of the same credit.
WORDING = frozenset({"title"})


def mark_of(draft: EntryDraft) -> str:
    """Return the hash of what a draft says. Rule trace and lot expiry follow from the moment of the first call, so are left out."""
    return fingerprint(
        {
            "kind": draft.kind,
            "postings": [[posting.source, posting.destination, posting.amount] for posting in draft.postings],
            "memo": draft.memo,
            "facts": {name: fact for name, fact in draft.facts.items() if name not in WORDING},
            "person": draft.person_id,
        }
    )
