"""The shop window in a few columns: what everybody of a district could get now, as the first page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.clock import local_day
from pointsapp.core.db import UTCDateTime, table_of
from pointsapp.core.swift import Swift
from pointsapp.merchants.models import Merchant, Offer, OfferVersion
from pointsapp.merchants.rules import least_left, left_of, left_today

MOST_IN_WINDOW = 2_000  # the cheapest; no district has had as many


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOffer:
    """One offer that can be taken now by who has the points; `left` None is no bound."""

    id: int
    public_id: str
    title: str
    merchant_name: str
    area_name: str
    points: int
    left: int | None
    ends_at: datetime | None


def _statement() -> Select[Any]:
    offer, live, merchant, area = table_of(Offer), table_of(OfferVersion), table_of(Merchant), table_of(Area)
    now = bindparam("now", type_=UTCDateTime())
    return (
        select(
            offer.c.id,
            offer.c.public_id,
            live.c.title,
            merchant.c.name.label("merchant_name"),
            area.c.name.label("area_name"),
            live.c.points,
            live.c.stock,
            offer.c.taken,
            live.c.daily_limit,
            offer.c.day,
            offer.c.day_taken,
            live.c.ends_at,
        )
        .join(merchant, merchant.c.id == offer.c.merchant_id)
        .join(area, area.c.id == merchant.c.area_id)
        .join(live, and_(live.c.offer_id == offer.c.id, live.c.number == offer.c.live_version))
        .where(
            offer.c.withdrawn_at.is_(None),
            merchant.c.paused_at.is_(None),
            or_(live.c.starts_at.is_(None), live.c.starts_at <= now),
            or_(live.c.ends_at.is_(None), live.c.ends_at > now),
            area.c.path.like(bindparam("below")),
        )
        .order_by(live.c.points, offer.c.id)
        .limit(MOST_IN_WINDOW)
    )


_OPEN = Swift(_statement)


def open_offers(session: Session, path: str | None, *, now: datetime) -> tuple[OpenOffer, ...]:
    """Return what can be taken now of shops at or below `path` (None: everywhere), the cheapest first."""
    today, found = local_day(now), []
    for row in _OPEN.rows(session, now=now, below=f"{path or '/'}%"):
        left = least_left(left_of(row.stock, row.taken), left_today(row.daily_limit, row.day, row.day_taken, today))
        if left != 0:
            found.append(
                OpenOffer(
                    id=row.id,
                    public_id=row.public_id,
                    title=row.title,
                    merchant_name=row.merchant_name,
                    area_name=row.area_name,
                    points=row.points,
                    left=left,
                    ends_at=row.ends_at,
                )
            )
    return tuple(found)
