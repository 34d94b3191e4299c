"""Days that come again, on the local wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pointsapp.core import clock
from pointsapp.core.recurrence import Rhythm, days_again, next_weeks, on_day

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("rhythm", "until", "days"),
    [
        (Rhythm.WEEKLY, date(2026, 12, 12), ["11-21", "11-28", "12-05", "12-12"]),
        (Rhythm.FORTNIGHTLY, date(2026, 12, 12), ["11-21", "12-05"]),
        (Rhythm.DAILY, date(2026, 11, 23), ["11-21", "11-22", "11-23"]),
        (Rhythm.WORKING_DAYS, date(2026, 11, 25), ["11-21", "11-23", "11-24", "11-25"]),
        (Rhythm.WEEKLY, date(2026, 11, 1), ["11-21"]),
    ],
)
def test_the_days(rhythm: Rhythm, until: date, days: list[str]) -> None:
    assert [day.strftime("%m-%d") for day in days_again(SATURDAY, until, rhythm, most=50)] == days


def test_no_more_than_a_task_may_have() -> None:
    assert len(days_again(SATURDAY, date(2036, 1, 1), Rhythm.DAILY, most=50)) == 50


def test_the_own_holidays_are_left_out_of_working_days_only() -> None:
    off = {date(2026, 11, 23)}
    assert days_again(SATURDAY, date(2026, 11, 24), Rhythm.WORKING_DAYS, most=9, off=off) == [
        SATURDAY,
        date(2026, 11, 24),
    ]
    assert date(2026, 11, 23) in days_again(SATURDAY, date(2026, 11, 24), Rhythm.DAILY, most=9, off=off)


def test_the_same_hour_on_another_day_is_the_wall_clocks() -> None:
    evening = datetime(2026, 11, 21, 11, tzinfo=UTC)  # 19:00 in Shanghai
    assert clock.to_local(on_day(evening, date(2026, 12, 1))).isoformat() == "2026-12-01T19:00:00+08:00"


def test_weeks_later_is_the_same_weekday_and_after_now() -> None:
    begun = datetime(2026, 8, 1, 1, tzinfo=UTC)  # a Saturday, 09:00
    now = datetime(2026, 11, 21, 1, tzinfo=UTC)  # a Saturday, 09:00: this one has begun
    moved = clock.to_local(next_weeks(begun, now))
    assert (moved.isoformat(), moved.weekday()) == ("2026-11-28T09:00:00+08:00", 5)
    ahead = datetime(2027, 1, 1, tzinfo=UTC)
    assert next_weeks(ahead, now) == ahead
