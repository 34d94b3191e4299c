"""The bench in small: a round on SQLite end to end, and the limit's functions write the rows that the application writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks import crowd, floor, limit, wrk
from benchmarks.figures import FLOOR
from benchmarks.world import World, furnish
from proof.crowd import Act, in_turn
from proof.place import opened

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(not wrk.is_there(), reason="needs wrk (Debian: apt-get install wrk)"),
]
PEOPLE = 120


def test_a_round_on_sqlite() -> None:
    plan = crowd.Plan(rounds=1, seconds=1, clients=(8,), people=2 * PEOPLE, dialects=("sqlite",), durable=False)
    said: list[str] = []
    result = crowd.bench(plan, said.append)
    assert [(each.what, each.act) for each in result.runs] == [("floor", FLOOR), ("app", "checkin")]
    assert all(each.rate > 0 and each.p99_ms >= each.p50_ms > 0 for each in result.runs)
    assert all(each.accepted == 1 for each in result.runs)
    assert result.breaches == []
    assert result.locked == 0
    assert said


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened("postgresql", durable=False, works=False) as place:
        yield furnish(place, people=PEOPLE, runs=2)


READS = ["board", "tasks", "points", "home"]


@pytest.mark.parametrize("act", [*READS, "signup", "checkin", "sold_out", "issue", "redemption"])
def test_every_request_of_an_act_is_answered_as_expected(world: World, act: str) -> None:
    if act == "redemption":
        wrk.load(world.place.server.url, world.issue(), clients=4, seconds=5, folder=world.place.folder)
    requests = getattr(world, act)()[:16]
    expected = crowd.EXPECTED.get(act, 200)
    seen = wrk.load(
        world.place.server.url, requests, clients=4, seconds=5, folder=world.place.folder, expected=expected
    )
    assert set(seen.statuses) == {expected}


def _written(run: Callable[[str], list[str]], act: Callable[[], object]) -> dict[str, int]:
    """Return how many rows `act` adds to each table."""
    tables = run(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
        "AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'bench%'"
    )
    before = {table: int(run(f'SELECT count(*) FROM "{table}"')[0]) for table in tables}
    act()
    after = {table: int(run(f'SELECT count(*) FROM "{table}"')[0]) for table in tables}
    return {table: after[table] - before[table] for table in tables if after[table] != before[table]}


@pytest.fixture(scope="module")
def copy(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[limit.Limit]:
    folder: Path = tmp_path_factory.mktemp("limit")
    with limit.copied(world.place.own.url, folder, keys=world.keys()) as made:
        yield made


def test_the_limit_writes_the_rows_the_application_writes(world: World, copy: limit.Limit) -> None:
    def ours(sql: str) -> list[str]:
        return [str(next(iter(row.values()))) for row in world.place.rows(sql)]

    with psycopg.connect(limit.plain(copy.url), autocommit=True) as connection:

        def theirs(sql: str) -> list[str]:
            return [str(row[0]) for row in connection.execute(sql.encode()).fetchall()]

        for act in limit.ACTS:
            request = getattr(world, act)()[-1]
            one = Act(
                who=request.token, method=request.method, path=request.path.removeprefix("/api/v1"), body=request.body
            )
            answers: list[int] = []
            wrote = _written(
                ours,
                lambda one=one, answers=answers: answers.extend(a.status for a in in_turn(world.place.port, [one])),
            )
            assert answers == [201], act
            # Person 0 twice: the second time no balance begins.
            times = (0, PEOPLE) if act in ("signup", "checkin") else (0, 1)
            for number in times:
                wrote_there = _written(
                    theirs, lambda act=act, number=number: connection.execute(f"SELECT bench_{act}({number})".encode())
                )
            if act == "issue":  # ours was this person's first hold ever, or not: a balance more or less
                wrote.pop("balance", None)
                wrote_there.pop("balance", None)
            assert wrote_there == wrote, act


def test_the_limit_runs_and_feeds_itself(copy: limit.Limit) -> None:
    with psycopg.connect(limit.plain(copy.url), autocommit=True) as connection:
        for act in limit.ACTS:  # behind the numbers used above
            connection.execute(f"SELECT setval('bench_{act}', {2 * PEOPLE})".encode())
    for act in ("checkin", "redemption"):
        acts, rate = copy.run(act, clients=2, seconds=1)
        assert acts > 0
        assert rate > 0


def test_the_floor_answers(tmp_path: Path) -> None:
    requests = [wrk.Request(method="POST", path="/echo", token="x", body={"code": "A"})] * 8
    with floor.serving(tmp_path) as echo:
        seen = wrk.load(echo.url, requests, clients=4, seconds=1, folder=tmp_path, goes_round=True)
    assert set(seen.statuses) == {200}
    assert seen.answers > len(requests)
