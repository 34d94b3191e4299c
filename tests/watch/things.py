"""A street where attendances and redemptions can be written down as they happened, with their events."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState, Correction, CorrectionState, Way
from pointsapp.core import clock as time
from pointsapp.core import events
from pointsapp.core.actor import Actor, Role
from pointsapp.core.codes import new_code
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.redemption.models import Redemption, Voucher, VoucherState
from pointsapp.watch.models import Anomaly, AnomalyEvidence
from pointsapp.watch.services import look_around
from tests.factories import (
    actor_of,
    make_clerk,
    make_merchant,
    make_person,
    make_shift,
    make_signup,
    make_staff,
    make_task,
    make_tree,
)


class Street:
    def __init__(self, session: Session) -> None:
        self.session, self.areas = session, make_tree(session)
        self.staff = make_staff(session, self.areas["community"])
        self.office = make_staff(session, self.areas["street"], Role.STREET_ADMIN)
        self.auditor = make_staff(session, self.areas["street"], Role.AUDITOR)
        self.task = make_task(session, self.areas["community"], title="红专路夜巡")
        self.shop = make_merchant(session, self.areas["community"], name="粥屋")
        self.clerk = make_clerk(session, self.shop)
        self.holds = 0
        people = (self.staff, self.office, self.auditor, self.clerk)
        for row in (*self.areas.values(), *people, self.task, self.shop):
            if row in session:
                session.refresh(row)
                session.expunge(row)  # the roll-back that opens each write would empty it

    def actor(self, person: Person) -> Actor:
        return actor_of(self.session, person)

    def person(self) -> Person:
        person = make_person(self.session, self.areas["grid"])
        self.session.refresh(person)
        self.session.expunge(person)
        return person

    def attends(self, person: Person, by: Person | None, at: datetime, *, minutes: int = 60, **over: object) -> int:
        """Write down that `by` (None: the person's own scan) entered this person's attendance at `at`; return its key."""
        session = self.session
        shift = make_shift(session, session.merge(self.task), starts_at=at)
        signup = make_signup(session, shift, person)
        values = {
            "state": AttendanceState.CREDITED,
            "checked_in_by_id": by.id if by else None,
            "way": Way.LEADER_LIST,
            **over,
        }
        row = Attendance(
            signup_id=signup.id, shift_id=shift.id, person_id=person.id, checked_in_at=at, from_at=at,
            to_at=at + timedelta(minutes=minutes), minutes=minutes, points=10, credited_at=at, **values,
        )  # fmt: skip
        session.add(row)
        session.flush()
        events.record(
            session, "checkin.credited", at=at, subject=f"attendance:{row.id}", area_id=self.areas["community"].id,
            person_id=person.id, actor_id=by.id if by else person.id, minutes=minutes, points=10,
        )  # fmt: skip
        session.commit()
        return row.id

    def corrects(self, attendance: int, by: Person, at: datetime, *, asked_by: Person, minutes: int = 60) -> int:
        """Write down that `asked_by` asked for other minutes and `by` approved them at `at`; return the correction's key."""
        session, row = self.session, self.session.get_one(Attendance, attendance)
        correction = Correction(
            signup_id=row.signup_id, minutes_before=row.minutes, minutes=minutes, reason="签到表", state=CorrectionState.APPROVED,
            asked_by_id=asked_by.id, decided_by_id=by.id, created_at=at, decided_at=at,
        )  # fmt: skip
        session.add(correction)
        row.minutes = minutes
        session.flush()
        events.record(
            session, "checkin.corrected", at=at, subject=f"correction:{correction.id}", area_id=self.areas["community"].id,
            person_id=row.person_id, actor_id=by.id, attendance_id=attendance, minutes=minutes,
        )  # fmt: skip
        session.commit()
        return correction.id

    def redeems(self, person: Person, at: datetime, clerk: Person | None = None) -> int:
        session, clerk = self.session, clerk or self.clerk
        self.holds += 1
        voucher = Voucher(
            code=new_code(10), person_id=person.id, merchant_id=self.shop.id, offer_id=1, offer_version=1, title="早餐",
            points=5, terms={}, state=VoucherState.REDEEMED, hold_id=self.holds, issued_at=at, issued_on=time.local_day(at),
            expires_at=at + timedelta(days=7), closed_at=at,
        )  # fmt: skip
        session.add(voucher)
        session.flush()
        row = Redemption(voucher_id=voucher.id, merchant_id=self.shop.id, clerk_id=clerk.id, points=5, redeemed_at=at)
        session.add(row)
        session.flush()
        events.record(
            session, "redemption.voucher_redeemed", at=at, subject=f"voucher:{voucher.id}", area_id=self.areas["community"].id,
            person_id=person.id, actor_id=clerk.id, points=5,
        )  # fmt: skip
        session.commit()
        return row.id

    def look(self) -> dict[str, list[Anomaly]]:
        """Let the worker look until nothing is new, and return what stands by rule."""
        while write(look_around, now=time.now()):
            pass
        found: dict[str, list[Anomaly]] = {}
        for row in self.session.scalars(select(Anomaly).order_by(Anomaly.id)):
            found.setdefault(row.rule, []).append(row)
        return found

    def evidence(self, anomaly: Anomaly) -> list[int]:
        query = (
            select(AnomalyEvidence.row_id).where(AnomalyEvidence.anomaly_id == anomaly.id).order_by(AnomalyEvidence.id)
        )
        return list(self.session.scalars(query))
