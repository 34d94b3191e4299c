"""What certificates and records put on the list of the day: whose turn, until when, and who may never do it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.certificates.services import (
    AnswerRequest,
    AskCertificate,
    AskRecord,
    answer_request,
    ask_certificate,
    ask_record,
    confirm_line,
)
from pointsapp.core import clock as time
from pointsapp.core.actor import Actor, Role
from pointsapp.core.transaction import write
from pointsapp.desk.queries import WorkLine, work_list
from pointsapp.people.models import Person
from tests.certificates.things import Scene, make_scene
from tests.conftest import Clock
from tests.factories import actor_of, grant

YEAR = AskCertificate(from_on=date(2026, 1, 1), until_on=date(2026, 11, 20))


def act(scene: Scene, who: Person, fn: Any, *args: Any) -> Any:
    return write(fn, actor_of(scene.session, who), *args, now=time.now())


def lines(session: Session, actor: Actor, kind: str, scope: str = "mine") -> tuple[WorkLine, ...]:
    return work_list(session, actor, scope=scope, kind=kind, now=time.now()).lines


def test_a_certificate_waits_with_each_organiser_until_its_day(session: Session, clock: Clock) -> None:
    scene = make_scene(session)
    scene.serve("community", 90)
    act(scene, scene.volunteer, ask_certificate, YEAR)
    here, there = actor_of(session, scene.here), actor_of(session, scene.there)
    (line,) = lines(session, here, "certificates.lines")
    assert line.endpoint == "certificates.show_line"
    assert time.local_day(line.due_at - timedelta(seconds=1)).isoformat() == "2026-11-27"  # five working days
    assert "林小满" not in line.title
    assert lines(session, there, "certificates.lines", "all") == ()
    act(scene, scene.here, confirm_line, line.args["line"], 90)
    assert lines(session, here, "certificates.lines") == ()


def test_overdue_it_climbs_to_the_street(session: Session, clock: Clock) -> None:
    scene = make_scene(session)
    scene.serve("community", 90)
    act(scene, scene.volunteer, ask_certificate, YEAR)
    street = actor_of(session, scene.street)
    assert lines(session, street, "certificates.lines") == ()
    clock.forward(days=10)
    (line,) = lines(session, street, "certificates.lines")
    assert line.is_late
    assert len(lines(session, actor_of(session, scene.here), "certificates.lines")) == 1  # whoever had it keeps it


def test_nobody_confirms_their_own_nor_answers_themself(session: Session, clock: Clock) -> None:
    scene = make_scene(session)
    attendance = scene.serve("community", 90)
    act(scene, scene.volunteer, ask_certificate, YEAR)
    act(scene, scene.volunteer, ask_record, AskRecord(signup=None, words="十月少记了一次"))
    grant(session, session.merge(scene.volunteer), Role.STAFF, area=session.merge(scene.tree["community"]))
    own = actor_of(session, scene.volunteer)
    assert lines(session, own, "certificates.lines") == lines(session, own, "certificates.requests") == ()
    (line,) = lines(session, own, "certificates.lines", "all")
    assert not line.may_do
    assert attendance.minutes == 90


def test_a_request_to_correct_waits_for_its_answer(session: Session, clock: Clock) -> None:
    scene = make_scene(session)
    asked = act(scene, scene.volunteer, ask_record, AskRecord(signup=None, words="十月少记了一次"))
    here = actor_of(session, scene.here)
    (line,) = lines(session, here, "certificates.requests")
    assert line.endpoint == "certificates.show_console_certificates"
    act(scene, scene.here, answer_request, asked.public_id, AnswerRequest(upheld=False, answer="签到表上没有这一次"))
    assert lines(session, here, "certificates.requests") == ()
