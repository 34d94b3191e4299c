"""Overload: a crowd presses twice as fast as the server can serve. Who is let in is served soon, everybody else is told when to come.

The capacity is what the server answers when as many wait for it as it works on at a time. Then requests come by the clock, whatever
is answered, as a crowd's do: as fast as that, twice and ten times as fast.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.wrk import Load, Request, is_there, load
from chaos.stage import Stage
from proof import books
from proof.report import NAMES
from proof.street import Street

API = "/api/v1"
YES, REFUSED = frozenset({200, 201}), 503
OVERLOAD = "overload"
# What an accepted request may take, in ms, 99 times of 100. SQLite has one writer: who waits for it waits outside the gate's reach.
MOST_MS = {"postgresql": 250, "sqlite": 500}
LEAST_SERVED = 0.3  # of the capacity, whatever comes: refusing must not eat what serving needs (a busy machine halves it by itself)
# By time and share, too; ten times is as much as a bare echo answers on two cores: there only the truth of each answer counts.
JUDGED = frozenset({"once", "twice"})
FULL, CROWD = 16, 96  # clients: two processes at work on eight each; and by the clock
PEOPLE, MEETINGS = 400, 12
HOW = {
    "full": f"{FULL} clients, each again as soon as it is answered: the capacity",
    "once": "by the clock, as fast as the capacity",
    "twice": "by the clock, twice as fast",
    "tenfold": "by the clock, ten times as fast",
}


FIRST = "full"
LAPS = 3  # of each wave: a machine shared with others stands still now and then, which hits one of them
WAVES = (
    (FIRST, FULL, 0),
    ("once", CROWD, 1),
    ("twice", CROWD, 2),
    ("tenfold", CROWD, 10),
)  # times the capacity; 0: no clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A load in several laps: medians over the laps; rates per second, times in ms."""

    key: str
    dialect: str
    offered: float
    served: float
    refused: float
    p50_ms: float
    p99_ms: float
    worst_ms: float  # p99 of the slowest lap
    strange: dict[int, int]  # answers that are neither a yes nor 503 with Retry-After


@dataclass
class Overload:
    """All waves on one database, and what was broken."""

    dialect: str
    waves: list[Wave] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    not_run: str = ""

    @property
    def holds(self) -> bool:
        return not self.broken


def flood(stage: Stage, seconds: float, say: Callable[[str], None], laps: int = LAPS) -> Overload:
    """Hold all waves on the running `stage`; each has so many `laps` of `seconds`."""
    outcome = Overload(stage.dialect)
    if not is_there():
        outcome.not_run = "wrk is not installed (Debian: apt-get install wrk)"
        return outcome
    requests = _requests(stage.street)
    _load(stage, next(requests), FULL, 2)  # what the first answers build, later ones find built
    capacity = 0.0
    for key, clients, times in WAVES:
        seen = [_load(stage, next(requests), clients, seconds, per_s=capacity * times) for _lap in range(laps)]
        wave = _wave(key, stage.dialect, seen)
        outcome.waves.append(wave)
        capacity = capacity or wave.served
        say(told(wave))
        outcome.broken += judge(wave, capacity)
    with stage.place.looking() as connection:
        outcome.broken += [f"{each.rule.promise}: {each.seen}" for each in books.breaches(connection)]
    return outcome


def _requests(street: Street) -> Iterator[list[Request]]:
    """Return, load after load, everybody's sign-up for a task nobody has seen, and three looks beside it."""
    people = street.people(PEOPLE)
    while True:
        shift = street.task([(*street.day(), PEOPLE)], points=1)["shifts"][0]["id"]
        yield [
            Request(method=method, path=API + path, token=person.token)
            for person in people
            for method, path in (
                ("POST", f"/shifts/{shift}/signups"), ("GET", "/me/points"), ("GET", "/me/signups"), ("GET", "/tasks?limit=20"),
            )
        ]  # fmt: skip


