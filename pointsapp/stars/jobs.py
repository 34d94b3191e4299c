"""What the worker does for the board."""

from __future__ import annotations

from pointsapp.stars.services import take_snapshot, turn_rounds

JOBS = [("stars.turn_rounds", 3600, turn_rounds), ("stars.take_snapshot", 900, take_snapshot)]
