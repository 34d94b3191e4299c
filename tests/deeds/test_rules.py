"""Pure sums of deeds, and which pictures are alike."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from pointsapp.core.likeness import bands_of, distance, from_column, likeness_of, to_column
from pointsapp.deeds.rules import Limits, left_this_month, score_deed, share_to_fill
from pointsapp.rewards.rules import Caps, RuleVersionRow, SoFar
from tests.deeds.conftest import drawn

LIMITS = Limits(each=5, a_month=30, a_day=5)


def so_far(month: int, person_day: int = 0) -> SoFar:
    return SoFar(category={"month": month}, person={"day": person_day})


@pytest.mark.parametrize(
    ("given", "got", "points", "steps"),
    [
        (5, 0, 5, ["deed_given"]),
        (5, 25, 5, ["deed_given"]),
        (5, 28, 2, ["deed_given", "deed_month"]),
        (5, 30, 0, ["deed_given", "deed_month"]),
        (5, 31, 0, ["deed_given", "deed_month"]),
        (0, 0, 0, ["deed_given"]),
    ],
)
def test_the_month_cuts_what_the_reviewer_gives(given: int, got: int, points: int, steps: list[str]) -> None:
    scored = score_deed(given, LIMITS, RuleVersionRow(id=1, rule="*", number=1), so_far(got))
    assert (scored.points, [step["key"] for step in scored.steps]) == (points, steps)


def test_the_persons_caps_of_all_work_bind_deeds_too() -> None:
    version = RuleVersionRow(id=1, rule="*", number=1, caps=Caps(day=1), person_caps=Caps(day=10))
    scored = score_deed(5, LIMITS, version, so_far(0, person_day=7))
    assert (scored.points, [step["key"] for step in scored.steps]) == (3, ["deed_given", "cap_person_day"])


def test_what_is_left_is_never_below_nothing() -> None:
    assert [left_this_month(LIMITS, so_far(month)) for month in (0, 29, 30, 99)] == [30, 1, 0, 0]


@pytest.mark.parametrize(
    ("missing", "filled", "held", "share"),
    [(5, 0, 1000, 100), (5, 0, 60, 60), (5, 0, 4, 0), (5, 450, 1000, 50), (5, 496, 1000, 0), (150, 0, 1000, 150)],
)
def test_a_pot_is_filled_by_a_fifth_at_a_time(missing: int, filled: int, held: int, share: int) -> None:
    assert share_to_fill(missing, 500, filled, held) == share


class TestLikeness:
    @pytest.mark.parametrize("number", range(8))
    def test_a_picture_made_smaller_brighter_and_saved_again_is_nearly_the_same(self, number: int) -> None:
        first = likeness_of(drawn(number))
        again = likeness_of(drawn(number, size=(320, 240), quality=40, light=1.2))
        assert first is not None
        assert again is not None
        assert distance(first, again) <= 3

    def test_different_pictures_are_far_apart(self) -> None:
        numbers = [likeness_of(drawn(number)) for number in range(12)]
        apart = [distance(one, other) for one in numbers for other in numbers if one and other and one != other]
        assert min(apart) > 10

    @pytest.mark.parametrize("colour", ["black", "white", "red"])
    def test_an_empty_picture_is_like_none(self, colour: str) -> None:
        out = io.BytesIO()
        Image.new("RGB", (300, 200), colour).save(out, "JPEG")
        assert likeness_of(out.getvalue()) is None

    def test_up_to_three_changes_leave_one_band_as_it_is(self) -> None:
        number = likeness_of(drawn(1))
        assert number is not None
        changed = number ^ (1 << 3) ^ (1 << 20) ^ (1 << 63)
        assert distance(number, changed) == 3
        assert set(enumerate(bands_of(number))) & set(enumerate(bands_of(changed)))

    @pytest.mark.parametrize("number", [0, 1, 2**63 - 1, 2**63, 2**64 - 1])
    def test_a_column_gives_the_number_back(self, number: int) -> None:
        assert -(2**63) <= to_column(number) < 2**63
        assert from_column(to_column(number)) == number
