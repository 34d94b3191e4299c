"""A lost phone: whoever found it is signed out everywhere, and no code on it is worth anything any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pointsapp.care.policies import may_report_lost
from pointsapp.care.services.desk import person_at_desk
from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.people.services import end_one_time_codes, replace_code_of, sign_out_person
from pointsapp.redemption.services import replace_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class LostPhone:
    """`vouchers`: how many got a new code."""

    person_id: int
    vouchers: int


def report_lost_phone(session: Session, actor: Actor, person: str, *, now: datetime) -> LostPhone:
    """Sign every device out and replace the personal code and the codes of all open vouchers; cards on paper stay good.

    Points, hours, sign-ups and the vouchers themselves are untouched.
    """
    found = person_at_desk(session, actor, person, may_report_lost, now=now)
    sign_out_person(session, found.id, by_id=actor.person_id, now=now)
    replace_code_of(session, found.id, by_id=actor.person_id, now=now)
    end_one_time_codes(session, found.id, now=now)
    vouchers = replace_codes(session, found.id, now=now)
    events.record(
        session,
        "care.phone_lost",
        at=now,
        subject=f"person:{found.id}",
        area_id=found.home_area_id,
        person_id=found.id,
        actor_id=actor.person_id,
        vouchers=vouchers,
    )
    return LostPhone(person_id=found.id, vouchers=vouchers)
