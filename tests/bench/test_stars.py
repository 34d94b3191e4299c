"""The bench of the star board: goals judged by the worst that was seen, notes by hand kept, and a street-sized run of its city."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.stars import report
from benchmarks.stars.city import Size
from benchmarks.stars.measuring import Job, Read, Result

FAST = Read(
    name="/stars", p50_ms=20.0, p99_ms=80.0, kilobytes=100.0, answers=300, others=0, checkin_p50_ms=9.0, checkin_p99_ms=30.0,
    checkins=400, load_average=1.5,
)  # fmt: skip


def seen(**over: object) -> Result:
    given: dict[str, object] = {
        "reads": [FAST, replace(FAST, name="/wall")],
        "jobs": [Job(name=report.RECOUNT, seconds=12.5, most_mb=130, load_average=2.0)],
        "resident_mb": {"server 1": [130.0, 134.0, 135.0], "worker": [120.0, 121.0, 121.0]},
        "above": 3,
        "touched": 3,
        **over,
    }
    size = Size(branches=1400, residents=500_000, entries=5_000_000)
    return Result(datetime(2026, 11, 21, tzinfo=UTC), size, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("over", "unmet"),
    [
        ({}, set()),
        ({"reads": [FAST, replace(FAST, p50_ms=101.0)]}, {"standings: slowest median beside check-ins"}),
        ({"reads": [FAST, replace(FAST, p99_ms=301.0)]}, {"standings: slowest p99 beside check-ins"}),
        ({"reads": [FAST, replace(FAST, name="/stars/<branch>", p50_ms=500.0)]}, set()),
        (
            {"reads": [replace(FAST, others=1)]},
            {"standings: slowest median beside check-ins", "standings: slowest p99 beside check-ins"},
        ),
        ({"jobs": [Job(name=report.RECOUNT, seconds=61, most_mb=1, load_average=1)]}, {"a round counted anew"}),
        ({"touched": 4}, {"one check-in"}),
        ({"resident_mb": {"worker": [100.0, 104.0, 106.0]}}, {"memory"}),
    ],
)
def test_goals_are_judged_by_the_worst_that_was_seen(over: dict[str, object], unmet: set[str]) -> None:
    assert {goal.name for goal in report.targets(seen(**over)) if not goal.is_met} == unmet


def test_the_page_tells_everything_and_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    page, figures = tmp_path / "stars-speed.md", tmp_path / "stars.json"
    report.keep(seen(), page, figures, "2 cores")
    page.write_text(page.read_text() + "By hand.\n")
    report.keep(seen(), page, figures, "2 cores")
    text = page.read_text()
    assert text.endswith("By hand.\n")
    for words in ("1,400 branches", "`/wall`", "| 20.0 | 80.0 |", "12.50", "| worker | 120 | 121 | 121 |", "| met |"):
        assert words in text, words
    assert '"touched": 3' in figures.read_text()
