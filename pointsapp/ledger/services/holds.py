"""Holds: points set aside for one promise, resolved at most once, by whoever moves the row first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core.bundle import change as act_change
from pointsapp.core.bundle import insert as act_insert
from pointsapp.core.db import table_of
from pointsapp.core.errors import NotFound, StateChanged
from pointsapp.ledger import accounts
from pointsapp.ledger.errors import HoldNotOpen
from pointsapp.ledger.models import Balance, Entry, Hold, HoldLot, HoldState
from pointsapp.ledger.rules import returned_expiry
from pointsapp.ledger.services import lots
from pointsapp.ledger.services.booking import book, insufficient
from pointsapp.ledger.services.drafts import EntryDraft, EntryReceipt, PostingDraft
from pointsapp.ledger.services.entries import Prepared, prepare

_hold, _hold_lot = table_of(Hold), table_of(HoldLot)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReceipt:
    """`balance` is what the person can spend after it."""

    hold_id: int
    entry_id: int
    balance: int
    is_repeat: bool = False


def open_hold(
    session: Session,
    *,
    reference: str,
    person_id: int,
    amount: int,
    expires_at: datetime,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> HoldReceipt:
    """Set `amount` aside; InsufficientPoints when the person cannot spend as much."""
    available, held = accounts.person_available(person_id), accounts.person_held(person_id)
    draft = _draft(reference, "hold", PostingDraft(available, held, amount), memo, facts, person_id)
    receipt, _owes = book(session, draft, now=now)
    if receipt.is_repeat:
        return _opened_before(session, receipt, available)
    taken = lots.spend(session, person_id, amount)
    hold_id = _insert(session, receipt.entry_id, person_id, amount, taken, expires_at, now)
    return HoldReceipt(hold_id=hold_id, entry_id=receipt.entry_id, balance=receipt.balances[available])


HOLD = act_insert(
    "hold",
    {
        "person_id": ":hold_person_id",
        "amount": ":hold_amount",
        "lot_amount": "0",
        "state": "'open'",
        "opened_at": ":posted_at",
        "expires_at": ":hold_expires_at",
        "entry_id": "@entry.id",
    },
    returning={"id": "id"},
)
SETTLED = act_change(
    "hold",
    {"state": "'settled'", "resolved_at": ":posted_at", "resolved_entry_id": "@entry.id"},
    where="hold.id = :hold_id AND hold.state = 'open' AND hold.amount = :hold_amount",
)


def prepare_hold(
    *,
    reference: str,
    person_id: int,
    amount: int,
    balance: int,
    expires_at: datetime,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> Prepared:
    """Return a new hold as parts of an act, for a person without expiring points; `balance` is what the look has seen.

    InsufficientPoints when that is not enough. Whoever has expiring points takes `open_hold`, which chooses among them.
    """
    available, held = accounts.person_available(person_id), accounts.person_held(person_id)
    if balance < amount:
        raise insufficient(available, balance, amount)
    draft = _draft(reference, "hold", PostingDraft(available, held, amount), memo, facts, person_id)
    entry = prepare(draft, now=now, seen=balance)
    more = {"hold_person_id": person_id, "hold_amount": amount, "hold_expires_at": expires_at}
    return replace(entry, parts=(*entry.parts, HOLD), values=entry.values | more)


def prepare_settlement(
    hold_id: int,
    *,
    person_id: int,
    amount: int,
    to_account: str,
    reference: str,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> Prepared:
    """Return `settle_hold` as parts of an act; StateChanged when the hold is no longer open."""
    posting = PostingDraft(accounts.person_held(person_id), to_account, amount)
    entry = prepare(_draft(reference, "redemption", posting, memo, facts, person_id), now=now)
    return replace(
        entry,
        parts=(*entry.parts, SETTLED),
        values=entry.values | {"hold_id": hold_id, "hold_amount": amount},
    )


def settle_hold(
    session: Session,
    hold_id: int,
    *,
    to_account: str,
    reference: str,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> EntryReceipt:
    """Give the held points to `to_account` (a merchant's takings). No line in the person's book: the hold was one."""
    hold = _resolve(session, hold_id, HoldState.SETTLED, reference, now)
    posting = PostingDraft(accounts.person_held(hold.person_id), to_account, hold.amount)
    receipt, _owes = book(session, _draft(reference, "redemption", posting, memo, facts, hold.person_id), now=now)
    return _mark_resolved(session, hold_id, receipt)


def release_hold(
    session: Session,
    hold_id: int,
    *,
    reference: str,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
    expired: bool = False,
) -> EntryReceipt:
    """Give the points back to the person; what would expire sooner lives at least 30 more days."""
    to = HoldState.EXPIRED if expired else HoldState.RELEASED
    hold = _resolve(session, hold_id, to, reference, now)
    held, available = accounts.person_held(hold.person_id), accounts.person_available(hold.person_id)
    draft = _draft(reference, "release", PostingDraft(held, available, hold.amount), memo, facts, hold.person_id)
    receipt, _owes = book(session, draft, now=now)
    if hold.lot_amount and not receipt.is_repeat:
        parts = [(returned_expiry(expires_at, now), part) for expires_at, part in _parts(session, hold_id)]
        lots.keep(session, hold.person_id, receipt.entry_id, parts)
    return _mark_resolved(session, hold_id, receipt)


def reopen_hold(
    session: Session,
    hold_id: int,
    *,
    from_account: str,
    reference: str,
    expires_at: datetime,
    memo: str,
    facts: Mapping[str, Any],
    now: datetime,
) -> HoldReceipt:
    """Undo a settlement: the points go from `from_account` into a new hold; a settled hold is reopened once."""
    old = session.execute(select(_hold).where(_hold.c.id == hold_id)).one_or_none()
    if old is None:
        raise NotFound()
    if old.state is not HoldState.SETTLED:
        raise HoldNotOpen(state=old.state.value)
    available, held = accounts.person_available(old.person_id), accounts.person_held(old.person_id)
    draft = _draft(reference, "reopening", PostingDraft(from_account, held, old.amount), memo, facts, old.person_id)
    receipt, _owes = book(session, draft, now=now)
    if receipt.is_repeat:
        return _opened_before(session, receipt, available)
    if session.scalar(select(_hold.c.id).where(_hold.c.reopens_id == hold_id)) is not None:
        raise HoldNotOpen(state="reopened")
    parts = _parts(session, hold_id) if old.lot_amount else []
    new = _insert(session, receipt.entry_id, old.person_id, old.amount, parts, expires_at, now, reopens_id=hold_id)
    return HoldReceipt(hold_id=new, entry_id=receipt.entry_id, balance=_balance(session, available))


def _draft(
    reference: str, kind: str, posting: PostingDraft, memo: str, facts: Mapping[str, Any], person_id: int
) -> EntryDraft:
    return EntryDraft(reference=reference, kind=kind, postings=(posting,), memo=memo, facts=facts, person_id=person_id)


def _resolve(session: Session, hold_id: int, to: HoldState, reference: str, now: datetime) -> Any:
    """Move the hold out of `open`, or find that this very reference did; anything else is HoldNotOpen."""
    moved = session.execute(
        update(_hold)
        .where(_hold.c.id == hold_id, _hold.c.state == HoldState.OPEN)
        .values(state=to, resolved_at=now)
        .returning(_hold.c.person_id, _hold.c.amount, _hold.c.lot_amount)
    ).one_or_none()
    if moved is not None:
        return moved
    kept = session.execute(
        select(_hold.c.person_id, _hold.c.amount, _hold.c.lot_amount, _hold.c.state, Entry.reference)
        .outerjoin(Entry, Entry.id == _hold.c.resolved_entry_id)
        .where(_hold.c.id == hold_id)
    ).one_or_none()
    if kept is None:
        raise NotFound()
    if kept.reference != reference or kept.state is not to:
        raise HoldNotOpen(state=kept.state.value)
    return kept


def _mark_resolved(session: Session, hold_id: int, receipt: EntryReceipt) -> EntryReceipt:
    if not receipt.is_repeat:
        session.execute(update(_hold).where(_hold.c.id == hold_id).values(resolved_entry_id=receipt.entry_id))
    return receipt


def _insert(
    session: Session,
    entry_id: int,
    person_id: int,
    amount: int,
    parts: list[tuple[datetime, int]],
    expires_at: datetime,
    now: datetime,
    reopens_id: int | None = None,
) -> int:
    hold_id = session.execute(
        insert(_hold)
        .values(
            person_id=person_id,
            amount=amount,
            lot_amount=sum(part for _expiry, part in parts),
            state=HoldState.OPEN,
            opened_at=now,
            expires_at=expires_at,
            entry_id=entry_id,
            reopens_id=reopens_id,
        )
        .returning(_hold.c.id)
    ).scalar_one()
    rows = [
        {"hold_id": hold_id, "number": number, "expires_at": expiry, "amount": part}
        for number, (expiry, part) in enumerate(parts)
    ]
    if rows:
        session.execute(insert(_hold_lot), rows)
    return int(hold_id)


def _parts(session: Session, hold_id: int) -> list[tuple[datetime, int]]:
    rows = session.execute(
        select(_hold_lot.c.expires_at, _hold_lot.c.amount)
        .where(_hold_lot.c.hold_id == hold_id)
        .order_by(_hold_lot.c.number)
    )
    return [(row.expires_at, row.amount) for row in rows]


def _opened_before(session: Session, receipt: EntryReceipt, available: str) -> HoldReceipt:
    hold_id = session.scalar(select(_hold.c.id).where(_hold.c.entry_id == receipt.entry_id))
    if hold_id is None:
        raise StateChanged
    return HoldReceipt(hold_id=hold_id, entry_id=receipt.entry_id, balance=_balance(session, available), is_repeat=True)


def _balance(session: Session, account: str) -> int:
    return session.scalar(select(Balance.amount).where(Balance.account == account)) or 0
