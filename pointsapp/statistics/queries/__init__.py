"""The reading room of statistics."""

from pointsapp.statistics.queries.counting import count_period
from pointsapp.statistics.queries.screen import Screen, default_area, screen
from pointsapp.statistics.queries.sheets import (
    AreaPage,
    ClosedPeriod,
    Counted,
    area_page,
    closed_periods,
    counted,
    periods,
)

__all__ = [
    "AreaPage",
    "ClosedPeriod",
    "Counted",
    "Screen",
    "area_page",
    "closed_periods",
    "count_period",
    "counted",
    "default_area",
    "periods",
    "screen",
]
