"""The innermost verb: one entry with its postings, balances and lots, in two round trips: a look for the reference and what
there is to spend, then all rows at once (rows.py). Two more statements only where a payment may take from expiring lots.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from pointsapp.core.bundle import write_rows
from pointsapp.core.db import table_of
from pointsapp.core.errors import IdempotencyKeyReused, Refusal
from pointsapp.core.swift import Swift
from pointsapp.ledger import accounts
from pointsapp.ledger.accounts import Side
from pointsapp.ledger.errors import InsufficientBudget, InsufficientPoints
from pointsapp.ledger.models import Balance, Entry
from pointsapp.ledger.services import lots, rows
from pointsapp.ledger.services.drafts import EntryDraft, EntryReceipt, check, mark_of
from pointsapp.ledger.services.rows import changes_of

_balance, _entry = table_of(Balance), table_of(Entry)

_FIND = Swift(
    lambda: select(_entry.c.id, _entry.c.public_id, _entry.c.fingerprint).where(
        _entry.c.reference == bindparam("reference")
    )
)
_HELD = Swift(lambda: select(_balance.c.amount).where(_balance.c.account == bindparam("account")))


def book(session: Session, draft: EntryDraft, *, now: datetime) -> tuple[EntryReceipt, bool]:
    """Post `draft` once; return the receipt and whether the person credited still owes a claim."""
    check(draft)
    mark = mark_of(draft)
    kept = find(session, draft.reference)
    if kept is not None:
        return repeat(session, draft, kept, mark), False
    for account, amount in changes_of(draft).items():
        if amount < 0:
            _must_hold(session, account, -amount)
    parts, values = rows.parts_of(draft, mark, now)
    receipt, owes = receipt_of(draft, values, write_rows(session, parts, values))
    _spend_lots(session, draft)
    return receipt, owes


def receipt_of(draft: EntryDraft, values: Mapping[str, Any], written: Mapping[str, Any]) -> tuple[EntryReceipt, bool]:
    """Return the receipt of an entry whose parts were written, and whether the person credited still owes a claim."""
    balances = {key: written[f"balance_{number}.amount"] for number, key in enumerate(sorted(changes_of(draft)))}
    owes = any(written.get(f"balance_{number}.owes") for number in range(len(balances)))
    receipt = EntryReceipt(entry_id=written["entry.id"], public_id=values["entry_public_id"], balances=balances)
    return receipt, owes


def find(session: Session, reference: str) -> Any:
    """Return (id, public_id, fingerprint) of the entry with `reference`, None if there is none.

    Two racing for one reference meet at the unique index: `write()` rolls the loser back and its second look finds this.
    """
    return _FIND.one(session, reference=reference)


def repeat(session: Session, draft: EntryDraft, kept: Any, mark: str) -> EntryReceipt:
    """Return the receipt of an entry that stands already; IdempotencyKeyReused when it says something else."""
    if kept.fingerprint != mark:
        raise IdempotencyKeyReused(reference=draft.reference)
    keys = sorted(changes_of(draft))
    found = session.execute(select(_balance.c.account, _balance.c.amount).where(_balance.c.account.in_(keys)))
    return EntryReceipt(
        entry_id=kept.id, public_id=kept.public_id, balances={row.account: row.amount for row in found}, is_repeat=True
    )


def if_absent(session: Session, table: Table) -> Any:
    """Return an INSERT that passes over rows that are there already; only the dialect's own knows ON CONFLICT."""
    build = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    return build(table).on_conflict_do_nothing()


def _must_hold(session: Session, account: str, needed: int) -> None:
    """Say before anything is written that `account` has too little; who is overtaken after this look looks again."""
    found = _HELD.one(session, account=account)
    balance = found.amount if found else 0
    if balance < needed:
        raise insufficient(account, balance, needed)


def insufficient(account: str, balance: int, needed: int) -> Refusal:
    """Return the refusal of a payment that `account` cannot make."""
    if accounts.side_of(account) is Side.BUDGET:
        return InsufficientBudget(balance=balance, needed=needed)
    return InsufficientPoints(balance=balance, needed=needed)


def _spend_lots(session: Session, draft: EntryDraft) -> None:
    """Spend the soonest-expiring lots of who pays; holds remember what they took, see holds.py."""
    for posting in draft.postings:
        source, destination = accounts.side_of(posting.source), accounts.side_of(posting.destination)
        if source is Side.AVAILABLE and destination is not Side.HELD:
            lots.spend(session, accounts.person_of(posting.source) or 0, posting.amount)
