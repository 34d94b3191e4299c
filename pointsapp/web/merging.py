"""The basement's own tables, where two accounts become one; core says no words, so they are said here."""

from __future__ import annotations

from pointsapp.core.merging import Stays

STAYS = (
    Stays(table="event", columns=("person_id",), why="events are a log that nobody changes"),
    Stays(table="stored_answer", columns=("person_id",), why="an answer is given again to the account that asked"),
)
