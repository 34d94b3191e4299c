"""What the boards hold of people: sums of the books by key, made anew from the books; whoever was erased stands on no board."""

from __future__ import annotations

from pointsapp.core.personal import Nobodys

_WHY = "a sum of the books by key; the fold takes whoever was erased off every board"
PARTS = (
    Nobodys(table="board_place", columns=("person_id",), why=_WHY),
    Nobodys(table="person_sum", columns=("person_id",), why=_WHY),
    Nobodys(table="unfolded_person", columns=("person_id",), why=_WHY),
    Nobodys(table="unfolded_posting", columns=("person_id",), why=_WHY),
)
