"""Lots: the soonest-expiring points are spent first, and what is past its day lapses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session


def lapse_due(session: Session, *, now: datetime) -> int:
    """Lapse a batch of lots whose time has come; return how many."""
    raise NotImplementedError
