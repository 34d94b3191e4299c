"""`python -m benchmarks [--fresh] [--times N] [--people N]`: prints two tables, writes benchmarks/out/*.json."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from benchmarks import calls, pages
from benchmarks.street import OUT, demo_app

GOAL_MS, GOAL_QUERIES = 60, 12  # what no page of the demo should exceed at the median, on two cores


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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="build the demo street anew")
    parser.add_argument("--times", type=int, default=15, help="requests per page")
    parser.add_argument("--people", type=int, default=200, help="residents in the loop of hot calls")
    given = parser.parse_args()
    with demo_app(fresh=given.fresh) as app:
        rows = sorted(pages.walk(app, times=given.times), key=lambda row: -row.median_ms)
        show(rows)
        slow = [row for row in rows if row.median_ms > GOAL_MS or row.queries > GOAL_QUERIES]
        print(f"\n{len(rows)} pages; {len(slow)} over {GOAL_MS} ms at the median or {GOAL_QUERIES} queries\n")
        keep("pages", rows)
        hot = calls.loop(app, people=given.people)
        show(hot)
        keep("calls", hot)


if __name__ == "__main__":
    main()
