"""Gifts and donations stay with the book they were made from."""

from __future__ import annotations

from pointsapp.core.merging import Stays

STAYS = (
    Stays(table="donation", columns=("person_id",), why="it belongs to an entry of the old book"),
    Stays(table="gift", columns=("giver_id", "receiver_id"), why="it belongs to entries of two books"),
)
