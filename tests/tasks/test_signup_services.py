"""Taking a place, queueing, giving back, accepting an offer: what becomes of the rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.tasks import queries
from pointsapp.tasks.errors import (
    NotEligible,
    OfferExpired,
    QuotaReached,
    ShiftFull,
    SignupClosed,
    TimeConflict,
    TooLateToCancel,
)
from pointsapp.tasks.models import Audience, Shift, Signup, SignupState, TaskState
from pointsapp.tasks.policies import PROMOTION_STOPS_MINUTES, WAITLIST_OFFER_MINUTES, WEEKLY_QUOTA
from pointsapp.tasks.services import (
    accept_offer,
    cancel_signup,
    expire_due_offers,
    fill_waiting,
    join_now,
    mark_arrived,
    sign_up,
    tell_of_open_places,
)
from tests import factories as make
from tests.conftest import Clock


class Street:
    """One community with a task, and people who live there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.areas = make.make_tree(session)

    def shift(self, *, waitlist: bool = False, task: Any = None, **over: Any) -> Shift:
        task = task or make.make_task(self.session, self.areas["community"], waitlist=waitlist)
        return make.make_shift(self.session, task, **over)

    def person(self) -> Any:
        return make.make_person(self.session, self.areas["community"])

    def sign_up(self, person: Any, shift: Shift) -> Any:
        return write(sign_up, make.actor_of(self.session, person), shift.public_id, now=clock.now())

    def cancel(self, person: Any, receipt: Any) -> Any:
        return write(cancel_signup, make.actor_of(self.session, person), receipt.public_id, now=clock.now())

    def counts(self, shift: Shift) -> tuple[int, int]:
        row = self.session.execute(select(Shift.taken, Shift.waiting).where(Shift.id == shift.id)).one()
        live = self.session.scalars(
            select(Signup.state).where(Signup.shift_id == shift.id, Signup.state != SignupState.CANCELLED)
        ).all()
        assert row.taken == sum(state is not SignupState.WAITLISTED for state in live)
        assert row.waiting == sum(state is SignupState.WAITLISTED for state in live)
        return row.taken, row.waiting

    def state(self, receipt: Any) -> SignupState:
        return self.session.scalar(select(Signup.state).where(Signup.public_id == receipt.public_id))

    def told(self, kind: str) -> list[int]:
        return list(self.session.scalars(select(Event.person_id).where(Event.kind == kind).order_by(Event.id)))


@pytest.fixture
def street(session: Session) -> Street:
    return Street(session)


def test_a_place_is_taken_and_the_same_again_is_the_same(street: Street) -> None:
    shift, person = street.shift(), street.person()
    first, again = street.sign_up(person, shift), street.sign_up(person, shift)
    assert (first.state, first.is_repeat) == (SignupState.CONFIRMED, False)
    assert (again.public_id, again.is_repeat) == (first.public_id, True)
    assert street.counts(shift) == (1, 0)


def test_a_full_shift_without_queue_refuses(street: Street) -> None:
    shift = street.shift(capacity=1)
    street.sign_up(street.person(), shift)
    with pytest.raises(ShiftFull):
        street.sign_up(street.person(), shift)
    assert street.counts(shift) == (1, 0)


def test_a_full_shift_with_queue_tells_the_place_in_it(street: Street, clock: Clock) -> None:
    shift = street.shift(capacity=1, waitlist=True)
    street.sign_up(street.person(), shift)
    people = [street.person(), street.person()]
    receipts = [street.sign_up(person, shift) for person in people]
    assert [receipt.waiting_position for receipt in receipts] == [1, 2]
    again = street.sign_up(people[1], shift)
    assert (again.state, again.waiting_position, again.is_repeat) == (SignupState.WAITLISTED, 2, True)
    assert street.counts(shift) == (1, 2)


def test_a_draft_does_not_exist_for_residents(street: Street) -> None:
    task = make.make_task(street.session, street.areas["community"], state=TaskState.DRAFT)
    shift = street.shift(task=task)
    with pytest.raises(NotFound):
        street.sign_up(street.person(), shift)
    staff = make.make_staff(street.session, street.areas["street"])
    with pytest.raises(SignupClosed) as refused:
        street.sign_up(staff, shift)
    assert refused.value.facts["reason"] == "not_published"


