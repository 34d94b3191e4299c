"""WGS-84 and GCJ-02: the published pairs, there and back, and where both are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pointsapp.core.coordinates import CoordinateSystem, Point, distance_m, point

WGS, GCJ = CoordinateSystem.WGS84, CoordinateSystem.GCJ02

# Pairs that other implementations of the same formula publish as their tests.
PAIRS = [
    ("北京", (39.915, 116.404), (39.91640428150164, 116.41024449916938)),
    ("上海", (31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ("深圳", (22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ("北京西", (39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("_city", "wgs", "gcj"), PAIRS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_published_pairs(_city: str, wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    there = Point(*wgs).to(GCJ)
    assert (there.latitude, there.longitude) == pytest.approx(gcj, abs=1e-9)
    assert there.system is GCJ
    back = Point(*gcj, GCJ).to(WGS)
    assert (back.latitude, back.longitude) == pytest.approx(wgs, abs=1e-9)


@given(latitude=st.floats(18, 53), longitude=st.floats(74, 134))
def test_there_and_back_is_the_same_place_and_the_shift_is_some_hundred_metres(
    latitude: float, longitude: float
) -> None:
    start = Point(latitude, longitude)
    there = start.to(GCJ)
    back = there.to(WGS)
    assert distance_m(latitude, longitude, back.latitude, back.longitude) < 0.01
    assert 20 < distance_m(latitude, longitude, there.latitude, there.longitude) < 1500


@pytest.mark.parametrize("place", [(48.8566, 2.3522), (-33.86, 151.2), (0.0, 0.0)])
def test_outside_the_frame_both_are_the_same(place: tuple[float, float]) -> None:
    for system in (WGS, GCJ):
        other = GCJ if system is WGS else WGS
        found = Point(*place, system).to(other)
        assert (found.latitude, found.longitude) == place


def test_a_system_may_be_named_by_its_text_and_half_a_point_is_none() -> None:
    assert Point(39.915, 116.404).to("gcj02") == Point(39.915, 116.404).to(GCJ)
    assert Point(39.915, 116.404).to("wgs84") == Point(39.915, 116.404)
    assert point(None, 113.0) is None
    assert point(34.0, None) is None
    assert point(34.0, 113.0, "gcj02") == Point(34.0, 113.0, GCJ)
