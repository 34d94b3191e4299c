"""Post an entry: once per reference, balances by conditional UPDATE, lines with the balance after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session


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


def post(session: Session, draft: EntryDraft, *, now: datetime) -> EntryReceipt:
    """Post `draft`; the same reference with the same content is the same entry, with another content it is refused."""
    raise NotImplementedError


def post_many(session: Session, drafts: Sequence[EntryDraft], *, now: datetime | None = None) -> list[EntryReceipt]:
    """Post many drafts in few statements, in order: for history and imports."""
    raise NotImplementedError


def reverse(
    session: Session,
    entry_id: int,
    *,
    reference: str,
    memo: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    amount: int | None = None,
    to_account: str | None = None,
) -> EntryReceipt:
    """Mirror an entry by a new one, wholly or `amount` of its points; `to_account` receives instead of the old source."""
    raise NotImplementedError