@pytest.mark.parametrize(
    ("over", "wait", "reason"),
    [
        ({"signup_opens_at": timedelta(hours=1)}, timedelta(0), "not_yet_open"),
        ({}, timedelta(hours=3), "ended"),
        ({"state": TaskState.CANCELLED}, timedelta(0), "cancelled"),
        ({"state": TaskState.CLOSED}, timedelta(0), "closed"),
    ],
)
def test_signup_closed_says_which(
    street: Street, clock: Clock, over: dict[str, Any], wait: timedelta, reason: str
) -> None:
    values = {name: clock.at + value if isinstance(value, timedelta) else value for name, value in over.items()}
    shift = street.shift(task=make.make_task(street.session, street.areas["community"], **values))
    clock.at += wait
    with pytest.raises(SignupClosed) as refused:
        street.sign_up(street.person(), shift)
    assert refused.value.facts["reason"] == reason


def test_a_late_helper_is_welcome_until_the_end(street: Street, clock: Clock) -> None:
    shift, person = street.shift(), street.person()
    clock.forward(hours=2, minutes=59)
    late = street.sign_up(person, shift)
    assert late.state is SignupState.CONFIRMED
    assert street.cancel(person, late).state is SignupState.CANCELLED


@pytest.mark.parametrize(
    ("offset", "length", "clashes"),
    [(0, 120, True), (60, 120, True), (-60, 61, True), (120, 60, False), (-60, 60, False)],
)
def test_clashes_are_judged_over_all_commitments(street: Street, offset: int, length: int, clashes: bool) -> None:
    first, person = street.shift(), street.person()
    street.sign_up(person, first)
    start = first.starts_at + timedelta(minutes=offset)
    second = street.shift(starts_at=start, ends_at=start + timedelta(minutes=length))
    if clashes:
        with pytest.raises(TimeConflict):
            street.sign_up(person, second)
    else:
        assert street.sign_up(person, second).state is SignupState.CONFIRMED


def test_waiting_somewhere_is_no_commitment(street: Street) -> None:
    first, second, person = street.shift(capacity=1, waitlist=True), street.shift(), street.person()
    street.sign_up(street.person(), first)
    assert street.sign_up(person, first).state is SignupState.WAITLISTED
    assert street.sign_up(person, second).state is SignupState.CONFIRMED


def test_a_clash_goes_before_a_full_shift(street: Street) -> None:
    first, second, person = street.shift(), street.shift(capacity=1), street.person()
    street.sign_up(person, first)
    street.sign_up(street.person(), second)
    with pytest.raises(TimeConflict):
        street.sign_up(person, second)


def test_the_weekly_quota_counts_the_shifts_week(street: Street, clock: Clock) -> None:
    policy.set_value(street.session, WEEKLY_QUOTA, 1, now=clock.at)
    street.session.commit()
    person, later = street.person(), clock.at + timedelta(days=1)
    # 21 November 2026 is a Saturday: Sunday is the same week, Monday the next.
    street.sign_up(person, street.shift())
    with pytest.raises(QuotaReached):
        street.sign_up(person, street.shift(starts_at=later))
    assert street.sign_up(person, street.shift(starts_at=later + timedelta(days=1))).state is SignupState.CONFIRMED


def test_audience_decides_who_is_eligible(street: Street) -> None:
    areas = street.areas
    near = make.make_task(street.session, areas["community"], audience=Audience.AREA)
    wide = make.make_task(street.session, areas["community"])
    elsewhere = make.make_area(street.session, name="别的区")
    in_grid, neighbour = (
        make.make_person(street.session, areas["grid"]),
        make.make_person(street.session, areas["other"]),
    )
    stranger, homeless = make.make_person(street.session, elsewhere), make.make_person(street.session)
    assert street.sign_up(in_grid, street.shift(task=near)).state is SignupState.CONFIRMED
    for person in (neighbour, homeless):
        with pytest.raises(NotEligible):
            street.sign_up(person, street.shift(task=near))
        assert street.sign_up(person, street.shift(task=wide)).state is SignupState.CONFIRMED
    with pytest.raises(NotEligible):
        street.sign_up(stranger, street.shift(task=wide))


