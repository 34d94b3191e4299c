"""A street whose people have something to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as time
from pointsapp.core.actor import Actor, Role
from pointsapp.core.codes import new_code
from pointsapp.core.transaction import write
from pointsapp.feedback.models import FeedbackKind
from pointsapp.feedback.queries import FeedbackRow, find_feedback
from pointsapp.feedback.services import SayFeedback, say_feedback
from pointsapp.people.models import Person
from tests.factories import actor_of, make_person, make_platform_admin, make_staff, make_tree


@dataclass
class Street:
    """A resident, community staff, the street's office and the platform's administrator."""

    session: Session
    areas: dict[str, Area] = field(init=False)

    def __post_init__(self) -> None:
        self.areas = make_tree(self.session)
        self.resident = make_person(self.session, self.areas["grid"])
        self.staff = make_staff(self.session, self.areas["community"])
        self.office = make_staff(self.session, self.areas["street"], Role.STREET_ADMIN)
        self.admin = make_platform_admin(self.session)
        for row in (*self.areas.values(), self.resident, self.staff, self.office, self.admin):
            self.session.refresh(row)
            self.session.expunge(row)  # the roll-back that opens each write would empty it

    def actor(self, person: Person) -> Actor:
        return actor_of(self.session, person)

    def say(self, person: Person | None = None, **over: Any) -> str:
        """Say something as `person` (default the resident) and return its number."""
        return write(say_feedback, self.actor(person or self.resident), opinion(**over), now=time.now()).number

    def guest_says(self, **over: Any) -> SayFeedback:
        command = opinion(area=self.areas["community"].code, **over)
        write(say_feedback, None, command, now=time.now())
        return command

    def row(self, number: str) -> FeedbackRow:
        self.session.rollback()
        return find_feedback(self.session, number, now=time.now())


def opinion(**over: Any) -> SayFeedback:
    values = {"kind": FeedbackKind.RECORDS, "text": "昨晚夜巡的积分没到", "number": new_code(8), "secret": new_code(10)}
    return SayFeedback(**{**values, **over})
