"""How points are counted: tables, no database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pointsapp.rewards.rules import (
    Caps,
    Inputs,
    RuleVersionRow,
    SoFar,
    end_of_life,
    greatest_points_per_place,
    is_within_band,
    rescore,
    score,
)

FREE = RuleVersionRow(id=1, rule="*", number=1)


def inputs(points: int, mode: str = "per_completion", minutes: int = 60) -> Inputs:
    return Inputs(category="patrol", points=points, points_mode=mode, minutes=minutes)


@pytest.mark.parametrize(
    ("points", "mode", "minutes", "expected"),
    [
        (20, "per_completion", 5, 20),
        (20, "per_completion", 0, 20),
        (10, "per_hour", 60, 10),
        (10, "per_hour", 59, 9),
        (10, "per_hour", 5, 0),
        (10, "per_hour", 95, 15),
        (0, "per_hour", 600, 0),
        (10_000, "per_hour", 1440, 240_000),
    ],
    ids=["一次", "一次零分钟", "一小时", "差一分钟", "不足一分", "九十五分钟", "零分", "最多"],
)
def test_the_base_is_whole_points_rounded_down(points: int, mode: str, minutes: int, expected: int) -> None:
    found = score(FREE, inputs(points, mode, minutes), SoFar())
    assert (found.points, found.steps[-1]["result"], len(found.steps)) == (expected, expected, 1)
    assert greatest_points_per_place(points, mode, minutes) == expected


@pytest.mark.parametrize(
    ("caps", "person_caps", "category", "person", "expected", "keys"),
    [
        (Caps(activity=15), Caps(), {}, {}, 15, ["cap_activity"]),
        (Caps(activity=20), Caps(), {}, {}, 20, []),
        (Caps(day=30), Caps(), {"day": 15}, {}, 15, ["cap_category_day"]),
        (Caps(day=30), Caps(), {"day": 30}, {}, 0, ["cap_category_day"]),
        (Caps(day=30), Caps(), {"day": 45}, {}, 0, ["cap_category_day"]),
        (Caps(week=100), Caps(month=110), {"week": 90}, {"month": 105}, 5, ["cap_category_week", "cap_person_month"]),
        (
            Caps(activity=15, day=30),
            Caps(day=10),
            {"day": 20},
            {"day": 5},
            5,
            ["cap_activity", "cap_category_day", "cap_person_day"],
        ),
        (Caps(day=0), Caps(), {}, {}, 0, ["cap_category_day"]),
    ],
    ids=["每次", "刚好", "今天还剩", "今天满了", "早已超过", "周与月", "层层", "不计分"],
)
def test_each_cap_that_bites_is_a_step(
    caps: Caps, person_caps: Caps, category: dict[str, int], person: dict[str, int], expected: int, keys: list[str]
) -> None:
    version = RuleVersionRow(id=1, rule="patrol", number=2, caps=caps, person_caps=person_caps)
    found = score(version, inputs(20), SoFar(category=category, person=person))
    assert found.points == expected
    assert [step["key"] for step in found.steps[1:]] == keys
    assert found.steps[-1]["result"] == expected


@pytest.mark.parametrize(
    ("mode", "minutes", "before", "so_far", "expected"),
    [
        ("per_completion", 0, 20, 20, 0),
        ("per_completion", 10, 20, 30, 20),
        ("per_completion", 30, 0, 0, 20),
        ("per_completion", 30, 0, 25, 5),
        ("per_completion", 30, 7, 30, 7),
        ("per_hour", 30, 20, 20, 10),
        ("per_hour", 90, 20, 20, 30),
        ("per_hour", 90, 20, 25, 25),
        ("per_hour", 0, 20, 20, 0),
    ],
    ids=["归零", "改短不减", "从零恢复", "恢复遇上限", "曾被限不补", "减半", "加长", "加长遇上限", "小时归零"],
)
def test_a_correction_recounts_the_points(mode: str, minutes: int, before: int, so_far: int, expected: int) -> None:
    version = RuleVersionRow(id=1, rule="patrol", number=1, caps=Caps(day=30))
    found = rescore(version, inputs(20, mode, minutes), SoFar(category={"day": so_far}), before)
    assert found.points == expected
    assert found.steps[-1]["result"] == expected


@pytest.mark.parametrize(
    ("points", "mode", "expected"),
    [(50, "per_completion", True), (51, "per_completion", False), (20, "per_hour", True), (21, "per_hour", False)],
)
def test_a_band_holds_its_own_mode(points: int, mode: str, expected: bool) -> None:
    version = RuleVersionRow(id=1, rule="*", number=1, band_per_completion=50, band_per_hour=20)
    assert is_within_band(version, points, mode) is expected
    assert is_within_band(FREE, 10_000, mode)


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [
        ((2026, 11, 21), 36, (2029, 11, 21)),
        ((2027, 8, 31), 6, (2028, 2, 29)),
        ((2026, 12, 1), 1, (2027, 1, 1)),
    ],
)
def test_points_live_for_whole_months(now: tuple, months: int, expected: tuple) -> None:
    assert end_of_life(datetime(*now, 9, tzinfo=UTC), months) == datetime(*expected, 9, tzinfo=UTC)
    assert end_of_life(datetime(*now, tzinfo=UTC), None) is None
