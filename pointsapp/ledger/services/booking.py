"""The innermost verb: one entry with its postings, balances and lots. Round trips for a check-in with both books: four
(look for the reference, one upsert of both balances, the entry, its postings); two more statements only where lots expire.

Balances move before the entry gets its number: whoever holds a person's balance row is the only one to number that person's
entries, so the order of the book is the order in which its balances came about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, exists, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from pointsapp.core.codes import new_public_id
from pointsapp.core.db import table_of
from pointsapp.core.errors import IdempotencyKeyReused, Refusal
from pointsapp.ledger import accounts
from pointsapp.ledger.accounts import Side
from pointsapp.ledger.errors import InsufficientBudget, InsufficientPoints
from pointsapp.ledger.models import Balance, Claim, Entry, Flow, Posting
from pointsapp.ledger.services import lots
from pointsapp.ledger.services.drafts import EntryDraft, EntryReceipt, check, mark_of

_balance, _entry, _posting = table_of(Balance), table_of(Entry), table_of(Posting)


# Built once: on the hot path, building a statement costs more than running it.
_FIND = select(_entry.c.id, _entry.c.public_id, _entry.c.fingerprint).where(
    _entry.c.reference == bindparam("reference")
)
_INSERT_ENTRY = insert(_entry).returning(_entry.c.id, _entry.c.public_id)
_INSERT_POSTING = insert(_posting)


def book(session: Session, draft: EntryDraft, *, now: datetime) -> tuple[EntryReceipt, bool]:
    """Post `draft` once; return the receipt and whether the person credited still owes a claim."""
    check(draft)
    mark = mark_of(draft)
    kept = find(session, draft.reference)
    if kept is not None:
        return repeat(session, draft, kept, mark), False
    balances, owes = move_balances(session, changes_of(draft))
    entry_id, public_id = session.execute(_INSERT_ENTRY, entry_row(draft, mark, now)).one()
    session.execute(_INSERT_POSTING, posting_rows(draft, entry_id, balances, now))
    _move_lots(session, draft, entry_id)
    return EntryReceipt(entry_id=entry_id, public_id=public_id, balances=balances), owes


def find(session: Session, reference: str) -> Any:
    """Return (id, public_id, fingerprint) of the entry with `reference`, None if there is none.

    Two racing for one reference meet at the unique index: `write()` rolls the loser back and its second look finds this.
    """
    return session.execute(_FIND, {"reference": reference}).one_or_none()


def repeat(session: Session, draft: EntryDraft, kept: Any, mark: str) -> EntryReceipt:
    """Return the receipt of an entry that stands already; IdempotencyKeyReused when it says something else."""
    if kept.fingerprint != mark:
        raise IdempotencyKeyReused(reference=draft.reference)
    keys = sorted(changes_of(draft))
    rows = session.execute(select(_balance.c.account, _balance.c.amount).where(_balance.c.account.in_(keys)))
    return EntryReceipt(
        entry_id=kept.id, public_id=kept.public_id, balances={row.account: row.amount for row in rows}, is_repeat=True
    )


def changes_of(draft: EntryDraft) -> dict[str, int]:
    """Return the signed change of each account with a floor."""
    changes: dict[str, int] = {}
    for posting in draft.postings:
        if accounts.is_stored(posting.source):
            changes[posting.source] = -posting.amount
        if accounts.is_stored(posting.destination):
            changes[posting.destination] = posting.amount
    return changes


def move_balances(session: Session, changes: Mapping[str, int]) -> tuple[dict[str, int], bool]:
    """Apply `changes` in sorted order (no two entries wait for each other crosswise); return the balances after them.

    Neighbouring credits are one upsert; a debit is one UPDATE that refuses to go below zero.
    """
    after: dict[str, int] = {}
    owes = False
    run: list[dict[str, Any]] = []

    def flush() -> None:
        nonlocal owes
        if run:
            credited, owing = _credit(session, run)
            after.update(credited)
            owes = owes or owing
            run.clear()

    for account in sorted(changes):
        if changes[account] >= 0:
            run.append({"account": account, "amount": changes[account]})
            continue
        flush()
        after[account] = _debit(session, account, -changes[account])
    flush()
    return after, owes


def _insert_of(session: Session, table: Table) -> Any:
    """Return the dialect's own INSERT, which alone knows ON CONFLICT."""
    return (postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert)(table)


def if_absent(session: Session, table: Table) -> Any:
    """Return an INSERT that passes over rows that are there already."""
    return _insert_of(session, table).on_conflict_do_nothing()


