"""What was measured of the phone as text, JSON and docs/bench-phone.md; notes under the page's last rule stay as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.figures import Target
from benchmarks.phone.paints import SLOWER, Paint
from benchmarks.phone.till import A_SECOND, Till

MOST_KB, COLD_MS, WARM_MS, TILL_MS = 100, 2500, 1000, 300
WHOLE = 3  # looks at a page from which on a run is worth a page in the docs


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A whole run; `load` is the load average before the paints and before the till."""

    at: datetime
    times: int
    version: str
    load: tuple[float, float]
    paints: Sequence[Paint]
    till: Sequence[Till]


def targets(result: Result) -> list[Target]:
    """Return issue 5's goals of speed with what was seen."""
    heavy = max(result.paints, key=lambda one: one.kilobytes)
    cold = max(result.paints, key=lambda one: one.cold_ms)
    warm = max(result.paints, key=lambda one: one.warm_ms)
    till = max(result.till, key=lambda one: one.median_ms)
    others = sum(one.others for one in result.till)
    return [
        Target(
            name="heaviest first view", wanted=f"< {MOST_KB} KB", seen=f"{heavy.kilobytes:.0f} KB ({_of(heavy)})",
            is_met=heavy.kilobytes < MOST_KB,
        ),
        Target(
            name="latest first contentful paint, cold", wanted=f"≤ {COLD_MS:,} ms", seen=f"{cold.cold_ms:,} ms ({_of(cold)})",
            is_met=cold.cold_ms <= COLD_MS,
        ),
        Target(
            name="the same with warm assets", wanted=f"≤ {WARM_MS:,} ms", seen=f"{warm.warm_ms:,} ms ({_of(warm)})",
            is_met=warm.warm_ms <= WARM_MS,
        ),
        Target(
            name=f"the till under {A_SECOND} requests a second, median", wanted=f"< {TILL_MS} ms",
            seen=f"{till.median_ms:.0f} ms ({till.what}{f', {others} other answers' if others else ''})",
            is_met=till.median_ms < TILL_MS and not others,
        ),
    ]  # fmt: skip


def _of(paint: Paint) -> str:
    return f"`{paint.page}`, {paint.role}"


def as_text(result: Result) -> str:
    lines = [
        f"{one.name:52} {one.wanted:12} {one.seen:40} {'met' if one.is_met else 'NOT MET'}" for one in targets(result)
    ]
    lines += [
        f"till, {one.what}: {one.answers} answers, {one.median_ms} ms at the median, p95 {one.p95_ms}, p99 {one.p99_ms}, most {one.most_ms}"
        for one in result.till
    ]
    return "\n".join(lines)


def as_markdown(result: Result, machine: str, notes: str) -> str:
    lines = [
        "# The phone and the till", "",
        "*Written by `make bench ARGS=\"--part phone\"`; what follows the last rule is written by hand.*", "",
        f"{result.at:%Y-%m-%d %H:%M} UTC, {machine}; load average {result.load[0]:.1f} before the pages and {result.load[1]:.1f} before "
        "the till.", "",
        "| goal | wanted | seen | |", "|---|---|---|---|",
        *(f"| {one.name} | {one.wanted} | {one.seen} | {'met' if one.is_met else '**not met**'} |" for one in targets(result)), "",
        "## First views", "",
        f"Chromium at 390x844 with 150 ms to the server and back, 1.6 Mbit/s and a processor {SLOWER} times slower, on the demo street "
        f"(SQLite, one process); medians of {result.times}. What came over the line is counted with its headers, without pictures and the "
        "scanner's engine. Warm: the same page once more, with styles and scripts kept.", "",
        "| page | as | KB | first paint cold, ms | warm, ms |", "|---|---|---:|---:|---:|",
        *(f"| `{one.page}` | {one.role} | {one.kilobytes:.0f} | {one.cold_ms:,} | {one.warm_ms:,} |" for one in result.paints), "",
        "## The till", "",
        f"{A_SECOND} requests leave each second, answered or not: vouchers looked at and used, in turn, on the till's own pages, by twenty "
        f"shopkeepers. PostgreSQL {result.version}, two processes, the worker beside them. Times count until the page with the answer is "
        "there.", "",
        "| what | answers | median, ms | p95 | p99 | most | other answers |", "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {one.what} | {one.answers} | {one.median_ms} | {one.p95_ms} | {one.p99_ms} | {one.most_ms} | {one.others} |"
            for one in result.till
        ),
        "", "---", "", notes.strip(), "",
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def keep(result: Result, page: Path, figures: Path, machine: str) -> Sequence[Target]:
    """Write the page and the figures; return the goals."""
    notes = page.read_text().rpartition("\n---\n")[2] if page.exists() else ""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(as_markdown(result, machine, notes))
    told = {**asdict(result), "at": result.at.isoformat(timespec="seconds"), "machine": machine}
    figures.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return targets(result)
