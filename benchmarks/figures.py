"""From single loads to the figures of a bench: medians over the rounds, ratios within one round, targets met or not. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

FLOOR = "floor"
ACTS = {
    "signup": "sign-up (grabbing a place)",
    "sold_out": "sold-out answer",
    "checkin": "check-in",
    "issue": "voucher issue",
    "redemption": "redemption",
}
READS = {"board": "top-50 board", "home": "resident's home page", "tasks": "task list", "points": "own points"}
TITLES = {**ACTS, **READS, FLOOR: "Flask echo (the floor)"}
FEW, MANY = 8, 32
LEAST_ACCEPTED = 0.99  # below that it is no bench of the act, but of refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One load of one act, or of the floor, or of an act's limit (`what` is app, floor or limit); times in ms and µs."""

    what: str
    act: str
    dialect: str
    clients: int
    round: str
    rate: float  # expected answers per second
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    accepted: float = 1.0  # share of answers that were the expected one
    server_us: float = 0.0  # processor time per answer
    database_us: float = 0.0
    generator_us: float = 0.0
    generator_share: float = 0.0  # of one core


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Medians of one act at one number of clients; ratios are medians of ratios within a round, None where there is nothing to compare."""

    act: str
    dialect: str
    clients: int
    rate: float
    p50_ms: float
    p99_ms: float
    accepted: float
    server_us: float
    database_us: float
    generator_us: float
    generator_share: float
    to_floor: float | None
    to_limit: float | None
    limit: float | None
    limit_us: float | None  # the database's processor time per act of the limit
    rounds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was promised, what was seen, and whether it holds."""

    name: str
    wanted: str
    seen: str
    is_met: bool


def ratio(mine: Sequence[Run], other: Sequence[Run]) -> float | None:
    """Return the median over the rounds of mine / other, both of one round and one number of clients."""
    beside = {(run.round, run.clients): run.rate for run in other}
    found = [run.rate / beside[run.round, run.clients] for run in mine if beside.get((run.round, run.clients), 0) > 0]
    return statistics.median(found) if found else None


def summarise(runs: Sequence[Run]) -> list[Figure]:
    """Return a figure per database, act and number of clients, in the order in which they were first measured."""
    app = [run for run in runs if run.what != "limit"]
    figures = []
    for dialect, act, clients in dict.fromkeys((run.dialect, run.act, run.clients) for run in app):
        mine = [run for run in app if (run.dialect, run.act, run.clients) == (dialect, act, clients)]
        limits = [run for run in runs if (run.what, run.dialect, run.act) == ("limit", dialect, act)]
        floors = [run for run in app if run.act == FLOOR]

        def median(read: Callable[[Run], float], of: Sequence[Run] = tuple(mine)) -> float:
            return statistics.median(read(run) for run in of)

        here = [run for run in limits if run.clients == clients]
        figures.append(
            Figure(
                act=act,
                dialect=dialect,
                clients=clients,
                rate=median(lambda run: run.rate),
                p50_ms=median(lambda run: run.p50_ms),
                p99_ms=median(lambda run: run.p99_ms),
                accepted=min(run.accepted for run in mine),
                server_us=median(lambda run: run.server_us),
                database_us=median(lambda run: run.database_us),
                generator_us=median(lambda run: run.generator_us),
                generator_share=median(lambda run: run.generator_share),
                to_floor=None if act == FLOOR else ratio(mine, floors),
                to_limit=ratio(mine, limits),
                limit=median(lambda run: run.rate, here) if here else None,
                limit_us=median(lambda run: run.database_us, here) if here else None,
                rounds=len(mine),
            )
        )
    return figures


def judge(figures: Sequence[Figure], *, resident_mb: Sequence[float] = (), locked: int = 0) -> list[Target]:
    """Return the targets of the engine with what was seen; a target whose act was not measured is left out."""
    by = {(each.dialect, each.act, each.clients): each for each in figures}
    targets: list[Target] = []

    def at_least(act: str, name: str, wanted: float, read: Callable[[Figure], float | None]) -> None:
        figure = by.get(("postgresql", act, FEW))
        value = read(figure) if figure else None
        if figure is None or value is None:
            return
        met = value >= wanted and figure.accepted >= LEAST_ACCEPTED
        targets.append(Target(name=f"{TITLES[act]}: {name}", wanted=f"≥ {wanted:g}", seen=f"{value:.2f}", is_met=met))

    def to_limit(figure: Figure) -> float | None:
        return figure.to_limit

    def to_floor(figure: Figure) -> float | None:
        return figure.to_floor

    for act in ("checkin", "redemption"):
        at_least(act, "of the limit", 0.10, to_limit)
        at_least(act, "of the floor", 0.12, to_floor)
        targets += _latency(by, act)
    at_least("signup", "of the limit", 0.10, to_limit)
    at_least("sold_out", "of the floor", 0.4, to_floor)
    at_least("issue", "of the limit", 0.07, to_limit)
    at_least("board", "of the floor", 0.4, to_floor)
    targets += _paced(by, "postgresql", "home", 300)
    targets += _paced(by, "sqlite", "checkin", 300)
    if ("sqlite", "checkin", FEW) in by:
        targets.append(
            Target(name="SQLite: “database is locked”", wanted="never", seen=f"{locked} times", is_met=not locked)
        )
    if resident_mb:
        most = max(resident_mb)
        targets.append(
            Target(name="server process, resident", wanted="< 150 MB", seen=f"{most:.0f} MB", is_met=most < 150)
        )
    return targets


def _latency(by: dict[tuple[str, str, int], Figure], act: str) -> list[Target]:
    targets = []
    few, many = by.get(("postgresql", act, FEW)), by.get(("postgresql", act, MANY))
    if few is not None:
        targets.append(
            Target(
                name=f"{TITLES[act]}: p99 at {FEW} clients",
                wanted="≤ 25 ms",
                seen=f"{few.p99_ms:.1f} ms",
                is_met=few.p99_ms <= 25 and few.accepted >= LEAST_ACCEPTED,
            )
        )
    if many is not None:
        times = many.p99_ms / many.p50_ms
        targets.append(
            Target(
                name=f"{TITLES[act]}: p99 to median at {MANY} clients",
                wanted="≤ 3",
                seen=f"{times:.1f}",
                is_met=times <= 3 and many.accepted >= LEAST_ACCEPTED,
            )
        )
    return targets


def _paced(by: dict[tuple[str, str, int], Figure], dialect: str, act: str, least: int) -> list[Target]:
    figure = by.get((dialect, act, FEW))
    if figure is None:
        return []
    name = ("SQLite: " if dialect == "sqlite" else "") + TITLES[act]
    return [
        Target(
            name=f"{name}: per second and p99 at {FEW} clients",
            wanted=f"≥ {least}/s, < 100 ms",
            seen=f"{figure.rate:.0f}/s, {figure.p99_ms:.0f} ms",
            is_met=figure.rate >= least and figure.p99_ms < 100 and figure.accepted >= LEAST_ACCEPTED,
        )
    ]
