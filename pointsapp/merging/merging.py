"""A merge names the two accounts as they were."""

from __future__ import annotations

from pointsapp.core.merging import Stays

STAYS = (Stays(table="person_merge", columns=("absorbed_id", "survivor_id"), why="the record of what became one"),)
