"""Points from one person to another: two entries in one transaction, a line in each book. What was going to expire still does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.ledger import accounts
from pointsapp.ledger.models import Balance
from pointsapp.ledger.services import lots
from pointsapp.ledger.services.booking import book
from pointsapp.ledger.services.drafts import EntryDraft, PostingDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftDraft:
    """`reference` is the giver's entry's; the receiver's has `:received` behind it. Each side has a memo of its own."""

    reference: str
    giver_id: int
    receiver_id: int
    points: int
    given: str
    received: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    kind: str = "gift"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftEntries:
    given_id: int
    received_id: int
    balance: int  # what the giver has left
    is_repeat: bool = False


def give(session: Session, draft: GiftDraft, *, now: datetime) -> GiftEntries:
    """Move points between two people's available accounts; InsufficientPoints where the giver has too few.

    Each book gets an entry of its own, because a line belongs to one person; `ledger verify` asks that nothing stays in between.
    """
    if draft.giver_id == draft.receiver_id:
        raise ValueError(f"{draft.reference}: a gift to oneself")
    giver, receiver = (accounts.person_available(person) for person in (draft.giver_id, draft.receiver_id))
    # Both balances in one order: two who give each other something at once must not wait for each other crosswise.
    session.execute(
        select(Balance.account)
        .where(Balance.account.in_([giver, receiver]))
        .order_by(Balance.account)
        .with_for_update()
    ).all()
    expiring = [(expires_at, part) for _lot, expires_at, part in lots.planned(session, draft.giver_id, draft.points)]
    given, _ = book(session, _entry(draft, draft.giver_id, giver, accounts.GIFTS), now=now)
    received, _ = book(session, _entry(draft, draft.receiver_id, accounts.GIFTS, receiver), now=now)
    if not received.is_repeat:
        lots.keep(session, draft.receiver_id, received.entry_id, expiring)
    return GiftEntries(
        given_id=given.entry_id,
        received_id=received.entry_id,
        balance=given.balances[giver],
        is_repeat=received.is_repeat,
    )


def _entry(draft: GiftDraft, person_id: int, source: str, destination: str) -> EntryDraft:
    is_given = destination == accounts.GIFTS
    return EntryDraft(
        reference=draft.reference if is_given else f"{draft.reference}:received",
        kind=draft.kind,
        postings=(PostingDraft(source, destination, draft.points),),
        memo=draft.given if is_given else draft.received,
        facts=draft.facts,
        person_id=person_id,
    )
