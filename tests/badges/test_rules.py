"""Which medals figures earn, what is shown of a series, and how long a run of months is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pointsapp.badges.models import Series
from pointsapp.badges.rules import Service, earned, figures_of, longest_run, metal_of, shelf

AT = datetime(2026, 11, 21, tzinfo=UTC)


def months(*numbers: int) -> list[date]:
    return [date(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 1) for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "run"),
    [
        ([], 0),
        ([5], 1),
        ([5, 5, 5], 1),
        ([1, 2, 3, 5, 6], 3),
        ([3, 1, 2], 3),
        ([11, 12, 13, 14], 4),  # over the end of a year
        ([1, 13], 1),  # the same month of two years
        (list(range(1, 13)), 12),
    ],
)
def test_the_longest_run_of_months(numbers: list[int], run: int) -> None:
    assert longest_run(months(*numbers)) == run


def service(minutes: int = 60, month: int = 1, organiser: int = 1, category: str = "patrol") -> Service:
    return Service(minutes=minutes, month=months(month)[0], organiser=organiser, category=category)


def test_each_series_counts_its_own() -> None:
    done = [service(50), service(75, 2, 2), service(10, 4, 2, "elder_care")]
    assert figures_of(done, 7) == {
        Series.SERVICES: 3,
        Series.HOURS: 2,  # 135 minutes
        Series.MONTHS: 2,
        Series.ORGANISERS: 2,
        Series.KINDS: 2,
        Series.ELDERS: 1,
        Series.DEEDS: 7,
    }


def test_a_step_is_earned_when_it_is_reached_and_not_before() -> None:
    steps = dict.fromkeys(Series, (10, 50))
    nothing = dict.fromkeys(Series, 0)
    for value, won in ((9, []), (10, [10]), (49, [10]), (50, [10, 50])):
        assert earned({**nothing, Series.HOURS: value}, steps) == [(Series.HOURS, least, value) for least in won]


def test_a_step_of_nothing_is_no_medal() -> None:
    assert earned(dict.fromkeys(Series, 5), dict.fromkeys(Series, (0,))) == []


@pytest.mark.parametrize(
    ("least", "steps", "metal"), [(10, (10, 50, 100), 1), (50, (10, 50, 100), 2), (100, (10, 50, 100), 3), (5, (5,), 3)]
)
def test_the_highest_is_gold(least: int, steps: tuple[int, ...], metal: int) -> None:
    assert metal_of(least, steps) == metal


def test_a_series_shows_what_was_won_by_older_steps_and_what_comes_next() -> None:
    shown = shelf(Series.HOURS, 30, (20, 40), {10: AT, 20: AT})
    assert [(step.least, step.won_at is not None, step.metal) for step in shown.steps] == [
        (10, True, 1),
        (20, True, 2),
        (40, False, 3),
    ]
    assert (shown.next_least, shown.missing) == (40, 10)
    done = shelf(Series.HOURS, 45, (20, 40), {20: AT, 40: AT})
    assert (done.next_least, done.missing) == (None, 0)
