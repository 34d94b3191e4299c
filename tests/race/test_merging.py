"""A merge meets a check-in, a sign-up, another merge: whatever the order, nothing is lost, paid twice or left with nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from pointsapp.checkin.models import Attendance
from pointsapp.checkin.services import CheckIn, check_in
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.ledger.queries import verify
from pointsapp.merging.models import Merge, MergeState
from pointsapp.merging.services import ProposeMerge, carry_leftovers, confirm_merge, propose_merge
from pointsapp.people.models import Person
from pointsapp.tasks.models import Signup
from pointsapp.tasks.services import sign_up
from tests import factories as make
from tests.checkin.venue import Venue
from tests.databases import Clone
from tests.race.crowd import at_once

pytestmark = pytest.mark.race


def _proposed(venue: Venue, old: Person, new: Person) -> str:
    command = ProposeMerge(absorbed=old.public_id, survivor=new.public_id, reason="同一个人")
    actor = make.actor_of(db.session, venue.staff)  # type: ignore[arg-type]
    return write(propose_merge, actor, command, now=clock.now()).public_id


def _confirm(venue: Venue, merge: str) -> Callable[[], Any]:
    actor = make.actor_of(db.session, venue.other_staff)  # type: ignore[arg-type]
    return lambda: write(confirm_merge, actor, merge, now=clock.now())


@pytest.mark.parametrize("_turn", range(4))
def test_a_check_in_at_the_moment_of_the_merge_is_paid_once_and_to_who_goes_on(live: Clone, _turn: int) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        old, new, shift = venue.person(), venue.person(), venue.shift()
        venue.sign_up(shift, old)
        actor = make.actor_of(db.session, old)  # type: ignore[arg-type]
        code, merge = venue.code(shift), _proposed(venue, old, new)
        came = at_once(
            live,
            [_confirm(venue, merge), lambda: write(check_in, actor, CheckIn(code=code), now=clock.now())],
        )
        assert came[0] == "done"
        assert came[1] in ("done", "not_signed_up")
        write(carry_leftovers, now=clock.now())
        paid = (20, 120) if came[1] == "done" else (0, 0)
        assert (venue.books(new), venue.books(old)) == (paid, (0, 0))
        owners = db.session.scalars(select(Attendance.person_id)).all()
        assert owners == ([new.id] if came[1] == "done" else [])
        assert verify(db.session).ok  # type: ignore[arg-type]


def test_ten_confirmations_are_one_merge(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        old, new = venue.person(), venue.person()
        shift = venue.shift()
        venue.sign_up(shift, old)
        venue.scan(old, shift)
        confirm = _confirm(venue, _proposed(venue, old, new))
        assert Counter(at_once(live, [confirm] * 10)) == {"done": 1, "repeat": 9}
        assert venue.books(new) == (20, 120)
        assert db.session.scalar(select(func.count(Merge.id)).where(Merge.state == MergeState.DONE)) == 1
        assert verify(db.session).ok  # type: ignore[arg-type]


def test_a_sign_up_of_the_old_account_reaches_the_new_one(live: Clone) -> None:
    with live.app.app_context():
        venue = Venue(db.session)  # type: ignore[arg-type]
        old, new, shift = venue.person(), venue.person(), venue.shift(starts_in=600)
        actor = make.actor_of(db.session, old)  # type: ignore[arg-type]
        came = at_once(
            live,
            [
                _confirm(venue, _proposed(venue, old, new)),
                lambda: write(sign_up, actor, shift.public_id, now=clock.now()),
            ],
        )
        assert came[0] == "done"
        write(carry_leftovers, now=clock.now())
        assert db.session.scalars(select(Signup.person_id)).all() == ([new.id] if came[1] == "done" else [])
