"""No statement on a hot path reads a whole table that grows: the plans of what each request really sent, on both databases.

The tables of a test are small, and a database rightly reads a small table whole. So PostgreSQL is told that a sequential scan
costs more than anything, and so do joins that read both sides (`enable_seqscan = off` and two more): what is still read whole has no
index to go by. SQLite, without statistics, takes an index wherever one serves. A walk along a whole index is allowed only under a LIMIT. What an index that serves
poorly costs is measured in docs/scale.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from pointsapp.core.db import db
from tests.contract.world import World
from tests.databases import Clone

# Tables that do not grow with people or with what they do; everything else does. What waits to be folded is gone in a second.
SMALL = {
    "alembic_version", "area", "area_headcount", "board_fold", "branch", "branch_tally", "figure", "point_rule", "policy_version",
    "round_branch", "rule_version", "scheme_version", "star_round", "task_category", "stale_area",
    "unfolded_person", "unfolded_posting",
}  # fmt: skip
WALKS = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan")
READS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
Sent = tuple[str, Any]
# The window is ordered by what one can afford: it looks at all offers on show, as many as there are shops, not people.
WINDOW = {"offer", "offer_version", "merchant"}


@contextmanager
def heard(database: Clone) -> Iterator[list[Sent]]:
    """Collect the statements sent while the block runs, with their values."""
    sent: list[Sent] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(READS):
            sent.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)


def whole_reads(database: Clone, sent: list[Sent]) -> list[str]:
    """Return "table: statement" for each plan that reads a growing table whole."""
    find = _on_postgres if database.dialect == "postgresql" else _on_sqlite
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        found = [
            f"{table}: {' '.join(statement.split())[:300]}"
            for statement, values in sent
            for table in find(raw, statement, values)
        ]
        connection.rollback()
    return sorted(set(found))


def _on_postgres(raw: Any, statement: str, values: Any) -> list[str]:
    with raw.transaction(force_rollback=True):
        for way in ("seqscan", "hashjoin", "mergejoin"):
            raw.execute(f"SET LOCAL enable_{way} = off")
        told = f"EXPLAIN (FORMAT JSON) {statement}"
        if "$1" in statement:  # as core.swift writes it, its values are text already
            raw.pgconn.exec_(b"SET LOCAL plan_cache_mode = force_custom_plan")
            done = raw.pgconn.exec_params(
                told.encode(), [None if each is None else str(each).encode() for each in values]
            )
            assert done.ntuples == 1, (done.error_message, statement)
            plan = json.loads(done.get_value(0, 0))
        else:
            plan = raw.execute(told, _first(values) or None).fetchone()[0]
        partial = {
            name for (name,) in raw.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        }
    return [table for table in _walked(plan[0]["Plan"], False, partial) if table not in SMALL]


def _first(values: Any) -> Any:
    """Return the values of the first of many rows, or the values."""
    return values[0] if isinstance(values, list) and values and isinstance(values[0], dict | tuple) else values


def _walked(node: dict[str, Any], is_limited: bool, partial: set[str]) -> Iterator[str]:
    """Yield the tables that the plan walks from end to end. With a handful of rows a partial index is as good walked as looked up."""
    kind = node["Node Type"]
    is_limited = is_limited or kind == "Limit"
    is_walk = kind in WALKS and "Index Cond" not in node and node.get("Index Name") not in partial
    if is_walk and (kind == "Seq Scan" or not is_limited):
        yield node.get("Relation Name") or node["Index Name"]
    for below in node.get("Plans", ()):
        # What sorts or counts must read all of it before a limit above can end anything.
        ends_early = is_limited and kind not in ("Sort", "Aggregate", "Hash", "WindowAgg")
        yield from _walked(below, ends_early, partial)


def _on_sqlite(raw: Any, statement: str, values: Any) -> list[str]:
    names = {alias: table for table, alias in re.findall(r"(\w+) AS (\w+)", statement)}
    found = []
    for *_keys, told in raw.execute(f"EXPLAIN QUERY PLAN {statement}", _first(values) or ()).fetchall():
        walked = re.match(r"SCAN (\w+)(?! USING|\w)", told)
        # A scan of a table the statement does not name is for a foreign key, and is skipped while nothing is violated.
        if (
            walked
            and re.search(rf"\b{walked[1]}\b", statement)
            and (table := names.get(walked[1], walked[1])) in db.metadata.tables
            and table not in SMALL
        ):
            found.append(table)
    return found


@pytest.fixture
def people(world: World) -> World:
    """A world in which a resident has earned something, and the tables know what they hold."""
    world.earn("resident", points=200)
    return world


def judge(world: World, database: Clone, sent: list[Sent], path: str = "") -> None:
    world.session.rollback()
    assert len(sent) > 0, "nothing was asked: this proves nothing"
    allowed = WINDOW if path in ("/", "/offers", "/merchants") else set()
    assert [each for each in whole_reads(database, sent) if each.split(":")[0] not in allowed] == []


def test_signing_up(people: World, database: Clone) -> None:
    shift = people.shift()
    people.token("neighbour")
    with heard(database) as sent:
        people.sign_up("neighbour", shift)
    judge(people, database, sent)


def test_checking_in(people: World, database: Clone) -> None:
    shift = people.shift(shift={"starts_at": people.at(minutes=5), "ends_at": people.at(minutes=65)})
    people.sign_up("neighbour", shift)
    code = people.venue_code(shift)
    with heard(database) as sent:
        people.post("neighbour", "/checkins", {"code": code})
    judge(people, database, sent)


def test_a_voucher_and_its_redemption(people: World, database: Clone) -> None:
    offer = people.offer()
    people.token("clerk")
    with heard(database) as sent:
        voucher = people.post("resident", f"/offers/{offer['id']}/vouchers")
        people.post("clerk", "/redemptions", {"code": voucher["code"]})
    judge(people, database, sent)


READ = (
    "/me", "/me/points", "/me/points/entries", "/me/signups", "/me/vouchers", "/tasks", "/tasks?open=true", "/offers", "/merchants",
    "/leaderboards/residents", "/leaderboards/residents?period=month",
)  # fmt: skip


@pytest.mark.parametrize("path", READ)
def test_reading(people: World, database: Clone, path: str) -> None:
    people.token("resident")
    with heard(database) as sent:
        people.get("resident", path)
    judge(people, database, sent, path)


PAGES = (
    "/",
    "/tasks",
    "/me",
    "/me/points",
    "/me/tasks",
    "/me/hours",
    "/me/vouchers",
    "/me/notices",
    "/offers",
    "/ranks",
    "/statement",
)


@pytest.mark.parametrize("path", PAGES)
def test_opening_a_page(people: World, database: Clone, path: str) -> None:
    people.client.sign_in(people.session.merge(people._make("resident")))
    with heard(database) as sent:
        assert people.client.get(path).status_code == 200
    judge(people, database, sent, path)


def test_a_whole_read_is_found(people: World, database: Clone) -> None:
    """The judge itself: an unindexed column of a growing table, in a select, under a sort, in an update."""
    bad = (
        "SELECT id FROM scan WHERE reason = 'x'",
        "SELECT id FROM scan ORDER BY reason LIMIT 1",
        "UPDATE person SET locale = 'zh' WHERE locale = 'en'",
    )
    assert len(whole_reads(database, [(statement, ()) for statement in bad])) == len(bad)
    good = (
        "SELECT id FROM scan WHERE id = 5",
        "SELECT id FROM signup ORDER BY id DESC LIMIT 3" if database.dialect == "postgresql" else "SELECT 1",
        "SELECT * FROM area",
    )
    assert whole_reads(database, [(statement, ()) for statement in good]) == []
