"""The SQL of the proof. Few passes over the postings, each adding up by a small key, so that memory is flat and any size is quick.

`ARROWS` tells accounts apart by their keys alone: an account of the posting's own person becomes `person:@available` and so on,
anything else that begins with `person:` is a stranger. What it lets pass is what `OWN` and the running balances build on.
"""

from __future__ import annotations

from pointsapp.ledger import accounts
from pointsapp.ledger.accounts import Side
from pointsapp.ledger.models import Unit

MOST_NAMED = 20  # of each kind of problem: enough to start looking
_MINE = {Side.AVAILABLE: "person:@available", Side.HELD: "person:@held", Side.MINUTES: "person:@minutes"}
_KINDS = {
    Side.BUDGET: "LIKE 'budget:%'",
    Side.FUND: "LIKE 'fund:%'",
    Side.EARNED: "LIKE 'merchant:%'",
    Side.RESERVED: "SIMILAR",
    Side.LAPSED: f"= '{accounts.LAPSED}'",
    Side.ISSUANCE: f"= '{accounts.ISSUANCE}'",
    Side.SERVICE: f"= '{accounts.SERVICE}'",
    Side.GIFTS: f"= '{accounts.GIFTS}'",
    Side.MOVED: f"= '{accounts.MOVED}'",
}
# What the totals of a place are called where that is not the name of its side.
PLACE_OF = {Side.EARNED: "spent", Side.FUND: "donated"}
_STRANGER = "person:@stranger"
_LINES = f"('{_MINE[Side.AVAILABLE]}', '{_MINE[Side.MINUTES]}')"


def _told_apart(account: str) -> str:
    mine = " ".join(
        f"WHEN {account} = 'person:' || person_id || ':{side.value}' THEN '{name}'" for side, name in _MINE.items()
    )
    return f"CASE WHEN {account} NOT LIKE 'person:%' THEN {account} {mine} ELSE '{_STRANGER}' END"


def _kind(account: str) -> str:
    cases = [f"WHEN {account} = '{name}' THEN '{side.value}'" for side, name in _MINE.items()]
    for side, said in _KINDS.items():
        condition = f"{account} {said}"
        if side is Side.RESERVED:
            condition = f"{account} LIKE 'task:%' OR {account} LIKE 'pot:%'"
        cases.append(f"WHEN {condition} THEN '{PLACE_OF.get(side, side.value)}'")
    return f"CASE {' '.join(cases)} ELSE 'unknown' END"


def _drawn() -> str:
    rows = [
        f"('{PLACE_OF.get(source, source.value)}', '{PLACE_OF.get(target, target.value)}', '{flow.value}')"
        for (source, target), flow in accounts.ARROWS.items()
    ]
    return ", ".join(rows)


def _some(what: str, columns: str, rest: str) -> str:
    """Return a part of a UNION: up to MOST_NAMED rows, each with what is wrong with it."""
    quoted = what.replace("'", "''")
    return f"SELECT * FROM (SELECT '{quoted}' AS what, {columns} FROM {rest} LIMIT {MOST_NAMED}) found"


def _text(*columns: str) -> str:
    return ", ".join(f"CAST({column} AS TEXT)" for column in columns)


