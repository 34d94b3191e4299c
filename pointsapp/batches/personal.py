"""What a batch holds of people: for a few days the cells of a file; afterwards only who made it."""

from __future__ import annotations

from pointsapp.core.personal import Acts

PARTS = (Acts(table="batch", columns=("made_by_id",)),)
