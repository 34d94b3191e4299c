"""Post many entries in few statements: for history and imports, through the same rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.ledger.services.drafts import EntryDraft, EntryReceipt
from pointsapp.ledger.services.entries import post


def post_many(session: Session, drafts: Sequence[EntryDraft], *, now: datetime) -> list[EntryReceipt]:
    """Post the drafts in their order."""
    return [post(session, draft, now=now) for draft in drafts]