_ARROWS = f"""
WITH arrows AS MATERIALIZED (
    SELECT unit, flow, {_told_apart("source")} AS origin, {_told_apart("destination")} AS target,
        CASE WHEN change IS NULL THEN 0 WHEN change = amount THEN 1 WHEN change = -amount THEN -1 ELSE 2 END AS line,
        CAST(SUM(amount) AS BIGINT) AS amount, COUNT(*) AS postings, MIN(entry_id) AS entry_id
    FROM posting GROUP BY 1, 2, 3, 4, 5
), told AS (
    SELECT arrows.*, {_kind("origin")} AS origin_kind, {_kind("target")} AS target_kind FROM arrows
), booked AS MATERIALIZED (
    SELECT account, kind, unit, CAST(SUM(amount) AS BIGINT) AS amount, MIN(entry_id) AS entry_id FROM (
        SELECT target AS account, target_kind AS kind, unit, amount, entry_id FROM told
        UNION ALL SELECT origin, origin_kind, unit, -amount, entry_id FROM told
    ) sides GROUP BY account, kind, unit
), drawn (origin_kind, target_kind, flow) AS (VALUES {_drawn()})
"""
_MINUTES = f"('{Side.MINUTES.value}', '{Side.SERVICE.value}', '{Side.MOVED.value}')"
# what, and up to three values; `total`: unit, kind, sum. `given`: unit, given to people, taken back. `postings`: how many.
ARROWS = _ARROWS + " UNION ALL ".join(
    (
        f"SELECT 'total' AS what, {_text('unit', 'kind', 'SUM(amount)')} FROM booked GROUP BY unit, kind",
        f"""SELECT 'given', {_text("unit")},
            {_text("SUM(CASE WHEN target LIKE 'person:%' THEN amount ELSE 0 END)")},
            {_text("SUM(CASE WHEN origin LIKE 'person:%' THEN amount ELSE 0 END)")}
        FROM told WHERE (target LIKE 'person:%' AND origin_kind IN ('reserved', 'budget', 'service'))
            OR (origin LIKE 'person:%' AND target_kind IN ('reserved', 'budget', 'service')) GROUP BY unit""",
        f"SELECT 'postings', {_text('COALESCE(SUM(postings), 0)', 'NULL', 'NULL')} FROM arrows",
        _some(
            "account of no known kind",
            _text("account", "entry_id", "NULL"),
            f"booked WHERE kind = 'unknown' AND account <> '{_STRANGER}'",
        ),
        _some(
            "posting on a person's account under another name",
            _text("entry_id", "NULL", "NULL"),
            f"booked WHERE account = '{_STRANGER}'",
        ),
        _some(
            "account in the wrong unit",
            _text("account", "unit", "entry_id"),
            f"booked WHERE kind <> 'unknown' AND (kind IN {_MINUTES}) <> (unit = '{Unit.MINUTE.value}')",
        ),
        _some(
            "account below zero",
            _text("account", "amount", "NULL"),
            "booked WHERE amount < 0 AND account NOT LIKE 'person:%' AND kind NOT IN ('issuance', 'service')",
        ),
        _some(
            "gift that nobody received",
            _text("entry_id", "amount", "NULL"),
            "booked WHERE kind IN ('gifts', 'moved') AND amount <> 0",
        ),
        _some(
            "posting that changes a book but is no line of it",
            _text("entry_id", "origin", "target"),
            f"arrows WHERE line = 0 AND (origin IN {_LINES} OR target IN {_LINES})",
        ),
        _some(
            "posting that changes a book by something else than its amount",
            _text("entry_id", "origin", "target"),
            f"""arrows WHERE line <> 0
            AND line <> CASE WHEN target IN {_LINES} THEN 1 WHEN origin IN {_LINES} THEN -1 ELSE 0 END""",
        ),
        _some(
            "posting that means something else than it says",
            _text("entry_id", "told.flow", "drawn.flow"),
            """told LEFT JOIN drawn ON drawn.origin_kind = told.origin_kind AND drawn.target_kind = told.target_kind
            WHERE told.origin_kind <> 'unknown' AND told.target_kind <> 'unknown'
            AND (drawn.flow IS NULL OR drawn.flow <> told.flow)""",
        ),
        _some(
            "stored balance differs from its postings",
            _text("COALESCE(due.account, balance.account)", "COALESCE(due.amount, 0)", "COALESCE(balance.amount, 0)"),
            """(SELECT account, amount FROM booked WHERE kind IN ('budget', 'donated')) due
            FULL JOIN (SELECT account, amount FROM balance WHERE account NOT LIKE 'person:%') balance
            ON balance.account = due.account
            WHERE COALESCE(due.amount, 0) <> COALESCE(balance.amount, 0)""",
        ),
    )
)