def test_a_freed_place_goes_to_the_first_who_can(street: Street, clock: Clock) -> None:
    shift = street.shift(capacity=1, waitlist=True)
    holder, busy, free, last = (street.person() for _ in range(4))
    place = street.sign_up(holder, shift)
    waits = []
    for person in (busy, free, last):
        clock.forward(seconds=1)
        waits.append(street.sign_up(person, shift))
    street.sign_up(busy, street.shift())  # now busy has a clash: passed over, but kept
    street.cancel(holder, place)
    assert [street.state(wait) for wait in waits] == [
        SignupState.WAITLISTED,
        SignupState.CONFIRMED,
        SignupState.WAITLISTED,
    ]
    assert street.counts(shift) == (1, 2)
    assert street.told("tasks.signup_promoted") == [free.id]


def test_a_place_nobody_waiting_can_take_goes_to_a_newcomer(street: Street) -> None:
    shift = street.shift(capacity=1, waitlist=True)
    holder, busy = street.person(), street.person()
    place, wait = street.sign_up(holder, shift), street.sign_up(busy, shift)
    other = street.sign_up(busy, street.shift())
    street.cancel(holder, place)
    assert street.counts(shift) == (0, 1)
    # busy is free again: the place is theirs before a newcomer's
    street.cancel(busy, other)
    newcomer = street.sign_up(street.person(), shift)
    assert street.state(wait) is SignupState.CONFIRMED
    assert newcomer.state is SignupState.WAITLISTED


def test_a_newcomer_takes_what_nobody_waiting_can(street: Street) -> None:
    shift = street.shift(capacity=1, waitlist=True)
    holder, busy = street.person(), street.person()
    place, wait = street.sign_up(holder, shift), street.sign_up(busy, shift)
    street.sign_up(busy, street.shift())
    street.cancel(holder, place)
    assert street.sign_up(street.person(), shift).state is SignupState.CONFIRMED
    assert street.state(wait) is SignupState.WAITLISTED


def test_the_worker_gives_a_free_place_to_who_can_take_it_by_now(street: Street, clock: Clock) -> None:
    shift = street.shift(capacity=1, waitlist=True)
    holder, busy = street.person(), street.person()
    place, wait = street.sign_up(holder, shift), street.sign_up(busy, shift)
    other = street.sign_up(busy, street.shift())
    street.cancel(holder, place)
    street.cancel(busy, other)
    assert write(fill_waiting, now=clock.at) == 1
    assert street.state(wait) is SignupState.CONFIRMED
    assert write(fill_waiting, now=clock.at) == 0


def test_promotion_stops_at_the_start_and_a_repeat_takes_the_place(street: Street, clock: Clock) -> None:
    shift = street.shift(capacity=1, waitlist=True)
    holder, waiter = street.person(), street.person()
    place = street.sign_up(holder, shift)
    clock.forward(seconds=1)
    wait = street.sign_up(waiter, shift)
    clock.forward(hours=1)
    late = street.sign_up(waiter, shift)
    assert (late.state, late.is_repeat) == (SignupState.WAITLISTED, True)
    street.session.execute(Signup.__table__.update().where(Signup.id == place.signup_id).values(created_at=clock.at))
    street.session.commit()
    street.cancel(holder, place)
    assert street.state(wait) is SignupState.WAITLISTED
    taken = street.sign_up(waiter, shift)
    assert (taken.public_id, taken.state, taken.is_repeat) == (wait.public_id, SignupState.CONFIRMED, True)
    assert street.counts(shift) == (1, 0)


def test_promotion_may_stop_earlier_by_policy(street: Street, clock: Clock) -> None:
    policy.set_value(street.session, PROMOTION_STOPS_MINUTES, 60, now=clock.at)
    street.session.commit()
    shift = street.shift(capacity=1, waitlist=True)
    holder, waiter = street.person(), street.person()
    place, wait = street.sign_up(holder, shift), street.sign_up(waiter, shift)
    street.cancel(holder, place)
    assert street.state(wait) is SignupState.WAITLISTED
    assert street.sign_up(waiter, shift).state is SignupState.CONFIRMED


