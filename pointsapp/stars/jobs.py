"""What the worker does for the board."""

from __future__ import annotations

from pointsapp.stars.services import count_stale, recount_daily, take_snapshot, turn_rounds

JOBS = [
    ("stars.count_stale", 1, count_stale),
    ("stars.recount_daily", 3600, recount_daily),
    ("stars.turn_rounds", 3600, turn_rounds),
    ("stars.take_snapshot", 900, take_snapshot),
]
