"""Small acts the ledger's tests share: a granted budget, a task's reserve, a credit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, EntryReceipt, PostingDraft, post

PERSON, TASK, SHOP, BUDGET = 17, 4, 3, 9


def _entry(reference: str, kind: str, *postings: PostingDraft, **over: object) -> EntryDraft:
    return EntryDraft(reference=reference, kind=kind, postings=postings, memo="test", **over)  # type: ignore[arg-type]


def grant(session: Session, points: int, *, reference: str = "grant", at: datetime | None = None) -> EntryReceipt:
    posting = PostingDraft(accounts.ISSUANCE, accounts.budget(BUDGET), points)
    return post(session, _entry(reference, "grant", posting), now=at or clock.now())


def reserve(session: Session, points: int, *, reference: str = "reserve", at: datetime | None = None) -> EntryReceipt:
    grant(session, points, reference=f"{reference}:grant", at=at)
    posting = PostingDraft(accounts.budget(BUDGET), accounts.task_reserved(TASK), points)
    return post(session, _entry(reference, "reservation", posting), now=at or clock.now())


def credit_draft(
    reference: str,
    points: int,
    *,
    minutes: int = 0,
    person_id: int = PERSON,
    lot_expires_at: datetime | None = None,
) -> EntryDraft:
    postings = [PostingDraft(accounts.task_reserved(TASK), accounts.person_available(person_id), points)]
    if minutes:
        postings.append(PostingDraft(accounts.SERVICE, accounts.person_minutes(person_id), minutes))
    return _entry(reference, "credit", *postings, person_id=person_id, lot_expires_at=lot_expires_at)


def credit(session: Session, reference: str, points: int, **over: object) -> EntryReceipt:
    return post(session, credit_draft(reference, points, **over), now=clock.now())  # type: ignore[arg-type]
