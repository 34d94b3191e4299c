"""What exports hold of people: who made one."""

from __future__ import annotations

from pointsapp.core.personal import Acts

PARTS = (Acts(table="export", columns=("made_by_id",)),)
