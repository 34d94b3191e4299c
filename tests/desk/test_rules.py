"""Whose turn it is, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pointsapp.desk.rules import limits_passed, turn_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_limit_counts_from_the_moment_it_is_reached() -> None:
    limits = [NOW - timedelta(days=2), NOW, NOW + timedelta(days=2)]
    assert limits_passed(limits, NOW) == 2
    assert limits_passed(limits, NOW - timedelta(microseconds=1)) == 1


def test_each_limit_adds_the_people_above_and_takes_nobody_away() -> None:
    chain = [{1, 2}, {3}, {4}]
    assert turn_of(chain, 0) == (0, frozenset({1, 2}))
    assert turn_of(chain, 1) == (1, frozenset({1, 2, 3}))
    assert turn_of(chain, 9) == (2, frozenset({1, 2, 3, 4}))
    assert turn_of([], 3) == (0, frozenset())
