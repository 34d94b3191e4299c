"""The goals of the phone's bench: judged by the worst page and the slower half of the till, and a wrong answer is no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.phone.paints import Paint
from benchmarks.phone.report import Result, as_markdown, keep, targets
from benchmarks.phone.till import Till, _in_turn

LIGHT = Paint(page="/", role="guest", kilobytes=40, cold_ms=900, warm_ms=300)
LOOK = Till(what="look", answers=200, median_ms=20, p95_ms=30, p99_ms=40, most_ms=50, others=0)
GOOD = Result(
    at=datetime(2026, 11, 22, 5, tzinfo=UTC), times=3, version="18", load=(1, 1), paints=[LIGHT, replace(LIGHT, page="/me")],
    till=[LOOK, replace(LOOK, what="use")],
)  # fmt: skip


def test_a_good_run_meets_every_goal() -> None:
    assert [goal.is_met for goal in targets(GOOD)] == [True] * 4


@pytest.mark.parametrize(
    ("number", "change"), [(0, {"kilobytes": 100.0}), (1, {"cold_ms": 2501}), (2, {"warm_ms": 1001})]
)
def test_one_bad_page_is_enough(number: int, change: dict[str, Any]) -> None:
    bad = replace(LIGHT, page="/tasks", **change)
    goals = targets(replace(GOOD, paints=[LIGHT, bad, LIGHT]))
    assert [index for index, goal in enumerate(goals) if not goal.is_met] == [number]
    assert "`/tasks`" in goals[number].seen


@pytest.mark.parametrize("change", [{"median_ms": 300.0}, {"others": 1}])
def test_a_slow_or_a_wrong_till_is_told(change: dict[str, Any]) -> None:
    goals = targets(replace(GOOD, till=[LOOK, replace(LOOK, what="use", **change)]))
    assert [goal.is_met for goal in goals] == [True, True, True, False]


def test_every_customer_is_looked_at_before_served() -> None:
    turns = list(_in_turn(30))
    assert sorted(turns) == sorted([("look", one) for one in range(30)] + [("use", one) for one in range(30)])
    assert all(turns.index(("look", one)) < turns.index(("use", one)) for one in range(30))


def test_the_page_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    page = tmp_path / "bench-phone.md"
    page.write_text(as_markdown(GOOD, "one machine", "What the figures mean."))
    keep(replace(GOOD, times=5), page, tmp_path / "phone.json", "another machine")
    text = page.read_text()
    assert "another machine" in text
    assert "medians of 5" in text
    assert text.endswith("\n---\n\nWhat the figures mean.\n")
