"""People without an account of a community, found by their name when they come again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance
from pointsapp.people.models import Person

MOST = 5  # of one name in one community


@dataclass(frozen=True, slots=True, kw_only=True)
class Namesake:
    """Somebody of that name: enough to tell them by, no more. `last_at` is when they last came, None if they never did."""

    public_id: str
    number_tail: str
    last_at: datetime | None


def namesakes(session: Session, name: str, area_id: int) -> tuple[Namesake, ...]:
    """Return who is called so in this community and has neither phone nor password, who came last first.

    Who has a phone or signs in is found by their own code: a name alone leads nobody to their account.
    """
    last_at = (
        select(func.max(Attendance.checked_in_at))
        .where(Attendance.person_id == Person.id)
        .correlate(Person)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Person.public_id, Person.volunteer_number, last_at.label("last_at"))
        .where(
            Person.home_area_id == area_id,
            Person.name == name,
            Person.phone.is_(None),
            Person.password_hash.is_(None),
            Person.erased_at.is_(None),
            Person.merged_into_id.is_(None),
        )
        .order_by(last_at.desc().nulls_last(), Person.id.desc())
        .limit(MOST)
    )
    return tuple(
        Namesake(public_id=row.public_id, number_tail=row.volunteer_number[-4:], last_at=row.last_at) for row in rows
    )
