"""`python -m benchmarks`: the crowd beside floor and limit, then the demo's pages, or a soak; prints tables, writes benchmarks/out and docs."""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import calls, cores, crowd, pages, report, soak, wrk
from benchmarks.figures import ACTS, READS
from benchmarks.phone import paints, till
from benchmarks.phone import report as phone_report
from benchmarks.scale import city, curve
from benchmarks.stars import measuring
from benchmarks.stars import report as stars_report
from benchmarks.stars.city import Size
from benchmarks.street import OUT, demo_app
from proof.within import within
from tests.databases import DIALECTS, clone

DOCS = Path(__file__).resolve().parents[1] / "docs"
GOAL_MS, GOAL_QUERIES = 60, 12  # what no page of the demo should exceed at the median, on two cores
PARTS = ("crowd", "pages", "phone", "soak", "scale", "stars")
LONG_MINUTES, FURNISHING_MINUTES = 10, 5  # from when on a soak is worth a page in the docs; what it needs beside
CITY_MINUTES = 45  # what building a city may take


def show(rows: Sequence[Any]) -> None:
    """Print frozen rows as a table."""
    names = [field.name for field in fields(rows[0])]
    lines = [names] + [[str(getattr(row, name)) for name in names] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def keep(name: str, rows: Sequence[Any]) -> None:
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": platform.platform(),
        "python": platform.python_version(),
        "rows": [asdict(row) for row in rows],
    }
    (OUT / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def bench_crowd(given: argparse.Namespace) -> None:
    """Measure the engine; only a whole bench replaces the page in the docs."""
    chosen = given.only or [*ACTS, *READS]
    plan = crowd.Plan(
        rounds=given.rounds,
        seconds=given.seconds,
        people=given.residents,
        dialects=DIALECTS[::-1] if given.database == "both" else (given.database,),
        acts=[act for act in ACTS if act in chosen],
        reads=[act for act in READS if act in chosen],
    )
    result = crowd.bench(plan, lambda line: print(line, flush=True))
    print(report.as_text(result))
    is_whole = not given.only and given.database == "both" and given.rounds >= 3 and not result.breaches
    place = DOCS if is_whole and not given.no_docs else OUT
    report.keep(result, place / "bench.md", place / "pictures" / "bench.svg", OUT / "bench.json")
    print(f"written: {'docs' if place is DOCS else 'benchmarks/out'}/bench.md\n")
    if result.breaches:
        sys.exit("the books do not hold: this bench is worth nothing")


def bench_pages(given: argparse.Namespace) -> None:
    """Walk the demo's pages as every role, then the hot calls in one process: where the queries and milliseconds go."""
    with demo_app(fresh=given.fresh) as app:
        logging.getLogger("pointsapp").setLevel(logging.ERROR)  # tables, not a line per request
        rows = sorted(pages.walk(app, times=given.times), key=lambda row: -row.median_ms)
        show(rows)
        slow = [row for row in rows if row.median_ms > GOAL_MS or row.queries > GOAL_QUERIES]
        print(f"\n{len(rows)} pages; {len(slow)} over {GOAL_MS} ms at the median or {GOAL_QUERIES} queries\n")
        keep("pages", rows)
        hot = calls.loop(app, people=given.people)
        show(hot)
        keep("calls", hot)


def bench_phone(given: argparse.Namespace) -> None:
    """Measure a phone's first views and the till; three looks at each page replace the page in the docs."""

    def say(line: str) -> None:
        print(line, flush=True)

    load_of_paints = os.getloadavg()[0]
    painted = paints.measured(given.times, say)
    load_of_till = os.getloadavg()[0]
    at_till, version = till.measured(say)
    result = phone_report.Result(
        at=datetime.now(UTC),
        times=given.times,
        version=version,
        load=(load_of_paints, load_of_till),
        paints=painted,
        till=at_till,
    )
    is_whole = given.times >= phone_report.WHOLE and not given.no_docs
    place = DOCS if is_whole else OUT
    goals = phone_report.keep(result, place / "bench-phone.md", OUT / "phone.json", _machine())
    print(phone_report.as_text(result))
    print(f"written: {'docs' if is_whole else 'benchmarks/out'}/bench-phone.md")
    if not all(goal.is_met for goal in goals):
        print("not every goal is met")


def bench_soak(given: argparse.Namespace) -> None:
    """Load for long and watch the memory; only a long soak that holds replaces the page in the docs."""
    result = soak.soak(given.minutes, lambda line: print(line, flush=True))
    is_whole = given.minutes >= LONG_MINUTES and not result.broken() and not given.no_docs
    place = DOCS if is_whole else OUT
    soak.keep(result, place / "soak.md", OUT / "soak.json")
    print(f"written: {'docs' if is_whole else 'benchmarks/out'}/soak.md\n")
    if result.broken():
        sys.exit("; ".join(result.broken()))


def bench_scale(given: argparse.Namespace) -> None:
    """Measure cities of several sizes; three and more of them replace the page in the docs."""
    cities = []
    for number, size in enumerate(given.sizes):
        url = given.database_url[number] if given.database_url else clone("postgresql", migrated=False).url
        print(f"{size:,} residents", flush=True)
        cities.append(city.measured(url, size, times=given.times, people=given.people, folder=OUT, say=print))
    is_whole = len(cities) >= 3 and not given.no_docs
    place = DOCS if is_whole else OUT
    found = curve.keep(
        place / "scale.md",
        place / "pictures" / "scale.svg",
        OUT / "scale.json",
        cities,
        machine=_machine(),
        at=datetime.now(UTC),
    )
    print(curve.as_text(cities, found))
    print(f"written: {'docs' if is_whole else 'benchmarks/out'}/scale.md")


def bench_stars(given: argparse.Namespace) -> None:
    """Measure the star board of a city; only one with a thousand branches replaces the page in the docs."""
    size = Size(branches=given.branches, residents=given.city, entries=given.entries)
    url = given.database_url[0] if given.database_url else None
    result = measuring.measured(size, given.stars_seconds, url, lambda line: print(line, flush=True))
    is_whole = size.branches >= stars_report.WHOLE and not given.no_docs
    place = DOCS if is_whole else OUT
    OUT.mkdir(parents=True, exist_ok=True)
    goals = stars_report.keep(result, place / "stars-speed.md", OUT / "stars.json", _machine())
    print(stars_report.as_text(result))
    print(f"written: {'docs' if is_whole else 'benchmarks/out'}/stars-speed.md")
    if not all(goal.is_met for goal in goals):
        print("not every goal is met")


def _machine() -> str:
    return f"{os.cpu_count()} cores, {cores.memory_gb():.0f} GB, Python {platform.python_version()}"


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--part", choices=[*PARTS, "both"], default="both")
    parser.add_argument("--minutes", type=int, default=10, help="give up after so long; how long the soak lasts")
    group = parser.add_argument_group("the crowd")
    group.add_argument("--database", choices=[*DIALECTS, "both"], default="both")
    group.add_argument("--rounds", type=int, default=3, help="how often each load is repeated")
    group.add_argument("--seconds", type=int, default=2, help="how long each load lasts")
    group.add_argument("--residents", type=int, default=4000, help="how many people there are")
    group.add_argument("--only", nargs="+", choices=[*ACTS, *READS], default=[], metavar="ACT")
    group.add_argument("--no-docs", action="store_true", help="leave docs/bench.md as it is")
    group = parser.add_argument_group("the pages")
    group.add_argument("--fresh", action="store_true", help="build the demo street anew")
    group.add_argument("--times", type=int, default=3, help="requests per page; looks at a phone's page")
    group.add_argument("--people", type=int, default=100, help="residents in the loop of hot calls")
    group = parser.add_argument_group("the scale")
    group.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000], help="residents of each city, rising")
    group.add_argument(
        "--database-url",
        nargs="+",
        default=[],
        help="a PostgreSQL database per size, empty or filled by `pointsapp synth`; rows are added",
    )
    group = parser.add_argument_group("the star board")
    group.add_argument(
        "--branches", type=int, default=1_400, help="party branches; `--city` and `--entries` go with it"
    )
    group.add_argument("--city", type=int, default=500_000, help="residents of the city")
    group.add_argument("--entries", type=int, default=5_000_000, help="entries in its books")
    group.add_argument("--stars-seconds", type=int, default=20, help="how long each page is read")
    args = parser.parse_args(given)
    if args.part == "scale" and args.database_url and len(args.database_url) != len(args.sizes):
        parser.error("one --database-url per size")
    if not 1 <= args.rounds <= 7 or not 1 <= args.seconds <= 10 or not 100 <= args.residents <= 9000:
        parser.error("1-7 rounds of 1-10 seconds, 100-9000 residents")
    return args


def main(given: list[str] | None = None) -> None:
    args = _arguments(given)
    logging.getLogger("pointsapp").setLevel(
        logging.ERROR
    )  # our own slow statements are the preparation's, not the server's
    try:
        if args.part not in ("pages", "scale") and not wrk.is_there():
            sys.exit(wrk.HOW_TO)
        beside = {"soak": FURNISHING_MINUTES, "phone": FURNISHING_MINUTES, "stars": CITY_MINUTES}.get(args.part, 0)
        with within(args.minutes + beside, "the bench took too long"):
            if args.part == "soak":
                bench_soak(args)
            if args.part in ("crowd", "both"):
                bench_crowd(args)
            if args.part in ("pages", "both"):
                bench_pages(args)
            if args.part == "phone":
                bench_phone(args)
            if args.part == "scale":
                bench_scale(args)
            if args.part == "stars":
                bench_stars(args)
    except wrk.CannotLoad as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
