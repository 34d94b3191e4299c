"""The end of a person's book: what is left pays what they still owe, and the rest lapses, for all to see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.core.states import must_move
from pointsapp.ledger import accounts, memos
from pointsapp.ledger.models import Balance, Claim, Posting
from pointsapp.ledger.services.booking import book
from pointsapp.ledger.services.drafts import EntryDraft, PostingDraft


def close_person(session: Session, person_id: int, *, now: datetime) -> int:
    """Empty what the person can spend; return how many points lapsed. Later points: call it again.

    Minutes stay: they are the record of service. What nothing is left for stays a claim, which two people write off as any other.
    """
    available = accounts.person_available(person_id)
    left = session.scalar(select(Balance.amount).where(Balance.account == available).with_for_update()) or 0
    if not left:
        return 0
    # What comes in later is emptied under a reference of its own, be it the same second: every closing pays from here.
    number = session.scalar(select(func.count()).select_from(Posting).where(Posting.source == available)) or 0
    claims = session.execute(
        select(Claim.id, Claim.remaining, Claim.to_account)
        .where(Claim.person_id == person_id, Claim.remaining > 0)
        .order_by(Claim.id)
    ).all()
    for claim in claims:
        part = min(left, claim.remaining)
        if part:
            facts = {"points": part, "left": claim.remaining - part}
            draft = EntryDraft(
                reference=f"claim:{claim.id}:set_off:closed:{number}",
                kind="set_off",
                postings=(PostingDraft(available, claim.to_account, part),),
                memo=memos.CLAIM_SET_OFF,
                facts=facts,
                person_id=person_id,
            )
            book(session, draft, now=now)
            left -= part
            must_move(
                session,
                update(Claim)
                .where(Claim.id == claim.id, Claim.remaining == claim.remaining)
                .values(remaining=Claim.remaining - part),
            )
    if left:
        draft = EntryDraft(
            reference=f"person:{person_id}:closed:{number}",
            kind="lapse",
            postings=(PostingDraft(available, accounts.LAPSED, left),),
            memo=memos.ERASED,
            facts={"points": left},
            person_id=person_id,
        )
        book(session, draft, now=now)
    return left
