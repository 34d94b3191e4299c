"""Lapsing: points past their day leave the person's balance, by an entry per lot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.ledger import accounts, memos
from pointsapp.ledger.models import Balance, Lot
from pointsapp.ledger.services.booking import book
from pointsapp.ledger.services.drafts import EntryDraft, PostingDraft

BATCH = 100


def lapse_due(session: Session, *, now: datetime) -> int:
    """Lapse a batch of lots whose time has come; return how many."""
    due = session.execute(
        select(Lot.id, Lot.person_id)
        .where(Lot.remaining > 0, Lot.expires_at <= now)
        .order_by(Lot.expires_at, Lot.id)
        .limit(BATCH)
    ).all()
    people = sorted({row.person_id for row in due})
    # The balances first, in sorted order: a payment under way may be using up these very lots.
    keys = sorted(accounts.person_available(person_id) for person_id in people)
    session.execute(
        select(Balance.account).where(Balance.account.in_(keys)).order_by(Balance.account).with_for_update()
    ).all()
    lapsed = 0
    for row in session.execute(
        select(Lot.id, Lot.person_id, Lot.remaining, Lot.expires_at)
        .where(Lot.id.in_([row.id for row in due]), Lot.remaining > 0)
        .order_by(Lot.person_id, Lot.expires_at, Lot.id)
    ).all():
        posting = PostingDraft(accounts.person_available(row.person_id), accounts.LAPSED, row.remaining)
        # Spending takes the soonest-expiring lot, which is this one: every lot before it has been lapsed in this loop.
        book(
            session,
            EntryDraft(
                reference=f"lot:{row.id}:lapse",
                kind="lapse",
                postings=(posting,),
                memo=memos.LAPSED,
                facts={"points": row.remaining, "on": clock.local_day(row.expires_at).isoformat()},
                person_id=row.person_id,
            ),
            now=now,
        )
        lapsed += 1
    return lapsed
