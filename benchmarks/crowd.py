"""One bench: the echo, the limit and our acts side by side, round after round, so that a noisy minute hits all of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks import cores, floor, limit
from benchmarks.figures import ACTS, FEW, FLOOR, MANY, READS, Run
from benchmarks.world import World, furnish
from benchmarks.wrk import Load, NothingAnswered, Request, load
from proof import books
from proof.place import Place, opened

EXPECTED = {"signup": 201, "sold_out": 409, "checkin": 201, "issue": 201, "redemption": 201}
ONCE = frozenset({"signup", "checkin", "issue", "redemption"})  # whose requests may not be sent twice
CATCH_UP_S = 20.0
WARMING_S = (1, 4, 16)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`seconds` of each load; `durable`: PostgreSQL as shipped."""

    rounds: int = 3
    seconds: float = 2
    clients: Sequence[int] = (FEW, MANY)
    people: int = 4000
    dialects: Sequence[str] = ("postgresql", "sqlite")
    acts: Sequence[str] = tuple(ACTS)
    reads: Sequence[str] = tuple(READS)
    durable: bool = True

    @property
    def loads(self) -> int:
        """How many loads of each act there are, and one to warm up."""
        return self.rounds * len(self.clients) + 1


@dataclass
class Result:
    """Everything one bench saw. `worker_us` is what the worker needed per act to catch up, None when it was not measured."""

    at: datetime
    seconds: float = 0.0
    runs: list[Run] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    resident_mb: list[float] = field(default_factory=list)
    worker_us: float | None = None
    locked: int = 0
    breaches: list[str] = field(default_factory=list)
    load_average: tuple[float, float] = (0.0, 0.0)


def bench(plan: Plan, say: Say) -> Result:
    """Hold the bench on each database of the plan; `say` is told of each round."""
    begun, result = time.perf_counter(), Result(at=datetime.now(UTC))
    before = os.getloadavg()[0]
    for dialect in plan.dialects:
        with opened(dialect, durable=plan.durable, works=False) as place:
            folder = place.folder
            result.versions[dialect] = _version(place)
            people = plan.people if dialect == "postgresql" else plan.people // 2
            say(f"{dialect}: {people} people, sign-ups, tasks, offers ...")
            world = furnish(place, people=people, runs=plan.loads)
            with floor.serving(folder) as echo:
                bench_ = _Bench(plan, result, world, echo, say)
                bench_.hold()
    result.seconds = time.perf_counter() - begun
    result.load_average = (before, os.getloadavg()[0])
    return result


