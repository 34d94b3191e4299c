"""Background work of rewards."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from pointsapp.core.figures import measure
from pointsapp.rewards.queries.budgets import ISSUED, ISSUED_TOOK, issued_by_budget


def sum_issued(session: Session, *, now: datetime) -> int:
    """Sum what each budget gave through tasks, unless the last time was too recent for how long it took."""
    measure(session, ISSUED, ISSUED_TOOK, partial(issued_by_budget, now=now), now=now, rest_per_work=100)
    return 0  # nothing is left to do: the next look is the clock's


JOBS = [("rewards.sum_issued", 60, sum_issued)]
