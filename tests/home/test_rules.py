"""Levels climb by what was earned; the greeting follows the hour."""

from __future__ import annotations

import pytest

from pointsapp.core.policy import declared
from pointsapp.home.messages import FEATURE_NAMES
from pointsapp.home.rules import level_of, part_of_day
from tests.house.reading import the_app

STEPS = [100, 500, 1500]


@pytest.mark.parametrize(
    ("earned", "number", "to_next"),
    [
        (0, 1, 100),
        (99, 1, 1),
        (100, 2, 400),
        (499, 2, 1),
        (500, 3, 1000),
        (1500, 4, None),
        (9000, 4, None),
        (-5, 1, 105),
    ],
)
def test_the_level_of_what_was_earned(earned: int, number: int, to_next: int | None) -> None:
    level = level_of(earned, STEPS)
    assert (level.number, level.to_next) == (number, to_next)


def test_an_operators_steps_may_stand_in_any_order() -> None:
    assert level_of(600, [1500, 100, 500]).number == 3
    assert level_of(600, []).to_next is None


@pytest.mark.parametrize(
    ("hour", "part"),
    [(4, "evening"), (5, "early"), (8, "early"), (9, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening")],
)
def test_the_greeting_follows_the_hour(hour: int, part: str) -> None:
    assert part_of_day(hour) == part


def test_the_settings_page_names_every_features_numbers() -> None:
    the_app()  # a policy is declared when its feature is wired
    features = {policy.name.split(".")[0] for policy in declared()}
    assert len(features) > 10
    assert features - set(FEATURE_NAMES) == set()
