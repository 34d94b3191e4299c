"""Periods, and sums over the tree that equal whatever way they are added."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pointsapp.statistics.rules import (
    ALL,
    AreaFigures,
    added,
    branch_out,
    ended_periods,
    holds,
    periods_of,
    read_period,
)


@pytest.mark.parametrize(
    ("key", "first", "last", "months"),
    [
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), ("2026-11",)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), ("2026-12",)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), ("2028-02",)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), ("2026-10", "2026-11", "2026-12")),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), tuple(f"2026-{n:02}" for n in range(1, 13))),
    ],
)
def test_periods(key: str, first: date, last: date, months: tuple[str, ...]) -> None:
    found = read_period(key)
    assert found is not None
    assert (found.first, found.last, found.months) == (first, last, months)


@pytest.mark.parametrize("key", ["", "2026-13", "2026-Q5", "1999", "2026-1", "2026-11-01", "２０２６"])
def test_what_is_no_period(key: str) -> None:
    assert read_period(key) is None


def test_a_day_lies_in_three_periods() -> None:
    assert [one.key for one in periods_of(date(2026, 11, 21))] == ["2026-11", "2026-Q4", "2026"]


def test_what_is_over_is_listed_once_the_oldest_first() -> None:
    found = [one.key for one in ended_periods(date(2025, 11, 20), date(2026, 4, 1))]
    assert found == ["2025", "2025-Q4", "2025-11", "2025-12", "2026-01", "2026-02", "2026-Q1", "2026-03"] or sorted(
        found
    ) == sorted(["2025", "2025-Q4", "2025-11", "2025-12", "2026-01", "2026-02", "2026-Q1", "2026-03"])
    lasts = [one.last for one in ended_periods(date(2025, 11, 20), date(2026, 4, 1))]
    assert lasts == sorted(lasts)
    assert ended_periods(date(2026, 11, 1), date(2026, 11, 30)) == ()


@st.composite
def trees(draw: st.DrawFn) -> list[AreaFigures]:
    """Some areas, each below an earlier one, with figures of their own."""
    count = draw(st.integers(1, 12))
    found = []
    for number in range(count):
        parent = None if number == 0 else f"a{draw(st.integers(0, number - 1))}"
        figures = {name: draw(st.integers(0, 50)) for name in draw(st.lists(st.sampled_from(ALL), max_size=3))}
        found.append(
            AreaFigures(
                id=f"i{number}", code=f"a{number}", name=f"区域{number}", kind="grid", parent=parent, figures=figures
            )
        )
    return found


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees())
def test_every_area_is_the_sum_of_what_lies_below_it_and_its_own(areas: list[AreaFigures]) -> None:
    for one in areas:
        found = branch_out(areas, one.code)
        assert found is not None
        assert found.total == added([found.own, *(sums for _child, sums in found.below)])
        for child, sums in found.below:
            inside = branch_out(areas, child.code)
            assert inside is not None
            assert inside.total == sums
    root = branch_out(areas, "a0")
    assert root is not None
    assert root.total == added(one.figures for one in areas)


def test_an_area_that_was_not_there_has_no_figures() -> None:
    assert branch_out([], "nowhere") is None


def test_points_are_accounted_for_or_not() -> None:
    assert holds({"issued_ever": 10, "available": 4, "held": 1, "spent_ever": 3, "donated_ever": 1, "lapsed_ever": 1})
    assert not holds({"issued_ever": 10, "available": 4})
