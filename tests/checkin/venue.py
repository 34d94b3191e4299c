"""A venue with funded tasks, leaders, staff and residents: what the tests of check-in start from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, Scan
from pointsapp.checkin.rules import venue as codes
from pointsapp.checkin.services import CheckIn, CheckInPerson, check_in, check_in_person
from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import person_balance, person_minutes
from pointsapp.people.models import Person
from pointsapp.rewards.services import GrantBudget, grant_budget, reserve_for_task
from pointsapp.tasks.models import PointsMode, Shift, Signup, Task
from tests import factories as make

HALL = {"latitude": 34.7657, "longitude": 113.6780}


class Venue:
    """One community with a budget. Shifts begin now unless told otherwise."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.areas = {name: self.kept(area) for name, area in make.make_tree(session).items()}
        self.home = self.areas["community"]
        self.admin = self.kept(make.make_staff(session, self.areas["district"], Role.STREET_ADMIN))
        self.staff = self.kept(make.make_staff(session, self.home))
        self.other_staff = self.kept(make.make_staff(session, self.home))
        self.foreign_staff = self.kept(make.make_staff(session, self.areas["other"]))
        self.leader = self.person()
        admin = make.actor_of(session, self.admin)
        write(grant_budget, admin, GrantBudget(area=self.home.code, points=100_000, memo="开年"), now=clock.now())

    def kept(self, row: Any) -> Any:
        """Return the row loaded and detached: a request ends the session, the test goes on reading."""
        if row is not None and row in self.session:
            self.session.expunge(row)
        return row

    def person(self, **over: Any) -> Person:
        return self.kept(make.make_person(self.session, self.home, **over))  # type: ignore[no-any-return]

    def task(self, *, points: int = 20, **over: Any) -> Task:
        task = self.kept(make.make_task(self.session, self.home, points=points, **over))
        if points:
            draw = write(
                lambda session: reserve_for_task(
                    session, task_id=task.id, area_path=self.home.path, points_needed=points * 24 * 20, now=clock.now()
                )
            )
            self.session.execute(update(Task).where(Task.id == task.id).values(budget_account=draw.account_key))
            self.session.commit()
        return task  # type: ignore[no-any-return]

    def shift(self, task: Task | None = None, *, starts_in: float = 0, minutes: float = 120, **over: Any) -> Shift:
        """A shift of two hours that begins now, led by `leader`."""
        start = clock.now() + timedelta(minutes=starts_in)
        span = {"starts_at": start, "ends_at": start + timedelta(minutes=minutes)}
        leaders = over.pop("leaders", (self.leader,))
        row = make.make_shift(self.session, task or self.task(), leaders=leaders, **{**span, **over})
        return self.kept(row)  # type: ignore[no-any-return]

    def checked_out_shift(self, *, per_hour: bool = False, points: int = 20, **over: Any) -> Shift:
        mode = PointsMode.PER_HOUR if per_hour else PointsMode.PER_COMPLETION
        return self.shift(self.task(points=points, points_mode=mode, check_out_required=True), **over)

    def sign_up(self, shift: Shift, person: Person | None = None, **over: Any) -> Person:
        person = person or self.person()
        make.make_signup(self.session, self.session.get_one(Shift, shift.id), person, **over)
        return person

    def code(self, shift: Shift, action: str = "check_in", *, at: datetime | None = None) -> str:
        return codes.code_for(shift.code_key, action, codes.window_of(at or clock.now()))

    def scan(self, person: Person, shift: Shift, shown: str = "check_in", **over: Any) -> Any:
        command = CheckIn(**{"code": self.code(shift, shown), **over})
        return write(check_in, make.actor_of(self.session, person), command, now=clock.now())

    def by_code(self, by: Person, person: Person, shift: Shift, action: Any = None) -> Any:
        command = CheckInPerson(code=person.personal_code, action=action)
        return write(check_in_person, make.actor_of(self.session, by), shift.public_id, command, now=clock.now())

    def tick(self, by: Person, person: Person, shift: Shift, action: Any = None) -> Any:
        command = CheckInPerson(user_id=person.public_id, action=action)
        return write(check_in_person, make.actor_of(self.session, by), shift.public_id, command, now=clock.now())

    def attendance(self, person: Person, shift: Shift) -> Attendance | None:
        statement = select(Attendance).where(Attendance.person_id == person.id, Attendance.shift_id == shift.id)
        return self.kept(self.session.scalars(statement).one_or_none())  # type: ignore[no-any-return]

    def signup(self, person: Person, shift: Shift) -> Signup:
        statement = select(Signup).where(Signup.person_id == person.id, Signup.shift_id == shift.id)
        statement = statement.execution_options(populate_existing=True)
        return self.kept(self.session.scalars(statement).one())  # type: ignore[no-any-return]

    def books(self, person: Person) -> tuple[int, int]:
        """Return (points, minutes)."""
        return person_balance(self.session, person.id), person_minutes(self.session, person.id)

    def reasons(self, person: Person | None = None) -> list[str | None]:
        """Return the reasons of all attempts, None for accepted ones, in order."""
        statement = select(Scan.reason).order_by(Scan.id)
        if person is not None:
            statement = statement.where(Scan.person_id == person.id)
        return list(self.session.scalars(statement))
