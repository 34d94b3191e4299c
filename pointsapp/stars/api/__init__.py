"""JSON door of stars: rounds and standings, dockets, and how a round ends."""

from __future__ import annotations

from pointsapp.stars.api import board, dockets, endings
from pointsapp.stars.api.door import blp

__all__ = ["blp", "board", "dockets", "endings"]
