"""Which office it begins at, and which comes next above."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pointsapp.feedback.rules import Office, OnDuty, first_office, nearest_office, next_office

CHAIN = (1, 2, 3, 4)  # district, street, community, grid


def _duty(*pairs: tuple[int, int, int]) -> tuple[OnDuty, ...]:
    return tuple(OnDuty(area_id=area, person_id=person, open_count=count) for area, person, count in pairs)


def test_the_nearest_office_with_somebody_on_duty_begins() -> None:
    duty = _duty((1, 10, 0), (2, 20, 0), (3, 30, 0))
    assert first_office(CHAIN, duty) == Office(area_id=3, handler_id=30)


def test_what_is_said_about_staff_begins_one_office_higher() -> None:
    duty = _duty((1, 10, 0), (2, 20, 0), (3, 30, 0))
    assert first_office(CHAIN, duty, above=nearest_office(CHAIN, duty)) == Office(area_id=2, handler_id=20)


def test_only_one_office_is_passed_over_when_its_people_are_kept_out() -> None:
    everybody = _duty((1, 10, 0), (2, 20, 0), (3, 30, 0))
    but_who_decided = _duty((1, 10, 0), (2, 20, 0))
    assert first_office(CHAIN, but_who_decided, above=nearest_office(CHAIN, everybody)).area_id == 2


def test_who_has_least_to_answer_is_named() -> None:
    assert first_office(CHAIN, _duty((3, 30, 2), (3, 31, 1), (3, 32, 1))).handler_id == 31


def test_where_nobody_is_on_duty_it_stands_at_the_root_without_a_name() -> None:
    assert first_office(CHAIN, ()) == Office(area_id=1, handler_id=None)
    assert first_office(CHAIN, _duty((3, 30, 0)), above=3) == Office(area_id=1, handler_id=None)
    assert first_office(CHAIN, _duty((1, 10, 0)), above=1) == Office(area_id=1, handler_id=10)


def test_it_climbs_past_areas_without_an_office() -> None:
    assert next_office(CHAIN, 3, _duty((1, 10, 0), (3, 30, 0))) == Office(area_id=1, handler_id=10)


def test_nothing_stands_above_the_root() -> None:
    assert next_office(CHAIN, 1, _duty((1, 10, 0))) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(CHAIN), st.integers(1, 9), st.integers(0, 5)), max_size=8))
def test_climbing_ends_at_the_root_and_only_goes_up(pairs: list[tuple[int, int, int]]) -> None:
    duty = _duty(*pairs)
    office = first_office(CHAIN, duty)
    seen = [office.area_id]
    while (following := next_office(CHAIN, seen[-1], duty)) is not None:
        assert CHAIN.index(following.area_id) < CHAIN.index(seen[-1])
        seen.append(following.area_id)
    assert seen[-1] == CHAIN[0]
