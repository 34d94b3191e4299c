"""How large a file may be, which columns each kind has, and how a cell is read. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pointsapp.core import clock
from pointsapp.stars.rules.tables import HEADCOUNTS, MEMBERS, MEMBERS_MAY

MOST_ROWS = 5_000
PEOPLE = ("name", "phone", "area_code")
TASKS = (
    "title", "description", "category", "area_code", "place", "starts_at", "ends_at", "capacity", "points", "points_mode", "contact",
)  # fmt: skip
COLUMNS_IN = {
    "people_in": PEOPLE,
    "tasks_in": TASKS,
    "headcounts_in": HEADCOUNTS,
    "members_in": MEMBERS + MEMBERS_MAY,
}
COLUMNS_OUT = {
    "people_out": ("name", "phone", "volunteer_number", "area", "verified", "joined_on"),
    "tasks_out": ("title", "category", "area", "place", "state", "points", "starts_at", "ends_at", "capacity", "taken"),
    "attendance_out": (
        "name",
        "volunteer_number",
        "task",
        "area",
        "starts_at",
        "came_at",
        "minutes",
        "points",
        "state",
    ),
}
MODES = frozenset({"per_completion", "per_hour"})
MOST_CELL = {"title": 80, "description": 2000, "place": 120, "contact": 120}
OPTIONAL = frozenset({"contact", *MEMBERS_MAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a row: `why` is a key of messages.WRONG, `facts` fill its sentence."""

    line: int
    why: str
    facts: dict[str, Any] = field(default_factory=dict)


def read_moment(text: str) -> datetime | None:
    """Return the local wall clock time, naive; None where it is none."""
    try:
        found = datetime.fromisoformat(text.replace("/", "-").strip())
    except ValueError:
        return None
    return found if found.tzinfo is None and clock.is_near(found) else None


def read_number(text: str, least: int, most: int) -> int | None:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return int(text) if least <= int(text) <= most else None


def columns_of(kind: str) -> tuple[str, ...]:
    """Return the columns of a kind's file; an import's result says behind them what came of each row."""
    return COLUMNS_IN.get(kind) or COLUMNS_OUT[kind]
