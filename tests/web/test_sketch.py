"""A map without tiles: what is north is above, what is near is near, and no pin hides another."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from pointsapp.core.coordinates import CoordinateSystem, Point, distance_m
from pointsapp.web.sketch import EDGE, HEIGHT, TOGETHER, WIDTH, sketch

HALL = Point(34.7657, 113.6780)


def test_nothing_to_draw() -> None:
    assert sketch([]) is None


def test_one_place_stands_in_the_middle() -> None:
    drawn = sketch([HALL])
    assert drawn is not None
    assert [(pin.x, pin.y, pin.numbers) for pin in drawn.pins] == [(WIDTH / 2, HEIGHT / 2, (1,))]


def test_north_is_above_and_east_is_right() -> None:
    drawn = sketch([HALL, Point(HALL.latitude + 0.01, HALL.longitude), Point(HALL.latitude, HALL.longitude + 0.01)])
    assert drawn is not None
    middle, north, east = drawn.pins
    assert north.y < middle.y
    assert abs(north.x - middle.x) < 0.2
    assert east.x > middle.x
    assert abs(east.y - middle.y) < 0.2


def test_places_under_one_fingertip_are_one_pin_of_them_all() -> None:
    drawn = sketch([HALL, Point(HALL.latitude, HALL.longitude + 0.02), HALL])
    assert drawn is not None
    assert [pin.numbers for pin in drawn.pins] == [(1, 3), (2,)]


def test_the_bar_is_as_long_as_it_says() -> None:
    east = Point(HALL.latitude, HALL.longitude + 0.02)
    drawn = sketch([HALL, east])
    assert drawn is not None
    metres = distance_m(HALL.latitude, HALL.longitude, east.latitude, east.longitude)
    assert math.isclose(drawn.bar_m / drawn.bar, metres / (drawn.pins[1].x - drawn.pins[0].x), rel_tol=0.01)


def test_a_place_given_in_another_system_is_drawn_where_it_is() -> None:
    drawn = sketch([HALL, HALL.to(CoordinateSystem.GCJ02)])
    assert drawn is not None
    assert [pin.numbers for pin in drawn.pins] == [(1, 2)]


@given(st.lists(st.tuples(st.floats(34.70, 34.82), st.floats(113.6, 113.8)), min_size=1, max_size=60))
def test_every_place_is_on_the_sheet_once_and_pins_keep_apart(places: list[tuple[float, float]]) -> None:
    drawn = sketch([Point(*place) for place in places])
    assert drawn is not None
    assert sorted(number for pin in drawn.pins for number in pin.numbers) == list(range(1, len(places) + 1))
    for pin in drawn.pins:
        assert EDGE - 1 <= pin.x <= WIDTH - EDGE + 1
        assert EDGE - 1 <= pin.y <= HEIGHT - EDGE + 1
        for other in drawn.pins:
            assert other is pin or math.hypot(other.x - pin.x, other.y - pin.y) >= TOGETHER - 0.2


def test_each_name_is_written_once_above_its_places() -> None:
    places = [HALL, Point(HALL.latitude, HALL.longitude + 0.004), Point(HALL.latitude - 0.02, HALL.longitude)]
    drawn = sketch(places, ["军区社区", "军区社区", "建文社区"])
    assert drawn is not None
    assert [name for _x, _y, name in drawn.names] == ["军区社区", "建文社区"]
    assert drawn.names[0][1] < min(pin.y for pin in drawn.pins)
