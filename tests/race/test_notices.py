"""Two workers send at the same moment: each notice leaves the house once."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from pointsapp.core import clock, events
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.notices.models import Sending, SendingState
from pointsapp.notices.services import AddPush, Choose, Duty, Outcome, add_push, choose, claim, settle
from tests.databases import Clone
from tests.factories import actor_of, make_person

pytestmark = pytest.mark.race
NOTICES = 30


def test_two_workers_send_each_notice_once(live: Clone) -> None:
    with live.app.app_context():
        session, now = db.session, clock.now()
        person = make_person(session)  # type: ignore[arg-type]
        me = actor_of(session, person)  # type: ignore[arg-type]
        push = AddPush(endpoint="https://p.example/1", p256dh="k", auth="a", label="Chrome")
        write(add_push, me, push, ready={"push"}, now=now)
        write(
            choose, me, Choose(wants={"account": ("push",)}, quiet_from=0, quiet_until=0, urgent_passes=False), now=now
        )
        for _ in range(NOTICES):
            events.record(session, "people.verified", at=now, subject="person:1", person_id=person.id)  # type: ignore[arg-type]
        session.commit()
        while write(events.deliver_due, now=now):
            pass
        db.session.remove()
    sent: list[int] = []
    failed: list[BaseException] = []
    start = threading.Barrier(2)

    def works() -> None:
        with live.app.app_context():
            try:
                start.wait()
                while duties := write(claim, channels={"push"}, now=now, limit=4):
                    sent.extend(duty.sending_id for duty in duties)
                    write(settle, [_done(duty) for duty in duties], now=now)
            except BaseException as error:
                failed.append(error)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=works) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(timeout=60)
    assert failed == []
    assert len(sent) == len(set(sent)) == NOTICES
    with live.app.app_context():
        done = select(func.count()).where(Sending.state == SendingState.DONE, Sending.tries == 1)
        assert db.session.scalar(done) == NOTICES
        db.session.remove()


def _done(duty: Duty) -> Outcome:
    return Outcome(duty=duty, state=SendingState.DONE)
