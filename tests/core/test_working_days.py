"""Working days: official holidays, the weekends worked in their place, what a deployment says itself, years nobody knows yet."""

from __future__ import annotations

from datetime import date

import pytest

from pointsapp.core.working_days import after_working_days, is_working_day, read_days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday worked in its place
        (date(2026, 10, 11), False),  # an ordinary Sunday
        (date(2026, 11, 20), True),
        (date(2031, 10, 1), True),  # a Wednesday of a year whose holidays nobody has arranged yet
        (date(2031, 10, 4), False),
    ],
)
def test_offices_work_when_the_state_council_says(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_a_limit_passes_over_holidays_and_counts_a_worked_saturday() -> None:
    # After 30 September 2026: 8, 9, 10 (a worked Saturday), 12, 13 October.
    assert after_working_days(date(2026, 9, 30), 5) == date(2026, 10, 13)
    assert after_working_days(date(2026, 9, 30), 0) == date(2026, 9, 30)


def test_what_a_deployment_says_goes_before_the_calendar() -> None:
    off, on = {date(2026, 10, 8)}, {date(2026, 10, 11)}
    # 9, 10, 11 (said to be worked), 12, 13
    assert after_working_days(date(2026, 9, 30), 5, off=off, on=on) == date(2026, 10, 13)
    assert is_working_day(date(2026, 10, 8), off=off, on={date(2026, 10, 8)})


def test_days_are_read_out_of_any_text_and_nonsense_is_passed_over() -> None:
    assert read_days("2027-02-05，2027-02-08；2027-02-30 x2027-01-01 12027-01-012") == {
        date(2027, 2, 5),
        date(2027, 2, 8),
    }
    assert read_days("无") == frozenset()
