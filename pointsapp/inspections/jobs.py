"""Background work of inspections."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import current_app
from sqlalchemy.orm import Session

from pointsapp.core.attic import Attic
from pointsapp.core.clock import to_local
from pointsapp.inspections.queries import named_photos
from pointsapp.inspections.services import remind_due


def sweep_photos(session: Session, *, now: datetime) -> int:
    """Put aside the pictures of findings and steps that were refused: each hour a twenty-fourth of the shelves."""
    attic = Attic(current_app.config["SETTINGS"].instance_path / "findings")
    attic.sweep(partial(named_photos, session), now=now, share=(to_local(now).hour, 24))
    return 0  # nothing is left to do: the next look is the clock's


JOBS = [("inspections.remind_due", 900, remind_due), ("inspections.sweep_photos", 3600, sweep_photos)]
