"""What was measured of the board as text, JSON and docs/stars-speed.md; notes under the page's last rule stay as they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.figures import Target
from benchmarks.stars.measuring import READS_PER_S, Result

WHOLE = 1_000  # branches from which on a run is worth a page in the docs
MEDIAN_MS, P99_MS, RECOUNT_S, GROWTH = 100, 300, 60, 0.05
OPENED = "<branch>"  # one branch opened is told beside the standings, which alone have a goal
RECOUNT = "every branch counted anew"


def targets(result: Result) -> list[Target]:
    """Return issue 4's goals with what was seen."""
    judged = [read for read in result.reads if OPENED not in read.name]
    slowest = max(judged, key=lambda read: read.p50_ms)
    last = max(judged, key=lambda read: read.p99_ms)
    recount = next(job for job in result.jobs if job.name == RECOUNT)
    grown = {name: held[-1] / held[0] - 1 for name, held in result.resident_mb.items()}
    most = max(grown, key=lambda name: grown[name])
    return [
        Target(
            name="standings: slowest median beside check-ins", wanted=f"< {MEDIAN_MS} ms", seen=f"{slowest.p50_ms:.0f} ms ({slowest.name})",
            is_met=slowest.p50_ms < MEDIAN_MS and not slowest.others,
        ),
        Target(
            name="standings: slowest p99 beside check-ins", wanted=f"< {P99_MS} ms", seen=f"{last.p99_ms:.0f} ms ({last.name})",
            is_met=last.p99_ms < P99_MS and not last.others,
        ),
        Target(
            name="a round counted anew", wanted=f"< {RECOUNT_S} s", seen=f"{recount.seconds:.1f} s", is_met=recount.seconds < RECOUNT_S
        ),
        Target(
            name="one check-in", wanted="only branches above its area", seen=f"{result.touched} of {result.size.branches:,} counted anew",
            is_met=result.touched <= result.above,
        ),
        Target(
            name="memory", wanted=f"< {GROWTH:.0%} more after the run", seen=f"{grown[most]:+.1%} ({most})", is_met=grown[most] < GROWTH
        ),
    ]  # fmt: skip


def as_text(result: Result) -> str:
    lines = [
        f"{one.name:36} {one.wanted:32} {one.seen:45} {'met' if one.is_met else 'NOT MET'}" for one in targets(result)
    ]
    lines += [
        "",
        *(f"{job.name:50} {job.seconds:7.2f} s  {job.most_mb:6.0f} MB  load {job.load_average:.1f}  {job.told}" for job in result.jobs),
        "",
        *(f"{name:12} {' -> '.join(f'{mb:.0f}' for mb in held)} MB" for name, held in result.resident_mb.items()),
    ]  # fmt: skip
    return "\n".join(lines)


def as_markdown(result: Result, machine: str, notes: str) -> str:
    size = result.size
    lines = [
        "# The star board of a city", "",
        "*Written by `make bench ARGS=\"--part stars\"`; what follows the last rule is written by hand.*", "",
        f"{result.at:%Y-%m-%d %H:%M} UTC, {machine}, PostgreSQL {result.version}. {size.branches:,} branches, {size.residents:,} "
        f"residents, {size.entries:,} ledger entries, {result.evidence:,} rows of evidence; {result.gigabytes:.1f} GB.", "",
        "| goal | wanted | seen | |", "|---|---|---|---|",
        *(f"| {one.name} | {one.wanted} | {one.seen} | {'met' if one.is_met else '**not met**'} |" for one in targets(result)), "",
        "## Pages and calls while people check in", "",
        f"{READS_PER_S} requests a second by four clients on one page, while four others check in all over the city. The load average is "
        "that before the measurement. The goal is that of the standings: board, wall chart and lists.", "",
        "| page or call | median, ms | p99, ms | KB | answers | check-ins: number, median, p99 | load |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| `{read.name}` | {read.p50_ms:.1f} | {read.p99_ms:.1f} | {read.kilobytes:.1f} | {read.answers}"
            f"{f' ({read.others} refused)' if read.others else ''} | {read.checkins}, {read.checkin_p50_ms:.0f}, "
            f"{read.checkin_p99_ms:.0f} | {read.load_average:.1f} |"
            for read in result.reads
        ), "",
        "## Work over the whole round", "",
        "| what | s | most memory of its process, MB | load | |", "|---|---:|---:|---:|---|",
        *(
            f"| {job.name} | {job.seconds:.2f} | {f'{job.most_mb:.0f}' if job.most_mb else ''} | {job.load_average:.1f} | {job.told} |"
            for job in result.jobs
        ), "",
        "## Memory", "",
        "Resident megabytes before the reads, after them, and after the round was counted anew.", "",
        "| process | before | after | at the end |", "|---|---:|---:|---:|",
        *(f"| {name} | {' | '.join(f'{mb:.0f}' for mb in held)} |" for name, held in result.resident_mb.items()),
        "", "---", "", notes.strip(), "",
    ]  # fmt: skip
    return "\n".join(lines)


def keep(result: Result, page: Path, figures: Path, machine: str) -> Sequence[Target]:
    """Write the page and the figures; return the goals."""
    notes = page.read_text().rpartition("\n---\n")[2] if page.exists() else ""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(as_markdown(result, machine, notes))
    told = {**asdict(result), "at": result.at.isoformat(timespec="seconds"), "machine": machine}
    figures.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return targets(result)
