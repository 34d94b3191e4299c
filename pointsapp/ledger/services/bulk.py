"""Post many entries in few statements, by the same rules: for history, imports and scale tests.

Grants, reserves and credits of a batch go together. Whatever spends, repeats a reference or owes a claim goes through `post`
alone, in its place, so that the order of every book is the order of the drafts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.ledger import accounts
from pointsapp.ledger.accounts import Side
from pointsapp.ledger.models import Balance, Claim, Entry, Lot, Posting
from pointsapp.ledger.services.booking import if_absent
from pointsapp.ledger.services.drafts import EntryDraft, EntryReceipt, check, mark_of
from pointsapp.ledger.services.entries import post
from pointsapp.ledger.services.rows import changes_of, entry_row, posting_rows

BATCH = 500
_balance, _entry, _posting, _lot = Balance.__table__, Entry.__table__, Posting.__table__, Lot.__table__
_SPENDS = {Side.AVAILABLE, Side.HELD, Side.MINUTES}


def post_many(
    session: Session, drafts: Sequence[EntryDraft], *, now: datetime | Sequence[datetime]
) -> list[EntryReceipt]:
    """Post the drafts in their order; `now` is one moment for all, or one for each."""
    moments = [now] * len(drafts) if isinstance(now, datetime) else list(now)
    if len(moments) != len(drafts):
        raise ValueError("one moment for all drafts, or one for each")
    receipts: list[EntryReceipt] = []
    for start in range(0, len(drafts), BATCH):
        receipts += _batch(
            session, list(zip(drafts[start : start + BATCH], moments[start : start + BATCH], strict=True))
        )
    return receipts


def _batch(session: Session, batch: list[tuple[EntryDraft, datetime]]) -> list[EntryReceipt]:
    alone = _to_post_alone(session, [draft for draft, _moment in batch])
    receipts: list[EntryReceipt] = []
    together: list[tuple[EntryDraft, datetime]] = []
    for draft, moment in batch:
        if draft.reference not in alone:
            together.append((draft, moment))
            continue
        receipts += _together(session, together)
        together = []
        receipts.append(post(session, draft, now=moment))
    return receipts + _together(session, together)


def _to_post_alone(session: Session, drafts: list[EntryDraft]) -> set[str]:
    """Return the references that need the careful way."""
    references = [draft.reference for draft in drafts]
    alone = {reference for reference in references if references.count(reference) > 1}
    alone |= set(session.scalars(select(_entry.c.reference).where(_entry.c.reference.in_(references))))
    people = {draft.person_id for draft in drafts if draft.person_id is not None}
    owing = set(session.scalars(select(Claim.person_id).where(Claim.person_id.in_(people), Claim.remaining > 0)))
    for draft in drafts:
        check(draft)
        if draft.person_id in owing or any(accounts.side_of(each.source) in _SPENDS for each in draft.postings):
            alone.add(draft.reference)
    return alone


def _together(session: Session, batch: list[tuple[EntryDraft, datetime]]) -> list[EntryReceipt]:
    if not batch:
        return []
    held = _lock_balances(session, sorted({key for draft, _moment in batch for key in changes_of(draft)}))
    after: list[dict[str, int]] = []
    for number, (draft, moment) in enumerate(batch):
        changes = changes_of(draft)
        if any(held[key] + change < 0 for key, change in changes.items()):
            # What stands before it is written first; then `post` refuses with the true figures.
            receipts = _write(session, batch[:number], after, held)
            post(session, draft, now=moment)
            raise AssertionError(f"{draft.reference}: refused in the batch, but not alone; {len(receipts)} before it")
        for key, change in changes.items():
            held[key] += change
        after.append({key: held[key] for key in changes})
    return _write(session, batch, after, held)


def _lock_balances(session: Session, keys: list[str]) -> dict[str, int]:
    """Return what the accounts hold, each row locked until the commit; a new account begins at 0."""
    session.execute(if_absent(session, _balance), [{"account": key, "amount": 0} for key in keys])
    rows = session.execute(
        select(_balance.c.account, _balance.c.amount)
        .where(_balance.c.account.in_(keys))
        .order_by(_balance.c.account)
        .with_for_update()
    )
    return {row.account: row.amount for row in rows}


def _write(
    session: Session, batch: list[tuple[EntryDraft, datetime]], after: list[dict[str, int]], held: dict[str, int]
) -> list[EntryReceipt]:
    if not batch:
        return []
    rows = [entry_row(draft, mark_of(draft), moment) for draft, moment in batch]
    ids = _insert_entries(session, rows)
    postings, lots = [], []
    for (draft, moment), entry_id, balances in zip(batch, ids, after, strict=True):
        postings += posting_rows(draft, entry_id, balances, moment)
        lots += _lots(draft, entry_id)
    session.execute(insert(_posting), postings)
    if lots:
        session.execute(insert(_lot), lots)
    moved = sorted({key for balances in after for key in balances})
    session.execute(
        update(_balance).where(_balance.c.account == bindparam("key")).values(amount=bindparam("now_holds")),
        [{"key": key, "now_holds": held[key]} for key in moved],
    )
    return [
        EntryReceipt(entry_id=entry_id, public_id=row["public_id"], balances=balances)
        for row, entry_id, balances in zip(rows, ids, after, strict=True)
    ]


def _insert_entries(session: Session, rows: list[dict[str, Any]]) -> list[int]:
    """Insert the entries and return their numbers, which rise in the order of the rows."""
    if session.get_bind().dialect.name == "postgresql":
        return list(session.scalars(insert(_entry).returning(_entry.c.id, sort_by_parameter_order=True), rows))
    # SQLite would answer row by row; here the only writer of the file may number them itself.
    last = session.scalar(select(func.max(_entry.c.id))) or 0
    ids = list(range(last + 1, last + 1 + len(rows)))
    session.execute(insert(_entry), [{**row, "id": entry_id} for row, entry_id in zip(rows, ids, strict=True)])
    return ids


def _lots(draft: EntryDraft, entry_id: int) -> list[dict[str, object]]:
    return [
        {
            "person_id": accounts.person_of(posting.destination),
            "entry_id": entry_id,
            "amount": posting.amount,
            "remaining": posting.amount,
            "expires_at": draft.lot_expires_at,
        }
        for posting in draft.postings
        if draft.lot_expires_at is not None and accounts.side_of(posting.destination) is Side.AVAILABLE
    ]
