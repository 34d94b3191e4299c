"""An offered place under many hands: accepted, run out, given back, all at the same moment. It has one end, and one owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pointsapp.core import clock, policy
from pointsapp.core.db import db
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.tasks.models import NoShow, Shift, Signup, SignupState
from pointsapp.tasks.policies import PROMOTION_STOPS_MINUTES, WAITLIST_OFFER_MINUTES
from pointsapp.tasks.services import accept_offer, ask_excuse, cancel_signup, expire_due_offers, sign_up
from tests import factories as make
from tests.databases import Clone
from tests.race.crowd import at_once

pytestmark = pytest.mark.race
TURNS = 6


class Queue:
    """One place, offered to the first of three who wait; the fourth hand is a newcomer's."""

    def __init__(self) -> None:
        area = make.make_area(db.session)
        now = clock.now()
        policy.set_value(db.session, WAITLIST_OFFER_MINUTES, 120, now=now - timedelta(days=1))
        policy.set_value(db.session, PROMOTION_STOPS_MINUTES, 180, now=now - timedelta(days=1))
        db.session.commit()
        task = make.make_task(db.session, area, waitlist=True)
        self.shift = make.make_shift(db.session, task, capacity=1, starts_at=now + timedelta(hours=10))
        holder, self.first, *self.rest = [
            make.actor_of(db.session, make.make_person(db.session, area)) for _ in range(5)
        ]
        place = write(sign_up, holder, self.shift.public_id, now=now)
        self.waits = [write(sign_up, who, self.shift.public_id, now=now).public_id for who in (self.first, *self.rest)]
        write(cancel_signup, holder, place.public_id, now=now)
        self.ends = now + timedelta(minutes=120)

    def accept(self, at: Any = None) -> Callable[[], Any]:
        return lambda: write(accept_offer, self.first, self.waits[0], now=at or clock.now()).state

    def cancel(self) -> Callable[[], Any]:
        return lambda: write(cancel_signup, self.first, self.waits[0], now=clock.now()).state

    def expire(self) -> Callable[[], Any]:
        return lambda: f"expired {write(expire_due_offers, now=self.ends)}"

    def states(self) -> list[SignupState]:
        """The four who waited, in their order; the shift's own figures agree with the rows."""
        db.session.rollback()
        row = db.session.execute(select(Shift.taken, Shift.waiting).where(Shift.id == self.shift.id)).one()
        live = Counter(
            db.session.scalars(
                select(Signup.state).where(Signup.shift_id == self.shift.id, Signup.state != SignupState.CANCELLED)
            ).all()
        )
        assert row.taken == live[SignupState.CONFIRMED] + live[SignupState.OFFERED] <= 1
        assert row.waiting == live[SignupState.WAITLISTED]
        found = dict(db.session.execute(select(Signup.public_id, Signup.state)).all())
        return [found[wait] for wait in self.waits]


def test_accept_against_expiry_against_cancel(live: Clone) -> None:
    with live.app.app_context():
        for _turn in range(TURNS):
            queue = Queue()
            # Two taps just in time, one too late, the job twice, and a change of mind.
            acts = [
                queue.accept(),
                queue.accept(),
                queue.accept(queue.ends),
                queue.expire(),
                queue.expire(),
                queue.cancel(),
            ]
            seen = at_once(live, acts, str)
            assert set(seen) <= {
                "confirmed", "cancelled", "offer_expired", "expired 0", "expired 1", "wrong_state", "too_late_to_cancel"
            }, seen  # fmt: skip
            states = queue.states()
            assert states[0] in (SignupState.CANCELLED, SignupState.CONFIRMED, SignupState.WAITLISTED)
            held = [state for state in states if state in (SignupState.CONFIRMED, SignupState.OFFERED)]
            assert len(held) == 1, (states, seen)  # the place is never lost and never given twice
            if states[0] is SignupState.CONFIRMED:
                assert "confirmed" in seen


def test_accepted_in_time_stands_against_the_job(live: Clone) -> None:
    with live.app.app_context():
        for _turn in range(TURNS):
            queue = Queue()
            seen = Counter(at_once(live, [queue.accept(), *[queue.expire()] * 4], str))
            states = queue.states()
            if seen["confirmed"]:
                assert states == [SignupState.CONFIRMED] + [SignupState.WAITLISTED] * 3
                assert seen["expired 0"] == 4
            else:
                assert states == [SignupState.WAITLISTED, SignupState.OFFERED] + [SignupState.WAITLISTED] * 2
                assert (seen["offer_expired"] + seen["wrong_state"], seen["expired 1"]) == (1, 1)


def test_once_the_queue_has_stopped_the_quickest_has_it(live: Clone) -> None:
    with live.app.app_context():
        queue = Queue()
        late = clock.now() + timedelta(hours=7, minutes=1)  # the offer was for two hours and is long over
        write(expire_due_offers, now=late)
        assert queue.states() == [SignupState.WAITLISTED] * 4
        told = db.session.scalars(select(Event.person_id).where(Event.kind == "tasks.place_open")).all()
        assert sorted(told) == sorted(who.person_id for who in (queue.first, *queue.rest))
        db.session.rollback()
        acts = [
            lambda who=who: write(sign_up, who, queue.shift.public_id, now=late).state
            for who in (queue.first, *queue.rest)
        ]
        assert Counter(at_once(live, acts, str)) == {"confirmed": 1, "waitlisted": 3}
        assert Counter(queue.states()) == {SignupState.CONFIRMED: 1, SignupState.WAITLISTED: 3}


def test_ten_taps_on_leave_are_one_and_free_one_place(live: Clone) -> None:
    with live.app.app_context():
        area = make.make_area(db.session)
        task = make.make_task(db.session, area, cancel_until_minutes=600, waitlist=True)
        shift = make.make_shift(db.session, task, capacity=1)
        who, waiter = (make.actor_of(db.session, make.make_person(db.session, area)) for _ in range(2))
        place = write(sign_up, who, shift.public_id, now=clock.now()).public_id
        write(sign_up, waiter, shift.public_id, now=clock.now())
        acts = [lambda: write(ask_excuse, who, place, "发烧", now=clock.now()).state] * 10
        assert Counter(at_once(live, acts, str)) == {"excused": 10}
        assert len(db.session.scalars(select(NoShow.id)).all()) == 1
        row = db.session.execute(select(Shift.taken, Shift.waiting).where(Shift.id == shift.id)).one()
        assert tuple(row) == (1, 0)


def test_ten_taps_in_a_second_take_one_place(live: Clone) -> None:
    with live.app.app_context():
        area = make.make_area(db.session)
        shift = make.make_shift(db.session, make.make_task(db.session, area), capacity=3)
        who = make.actor_of(db.session, make.make_person(db.session, area))
        acts = [lambda: write(sign_up, who, shift.public_id, now=clock.now()).state] * 10
        assert Counter(at_once(live, acts, str)) == {"confirmed": 10}
        assert db.session.scalar(select(Shift.taken).where(Shift.id == shift.id)) == 1