# What each person has by their postings, against what is stored: the lines are added up from the index of the books alone, the few
# postings of holds by a look at all accounts.
_OWN = f"""
WITH own AS MATERIALIZED (
    SELECT person_id, unit, CAST(SUM(change) AS BIGINT) AS amount FROM posting
    WHERE person_id IS NOT NULL AND change IS NOT NULL GROUP BY person_id, unit
), held AS (
    SELECT person_id, CAST(SUM(CASE WHEN destination LIKE '%:held' THEN amount ELSE -amount END) AS BIGINT) AS amount
    FROM posting WHERE person_id IS NOT NULL AND (destination LIKE 'person:%:held' OR source LIKE 'person:%:held')
    GROUP BY person_id
), due AS (
    SELECT 'person:' || person_id || CASE unit WHEN 'point' THEN ':available' ELSE ':minutes' END AS account, amount FROM own
    UNION ALL SELECT 'person:' || person_id || ':held', amount FROM held
)
{_some("account below zero", _text("account", "amount", "NULL"), "due WHERE amount < 0")}
UNION ALL
"""
_DIFFERS = "stored balance differs from its postings"
# PostgreSQL hashes a full join; SQLite would look at each pair, but sorts quickly.
OWN = {
    "postgresql": _OWN
    + _some(
        _DIFFERS,
        _text("COALESCE(due.account, stored.account)", "COALESCE(due.amount, 0)", "COALESCE(stored.amount, 0)"),
        """due FULL JOIN (SELECT account, amount FROM balance WHERE account LIKE 'person:%') stored
        ON stored.account = due.account WHERE COALESCE(due.amount, 0) <> COALESCE(stored.amount, 0)""",
    ),
    "sqlite": _OWN
    + _some(
        _DIFFERS,
        _text("account", "SUM(due)", "SUM(stored)"),
        """(
        SELECT account, amount AS due, 0 AS stored FROM due
        UNION ALL SELECT account, 0, amount FROM balance WHERE account LIKE 'person:%'
    ) both_sides GROUP BY account HAVING SUM(due) <> SUM(stored)""",
    ),
}

# The number in `claim:<id>:set_off:<entry>`.
CLAIM_ID = {
    "postgresql": "CAST(SPLIT_PART(reference, ':', 2) AS BIGINT)",
    "sqlite": "CAST(SUBSTR(reference, 7) AS INTEGER)",
}

# Each: what is wrong, and the rows that show it. All of them must be empty.
CHECKS: tuple[tuple[str, str], ...] = (
    (
        "line of a book does not follow from the one before",
        """
        SELECT entry_id, unit, balance_after, before + change FROM (
            SELECT entry_id, unit, change, balance_after,
                LAG(balance_after, 1, CAST(0 AS BIGINT)) OVER (PARTITION BY person_id, unit ORDER BY entry_id) AS before
            FROM posting WHERE change IS NOT NULL
        ) lines WHERE before + change <> balance_after""",
    ),
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
        SELECT hold.id, hold.lot_amount, COALESCE(taken.amount, 0) FROM hold
        LEFT JOIN (SELECT hold_id, SUM(amount) AS amount FROM hold_lot GROUP BY hold_id) taken ON taken.hold_id = hold.id
        WHERE hold.lot_amount <> COALESCE(taken.amount, 0)""",
    ),
    (
        "resolved hold without its entry",
        "SELECT id FROM hold WHERE (state = 'open') <> (resolved_entry_id IS NULL)",
    ),
    (
        "entry without postings",
        "SELECT id FROM entry WHERE NOT EXISTS (SELECT 1 FROM posting WHERE entry_id = entry.id)",
    ),
    (
        "claim that says less than was set off",
        # The entries are read once, and only where there are claims at all.
        """
        WITH set_off AS (
            SELECT CLAIM_ID AS claim_id, SUM(posting.amount) AS amount
            FROM entry JOIN posting ON posting.entry_id = entry.id
            WHERE entry.reference LIKE 'claim:%:set_off:%' AND EXISTS (SELECT 1 FROM claim) GROUP BY 1
        )
        SELECT claim.id, claim.amount, claim.remaining, claim.written_off
        FROM claim LEFT JOIN set_off ON set_off.claim_id = claim.id
        WHERE claim.amount - claim.remaining - claim.written_off <> COALESCE(set_off.amount, 0)""",
    ),
)
