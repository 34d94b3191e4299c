"""What must hold in the tables at any moment: each rule is one plain query that returns the rows which break it.

They share no code with the application, so a mistake there is not repeated here, and an auditor can run them by hand. Both
databases read the same text. A rule that returns nothing holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

SHOWN = 3  # how many rows of a broken rule are named


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    promise: str
    broken: str  # SQL


@dataclass(frozen=True, slots=True)
class Breach:
    rule: Rule
    rows: int
    seen: str


# What every account holds by its postings alone.
_MOVED = """WITH moved AS (SELECT account, SUM(n) AS n FROM (
    SELECT destination AS account, SUM(amount) AS n FROM posting GROUP BY destination UNION ALL
    SELECT source AS account, -SUM(amount) AS n FROM posting GROUP BY source) AS both_sides GROUP BY account)"""

# Columns of the hot tables that name another row without a foreign key.
MENTIONS = (
    ("event", "area_id", "area"), ("event", "person_id", "person"), ("event", "actor_id", "person"),
    ("event_delivery", "event_id", "event"),
    ("scan", "person_id", "person"), ("scan", "by_id", "person"), ("scan", "shift_id", "shift"), ("scan", "attendance_id", "attendance"),
    ("attendance", "shift_id", "shift"), ("attendance", "person_id", "person"),
    ("posting", "entry_id", "entry"), ("hold", "entry_id", "entry"), ("hold", "resolved_entry_id", "entry"),
    ("voucher", "person_id", "person"), ("voucher", "merchant_id", "merchant"), ("voucher", "offer_id", "offer"), ("voucher", "hold_id", "hold"),
    ("redemption", "voucher_id", "voucher"), ("redemption", "merchant_id", "merchant"), ("redemption", "clerk_id", "person"),
    ("till_scan", "voucher_id", "voucher"), ("till_scan", "merchant_id", "merchant"), ("till_scan", "clerk_id", "person"),
    ("anomaly_evidence", "person_id", "person"), ("anomaly_evidence", "by_id", "person"), ("person", "merged_into_id", "person"),
    ("plan_item", "accepted_by_id", "person"),
)  # fmt: skip
_NOWHERE = " UNION ALL ".join(
    f"SELECT '{table}.{column}' AS place, m.{column} AS names FROM {table} m "
    f"WHERE m.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} t WHERE t.id = m.{column})"
    for table, column, target in MENTIONS
)

RULES = (
    Rule(
        "nobody is missing",
        "Every person, place, shop, shift, voucher and entry that a row names is there.",
        _NOWHERE,
    ),
    Rule(
        "capacity",
        "No shift has more people than places, and the number it shows is the number of its people.",
        """SELECT s.public_id AS shift, s.capacity, s.taken AS shown, COUNT(g.id) AS people
        FROM shift s LEFT JOIN signup g ON g.shift_id = s.id AND g.state IN ('confirmed', 'offered')
        GROUP BY s.id, s.public_id, s.capacity, s.taken HAVING COUNT(g.id) > s.capacity OR COUNT(g.id) <> s.taken""",
    ),
    Rule(
        "queue",
        "The number of people waiting that a shift shows is the number of people waiting.",
        """SELECT s.public_id AS shift, s.waiting AS shown, COUNT(g.id) AS people
        FROM shift s LEFT JOIN signup g ON g.shift_id = s.id AND g.state = 'waitlisted'
        GROUP BY s.id, s.public_id, s.waiting HAVING COUNT(g.id) <> s.waiting""",
    ),
    Rule(
        "one place each",
        "Nobody holds two places, or a place and a turn in the queue, in one shift.",
        """SELECT shift_id, person_id, COUNT(*) AS places FROM signup WHERE state <> 'cancelled'
        GROUP BY shift_id, person_id HAVING COUNT(*) > 1""",
    ),
    Rule(
        "one place at a time",
        "Nobody has confirmed places in two shifts that overlap.",
        """SELECT a.person_id, a.shift_id AS one, b.shift_id AS other FROM signup a
        JOIN signup b ON b.person_id = a.person_id AND b.shift_id > a.shift_id AND b.state = 'confirmed'
        JOIN shift s ON s.id = a.shift_id JOIN shift t ON t.id = b.shift_id
        WHERE a.state = 'confirmed' AND s.starts_at < t.ends_at AND t.starts_at < s.ends_at""",
    ),
    Rule(
        "one arrival",
        "Every attendance has exactly one first accepted scan, belongs to a confirmed place, and there is one per place.",
        """SELECT a.public_id AS attendance, COUNT(c.id) AS first_scans, g.state AS place
        FROM attendance a JOIN signup g ON g.id = a.signup_id
        LEFT JOIN scan c ON c.attendance_id = a.id AND c.is_accepted AND NOT c.is_repeat AND c.action = 'check_in'
        GROUP BY a.id, a.public_id, g.state HAVING COUNT(c.id) <> 1 OR g.state <> 'confirmed'""",
    ),
    Rule(
        "time counted once",
        "The hours of two attendances of one person never overlap.",
        """SELECT a.person_id, a.public_id AS one, b.public_id AS other FROM attendance a
        JOIN attendance b ON b.person_id = a.person_id AND b.id > a.id AND a.from_at < b.to_at AND b.from_at < a.to_at
        WHERE a.state <> 'voided' AND b.state <> 'voided'""",
    ),
    Rule(
        "scans accounted for",
        "Every accepted scan belongs to an attendance of the same person.",
        """SELECT c.id AS scan FROM scan c LEFT JOIN attendance a ON a.id = c.attendance_id
        WHERE c.is_accepted AND (a.id IS NULL OR a.person_id <> c.person_id OR a.shift_id <> c.shift_id)""",
    ),
    Rule(
        "hours",
        "A person's hours in the books and on the account are the minutes of their attendances, no more and no less.",
        """WITH worked AS (SELECT person_id, SUM(minutes) AS n FROM attendance WHERE state = 'credited' GROUP BY person_id),
        booked AS (SELECT p.person_id, SUM(p.change) AS n FROM posting p WHERE p.unit = 'minute' GROUP BY p.person_id)
        SELECT q.id AS person, COALESCE(w.n, 0) AS worked, COALESCE(k.n, 0) AS booked, COALESCE(b.amount, 0) AS shown
        FROM person q LEFT JOIN worked w ON w.person_id = q.id LEFT JOIN booked k ON k.person_id = q.id
        LEFT JOIN balance b ON b.account = 'person:' || q.id || ':minutes'
        WHERE COALESCE(w.n, 0) <> COALESCE(k.n, 0) OR COALESCE(w.n, 0) <> COALESCE(b.amount, 0)""",
    ),
    Rule(
        "points earned",
        "The points a person was given are the points of their attendances.",
        """WITH worked AS (SELECT person_id, SUM(points) AS n FROM attendance WHERE state = 'credited' GROUP BY person_id),
        booked AS (SELECT p.person_id, SUM(p.change) AS n FROM posting p
            WHERE p.unit = 'point' AND p.flow IN ('issued', 'reversed') GROUP BY p.person_id)
        SELECT q.id AS person, COALESCE(w.n, 0) AS worked, COALESCE(k.n, 0) AS booked
        FROM person q LEFT JOIN worked w ON w.person_id = q.id LEFT JOIN booked k ON k.person_id = q.id
        WHERE COALESCE(w.n, 0) <> COALESCE(k.n, 0)""",
    ),
    Rule(
        "points to spend",
        "What a person can spend is what they earned less their vouchers, open or used; what is held is their open vouchers.",
        """WITH worked AS (SELECT person_id, SUM(points) AS n FROM attendance WHERE state = 'credited' GROUP BY person_id),
        promised AS (SELECT person_id, SUM(points) AS n, SUM(CASE WHEN state = 'issued' THEN points ELSE 0 END) AS held
            FROM voucher WHERE state IN ('issued', 'redeemed') GROUP BY person_id)
        SELECT q.id AS person, COALESCE(w.n, 0) AS earned, COALESCE(v.n, 0) AS promised, COALESCE(b.amount, 0) AS to_spend,
            COALESCE(h.amount, 0) AS held
        FROM person q LEFT JOIN worked w ON w.person_id = q.id LEFT JOIN promised v ON v.person_id = q.id
        LEFT JOIN balance b ON b.account = 'person:' || q.id || ':available'
        LEFT JOIN balance h ON h.account = 'person:' || q.id || ':held'
        WHERE COALESCE(w.n, 0) - COALESCE(v.n, 0) <> COALESCE(b.amount, 0) OR COALESCE(v.held, 0) <> COALESCE(h.amount, 0)""",
    ),
    Rule(
        "balances",
        "Every stored balance is the sum of its postings, and none is below zero.",
        f"""{_MOVED} SELECT b.account, b.amount AS shown, COALESCE(m.n, 0) AS posted FROM balance b
        LEFT JOIN moved m ON m.account = b.account WHERE b.amount < 0 OR b.amount <> COALESCE(m.n, 0)""",
    ),
    Rule(
        "task reserves",
        "A published task still holds its places times its points less what was given out; any other task holds nothing.",
        f"""{_MOVED},
        places AS (SELECT task_id, SUM(capacity) AS n FROM shift GROUP BY task_id),
        given AS (SELECT s.task_id, SUM(a.points) AS n FROM attendance a JOIN shift s ON s.id = a.shift_id GROUP BY s.task_id)
        SELECT t.public_id AS task, t.state, COALESCE(m.n, 0) AS holds, l.n * t.points AS reserved, COALESCE(g.n, 0) AS given_out
        FROM task t JOIN places l ON l.task_id = t.id LEFT JOIN moved m ON m.account = 'task:' || t.id || ':reserved'
        LEFT JOIN given g ON g.task_id = t.id
        WHERE COALESCE(m.n, 0) <> CASE WHEN t.state = 'published' THEN l.n * t.points - COALESCE(g.n, 0) ELSE 0 END""",
    ),
    Rule(
        "stock",
        "No offer gave out more vouchers than it has, and the number it counts is the number of its vouchers.",
        """SELECT o.public_id AS offer, o.stock, o.taken AS shown, COUNT(v.id) AS vouchers
        FROM offer o LEFT JOIN voucher v ON v.offer_id = o.id AND v.state IN ('issued', 'redeemed')
        GROUP BY o.id, o.public_id, o.stock, o.taken HAVING COUNT(v.id) <> o.taken OR COUNT(v.id) > o.stock""",
    ),
    Rule(
        "limit per person",
        "Nobody holds more vouchers of an offer than its limit per person.",
        """SELECT o.public_id AS offer, v.person_id, COUNT(v.id) AS vouchers, w.per_person_limit
        FROM voucher v JOIN offer o ON o.id = v.offer_id
        JOIN offer_version w ON w.offer_id = o.id AND w.number = o.live_version
        WHERE v.state IN ('issued', 'redeemed') AND w.per_person_limit IS NOT NULL
        GROUP BY o.public_id, v.person_id, w.per_person_limit HAVING COUNT(v.id) > w.per_person_limit""",
    ),
    Rule(
        "one use",
        "A used voucher has exactly one redemption that stands, any other voucher none.",
        """SELECT v.public_id AS voucher, v.state, COUNT(r.id) AS standing
        FROM voucher v LEFT JOIN redemption r ON r.voucher_id = v.id AND r.reversed_at IS NULL
        GROUP BY v.id, v.public_id, v.state HAVING COUNT(r.id) <> CASE WHEN v.state = 'redeemed' THEN 1 ELSE 0 END""",
    ),
    Rule(
        "holds",
        "The points behind a voucher are held while it is open, paid when it is used, back when it ended otherwise.",
        """SELECT v.public_id AS voucher, v.state, h.state AS hold FROM voucher v JOIN hold h ON h.id = v.hold_id
        WHERE h.amount <> v.points OR (v.state = 'issued' AND h.state <> 'open') OR (v.state = 'redeemed' AND h.state <> 'settled')
            OR (v.state = 'cancelled' AND h.state <> 'released') OR (v.state = 'expired' AND h.state <> 'expired')""",
    ),
    Rule(
        "shops",
        "What the books say a shop took in is the points of its redemptions that stand.",
        f"""{_MOVED},
        served AS (SELECT merchant_id, SUM(points) AS n FROM redemption WHERE reversed_at IS NULL GROUP BY merchant_id)
        SELECT m.code AS shop, COALESCE(t.n, 0) AS booked, COALESCE(s.n, 0) AS served
        FROM merchant m LEFT JOIN moved t ON t.account = 'merchant:' || m.id || ':earned' LEFT JOIN served s ON s.merchant_id = m.id
        WHERE COALESCE(t.n, 0) <> COALESCE(s.n, 0)""",
    ),
    Rule(
        "settled months",
        "Every month is the sum of its lines: one for each redemption, one back for each taken back after it was drafted.",
        """SELECT s.public_id AS settlement, s.redemptions, s.total_points, SUM(l.points) AS points
        FROM settlement s LEFT JOIN settlement_line l ON l.settlement_id = s.id
        GROUP BY s.id, s.public_id, s.redemptions, s.total_points, s.total_fen
        HAVING COALESCE(SUM(CASE WHEN l.kind = 'use' THEN 1 ELSE 0 END), 0) <> s.redemptions
        OR COALESCE(SUM(l.points), 0) <> s.total_points OR COALESCE(SUM(l.agreed_fen), 0) <> s.total_fen""",
    ),
    Rule(
        "settled or undone",
        "A redemption of an approved month stands for good or was undone before; settled and undone is only what a dispute took back.",
        """SELECT r.public_id AS redemption, s.state FROM redemption r
        LEFT JOIN settlement_line l ON l.redemption_id = r.id AND l.kind = 'use'
        LEFT JOIN settlement s ON s.id = l.settlement_id
        WHERE (r.settled_at IS NOT NULL AND (s.state IS NULL OR s.state NOT IN ('approved', 'paid')))
        OR (s.state IN ('approved', 'paid') AND r.settled_at IS NULL AND r.reversed_at IS NULL)
        OR (r.settled_at IS NOT NULL AND r.reversed_at IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM redemption_dispute d WHERE d.redemption_id = r.id AND d.state = 'upheld'))""",
    ),
    Rule(
        "corrections",
        "A correction takes off, once and to the fen, a redemption that an earlier month of the same shop holds and that was undone.",
        """SELECT c.public_id AS line, r.public_id AS redemption FROM settlement_line c
        JOIN settlement s ON s.id = c.settlement_id JOIN redemption r ON r.id = c.redemption_id
        LEFT JOIN settlement_line u ON u.redemption_id = c.redemption_id AND u.kind = 'use'
        LEFT JOIN settlement e ON e.id = u.settlement_id
        WHERE c.kind = 'correction' AND (r.reversed_at IS NULL OR e.id IS NULL OR e.month >= s.month
        OR e.merchant_id <> s.merchant_id OR c.points <> -u.points OR c.drafted_fen <> -u.agreed_fen)""",
    ),
)


def breaches(connection: Connection, rules: tuple[Rule, ...] = RULES) -> list[Breach]:
    """Return the rules that do not hold, each with a few of the rows that break it."""
    found = []
    for rule in rules:
        rows = connection.exec_driver_sql(rule.broken).mappings().all()
        if rows:
            seen = "; ".join(", ".join(f"{key} {value}" for key, value in row.items()) for row in rows[:SHOWN])
            found.append(Breach(rule, len(rows), seen))
    return found
