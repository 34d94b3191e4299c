"""The bench told: as text for the screen, as JSON, as docs/bench.md with its picture."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import cores, picture
from benchmarks.crowd import Result
from benchmarks.figures import LEAST_ACCEPTED, TITLES, Figure, Target, judge, summarise
from proof.report import NAMES

HEAD = ("what", "clients", "per s", "p50 ms", "p99 ms", "accepted", "of floor", "limit/s", "of limit", "server µs", "database µs", "limit's µs", "wrk µs", "wrk cores")  # fmt: skip
HOW = """\
`make bench` starts a PostgreSQL with its default durability (`fsync` and `synchronous_commit` on), `pointsapp serve` with two
processes and the limits as shipped, and builds a street of residents, clerks, tasks and offers through the API. Then, round after
round and each for a few seconds, it measures side by side on this machine:

- **ours**: the JSON API over HTTP with a bearer token per person, authentication and permissions on (the home page: the HTML with
  a session cookie), every request another person's. Check-in is the resident's own scan of the code the venue shows at that moment;
  its sign-ups are written beforehand. A grab is one shift that the whole crowd wants; issue draws on one offer with a stock.
- **the floor**: a Flask that echoes JSON, served by granian with two processes, and nothing else.
- **the limit**: pgbench calls one SQL function per act on a copy of the same database, which writes the same rows
  (`benchmarks/limit.sql`; a test compares them table by table), without HTTP, authentication, rules or an answer.

The load comes from `wrk`, one connection per thread; it runs on the same cores, its share stands in the last columns. Every answer's
status is checked: *per s* counts expected answers only (for sold-out: the refusal `shift_full`), *accepted* is their lowest share in
any round. Figures are medians over the rounds; ratios are medians of ratios within one round and one number of clients. *µs* is
processor time per answer (*limit's*: what the database needs for the same rows by the one function). `pointsapp worker` runs during the reads; during the acts it does not, and what it needs afterwards per
act is told separately. At the end the tables are asked all the questions of [the proof](proof.md).
Where the time goes and what would reach a target that is not met: [speed](speed.md)."""


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def cells(figure: Figure) -> list[str]:
    """Return one figure as the cells of a line."""
    name = TITLES[figure.act] + (", SQLite" if figure.dialect == "sqlite" else "")
    return [
        name,
        str(figure.clients),
        f"{figure.rate:,.0f}",
        f"{figure.p50_ms:.1f}",
        f"{figure.p99_ms:.1f}",
        f"{figure.accepted:.1%}",
        _number(figure.to_floor, ".3f"),
        _number(figure.limit, ",.0f"),
        _number(figure.to_limit, ".3f"),
        f"{figure.server_us:,.0f}" if figure.server_us else "",
        f"{figure.database_us:,.0f}" if figure.database_us else "",
        _number(figure.limit_us, ",.0f"),
        f"{figure.generator_us:,.0f}",
        f"{figure.generator_share:.2f}",
    ]


def judged(result: Result) -> tuple[list[Figure], list[Target]]:
    figures = summarise(result.runs)
    return figures, judge(figures, resident_mb=result.resident_mb, locked=result.locked)


def machine(result: Result) -> str:
    """Say what the figures were measured on; no names, no paths."""
    databases = ", ".join(f"{NAMES[name]} {version}" for name, version in result.versions.items())
    before, after = result.load_average
    return (
        f"{os.cpu_count()} cores, {cores.memory_gb():.0f} GB, Python {platform.python_version()}, {databases}; "
        f"{result.seconds:.0f} s; load average {before:.1f} before and {after:.1f} at the end"
    )


def notes(result: Result, figures: Sequence[Figure]) -> list[str]:
    """Return what else must be said about this run."""
    said = []
    if result.worker_us is not None:
        said.append(
            f"The worker needs {result.worker_us:,.0f} µs of processor time for each event and posting left to it."
        )
    memory = ", ".join(f"{mb:.0f}" for mb in result.resident_mb)
    said.append(f"Resident memory of the server's processes at the end: {memory} MB.")
    for each in figures:
        if each.accepted < LEAST_ACCEPTED:
            said.append(
                f"{TITLES[each.act]} at {each.clients} clients: only {each.accepted:.1%} of the answers were the expected one."
            )
    said += [f"BROKEN: {breach}" for breach in result.breaches]
    if not result.breaches:
        said.append("The books and every rule of the proof hold in the tables afterwards.")
    return said


def as_text(result: Result) -> str:
    figures, targets = judged(result)
    lines = [HEAD, *(tuple(cells(each)) for each in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    told = ["", f"THE BENCH  {result.at:%Y-%m-%d %H:%M} UTC", machine(result), ""]
    for line in lines:
        told.append(
            "  ".join(
                cell.rjust(width) if n else cell.ljust(width)
                for n, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
        )
    told.append("")
    told += [
        f"{'met    ' if each.is_met else 'NOT MET'}  {each.name}: {each.seen} (wanted {each.wanted})"
        for each in targets
    ]
    return "\n".join([*told, "", *notes(result, figures), ""])


def as_json(result: Result) -> str:
    figures, targets = judged(result)
    told: dict[str, Any] = {
        "at": result.at.isoformat(timespec="seconds"),
        "machine": machine(result),
        "figures": [asdict(each) for each in figures],
        "targets": [asdict(each) for each in targets],
        "notes": notes(result, figures),
        "runs": [asdict(each) for each in result.runs],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    rule = "|".join(["---", *["---:"] * (len(head) - 1)])
    return [f"| {' | '.join(head)} |", f"|{rule}|", *(f"| {' | '.join(line)} |" for line in lines)]


def as_markdown(result: Result) -> str:
    figures, targets = judged(result)
    met = sum(each.is_met for each in targets)
    return "\n".join(
        [
            "# The bench",
            "",
            "*Written by `make bench`; do not edit.*",
            "",
            f"{result.at:%Y-%m-%d}, {machine(result)}.",
            "",
            "![Acts per second beside the floor and the limit](pictures/bench.svg)",
            "",
            f"## Targets: {met} of {len(targets)} met",
            "",
            *_table(
                ("target", "wanted", "seen", ""),
                [(t.name, t.wanted, t.seen, "met" if t.is_met else "**not met**") for t in targets],
            ),
            "",
            "## Figures",
            "",
            *_table(HEAD, [cells(each) for each in figures]),
            "",
            *(f"- {note}" for note in notes(result, figures)),
            "",
            "## How it is measured",
            "",
            HOW,
            "",
        ]
    )


def keep(result: Result, page: Path, drawing: Path, data: Path) -> None:
    """Write the page, its picture and the figures."""
    for file, text in (
        (page, as_markdown(result)),
        (drawing, picture.draw(summarise(result.runs))),
        (data, as_json(result)),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