@pytest.mark.parametrize("left_by", ["a clash", "offers that lapsed"])
def test_a_place_left_free_is_told_once_when_the_queue_stops(street: Street, clock: Clock, left_by: str) -> None:
    policy.set_value(street.session, PROMOTION_STOPS_MINUTES, 60, now=clock.at)
    if left_by == "offers that lapsed":
        _offers(street, clock)
    starts_at = clock.at + timedelta(hours=3)
    shift = street.shift(capacity=2, waitlist=True, starts_at=starts_at)
    street.sign_up(street.person(), shift)
    holder, waiter = street.person(), street.person()
    place, wait = street.sign_up(holder, shift), street.sign_up(waiter, shift)
    if left_by == "a clash":
        street.sign_up(waiter, street.shift(starts_at=starts_at))
    street.cancel(holder, place)
    mark = starts_at - timedelta(minutes=60)
    write(expire_due_offers, now=mark - timedelta(seconds=1))
    assert street.state(wait) is SignupState.WAITLISTED
    assert street.counts(shift) == (1, 1)
    assert write(tell_of_open_places, now=mark - timedelta(seconds=1)) == 0, "the queue moves by itself"
    assert write(tell_of_open_places, now=mark) == 1
    assert street.told("tasks.place_open") == [waiter.id]
    assert write(tell_of_open_places, now=mark + timedelta(minutes=1)) == 0, "once"
    assert write(tell_of_open_places, now=starts_at) == 0


def _offers(street: Street, clock: Clock) -> None:
    policy.set_value(street.session, WAITLIST_OFFER_MINUTES, 10, now=clock.at)
    street.session.commit()


def test_an_offer_is_accepted_in_time(street: Street, clock: Clock) -> None:
    _offers(street, clock)
    shift = street.shift(capacity=1, waitlist=True)
    holder, waiter = street.person(), street.person()
    place, wait = street.sign_up(holder, shift), street.sign_up(waiter, shift)
    street.cancel(holder, place)
    assert street.state(wait) is SignupState.OFFERED
    assert street.counts(shift) == (1, 0)
    assert street.told("tasks.place_offered") == [waiter.id]
    actor = make.actor_of(street.session, waiter)
    assert write(accept_offer, actor, wait.public_id, now=clock.at).state is SignupState.CONFIRMED
    again = write(accept_offer, actor, wait.public_id, now=clock.at)
    assert (again.state, again.is_repeat) == (SignupState.CONFIRMED, True)


def test_an_expired_offer_goes_to_the_next_and_the_person_to_the_end(street: Street, clock: Clock) -> None:
    _offers(street, clock)
    shift = street.shift(capacity=1, waitlist=True)
    holder, first, second, third = (street.person() for _ in range(4))
    place = street.sign_up(holder, shift)
    waits = []
    for person in (first, second, third):
        clock.forward(seconds=1)
        waits.append(street.sign_up(person, shift))
    street.cancel(holder, place)
    clock.forward(minutes=10)
    with pytest.raises(OfferExpired):
        write(accept_offer, make.actor_of(street.session, first), waits[0].public_id, now=clock.at)
    assert street.state(waits[1]) is SignupState.OFFERED  # the trace of the refusal stands
    assert street.sign_up(first, shift).waiting_position == 2
    with pytest.raises(OfferExpired):
        write(accept_offer, make.actor_of(street.session, first), waits[0].public_id, now=clock.at)
    clock.forward(minutes=10)
    assert write(expire_due_offers, now=clock.at) == 1
    assert street.state(waits[2]) is SignupState.OFFERED
    assert street.counts(shift) == (1, 2)


def test_an_offer_that_lapsed_is_not_offered_again_to_the_same_person_alone(street: Street, clock: Clock) -> None:
    _offers(street, clock)
    shift = street.shift(capacity=1, waitlist=True)
    holder, waiter = street.person(), street.person()
    place, wait = street.sign_up(holder, shift), street.sign_up(waiter, shift)
    street.cancel(holder, place)
    clock.forward(minutes=11)
    write(expire_due_offers, now=clock.at)
    write(fill_waiting, now=clock.at)
    assert street.state(wait) is SignupState.WAITLISTED
    assert len(street.told("tasks.place_offered")) == 1
    # asking again is an answer: the free place is offered once more
    assert street.sign_up(waiter, shift).state is SignupState.OFFERED


def test_accepting_with_a_clash_is_refused(street: Street, clock: Clock) -> None:
    _offers(street, clock)
    shift = street.shift(capacity=1, waitlist=True)
    holder, waiter = street.person(), street.person()
    place, wait = street.sign_up(holder, shift), street.sign_up(waiter, shift)
    street.cancel(holder, place)
    street.sign_up(waiter, street.shift())
    with pytest.raises(TimeConflict):
        write(accept_offer, make.actor_of(street.session, waiter), wait.public_id, now=clock.at)


