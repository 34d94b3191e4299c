"""The proof that the books balance: everything is re-derived from the postings, by the database, in flat memory.

It trusts neither the stored balances nor the stored meaning of a posting: accounts are told apart by their keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from pointsapp.ledger.models import Unit

MOST_NAMED = 20  # of each kind of problem: enough to start looking

_SUMS = """
WITH side AS (
    SELECT destination AS account, unit, amount AS delta FROM posting
    UNION ALL
    SELECT source, unit, -amount FROM posting
), summed AS (
    SELECT account, CAST(SUM(delta) AS BIGINT) AS amount, MIN(unit) AS unit, MAX(unit) AS other_unit
    FROM side GROUP BY account
), booked AS (
    SELECT account, amount, unit, other_unit,
        CASE
            WHEN account LIKE 'person:%:available' THEN 'available'
            WHEN account LIKE 'person:%:held' THEN 'held'
            WHEN account LIKE 'person:%:minutes' THEN 'minutes'
            WHEN account LIKE 'budget:%' THEN 'budget'
            WHEN account LIKE 'fund:%' THEN 'donated'
            WHEN account LIKE 'merchant:%' THEN 'spent'
            WHEN account LIKE 'task:%' OR account LIKE 'pot:%' THEN 'reserved'
            WHEN account = 'system:lapsed' THEN 'lapsed'
            WHEN account = 'system:issuance' THEN 'issuance'
            WHEN account = 'system:service' THEN 'service'
            ELSE 'unknown'
        END AS kind
    FROM summed
)
"""


def _sums(query: str) -> str:
    """Return `query` over `booked`: each account with its sum, units and kind."""
    return f"{_SUMS}{query}"


# Each: what is wrong, and the rows that show it. All of them must be empty.
_CHECKS: tuple[tuple[str, str], ...] = (
    (
        "stored balance differs from its postings",
        _sums("""SELECT COALESCE(booked.account, balance.account), COALESCE(booked.amount, 0), COALESCE(balance.amount, 0)
        FROM booked FULL JOIN balance ON balance.account = booked.account
        WHERE (booked.kind IN ('available', 'held', 'minutes', 'budget', 'donated') OR balance.account IS NOT NULL)
        AND COALESCE(booked.amount, 0) <> COALESCE(balance.amount, 0)"""),
    ),
    (
        "account below zero",
        _sums("SELECT account, amount FROM booked WHERE amount < 0 AND kind NOT IN ('issuance', 'service')"),
    ),
    ("account of no known kind", _sums("SELECT account FROM booked WHERE kind = 'unknown'")),
    ("account in two units", _sums("SELECT account FROM booked WHERE unit <> other_unit")),
    (
        "held points differ from the open holds",
        """
        WITH opened AS (
            SELECT person_id, CAST(SUM(amount) AS BIGINT) AS amount FROM hold WHERE state = 'open' GROUP BY person_id
        ), held AS (
            SELECT CAST(REPLACE(REPLACE(account, 'person:', ''), ':held', '') AS BIGINT) AS person_id, amount
            FROM balance WHERE account LIKE 'person:%:held'
        )
        SELECT COALESCE(held.person_id, opened.person_id), COALESCE(held.amount, 0), COALESCE(opened.amount, 0)
        FROM held FULL JOIN opened ON opened.person_id = held.person_id
        WHERE COALESCE(held.amount, 0) <> COALESCE(opened.amount, 0)""",
    ),
    (
        "lots hold more than the person can spend",
        """
        SELECT left_over.person_id, left_over.amount, COALESCE(balance.amount, 0)
        FROM (
            SELECT person_id, CAST(SUM(remaining) AS BIGINT) AS amount FROM lot WHERE remaining > 0 GROUP BY person_id
        ) left_over
        LEFT JOIN balance ON balance.account = 'person:' || left_over.person_id || ':available'
        WHERE left_over.amount > COALESCE(balance.amount, 0)""",
    ),
    (
        "hold's lots differ from what it took of them",
        """
        SELECT hold.id, hold.lot_amount, COALESCE(SUM(hold_lot.amount), 0)
        FROM hold LEFT JOIN hold_lot ON hold_lot.hold_id = hold.id
        GROUP BY hold.id, hold.lot_amount HAVING hold.lot_amount <> COALESCE(SUM(hold_lot.amount), 0)""",
    ),
    (
        "resolved hold without its entry",
        "SELECT id FROM hold WHERE (state = 'open') <> (resolved_entry_id IS NULL)",
    ),
    (
        "line of a book does not follow from the one before",
        """
        SELECT entry_id, unit, balance_after, running FROM (
            SELECT entry_id, unit, balance_after,
                SUM(change) OVER (PARTITION BY person_id, unit ORDER BY entry_id) AS running
            FROM posting WHERE change IS NOT NULL
        ) lines WHERE running <> balance_after""",
    ),
    (
        "posting that changes a book but is no line of it",
        """
        SELECT entry_id, number FROM posting WHERE change IS NULL AND (
            source LIKE 'person:%:available' OR source LIKE 'person:%:minutes'
            OR destination LIKE 'person:%:available' OR destination LIKE 'person:%:minutes')""",
    ),
    (
        "entry without postings",
        "SELECT id FROM entry WHERE NOT EXISTS (SELECT 1 FROM posting WHERE entry_id = entry.id)",
    ),
    (
        "claim that says less than was set off",
        """
        SELECT claim.id, claim.amount, claim.remaining, claim.written_off FROM claim
        WHERE claim.amount - claim.remaining - claim.written_off <> COALESCE((
            SELECT SUM(posting.amount) FROM entry JOIN posting ON posting.entry_id = entry.id
            WHERE entry.reference LIKE 'claim:' || claim.id || ':set_off:%'), 0)""",
    ),
)

_TOTALS = _sums(
    "SELECT unit, kind, CAST(SUM(amount) AS BIGINT), COUNT(*) FROM booked GROUP BY unit, kind ORDER BY unit, kind"
)
# Issued by arrow, not by the stored flow: out of a reserve or a budget into a person, and back.
_ISSUED = """
SELECT unit,
    CAST(COALESCE(SUM(CASE WHEN destination LIKE 'person:%' THEN amount ELSE 0 END), 0) AS BIGINT),
    CAST(COALESCE(SUM(CASE WHEN source LIKE 'person:%' THEN amount ELSE 0 END), 0) AS BIGINT)
