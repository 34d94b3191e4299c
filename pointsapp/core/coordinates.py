"""Two systems of coordinates for one place: WGS-84, which a phone's receiver gives, and GCJ-02, which maps in China draw.

The same figures mean places some 300 to 700 m apart, so a place says which system its figures are in and is converted where it is
compared or drawn. The formula is the one that everybody publishes; the way back is found by going there again until it fits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

EARTH_M = 6_371_000
AXIS_M = 6_378_245.0  # of the Krasovsky ellipsoid, on which the shift is reckoned
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
BEND_LATITUDE, BEND_LONGITUDE = 35.0, 105.0  # the shift is told from here
STEPS_BACK = 8  # each makes the error some hundred times smaller: far below a millimetre


class CoordinateSystem(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees; `system` says what they mean."""

    latitude: float
    longitude: float
    system: CoordinateSystem = CoordinateSystem.WGS84

    def to(self, system: str) -> Point:
        """Return the same place in `system`, also named by its text."""
        system = CoordinateSystem(system)
        if system is self.system:
            return self
        turn = _to_gcj02 if system is CoordinateSystem.GCJ02 else _to_wgs84
        return Point(*turn(self.latitude, self.longitude), system)


def point(latitude: float | None, longitude: float | None, system: str = CoordinateSystem.WGS84) -> Point | None:
    """Return the point, None where either figure is missing."""
    if latitude is None or longitude is None:
        return None
    return Point(latitude, longitude, CoordinateSystem(system))


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the great-circle distance in metres (haversine) of two places in one system."""
    a1, a2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((a2 - a1) / 2) ** 2
    half += math.cos(a1) * math.cos(a2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def is_shifted(latitude: float, longitude: float) -> bool:
    """Tell whether GCJ-02 differs from WGS-84 here: inside a frame around China."""
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def _to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    if not is_shifted(latitude, longitude):
        return latitude, longitude
    north, east = _shift_of(latitude, longitude)
    return latitude + north, longitude + east


def _to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    if not is_shifted(latitude, longitude):
        return latitude, longitude
    found = latitude, longitude
    for _step in range(STEPS_BACK):
        north, east = _shift_of(*found)
        found = latitude - north, longitude - east
    return found


def _shift_of(latitude: float, longitude: float) -> tuple[float, float]:
    """Return by how many degrees GCJ-02 lies north and east of WGS-84 at this place."""
    x, y = longitude - BEND_LONGITUDE, latitude - BEND_LATITUDE
    sine = math.sin(math.radians(latitude))
    root = math.sqrt(1 - ECCENTRICITY_SQUARED * sine * sine)
    meridian = math.radians(AXIS_M * (1 - ECCENTRICITY_SQUARED) / root**3)
    parallel = math.radians(AXIS_M / root * math.cos(math.radians(latitude)))
    return _north_m(x, y) / meridian, _east_m(x, y) / parallel


def _wave(value: float, *parts: tuple[float, float]) -> float:
    return sum(height * math.sin(value * math.pi / length) for height, length in parts) * 2 / 3


def _north_m(x: float, y: float) -> float:
    found = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    found += _wave(x, (20, 1 / 6), (20, 1 / 2))
    return found + _wave(y, (20, 1), (40, 3), (160, 12), (320, 30))


def _east_m(x: float, y: float) -> float:
    found = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    found += _wave(x, (20, 1 / 6), (20, 1 / 2))
    return found + _wave(x, (20, 1), (40, 3), (150, 12), (300, 30))


__all__ = ["CoordinateSystem", "Point", "distance_m", "is_shifted", "point"]