def test_cancelling_has_its_time(street: Street, clock: Clock) -> None:
    task = make.make_task(street.session, street.areas["community"], cancel_until_minutes=30, waitlist=True)
    shift, person = street.shift(task=task, capacity=1), street.person()
    place = street.sign_up(person, shift)
    waiter = street.person()
    wait = street.sign_up(waiter, shift)
    clock.forward(minutes=31)
    with pytest.raises(TooLateToCancel) as refused:
        street.cancel(person, place)
    assert refused.value.facts["reason"] == "deadline"
    clock.forward(hours=1)
    assert street.cancel(waiter, wait).state is SignupState.CANCELLED  # waiting always can
    assert street.counts(shift) == (1, 0)


def test_who_was_checked_in_cannot_cancel(street: Street, clock: Clock) -> None:
    shift, person = street.shift(), street.person()
    place = street.sign_up(person, shift)
    write(mark_arrived, place.signup_id, now=clock.at)
    with pytest.raises(TooLateToCancel) as refused:
        street.cancel(person, place)
    assert refused.value.facts["reason"] == "arrived"


def test_signing_up_again_after_cancelling_is_a_new_signup_at_the_end(street: Street, clock: Clock) -> None:
    shift = street.shift(capacity=1, waitlist=True)
    street.sign_up(street.person(), shift)
    first, second = street.person(), street.person()
    wait = street.sign_up(first, shift)
    clock.forward(seconds=1)
    street.sign_up(second, shift)
    assert street.cancel(first, wait).state is SignupState.CANCELLED
    assert street.cancel(first, wait).is_repeat
    clock.forward(seconds=1)
    again = street.sign_up(first, shift)
    assert again.public_id != wait.public_id
    assert again.waiting_position == 2


def test_another_persons_signup_is_not_known_and_staff_may_not_touch_it(street: Street) -> None:
    shift, person = street.shift(), street.person()
    place = street.sign_up(person, shift)
    with pytest.raises(NotFound):
        street.cancel(street.person(), place)
    with pytest.raises(Forbidden):
        street.cancel(make.make_staff(street.session, street.areas["street"]), place)


def test_who_was_told_a_place_in_the_queue_is_not_pushed_back(street: Street, clock: Clock) -> None:
    """Two press at once: who waited for the row looked at the clock first, and still comes behind who was told already."""
    shift = street.shift(capacity=1, waitlist=True)
    street.sign_up(street.person(), shift)
    first, second, third = street.person(), street.person(), street.person()
    clock.forward(seconds=1)
    told = [street.sign_up(first, shift).waiting_position]
    clock.forward(seconds=-1)
    told += [street.sign_up(each, shift).waiting_position for each in (second, third)]
    assert told == [1, 2, 3]
    assert [street.sign_up(each, shift).waiting_position for each in (first, second, third)] == told, "asked again"


def test_what_bars_a_walk_in_is_named(street: Street, clock: Clock) -> None:
    shift, person = street.shift(), street.person()
    other = street.shift(task=make.make_task(street.session, street.areas["community"], title="社区合唱"))
    street.sign_up(person, other)
    could = queries.joining(street.session, make.actor_of(street.session, person), shift.id, now=clock.at)
    assert (could.may, could.clash) == (False, "社区合唱")
    full = street.shift(capacity=1)
    street.sign_up(street.person(), full)
    could = queries.joining(street.session, make.actor_of(street.session, street.person()), full.id, now=clock.at)
    assert (could.may, could.clash) == (False, "")


def test_walking_in_needs_a_place_not_a_queue(street: Street, clock: Clock) -> None:
    shift = street.shift(capacity=1, waitlist=True)
    actor, waiter = make.actor_of(street.session, street.person()), street.person()
    assert queries.joining(street.session, actor, shift.id, now=clock.at).may
    joined = write(join_now, actor, shift.id, now=clock.at)
    assert joined.state is SignupState.CONFIRMED
    assert not queries.joining(street.session, make.actor_of(street.session, waiter), shift.id, now=clock.at).may
    street.sign_up(waiter, shift)
    for person in (waiter, street.person()):
        with pytest.raises(ShiftFull):
            write(join_now, make.actor_of(street.session, person), shift.id, now=clock.at)
