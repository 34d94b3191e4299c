"""Post and reverse entries: what every feature calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core.bundle import Part
from pointsapp.core.errors import NotFound
from pointsapp.ledger import accounts
from pointsapp.ledger.errors import NothingToReverse
from pointsapp.ledger.models import Entry, Flow, Posting, Unit
from pointsapp.ledger.rules import RETURNED_LIVE_AT_LEAST
from pointsapp.ledger.services.booking import book, find, receipt_of
from pointsapp.ledger.services.claims import set_off
from pointsapp.ledger.services.drafts import EntryDraft, EntryReceipt, PostingDraft, check, mark_of
from pointsapp.ledger.services.rows import parts_of


def post(session: Session, draft: EntryDraft, *, now: datetime) -> EntryReceipt:
    """Post `draft`; the same reference with the same content is the same entry, with another content it is refused."""
    receipt, owes = book(session, draft, now=now)
    return _less_claims(session, draft, receipt, now=now) if owes else receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An entry as parts of one act (core.bundle). Only for a reference that cannot stand yet, guarded by the act's own rows."""

    draft: EntryDraft
    parts: tuple[Part, ...]
    values: dict[str, Any]

    def receipt(self, session: Session, written: Mapping[str, Any], *, now: datetime) -> EntryReceipt:
        """Return the receipt once the parts are written; what the person still owes is set off."""
        receipt, owes = receipt_of(self.draft, self.values, written)
        return _less_claims(session, self.draft, receipt, now=now) if owes else receipt


def prepare(draft: EntryDraft, *, now: datetime, seen: int | None = None) -> Prepared:
    """Return `draft` ready to be written with the other rows of an act; `seen` as in `rows.parts_of`."""
    check(draft)
    parts, values = parts_of(draft, mark_of(draft), now, seen=seen)
    return Prepared(draft=draft, parts=parts, values=values)


def _less_claims(session: Session, draft: EntryDraft, receipt: EntryReceipt, *, now: datetime) -> EntryReceipt:
    """Set the credits of an entry off against the person's claims; return the receipt with what is left."""
    balances = dict(receipt.balances)
    for posting in draft.postings:
        person_id = accounts.person_of(posting.destination)
        if person_id is None or accounts.flow_of(posting.source, posting.destination) is not Flow.ISSUED:
            continue
        if accounts.unit_of(posting.source) is Unit.POINT:
            kept_back = set_off(
                session, person_id=person_id, credited=posting.amount, entry_id=receipt.entry_id, now=now
            )
            balances[posting.destination] -= kept_back
    return EntryReceipt(entry_id=receipt.entry_id, public_id=receipt.public_id, balances=balances)


_MAY_BE_REVERSED = {Flow.GRANTED, Flow.ISSUED, Flow.DONATED, Flow.LAPSED}


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
    """Mirror an entry by a new one, wholly or `amount` of its points; `to_account` receives instead of the old source.

    Never more than the entry moved, over all its reversals. Holds have verbs of their own.
    """
    # The entry's row is the lock: nobody else reverses it meanwhile.
    entry = session.execute(
        select(Entry.id, Entry.person_id).where(Entry.id == entry_id).with_for_update()
    ).one_or_none()
    if entry is None:
        raise NotFound()
    postings = tuple(_mirrored(session, entry_id, amount, to_account))
    has_lapsed = any(posting.source == accounts.LAPSED for posting in postings)
    draft = EntryDraft(
        reference=reference,
        kind="reversal",
        postings=postings,
        memo=memo,
        facts=facts or {},
        person_id=entry.person_id,
        reverses_id=entry_id,
        # Only points that had lapsed come back with an end, and not before 30 days.
        lot_expires_at=now + RETURNED_LIVE_AT_LEAST if has_lapsed else None,
    )
    if find(session, reference) is None:
        _refuse_too_much(session, entry_id, draft)
    return post(session, draft, now=now)


def _mirrored(session: Session, entry_id: int, amount: int | None, to_account: str | None) -> list[PostingDraft]:
    rows = session.execute(
        select(Posting.source, Posting.destination, Posting.amount, Posting.unit, Posting.flow)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.number)
    ).all()
    if any(row.flow not in _MAY_BE_REVERSED for row in rows):
        raise ValueError(f"entry {entry_id} is not one that can be reversed")
    if amount is not None:
        rows = [row for row in rows if row.unit is Unit.POINT]
        if len(rows) != 1:
            raise ValueError(f"entry {entry_id}: an amount needs exactly one posting of points")
    return [
        PostingDraft(
            row.destination,
            to_account if to_account and row.unit is Unit.POINT else row.source,
            row.amount if amount is None else amount,
        )
        for row in rows
    ]


def _refuse_too_much(session: Session, entry_id: int, draft: EntryDraft) -> None:
    moved = _sums(session, Posting.entry_id == entry_id)
    undone = _sums(session, Posting.entry_id.in_(select(Entry.id).where(Entry.reverses_id == entry_id)))
    for posting in draft.postings:
        unit = accounts.unit_of(posting.source)
        left = moved.get(unit, 0) - undone.get(unit, 0)
        if posting.amount > left:
            raise NothingToReverse(left=left)


def _sums(session: Session, condition: Any) -> dict[Unit, int]:
    rows = session.execute(select(Posting.unit, func.sum(Posting.amount)).where(condition).group_by(Posting.unit))
    return {unit: int(amount) for unit, amount in rows}
