"""Refusals of watch."""

from __future__ import annotations

from pointsapp.core.errors import Forbidden


class OwnAnomaly(Forbidden):
    """Nobody decides about what they had a hand in, or what credits them."""

    code = "own_anomaly"
