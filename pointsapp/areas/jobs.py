"""Background work of areas."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.areas.queries.tree import HEADS, HEADS_TOOK, heads_by_home
from pointsapp.core.figures import measure


def count_heads(session: Session, *, now: datetime) -> int:
    """Count who lives where, unless the last time was too recent for how long it took."""
    measure(session, HEADS, HEADS_TOOK, heads_by_home, now=now, rest_per_work=100)
    return 0  # nothing is left to do: the next look is the clock's


JOBS = [("areas.count_heads", 60, count_heads)]
