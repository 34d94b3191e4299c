"""What waits of one quarter's deeds, as the star board's closing page lists it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from pointsapp.core.unfinished import columns
from pointsapp.deeds.models import Deed, DeedState


def deeds_of(start: datetime, end: datetime) -> Select[Any]:
    """Select deeds handed in within [start, end) that wait for their first look."""
    return select(*columns(area_id=Deed.area_id, person_id=Deed.person_id, received_at=Deed.handed_in_at)).where(
        Deed.state == DeedState.WAITING, Deed.handed_in_at >= start, Deed.handed_in_at < end
    )
