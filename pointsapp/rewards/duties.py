"""What waits around points: claims that somebody asked to write off, for the second person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from pointsapp.core.actor import STREET_OFFICE
from pointsapp.core.duties import Duties, duty_columns
from pointsapp.ledger.models import Claim
from pointsapp.people.models import Person


def write_offs(now: datetime) -> Select[Any]:
    """Select open claims whose write-off was asked for."""
    columns = duty_columns(
        number=Claim.id,
        area_id=Person.home_area_id,
        since=Claim.created_at,
        title=Person.name,
        not_by=Claim.write_off_asked_by_id,
        nor_by=Claim.person_id,
    )
    return (
        select(*columns)
        .join(Person, Person.id == Claim.person_id)
        .where(Claim.remaining > 0, Claim.write_off_asked_by_id.is_not(None))
    )


DUTIES = (
    Duties(
        key="rewards.write_offs",
        name=_l("核销待扣回的积分"),
        endpoint="rewards.show_claims",
        waiting=write_offs,
        roles=STREET_OFFICE,
        is_named=True,
    ),
)
