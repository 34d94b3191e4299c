"""What a panel's scores come to, worked out by hand; and until when a branch may promise."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsapp.contest.rules import Verdict, judge, last_day_to_pledge

# scores in hundredths, from how many on the extremes are dropped, whether they were, the mean rounded down
TABLE = {
    "五个分数，去掉 6 和 9.5，(8 + 8 + 7.25) / 3 = 7.75": ([950, 800, 800, 725, 600], 5, True, 775),
    "四个分数不去，(10 + 7 + 7 + 6.5) / 4 = 7.625，舍成 7.62": ([1000, 700, 700, 650], 5, False, 762),
    "五个都一样，去掉的也一样": ([900] * 5, 5, True, 900),
    "两个并列最高只去一个，(10 + 8 + 8) / 3 = 8.666…": ([1000, 1000, 800, 800, 500], 5, True, 866),
    "两个并列最低只去一个，(5 + 5 + 8) / 3 = 6": ([500, 500, 500, 800, 1000], 5, True, 600),
    "三个分数，规定满三个就去，只剩中间那个": ([100, 900, 400], 3, True, 400),
    "规定写得再小也不会去到一个不剩": ([700, 900], 1, False, 800),
    "只有一个分数": ([333], 5, False, 333),
    "0 分也是分数，(0 + 0 + 1) / 3 = 0.33": ([0, 0, 100], 5, False, 33),
    "七个分数，去掉 2 和 10，(9 + 9 + 8.5 + 8 + 7.5) / 5 = 8.4": ([1000, 900, 900, 850, 800, 750, 200], 5, True, 840),
}


@pytest.mark.parametrize("case", TABLE.values(), ids=TABLE.keys())
def test_a_panels_mean(case: tuple[list[int], int, bool, int]) -> None:
    scores, drop_from, is_cut, mean = case
    found = judge(scores, drop_from=drop_from)
    assert found == Verdict(scores=tuple(sorted(scores)), is_cut=is_cut, mean=mean)


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=30), st.integers(1, 10), st.randoms())
def test_the_order_in_which_scores_came_changes_nothing(scores: list[int], drop_from: int, chance: object) -> None:
    found = judge(scores, drop_from=drop_from)
    shuffled = list(scores)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge(shuffled, drop_from=drop_from) == found
    assert min(scores) <= found.mean <= max(scores)
    assert len(found.counted) == len(scores) - 2 * found.is_cut
    # Rounded down by less than a hundredth.
    assert 0 <= sum(found.counted) - found.mean * len(found.counted) < len(found.counted)


@pytest.mark.parametrize(
    ("opened_on", "days", "last_on"),
    [
        (date(2026, 10, 1), 30, date(2026, 10, 30)),
        (date(2026, 9, 28), 30, date(2026, 10, 30)),  # opened before its first day: the days count from the first
        (date(2026, 11, 20), 30, date(2026, 12, 19)),  # a scheme that came in mid-quarter
        (date(2026, 12, 20), 30, date(2026, 12, 31)),  # never after the round
        (date(2026, 10, 1), 0, date(2026, 10, 1)),
    ],
)
def test_promises_are_made_at_the_beginning(opened_on: date, days: int, last_on: date) -> None:
    assert last_day_to_pledge(date(2026, 10, 1), opened_on, date(2026, 12, 31), days) == last_on
