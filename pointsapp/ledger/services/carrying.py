"""Two books become one: what a person can spend and what they served go over to another book of theirs, by entries of both."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.core.states import rows_changed
from pointsapp.ledger import accounts, memos
from pointsapp.ledger.models import Balance, Claim, Posting
from pointsapp.ledger.services.booking import book
from pointsapp.ledger.services.drafts import EntryDraft, PostingDraft
from pointsapp.ledger.services.gifts import GiftDraft, give


def carry_points(session: Session, absorbed_id: int, survivor_id: int, *, reference: str, now: datetime) -> int:
    """Move everything the first can spend to the second; return how many points. What comes later: call it again.

    No posting is rewritten: the old book ends with a line out, the new one has a line in. Lots keep their expiry. What the first
    still owes is owed by the second.
    """
    available = accounts.person_available(absorbed_id)
    points = _held_by(session, available)
    if points:
        number = _number(session, available)
        draft = GiftDraft(
            reference=f"{reference}:points:{number}",
            giver_id=absorbed_id,
            receiver_id=survivor_id,
            points=points,
            given=memos.MERGED_OUT,
            received=memos.MERGED_IN,
            facts={"points": points},
            kind="merge",
        )
        give(session, draft, now=now)
    owed = update(Claim).where(Claim.person_id == absorbed_id, Claim.remaining > 0).values(person_id=survivor_id)
    rows_changed(session, owed)
    return points


def carry_minutes(session: Session, absorbed_id: int, survivor_id: int, *, reference: str, now: datetime) -> int:
    """Move the minutes of the first to the second; return how many. Each book gets an entry of its own, as with a gift."""
    old, new = accounts.person_minutes(absorbed_id), accounts.person_minutes(survivor_id)
    minutes = _held_by(session, old)
    if not minutes:
        return 0
    number = _number(session, old)
    sides = (
        (absorbed_id, old, accounts.MOVED, memos.MERGED_MINUTES_OUT, "out"),
        (survivor_id, accounts.MOVED, new, memos.MERGED_MINUTES_IN, "in"),
    )
    for person_id, source, destination, memo, side in sides:
        draft = EntryDraft(
            reference=f"{reference}:minutes:{number}:{side}",
            kind="merge",
            postings=(PostingDraft(source, destination, minutes),),
            memo=memo,
            facts={"minutes": minutes},
            person_id=person_id,
        )
        book(session, draft, now=now)
    return minutes


def _held_by(session: Session, account: str) -> int:
    return session.scalar(select(Balance.amount).where(Balance.account == account).with_for_update()) or 0


def _number(session: Session, account: str) -> int:
    """Return how often the account has paid: what comes in later goes over under a reference of its own."""
    return session.scalar(select(func.count()).select_from(Posting).where(Posting.source == account)) or 0
