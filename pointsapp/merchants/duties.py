"""What waits around shops: offers that nobody has decided about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from pointsapp.core.actor import OFFICE_STAFF
from pointsapp.core.duties import Duties, duty_columns
from pointsapp.merchants.models import Merchant, Offer, OfferState, OfferVersion


def offers(now: datetime) -> Select[Any]:
    """Select offers submitted and not yet decided."""
    columns = duty_columns(
        number=Offer.id,
        area_id=Merchant.area_id,
        since=func.coalesce(OfferVersion.submitted_at, OfferVersion.created_at),
        title=OfferVersion.title,
        note=Merchant.name,
        not_by=OfferVersion.written_by_id,
    )
    return (
        select(*columns)
        .join(OfferVersion, (OfferVersion.offer_id == Offer.id) & (OfferVersion.number == Offer.newest_version))
        .join(Merchant, Merchant.id == Offer.merchant_id)
        .where(OfferVersion.state == OfferState.PENDING, Offer.withdrawn_at.is_(None))
    )


DUTIES = (
    Duties(
        key="merchants.offers",
        name=_l("审核优惠"),
        endpoint="merchants.show_console_offers",
        waiting=offers,
        roles=OFFICE_STAFF,
    ),
)