def _load(stage: Stage, requests: list[Request], clients: int, seconds: float, per_s: float = 0) -> Load:
    url, folder = stage.place.server.url, stage.place.folder
    return load(
        url, requests, clients=clients, seconds=seconds, folder=folder, goes_round=True, expected=YES, per_s=per_s
    )


def _wave(key: str, dialect: str, seen: Sequence[Load]) -> Wave:
    statuses = sum((each.statuses for each in seen), Counter[int]())
    return Wave(
        key=key,
        dialect=dialect,
        offered=median(each.answers / each.seconds for each in seen),
        served=median(sum(each.statuses[status] for status in YES) / each.seconds for each in seen),
        refused=median(each.statuses[REFUSED] / each.seconds for each in seen),
        p50_ms=median(each.p50_ms for each in seen),
        p99_ms=median(each.p99_ms for each in seen),
        worst_ms=max(each.p99_ms for each in seen),
        strange={status: number for status, number in statuses.items() if status not in YES | {REFUSED}},
    )


def judge(wave: Wave, capacity: float) -> list[str]:
    broken = []
    if wave.strange:
        broken.append(f"{HOW[wave.key]}: answers that are neither a yes nor 503 with Retry-After: {wave.strange}")
    if wave.key in JUDGED and wave.p99_ms > MOST_MS[wave.dialect]:
        broken.append(f"{HOW[wave.key]}: accepted requests took {wave.p99_ms:.0f} ms at the 99th of 100")
    if wave.key in JUDGED and wave.served < LEAST_SERVED * capacity:
        broken.append(f"{HOW[wave.key]}: only {wave.served:.0f} of {capacity:.0f} requests per second were served")
    return broken


def told(wave: Wave) -> str:
    return (
        f"{wave.dialect:<11} overload {wave.key:<9} {wave.offered:6.0f}/s came, {wave.served:5.0f}/s served, "
        f"{wave.refused:5.0f}/s told to come again; served within {wave.p50_ms:.0f} ms (median), {wave.p99_ms:.0f} ms (p99; slowest lap {wave.worst_ms:.0f} ms)"
    )


def as_markdown(floods: Sequence[Overload]) -> list[str]:
    """Return the section of docs/chaos.md."""
    if not floods:
        return []
    mix = "one sign-up for a task with room, one look at the points, one at the sign-ups and one at the task list"
    limits = " and ".join(f"{most} ms on {NAMES[dialect]}" for dialect, most in MOST_MS.items())
    lines = [
        "", "## Overload", "",
        f"`wrk` sends {mix} per person, {PEOPLE} people in turn, each with their own token, while the worker runs and everything "
        f"shares the machine. First the capacity is measured, then requests come by the clock, whatever is answered. Each wave comes {LAPS} times "
        "and its figures are the medians, since a shared machine stands still now and then; the slowest lap is shown beside them. Judged: whoever is "
        f"not served hears 503 with `Retry-After`; up to twice the capacity the served are within {limits} at p99, and at least {LEAST_SERVED:.0%} "
        "of it is served all the while; every rule of the proof holds in the tables afterwards. Rates per second, times in ms.", "",
        "| requests come | database | came | served | told to come again | median | p99 of the served | in the slowest lap |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for flood_ in floods:
        lines += [
            f"| {HOW[w.key]} | {NAMES[w.dialect]} | {w.offered:,.0f} | {w.served:,.0f} | {w.refused:,.0f} | {w.p50_ms:.0f} | {w.p99_ms:.0f} | {w.worst_ms:.0f} |"
            for w in flood_.waves
        ]
    lines.append("")
    lines += [f"- {NAMES[each.dialect]}: not run, {each.not_run}." for each in floods if each.not_run]
    lines += [f"- **Broken** ({NAMES[each.dialect]}): {words}." for each in floods for words in each.broken]
    verdict = "holds" if all(each.holds for each in floods) else "BROKEN"
    return [*lines, f'Verdict: **{verdict}** (`make chaos ARGS="--only {OVERLOAD}"`).']
