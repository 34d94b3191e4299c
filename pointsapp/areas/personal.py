"""What areas hold of people: nothing. An area's name is a place's."""

from __future__ import annotations

from pointsapp.core.personal import Nobodys

PARTS = (Nobodys(table="area", columns=("name",), why="the name of a place"),)
