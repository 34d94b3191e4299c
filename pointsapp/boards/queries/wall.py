"""The wall chart: one screen of branches, and which screen comes next where they do not all fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.stars.queries import ItemCounts, RoundRow, Standing, newest_round, plan_counts, standings, with_movement

ROWS_ON_A_SCREEN = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """`rows` are shown now, `plans` how the items of their plans stand (by branch, then star); `following` is where the next screen begins (None: everything fits on one)."""

    round: RoundRow | None
    rows: tuple[Standing, ...]
    branches: int
    lit_stars: int
    following: int | None
    plans: dict[int, dict[str, ItemCounts]] = field(default_factory=dict)


def wall_chart(session: Session, start: int, *, now: datetime) -> Wall:
    """Return the screen that begins at place `start` (0 where there is no such place) of the newest round."""
    found = newest_round(session, now=now)
    if found is None:
        return Wall(round=None, rows=(), branches=0, lit_stars=0, following=None)
    rows = with_movement(session, found, standings(session, found, now=now), now=now)
    start = start if start < len(rows) else 0
    end = start + ROWS_ON_A_SCREEN
    fits = len(rows) <= ROWS_ON_A_SCREEN
    return Wall(
        round=found,
        rows=tuple(rows[start:end]),
        branches=len(rows),
        lit_stars=sum(row.score.lit_stars for row in rows),
        following=None if fits else end if end < len(rows) else 0,
        plans=plan_counts(session, found, [row.branch.id for row in rows[start:end]], now=now),
    )
