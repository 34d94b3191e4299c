"""What the charts of a branch are drawn from: plain figures, read by static/js/charts.js. The tables beside them say the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from pointsapp.stars.queries import Radar, TrendPoint


def trend_chart(points: Sequence[TrendPoint]) -> dict[str, Any]:
    """Return the total by round as bars, the oldest first; under each bar stand the stars it lit, `lit` of `all`."""
    return {
        "kind": "rounds",
        "x": [point.round.name for point in points],
        "lit": [point.lit_stars for point in points],
        "all": [len(point.stars) for point in points],
        "series": [{"name": _("总分"), "tone": "brand", "data": [point.total / 100 for point in points]}],
        "most": max((point.round.scheme.most for point in points), default=0) / 100,
    }


def radar_chart(found: Radar) -> dict[str, Any]:
    """Return how full each star is in percent, beside the median of the street where there is one."""
    series = [{"name": _("本支部"), "tone": "brand", "data": [_whole(spoke.own) for spoke in found.spokes]}]
    if found.has_median:
        medians = [_whole(spoke.median or 0) for spoke in found.spokes]
        series.append({"name": _("街道中位数"), "tone": "muted", "data": medians})
    return {
        "kind": "radar",
        "x": [spoke.star.name for spoke in found.spokes],
        "series": series,
        "unit": "%",
        "most": 100,
    }


def _whole(percent: Any) -> int:
    return int(percent)
