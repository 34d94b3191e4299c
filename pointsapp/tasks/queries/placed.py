"""What stands on the map, for every view that has a task's figures."""

from __future__ import annotations

from pointsapp.core.coordinates import CoordinateSystem, Point, point


class Placed:
    """The figures of a place, in the system they were given in."""

    __slots__ = ()
    latitude: float | None
    longitude: float | None
    coordinate_system: CoordinateSystem

    @property
    def spot(self) -> Point | None:
        """Where it is, in the system the figures were given in."""
        return point(self.latitude, self.longitude, self.coordinate_system)

    @property
    def wgs84(self) -> Point | None:
        """Where it is as a phone says it."""
        return None if self.spot is None else self.spot.to(CoordinateSystem.WGS84)
