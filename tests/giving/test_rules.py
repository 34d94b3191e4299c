"""How much may be given to a person."""

from __future__ import annotations

import pytest

from pointsapp.giving.rules import Limits, ThisMonth, left_this_month, may_still_give, refusal_of_gift

LIMITS = Limits(each=50, given=100, received=200)


@pytest.mark.parametrize(("given", "left"), [(0, 50), (50, 50), (60, 40), (100, 0), (120, 0)])
def test_what_may_still_be_given(given: int, left: int) -> None:
    assert may_still_give(LIMITS, given) == left


@pytest.mark.parametrize(("given", "left"), [(0, 100), (10, 90), (120, 0)])
def test_what_the_month_has_left_is_more_than_one_gift(given: int, left: int) -> None:
    assert left_this_month(LIMITS, given) == left


@pytest.mark.parametrize(
    ("points", "given", "received", "code", "left"),
    [
        (50, 0, 0, None, None),
        (51, 0, 0, "gift_too_large", 50),
        (41, 60, 0, "gift_too_large", 40),
        (1, 100, 0, "gift_too_large", 0),
        (40, 60, 160, None, None),
        (40, 60, 161, "receiver_has_enough", 39),
        (51, 0, 200, "gift_too_large", 50),  # the giver's own limit is named first
    ],
)
def test_what_is_refused(points: int, given: int, received: int, code: str | None, left: int | None) -> None:
    refusal = refusal_of_gift(points, LIMITS, ThisMonth(given=given, received=received))
    assert (refusal.code if refusal else None) == code
    if refusal is not None:
        assert refusal.facts == {"left": left}
