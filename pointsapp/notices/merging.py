"""Notices stay where they were read, or were not: what still matters is told again by what went over."""

from __future__ import annotations

from pointsapp.core.merging import Stays

STAYS = (
    Stays(table="notice", columns=("person_id",), why="both accounts may have been told of one event"),
    Stays(table="notice_sending", columns=("person_id",), why="it carries a notice of the old account"),
    Stays(
        table="notice_address", columns=("person_id",), why="it was proved for the old account; one code proves it anew"
    ),
    Stays(table="notice_choice", columns=("person_id",), why="who goes on has chosen, or keeps the defaults"),
)
