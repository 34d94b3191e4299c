"""What the boards' tests start from: points somebody earned, put into the books."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.transaction import write
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, post
from pointsapp.people.models import Person

_numbers = count(1)


def earn(session: Session, person: Person, points: int, *, minutes: int = 60, at: datetime | None = None) -> None:
    """Post what a check-in posts."""
    draft = EntryDraft(
        reference=f"test:{next(_numbers)}",
        kind="credit",
        memo="test",
        person_id=person.id,
        postings=(
            PostingDraft(accounts.task_reserved(1), accounts.person_available(person.id), points),
            PostingDraft(accounts.SERVICE, accounts.person_minutes(person.id), minutes),
        ),
    )
    write(post, draft, now=at or clock.now())


def hold(session: Session, person: Person, points: int) -> None:
    """Set points aside, as a voucher does."""
    draft = EntryDraft(
        reference=f"test:{next(_numbers)}",
        kind="hold",
        memo="test",
        person_id=person.id,
        postings=(PostingDraft(accounts.person_available(person.id), accounts.person_held(person.id), points),),
    )
    write(post, draft, now=clock.now())
