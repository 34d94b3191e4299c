"""Background work of deeds: pots of months that are over, and pictures that no deed names any more."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from flask import current_app
from sqlalchemy.orm import Session

from pointsapp.core.attic import Attic
from pointsapp.core.clock import to_local
from pointsapp.deeds.queries import named_pictures
from pointsapp.deeds.services import close_pots


def sweep_pictures(session: Session, *, now: datetime) -> int:
    """Put aside the pictures of deeds that were refused at the door or whose person was erased: each hour a part of the shelves."""
    attic = Attic(current_app.config["SETTINGS"].instance_path / "deeds")
    attic.sweep(partial(named_pictures, session), now=now, share=(to_local(now).hour, 24))
    return 0  # nothing is left to do: the next look is the clock's


JOBS = [("deeds.close_pots", 3600, close_pots), ("deeds.sweep_pictures", 3600, sweep_pictures)]
