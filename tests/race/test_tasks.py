"""Many people at once, real commits: a place is never given twice, nobody waiting is forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pointsapp.core import clock, transaction
from pointsapp.core.actor import Role
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.ledger.accounts import task_reserved
from pointsapp.ledger.queries import account_sum
from pointsapp.rewards.services import GrantBudget, grant_budget
from pointsapp.tasks.models import PointsMode, Shift, Signup, SignupState, Task, TaskState
from pointsapp.tasks.services import (
    ShiftDraft,
    TaskDraft,
    cancel_signup,
    create_draft,
    edit_draft,
    mark_arrived,
    publish,
    sign_up,
)
from tests import factories as make
from tests.databases import Clone
from tests.race.crowd import at_once

pytestmark = pytest.mark.race


def _street(count: int, **over: Any) -> tuple[Any, list[Any], Any]:
    """Return (shift, actors, area)."""
    area = make.make_area(db.session)
    waitlist = over.pop("waitlist", False)
    task = make.make_task(db.session, area, waitlist=waitlist)
    shift = make.make_shift(db.session, task, **over)
    db.session.refresh(area)
    db.session.expunge(area)
    actors = [make.actor_of(db.session, make.make_person(db.session, area)) for _ in range(count)]
    return shift, actors, area


def _sign_up(actor: Any, shift: Any) -> Callable[[], Any]:
    return lambda: write(sign_up, actor, shift.public_id, now=clock.now()).state


def _counts(shift: Any) -> tuple[int, int, Counter[str]]:
    row = db.session.execute(select(Shift.taken, Shift.waiting).where(Shift.id == shift.id)).one()
    states = Counter(
        str(state) for state in db.session.scalars(select(Signup.state).where(Signup.shift_id == shift.id))
    )
    assert row.taken == states["confirmed"] + states["offered"]
    assert row.waiting == states["waitlisted"]
    return row.taken, row.waiting, states


def test_thirty_people_and_the_last_place(live: Clone) -> None:
    with live.app.app_context():
        shift, actors, _area = _street(30, capacity=1)
        assert Counter(at_once(live, [_sign_up(actor, shift) for actor in actors], str)) == {
            "confirmed": 1,
            "shift_full": 29,
        }
        assert _counts(shift)[:2] == (1, 0)


def test_thirty_people_five_places_and_a_queue(live: Clone) -> None:
    with live.app.app_context():
        shift, actors, _area = _street(30, capacity=5, waitlist=True)
        assert Counter(at_once(live, [_sign_up(actor, shift) for actor in actors], str)) == {
            "confirmed": 5,
            "waitlisted": 25,
        }
        assert _counts(shift)[:2] == (5, 25)


def test_the_same_person_twenty_times_is_one_signup(live: Clone) -> None:
    with live.app.app_context():
        shift, actors, _area = _street(1, capacity=5)
        assert Counter(at_once(live, [_sign_up(actors[0], shift)] * 20, str)) == {"confirmed": 20}
        assert _counts(shift) == (1, 0, Counter(confirmed=1))


def test_one_person_and_two_clashing_shifts(live: Clone) -> None:
    with live.app.app_context():
        shift, actors, area = _street(1)
        others = [make.make_shift(db.session, make.make_task(db.session, area)) for _ in range(9)]
        acts = [_sign_up(actors[0], each) for each in (shift, *others)]
        assert Counter(at_once(live, acts, str)) == {"confirmed": 1, "time_conflict": 9}


def test_ten_cancel_while_ten_wait_and_ten_come(live: Clone) -> None:
    with live.app.app_context():
        shift, actors, _area = _street(30, capacity=10, waitlist=True)
        holders, waiters, newcomers = actors[:10], actors[10:20], actors[20:]
        places = [write(sign_up, actor, shift.public_id, now=clock.now()) for actor in holders]
        for actor in waiters:
            write(sign_up, actor, shift.public_id, now=clock.now())

        def cancel(actor: Any, place: Any) -> Callable[[], Any]:
            return lambda: write(cancel_signup, actor, place.public_id, now=clock.now()).state

        acts = [cancel(actor, place) for actor, place in zip(holders, places, strict=True)]
        acts += [_sign_up(actor, shift) for actor in newcomers]
        assert Counter(at_once(live, acts, str)) == {"cancelled": 10, "waitlisted": 10}
        assert _counts(shift) == (10, 10, Counter(confirmed=10, waitlisted=10, cancelled=10))
        promoted = set(
            db.session.scalars(
                select(Signup.person_id).where(Signup.shift_id == shift.id, Signup.state == SignupState.CONFIRMED)
            )
        )
        assert promoted == {actor.person_id for actor in waiters}


def test_forty_cancel_in_front_of_a_queue_without_looking_again(live: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    # They all meant to give their place to the same first person, and each but one had to look again, up to a 500.
    looks: Counter[str] = Counter()
    monkeypatch.setattr(transaction, "on_retry", lambda reason: looks.update([reason]))
    with live.app.app_context():
        shift, actors, _area = _street(80, capacity=40, waitlist=True)
        places = [write(sign_up, actor, shift.public_id, now=clock.now()) for actor in actors]
        acts = [
            lambda actor=actor, place=place: write(cancel_signup, actor, place.public_id, now=clock.now()).state
            for actor, place in zip(actors[:40], places[:40], strict=True)
        ]
        assert Counter(at_once(live, acts, str)) == {"cancelled": 40}
        assert looks == {}
        assert _counts(shift) == (40, 0, Counter(confirmed=40, cancelled=40))


def test_a_waiting_person_who_signs_up_elsewhere_meanwhile_has_one_of_both(live: Clone) -> None:
    with live.app.app_context():
        shift, actors, area = _street(2, capacity=1, waitlist=True)
        holder, waiter = actors
        place = write(sign_up, holder, shift.public_id, now=clock.now())
        write(sign_up, waiter, shift.public_id, now=clock.now())
        other = make.make_shift(db.session, make.make_task(db.session, area))
        acts = [lambda: write(cancel_signup, holder, place.public_id, now=clock.now()).state]
        acts += [_sign_up(waiter, other)] * 10
        seen = Counter(at_once(live, acts, str))
        assert seen["cancelled"] == 1
        assert seen["confirmed"] + seen["time_conflict"] == 10
        confirmed = db.session.scalars(
            select(Signup.shift_id).where(Signup.person_id == waiter.person_id, Signup.state == SignupState.CONFIRMED)
        ).all()
        assert len(confirmed) == 1
        _counts(shift)


def test_an_edit_never_slips_between_a_publication_and_its_reserve(live: Clone) -> None:
    with live.app.app_context():
        area = make.make_area(db.session)
        staff = make.actor_of(db.session, make.make_staff(db.session, area))
        boss = make.actor_of(db.session, make.make_staff(db.session, area, Role.STREET_ADMIN))
        write(grant_budget, boss, GrantBudget(area=area.code, points=100_000, memo="开年"), now=clock.now())
        code = area.code  # read here: a thread that read it would open this session's snapshot
        for _ in range(6):
            drafted = write(create_draft, staff, _draft(code, points=10), now=clock.now())
            acts = [
                lambda it=drafted: (
                    write(edit_draft, staff, it.public_id, _draft(code, points=90), now=clock.now()).state
                ),
                lambda it=drafted: write(publish, staff, it.public_id, now=clock.now()).state,
            ]
            seen = Counter(at_once(live, acts, str))
            assert seen in ({"draft": 1, "published": 1}, {"published": 1, "wrong_state": 1})
            row = db.session.execute(select(Task.points, Task.state).where(Task.id == drafted.id)).one()
            assert row.state is TaskState.PUBLISHED
            assert account_sum(db.session, task_reserved(drafted.id)) == row.points * 3
            db.session.rollback()


def _draft(area: str, *, points: int) -> TaskDraft:
    start = clock.now() + timedelta(days=1)
    return TaskDraft(
        title="红专路夜巡",
        description="走一圈。",
        category="patrol",
        area_id=area,
        place="红专路口",
        points=points,
        points_mode=PointsMode.PER_COMPLETION,
        check_out_required=False,
        shifts=(ShiftDraft(starts_at=start, ends_at=start + timedelta(hours=2), capacity=3),),
    )


def test_a_cancellation_and_a_check_in_never_both_stand(live: Clone) -> None:
    with live.app.app_context():
        shift, actors, _area = _street(1)
        place = write(sign_up, actors[0], shift.public_id, now=clock.now())

        def arrive() -> str:
            write(mark_arrived, place.signup_id, now=clock.now())
            return "arrived"

        acts = [lambda: write(cancel_signup, actors[0], place.public_id, now=clock.now()).state] * 5 + [arrive]
        seen = Counter(at_once(live, acts, str))
        row = db.session.get_one(Signup, place.signup_id, populate_existing=True)
        if seen["arrived"]:
            assert (row.state, seen["too_late_to_cancel"]) == (SignupState.CONFIRMED, 5)
        else:
            assert (row.state, row.arrived_at, seen["cancelled"]) == (SignupState.CANCELLED, None, 5)
        _counts(shift)
