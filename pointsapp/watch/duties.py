"""What waits around watch: cases that nobody has decided about, and corrections that were asked for and are not made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func

from pointsapp.areas.models import Area
from pointsapp.core.duties import Duties, select_duties
from pointsapp.merchants.models import Merchant
from pointsapp.watch.models import Anomaly, AnomalyState
from pointsapp.watch.policies import DECIDERS


def _waiting(state: AnomalyState) -> Select[Any]:
    """Select the cases in `state`, by the shop or the area they are about; the rule is said on the case itself."""
    found = select_duties(
        Anomaly,
        area_id=Anomaly.area_id,
        since=Anomaly.found_at,
        title=func.coalesce(Merchant.name, Area.name, ""),
        not_by=Anomaly.person_id,
        nor_by=Anomaly.by_id,
    )
    return (
        found.outerjoin(Merchant, Merchant.id == Anomaly.merchant_id)
        .outerjoin(Area, Area.id == Anomaly.area_id)
        .where(Anomaly.state == state)
    )


def undecided(now: datetime) -> Select[Any]:
    """Select what the rules found and nobody has decided about."""
    return _waiting(AnomalyState.OPEN)


def uncorrected(now: datetime) -> Select[Any]:
    """Select what was found to need correction and is not put right."""
    return _waiting(AnomalyState.NEEDS_CORRECTION)


DUTIES = (
    Duties(
        key="watch.undecided",
        name=_l("判断异常记录"),
        endpoint="watch.show_anomaly",
        arg="anomaly_id",
        waiting=undecided,
        roles=DECIDERS,
    ),
    Duties(
        key="watch.uncorrected",
        name=_l("更正异常记录"),
        endpoint="watch.show_anomaly",
        arg="anomaly_id",
        waiting=uncorrected,
        roles=DECIDERS,
    ),
)