class _Bench:
    """All loads on one database."""

    def __init__(self, plan: Plan, result: Result, world: World, echo: floor.Echo, say: Say) -> None:
        self.plan, self.result, self.world, self.echo, self.say = plan, result, world, echo, say
        self.place, self.dialect = world.place, world.place.dialect
        self.server = cores.family(self.place.server.process.pid)
        self.database = _postmaster(self.place)

    def hold(self) -> None:
        whole = self.dialect == "postgresql"
        if whole and self.plan.reads:
            with self.place.working():
                _wait_until_quiet(self.place)
                self._rounds(f"{self.dialect} reads", self.plan.reads, None)
        acts = self.plan.acts if whole else [act for act in self.plan.acts if act == "checkin"]
        if whole:
            with limit.copied(self.place.own.url, self.place.folder, keys=self.world.keys()) as copy:
                self._rounds(f"{self.dialect} acts", acts, copy)
            self._catch_up()
        else:
            self._rounds(f"{self.dialect} acts", acts, None)
        self._look_behind()

    def _rounds(self, name: str, acts: Sequence[str], copy: limit.Limit | None) -> None:
        for act in acts:
            self._warm(act)
        self.place.count_rows()
        for number in range(1, self.plan.rounds + 1):
            for clients in self.plan.clients:
                key = f"{name} {number}"
                found = [self._floor(key, clients)]
                found += [run for act in acts for run in self._beside(act, key, clients, copy)]
                self.result.runs += found
                told = "  ".join(f"{run.what[0]}:{run.act} {run.rate:.0f}" for run in found)
                self.say(f"{key}, {clients:>2} clients  {told}")

    def _warm(self, act: str) -> None:
        """Let the first answers of a path build what later ones find built, however slow the machine."""
        for seconds in WARMING_S:
            try:
                self._app(act, clients=self.plan.clients[0], seconds=seconds)
                return
            except NothingAnswered:
                self.say(f"{act}: no answer within {seconds} s")

    def _beside(self, act: str, key: str, clients: int, copy: limit.Limit | None) -> Iterator[Run]:
        """Measure the act, and its limit next to it."""
        if copy is not None and act in limit.ACTS:
            before = self._database_s()
            acts, rate = copy.run(act, clients=clients, seconds=self.plan.seconds)
            used = self._database_s() - before
            yield Run(
                what="limit",
                act=act,
                dialect=self.dialect,
                clients=clients,
                round=key,
                rate=rate,
                database_us=used / acts * 1e6,
            )
        seen, server_s, database_s = self._app(act, clients=clients, seconds=self.plan.seconds)
        yield _run(seen, "app", act, self.dialect, clients, key, EXPECTED.get(act, 200), server_s, database_s)

    def _app(self, act: str, *, clients: int, seconds: float) -> tuple[Load, float, float]:
        requests: list[Request] = getattr(self.world, act)()
        before = cores.used_s(self.server), self._database_s()
        seen = load(
            self.place.server.url, requests, clients=clients, seconds=seconds, folder=self.place.folder,
            goes_round=act not in ONCE, expected=EXPECTED.get(act, 200),
        )  # fmt: skip
        after = cores.used_s(self.server), self._database_s()
        return seen, after[0] - before[0], after[1] - before[1]

    def _database_s(self) -> float:
        return cores.used_s(cores.family(self.database)) if self.database else 0.0

    def _floor(self, key: str, clients: int) -> Run:
        requests = [
            Request(method="POST", path="/echo", token=each.token, body={"code": each.code})
            for each in self.world.street.residents[:400]
        ]
        echoing = cores.family(self.echo.process.pid)
        before = cores.used_s(echoing)
        seen = load(
            self.echo.url,
            requests,
            clients=clients,
            seconds=self.plan.seconds,
            folder=self.place.folder,
            goes_round=True,
        )
        return _run(seen, "floor", FLOOR, self.dialect, clients, key, 200, cores.used_s(echoing) - before, 0.0)

    def _catch_up(self) -> None:
        """Let the worker do what the acts left to it, and take its time."""
        waiting = _waiting(self.place)
        with self.place.working() as pid:
            until = time.monotonic() + CATCH_UP_S
            start, used, left = waiting, 0.0, waiting
            while left and time.monotonic() < until:
                time.sleep(0.5)
                used, left = cores.used_s([pid]), _waiting(self.place)
        if start > left:
            self.result.worker_us = used / (start - left) * 1e6

    def _look_behind(self) -> None:
        """No bench of broken books: ask the tables what the proof asks them, and the server's log for a locked database."""
        self.result.resident_mb += [cores.resident_mb(pid) for pid in self.server]
        with self.place.looking() as connection:
            self.result.breaches += [f"{self.dialect}: {each.rule.promise}" for each in books.breaches(connection)]
        log = (self.place.folder / "server.log").read_text(errors="replace")
        self.result.locked += log.count("database is locked")


def _run(
    seen: Load,
    what: str,
    act: str,
    dialect: str,
    clients: int,
    key: str,
    expected: int,
    server_s: float,
    database_s: float,
) -> Run:
    answers = seen.answers
    return Run(
        what=what,
        act=act,
        dialect=dialect,
        clients=clients,
        round=key,
        rate=seen.statuses[expected] / seen.seconds,
        p50_ms=seen.p50_ms,
        p99_ms=seen.p99_ms,
        accepted=seen.statuses[expected] / answers,
        server_us=server_s / answers * 1e6,
        database_us=database_s / answers * 1e6,
        generator_us=seen.cpu_s / answers * 1e6,
        generator_share=seen.cpu_s / seen.seconds,
    )


def _version(place: Place) -> str:
    sql = "sqlite_version()" if place.dialect == "sqlite" else "current_setting('server_version')"
    return str(place.rows(f"SELECT {sql} AS v")[0]["v"]).split(" ")[0]


def _postmaster(place: Place) -> int:
    """Return the database's first process; 0 where it is no process of this machine."""
    if place.dialect == "sqlite":
        return 0
    return cores.parent(place.rows("SELECT pg_backend_pid() AS pid")[0]["pid"])


def _waiting(place: Place) -> int:
    """Return how much the worker still has to do."""
    return int(
        place.rows(
            "SELECT (SELECT count(*) FROM event_delivery WHERE done_at IS NULL) + (SELECT count(*) FROM unfolded_posting) AS n"
        )[0]["n"]
    )


def _wait_until_quiet(place: Place) -> None:
    until = time.monotonic() + CATCH_UP_S
    while _waiting(place) and time.monotonic() < until:
        time.sleep(0.5)