def _credit(session: Session, rows: list[dict[str, Any]]) -> tuple[dict[str, int], bool]:
    dialect = session.get_bind().dialect.name
    person = next((accounts.person_of(row["account"]) for row in rows if row["account"].endswith(":available")), None)
    if person is None:
        done = session.execute(_upsert(dialect, len(rows), asks_claims=False), _numbered(rows))
        return {row.account: row.amount for row in done}, False
    # Whether the person owes something rides on the same round trip.
    found = session.execute(_upsert(dialect, len(rows), asks_claims=True), _numbered(rows) | {"person": person}).all()
    return {row.account: row.amount for row in found}, any(row.owes for row in found)


def _numbered(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {f"{name}_{number}": value for number, row in enumerate(rows) for name, value in row.items()}


@cache
def _upsert(dialect: str, rows: int, *, asks_claims: bool) -> Any:
    """Build the upsert of so many balances once: on the hot path, building a statement costs more than running it."""
    build = postgresql_insert if dialect == "postgresql" else sqlite_insert
    upsert = build(_balance).values(
        [{name: bindparam(f"{name}_{number}") for name in ("account", "amount")} for number in range(rows)]
    )
    upsert = upsert.on_conflict_do_update(
        index_elements=[_balance.c.account], set_={"amount": _balance.c.amount + upsert.excluded.amount}
    )
    owes = exists().where(Claim.person_id == bindparam("person"), Claim.remaining > 0)
    more = [owes.label("owes")] if asks_claims else []
    return upsert.returning(_balance.c.account, _balance.c.amount, *more)


def _debit(session: Session, account: str, amount: int) -> int:
    left = session.execute(
        update(_balance)
        .where(_balance.c.account == account, _balance.c.amount >= amount)
        .values(amount=_balance.c.amount - amount)
        .returning(_balance.c.amount)
    ).scalar_one_or_none()
    if left is None:
        raise _insufficient(session, account, amount)
    return int(left)


def _insufficient(session: Session, account: str, needed: int) -> Refusal:
    balance = session.scalar(select(_balance.c.amount).where(_balance.c.account == account)) or 0
    if accounts.side_of(account) is Side.BUDGET:
        return InsufficientBudget(balance=balance, needed=needed)
    return InsufficientPoints(balance=balance, needed=needed)


def entry_row(draft: EntryDraft, mark: str, now: datetime) -> dict[str, Any]:
    """Return the columns of the entry."""
    trace = draft.rule
    return {
        "public_id": new_public_id(),
        "reference": draft.reference,
        "fingerprint": mark,
        "kind": draft.kind,
        "posted_at": now,
        "person_id": draft.person_id,
        "memo": draft.memo,
        "facts": dict(draft.facts),
        "rule": trace.rule if trace else None,
        "rule_version": trace.version if trace else None,
        "inputs": dict(trace.inputs) if trace else None,
        "steps": [dict(step) for step in trace.steps] if trace else None,
        "reverses_id": draft.reverses_id,
    }


_LINES = {Side.AVAILABLE, Side.MINUTES}


def posting_rows(draft: EntryDraft, entry_id: int, balances: Mapping[str, int], now: datetime) -> list[dict[str, Any]]:
    """Return the columns of the postings; one that changes a person's book carries the balance after it."""
    rows = []
    for number, posting in enumerate(draft.postings):
        flow = accounts.flow_of(posting.source, posting.destination)
        line, sign = None, 0
        if accounts.side_of(posting.destination) in _LINES:
            line, sign = posting.destination, 1
        elif accounts.side_of(posting.source) in _LINES:
            line, sign = posting.source, -1
        earned = flow in (Flow.ISSUED, Flow.REVERSED)
        rows.append(
            {
                "entry_id": entry_id,
                "number": number,
                "posted_at": now,
                "unit": accounts.unit_of(posting.source),
                "flow": flow,
                "source": posting.source,
                "destination": posting.destination,
                "amount": posting.amount,
                "person_id": accounts.person_of(posting.source) or accounts.person_of(posting.destination),
                "change": sign * posting.amount if line else None,
                "balance_after": balances[line] if line else None,
                "behaviour": draft.behaviour if earned else None,
            }
        )
    return rows


def _move_lots(session: Session, draft: EntryDraft, entry_id: int) -> None:
    """Spend the soonest-expiring lots of who pays; give a lot to who is credited with an expiry."""
    for posting in draft.postings:
        source, destination = accounts.side_of(posting.source), accounts.side_of(posting.destination)
        if source is Side.AVAILABLE and destination is not Side.HELD:  # holds remember what they took, see holds.py
            lots.spend(session, accounts.person_of(posting.source) or 0, posting.amount)
        if destination is Side.AVAILABLE and source is not Side.HELD and draft.lot_expires_at is not None:
            person_id = accounts.person_of(posting.destination) or 0
            lots.keep(session, person_id, entry_id, [(draft.lot_expires_at, posting.amount)])
