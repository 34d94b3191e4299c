"""The rows of one entry as parts of an act: balances first, then the entry, then its postings, then the lot.

Balances move before the entry gets its number: whoever holds a person's balance row is the only one to number that person's
entries, so the order of the book is the order in which its balances came about. Balances move in the order of their keys, so
that no two entries wait for each other crosswise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from pointsapp.core.bundle import NOTHING, Part, change, insert
from pointsapp.core.codes import new_public_id
from pointsapp.ledger import accounts
from pointsapp.ledger.accounts import Side
from pointsapp.ledger.models import Flow
from pointsapp.ledger.services.drafts import EntryDraft

_LINES = {Side.AVAILABLE, Side.MINUTES}
_OWES = "EXISTS (SELECT 1 FROM claim WHERE claim.person_id = :owing_person AND claim.remaining > 0)"

ENTRY = insert(
    "entry",
    {
        "public_id": ":entry_public_id",
        "reference": ":reference",
        "fingerprint": ":fingerprint",
        "kind": ":entry_kind",
        "posted_at": ":posted_at",
        "person_id": ":entry_person_id",
        "memo": ":memo",
        "facts": ":entry_facts",
        "rule": ":rule",
        "rule_version": ":rule_version",
        "inputs": ":inputs",
        "steps": ":steps",
        "reverses_id": ":reverses_id",
    },
    returning={"id": "id"},
)
LOT = insert(
    "lot",
    {
        "person_id": ":lot_person_id",
        "entry_id": "@entry.id",
        "amount": ":lot_amount",
        "remaining": ":lot_amount",
        "expires_at": ":lot_expires_at",
    },
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


def posting_rows(draft: EntryDraft, entry_id: int, balances: Mapping[str, int], now: datetime) -> list[dict[str, Any]]:
    """Return the columns of the postings; one that changes a person's book carries the balance after it."""
    rows = []
    for number, posting in enumerate(draft.postings):
        flow = accounts.flow_of(posting.source, posting.destination)
        line, sign = line_of(posting.source, posting.destination)
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
                "behaviour": draft.behaviour if flow in (Flow.ISSUED, Flow.REVERSED) else None,
            }
        )
    return rows


def line_of(source: str, destination: str) -> tuple[str | None, int]:
    """Return the person's account whose book gets a line by this posting, and the line's sign; (None, 0) where none does."""
    if accounts.side_of(destination) in _LINES:
        return destination, 1
    if accounts.side_of(source) in _LINES:
        return source, -1
    return None, 0


def parts_of(
    draft: EntryDraft, mark: str, now: datetime, *, seen: int | None = None
) -> tuple[tuple[Part, ...], dict[str, Any]]:
    """Return the parts of the entry and their values. `balance_n.amount` is what the n-th account, by key, holds after it;
    `balance_n.owes`, of the person's own account that is credited, whether a claim is open. With `seen`, the account debited
    must hold exactly that much still: nothing has come or gone since the look, no lot either."""
    changes = changes_of(draft)
    keys = sorted(changes)
    balances = dict.fromkeys(keys, 0)
    values = {_ENTRY_NAMES.get(name, name): value for name, value in entry_row(draft, mark, now).items()}
    for number, key in enumerate(keys):
        values |= {f"account_{number}": key, f"moved_{number}": abs(changes[key])}
    lines: list[int | None] = []
    for number, row in enumerate(posting_rows(draft, 0, balances, now)):
        values |= {f"{name}_{number}": row[name] for name in _POSTING_VALUES}
        line = line_of(row["source"], row["destination"])[0]
        lines.append(None if line is None else keys.index(line))
    owing = next((n for n, key in enumerate(keys) if changes[key] > 0 and key.endswith(":available")), None)
    if owing is not None:
        values["owing_person"] = accounts.person_of(keys[owing])
        if draft.lot_expires_at is not None and accounts.side_of(_source_of(draft, keys[owing])) is not Side.HELD:
            values |= {
                "lot_person_id": values["owing_person"],
                "lot_amount": changes[keys[owing]],
                "lot_expires_at": draft.lot_expires_at,
            }
    signs = tuple(changes[key] > 0 for key in keys)
    if seen is not None:
        values["seen"] = seen
    return _parts(signs, tuple(lines), owing, "lot_amount" in values, seen is not None), values


_ENTRY_NAMES = {
    "public_id": "entry_public_id",
    "kind": "entry_kind",
    "person_id": "entry_person_id",
    "facts": "entry_facts",
}
_POSTING_VALUES = ("unit", "flow", "source", "destination", "amount", "person_id", "change", "behaviour")


def _source_of(draft: EntryDraft, destination: str) -> str:
    return next(posting.source for posting in draft.postings if posting.destination == destination)


@cache
def _parts(
    signs: tuple[bool, ...], lines: tuple[int | None, ...], owing: int | None, has_lot: bool, is_exact: bool
) -> tuple[Part, ...]:
    balances = [
        _credit(number, asks=number == owing) if is_credit else _debit(number, is_exact=is_exact)
        for number, is_credit in enumerate(signs)
    ]
    postings = [_posting(number, line) for number, line in enumerate(lines)]
    return (*balances, ENTRY, *postings, *([LOT] if has_lot else []))


@cache
def _credit(number: int, *, asks: bool) -> Part:
    return insert(
        "balance",
        {"account": f":account_{number}", "amount": f":moved_{number}"},
        name=f"balance_{number}",
        conflict="(account) DO UPDATE SET amount = balance.amount + excluded.amount",
        returning={"amount": "amount"} | ({"owes": _OWES} if asks else NOTHING),  # type: ignore[operator]
    )


@cache
def _debit(number: int, *, is_exact: bool) -> Part:
    return change(
        "balance",
        {"amount": f"balance.amount - :moved_{number}"},
        name=f"balance_{number}",
        where=f"balance.account = :account_{number} AND balance.amount >= :moved_{number}"
        + (" AND balance.amount = :seen" if is_exact else ""),
        returning={"amount": "balance.amount"},
    )


@cache
def _posting(number: int, line: int | None) -> Part:
    columns = {"entry_id": "@entry.id", "number": str(number), "posted_at": ":posted_at"}
    columns |= {name: f":{name}_{number}" for name in _POSTING_VALUES}
    columns["balance_after"] = "NULL" if line is None else f"@balance_{line}.amount"
    return insert("posting", columns, name=f"posting_{number}")
