"""What waits around disputes of redemptions: open ones, until the day on which the community should have decided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from pointsapp.core.actor import OFFICE_STAFF
from pointsapp.core.duties import Duties, duty_columns
from pointsapp.disputes.models import Dispute, DisputeState
from pointsapp.merchants.models import Merchant
from pointsapp.merchants.queries import workers
from pointsapp.redemption.models import Redemption


def undecided(now: datetime) -> Select[Any]:
    """Select disputes that nobody has decided; never the resident's own to decide, nor the clerk's."""
    columns = duty_columns(
        number=Dispute.id,
        area_id=Merchant.area_id,
        since=Dispute.opened_at,
        due_on=Dispute.due_on,
        title=Merchant.name,
        arg=Dispute.public_id,
        not_by=Dispute.person_id,
        nor_by=Redemption.clerk_id,
    )
    return (
        select(*columns)
        .join(Merchant, Merchant.id == Dispute.merchant_id)
        .join(Redemption, Redemption.id == Dispute.redemption_id)
        .where(Dispute.state == DisputeState.OPEN)
    )


def own_people(numbers: Collection[int], now: datetime) -> Select[int, int]:
    """Select who works for the shop of each dispute: a party does not decide."""
    own = workers(now).subquery()
    return (
        select(Dispute.id, own.c.person_id)
        .join(own, own.c.merchant_id == Dispute.merchant_id)
        .where(Dispute.id.in_(numbers))
    )


DUTIES = (
    Duties(
        key="disputes.undecided",
        name=_l("处理核销争议"),
        endpoint="disputes.show_case",
        arg="public_id",
        waiting=undecided,
        roles=OFFICE_STAFF,
        barred=own_people,
    ),
)
