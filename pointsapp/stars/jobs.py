"""What the worker does for the board."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import current_app
from sqlalchemy.orm import Session

from pointsapp.core.attic import Attic
from pointsapp.core.clock import to_local
from pointsapp.stars.queries.proofs import named_files
from pointsapp.stars.services import count_stale, recount_daily, take_snapshot, turn_rounds


def sweep_proofs(session: Session, *, now: datetime) -> int:
    """Put aside the files of hand-ins that were refused: each hour a twenty-fourth of the shelves."""
    attic = Attic(current_app.config["SETTINGS"].instance_path / "proofs")
    attic.sweep(partial(named_files, session), now=now, share=(to_local(now).hour, 24))
    return 0  # nothing is left to do: the next look is the clock's


JOBS = [
    ("stars.recount_daily", 3600, recount_daily),  # before the counting, for whoever runs them one after the other
    ("stars.count_stale", 1, count_stale),
    ("stars.turn_rounds", 3600, turn_rounds),
    ("stars.take_snapshot", 900, take_snapshot),
    ("stars.sweep_proofs", 3600, sweep_proofs),
]
