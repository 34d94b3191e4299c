"""A map without tiles: where places lie to one another, drawn on the server as figures for an SVG.

Not a street map and it says so; but it needs no script, no other host and no network, and one sees what is near what.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pointsapp.core.coordinates import EARTH_M, CoordinateSystem, Point

WIDTH, HEIGHT, EDGE = 360, 300, 34
LEAST_SPAN_M = 500.0  # one place alone is not drawn as if it were a city
TOGETHER = 42.0  # pins closer than a fingertip stand as one; also the width of a pin that says how many it stands for
ROUND_METRES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class Pin:
    """One mark on the sketch; `numbers` are the places it stands for, from 1, as in the list below it."""

    x: float
    y: float
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """Pins in a frame of `width` x `height`; `bar` is how long `bar_m` metres are there; lines of a grid of that step."""

    width: int
    height: int
    pins: tuple[Pin, ...]
    bar: float
    bar_m: int
    columns: tuple[float, ...]
    rows: tuple[float, ...]
    names: tuple[tuple[float, float, str], ...] = ()  # x, y, the name of what lies around there


def sketch(places: Sequence[Point], names: Sequence[str] = ()) -> Sketch | None:
    """Return the drawing of `places`, numbered in their order; None where there is nothing to draw.

    `names`: of each place, what it belongs to; each name is written once, in the midst of its places.
    """
    if not places:
        return None
    points = [place.to(CoordinateSystem.WGS84) for place in places]
    north = [point.latitude for point in points]
    east = [point.longitude for point in points]
    middle_lat, middle_lon = (min(north) + max(north)) / 2, (min(east) + max(east)) / 2
    degree = math.radians(EARTH_M)  # metres of one degree of latitude
    across = [(lon - middle_lon) * degree * math.cos(math.radians(middle_lat)) for lon in east]
    up = [(lat - middle_lat) * degree for lat in north]
    wide, high = max(max(across) - min(across), LEAST_SPAN_M), max(max(up) - min(up), LEAST_SPAN_M)
    per_m = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    drawn = [(WIDTH / 2 + x * per_m, HEIGHT / 2 - y * per_m) for x, y in zip(across, up, strict=True)]
    bar_m = max((metres for metres in ROUND_METRES if metres * per_m <= WIDTH / 3), default=ROUND_METRES[0])
    step = bar_m * per_m
    return Sketch(
        width=WIDTH,
        height=HEIGHT,
        pins=_gathered(drawn),
        bar=round(step, 1),
        bar_m=bar_m,
        columns=_lines(WIDTH, step),
        rows=_lines(HEIGHT, step),
        names=_named(drawn, names),
    )


def _named(drawn: Sequence[tuple[float, float]], names: Sequence[str]) -> tuple[tuple[float, float, str], ...]:
    """Write each name above the highest of its places, in the middle of them; one that would lie on another is left out."""
    found: list[tuple[float, float, str]] = []
    for name in dict.fromkeys(names):
        mine = [spot for spot, its in zip(drawn, names, strict=True) if its == name]
        x = sum(spot[0] for spot in mine) / len(mine)
        y = min(spot[1] for spot in mine) - 20
        if y > 10 and all(abs(x - other[0]) > 62 or abs(y - other[1]) > 14 for other in found):
            found.append((round(x, 1), round(y, 1), name))
    return tuple(found)


def _lines(length: int, step: float) -> tuple[float, ...]:
    first = (length / 2) % step
    return tuple(round(first + step * number, 1) for number in range(int((length - first) // step) + 1))


def _gathered(drawn: Sequence[tuple[float, float]]) -> tuple[Pin, ...]:
    """Put together what would lie under one fingertip: the first of them gives the place."""
    kept: list[tuple[float, float, list[int]]] = []
    for number, (x, y) in enumerate(drawn, start=1):
        near = next((pin for pin in kept if math.hypot(pin[0] - x, pin[1] - y) < TOGETHER), None)
        if near is None:
            kept.append((x, y, [number]))
        else:
            near[2].append(number)
    return tuple(Pin(round(x, 1), round(y, 1), tuple(numbers)) for x, y, numbers in kept)


__all__ = ["Pin", "Sketch", "sketch"]
