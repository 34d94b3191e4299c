"""What tests of certificates start from: a volunteer with credited service for two communities, and their staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.checkin.models import Attendance, AttendanceState, Way
from pointsapp.core import clock, events
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from tests.factories import make_person, make_shift, make_signup, make_staff, make_task, make_tree

_numbers: Iterator[int] = count(1)


@dataclass
class Scene:
    session: Session
    tree: dict[str, Area]
    volunteer: Person
    here: Person  # staff of the volunteer's community
    there: Person  # staff of the other community
    street: Person  # the street's administrator

    def serve(self, area: str = "community", minutes: int = 90, at: datetime | None = None, **task: Any) -> Attendance:
        """Put one credited service on record."""
        session, start = self.session, at or clock.now() - timedelta(days=3)
        made = make_task(session, session.merge(self.tree[area]), **task)
        shift = make_shift(session, made, starts_at=start)
        signup = make_signup(session, shift, self.volunteer, arrived_at=start, settled_at=start)
        row = Attendance(
            signup_id=signup.id, shift_id=shift.id, person_id=self.volunteer.id, state=AttendanceState.CREDITED,
            checked_in_at=start, from_at=start, to_at=start + timedelta(minutes=minutes), minutes=minutes, points=0,
            way=Way.LEADER_LIST, cut_off=False, credited_at=start,
        )  # fmt: skip
        session.add(row)
        session.commit()
        session.expunge(row)
        return row

    def correct(self, row: Attendance, minutes: int) -> None:
        """Do what a correction that two people agreed on leaves behind."""
        self.session.execute(update(Attendance).where(Attendance.id == row.id).values(minutes=minutes))
        self.session.commit()
        write(
            events.record, "checkin.corrected", at=clock.now(), subject=f"attendance:{row.id}",
            person_id=self.volunteer.id, minutes_before=row.minutes, minutes=minutes,
        )  # fmt: skip


def make_scene(session: Session) -> Scene:
    tree = make_tree(session)
    made = Scene(
        session=session,
        tree=tree,
        volunteer=make_person(session, tree["community"], name="林小满"),
        here=make_staff(session, tree["community"], name="郑雅静"),
        there=make_staff(session, tree["other"]),
        street=make_staff(session, tree["street"], Role.STREET_ADMIN),
    )
    session.expunge_all()
    return made