FROM posting
WHERE (destination LIKE 'person:%' AND (source LIKE 'task:%' OR source LIKE 'pot:%' OR source LIKE 'budget:%' OR source = 'system:service'))
   OR (source LIKE 'person:%' AND (destination LIKE 'task:%' OR destination LIKE 'pot:%' OR destination LIKE 'budget:%' OR destination = 'system:service'))
GROUP BY unit
"""
_PLACES = ("available", "minutes", "held", "spent", "donated", "lapsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """`ok` only if nothing is wrong; `problems` names what is, at most a few of each kind."""

    ok: bool
    entries: int
    postings: int
    open_holds: int
    totals: dict[str, dict[str, int]]
    identity: dict[str, dict[str, int]]
    problems: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "problems": list(self.problems)}


def verify(session: Session) -> VerifyReport:
    """Re-derive every balance from the postings and prove the identity; a read that sees one moment of the books."""
    problems = [line for what, query in _CHECKS for line in _named(session, what, query)]
    totals: dict[str, dict[str, int]] = {unit.value: {} for unit in Unit}
    for unit, kind, amount, _count in session.execute(_sql(_TOTALS)):
        totals.setdefault(unit, {})[kind] = int(amount)
    identity: dict[str, dict[str, int]] = {}
    given = {unit: (int(issued), int(back)) for unit, issued, back in session.execute(_sql(_ISSUED))}
    for unit, places in totals.items():
        if sum(places.values()) != 0:
            problems.append(f"the accounts in {unit} do not sum to zero: {sum(places.values())}")
        issued, back = given.get(unit, (0, 0))
        at = {place: places.get(place, 0) for place in _PLACES}
        identity[unit] = {"issued": issued, "reversed": back, **at}
        if issued - back != sum(at.values()):
            problems.append(
                f"issued less reversed in {unit} is {issued - back}, but {sum(at.values())} is accounted for"
            )
    count = "SELECT (SELECT COUNT(*) FROM entry), (SELECT COUNT(*) FROM posting), (SELECT COUNT(*) FROM hold WHERE state = 'open')"
    entries, postings, open_holds = session.execute(_sql(count)).one()
    return VerifyReport(
        ok=not problems,
        entries=entries,
        postings=postings,
        open_holds=open_holds,
        totals=totals,
        identity=identity,
        problems=tuple(problems),
    )


def _named(session: Session, what: str, query: str) -> Iterator[str]:
    for row in session.execute(_sql(f"{query} LIMIT {MOST_NAMED}")):
        yield f"{what}: {', '.join(str(part) for part in row)}"


def _sql(query: str) -> TextClause:
    return text(query.replace(":", r"\:"))  # the colons are parts of account keys, not places for values
