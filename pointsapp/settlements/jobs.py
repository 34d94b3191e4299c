"""What the worker does for settlements: draft the months that are over."""

from __future__ import annotations

from pointsapp.settlements.services import open_settlements

JOBS = [
    ("settlements.open", 3600, open_settlements),
]
