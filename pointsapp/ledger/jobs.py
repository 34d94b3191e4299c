"""What the bank does on the worker's clock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.core.figures import measure
from pointsapp.ledger.queries import totals
from pointsapp.ledger.services import lapse_due, tell_lapsing
from pointsapp.ledger.services.seals import seal_due

TOTAL, TOOK = "pointsapp_ledger_total", "pointsapp_ledger_measured_seconds"
REST_PER_WORK = 100  # summing 20 million postings takes seconds: measuring may use one hundredth of a core


def measure_totals(session: Session, *, now: datetime) -> int:
    """Sum the ledger for /metrics, unless the last time was too recent for how long it took."""
    measure(session, TOTAL, TOOK, _totals, now=now, rest_per_work=REST_PER_WORK)
    return 0  # nothing is left to do: the next look is the clock's


def _totals(session: Session) -> dict[str, int]:
    return {f"unit={unit},kind={kind}": value for (unit, kind), value in totals(session)}


JOBS = [
    ("ledger.lapse_due", 60, lapse_due),
    ("ledger.tell_lapsing", 600, tell_lapsing),
    ("ledger.measure_totals", 60, measure_totals),
    ("ledger.seal_due", 60, seal_due),
]
