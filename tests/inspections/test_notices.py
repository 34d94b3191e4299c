"""Who is told of a finding: the branch's people of each step and deadline, the inspector of the answer; each thing once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Role
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.inspections.jobs import JOBS
from pointsapp.inspections.models import Finding
from pointsapp.inspections.queries.people import who_rectifies
from pointsapp.inspections.services import (
    RecordFinding,
    Step,
    answer_finding,
    close_finding,
    record_finding,
    remind_due,
    return_finding,
    withdraw_finding,
)
from pointsapp.notices.queries import notices_page
from pointsapp.notices.saying import say
from pointsapp.people.models import RoleGrant
from pointsapp.stars.queries import find_branch
from tests.conftest import Clock, HouseClient
from tests.factories import make_staff
from tests.inspections.things import Street

TODAY = date(2026, 11, 21)


def recorded(street: Street, clock: Clock, days: int = 7, **over: Any) -> str:
    values: dict[str, Any] = {"branch_id": street.branch, "text": "缺签到表", "due_on": TODAY + timedelta(days=days)}
    command = RecordFinding(**{**values, **over})
    return write(record_finding, street.actor("inspector"), command, now=clock.at).public_id


def steps(session: Session, street: Street, clock: Clock, who: str) -> list[str]:
    """Return the steps this person was told of, the oldest first."""
    while write(events.deliver_due, now=clock.at):
        pass
    lines = notices_page(session, street.people[who].id, PageRequest(limit=50)).items
    return [line.facts["step"] for line in reversed(lines) if line.kind.startswith("inspections.")]


def remind(clock: Clock) -> int:
    return int(write(remind_due, now=clock.at))


def test_each_step_tells_whom_it_concerns(session: Session, clock: Clock, street: Street) -> None:
    finding = recorded(street, clock)
    write(answer_finding, street.actor("secretary"), Step(finding_id=finding, text="已补齐"), now=clock.at)
    back = Step(finding_id=finding, text="还差两人", due_on=TODAY + timedelta(days=9))
    write(return_finding, street.actor("inspector"), back, now=clock.at)
    write(answer_finding, street.actor("staff"), Step(finding_id=finding, text="补签了"), now=clock.at)
    write(close_finding, street.actor("second"), Step(finding_id=finding, text="看过原件"), now=clock.at)
    for who in ("secretary", "staff"):  # staff of the branch's own area may answer for it
        assert steps(session, street, clock, who) == ["recorded", "returned", "closed"]
    assert steps(session, street, clock, "inspector") == ["answered", "answered"]
    for who in ("other_secretary", "office", "second", "auditor"):
        assert steps(session, street, clock, who) == []


def test_one_taken_back_is_told_too(session: Session, clock: Clock, street: Street) -> None:
    finding = recorded(street, clock)
    write(withdraw_finding, street.actor("inspector"), Step(finding_id=finding, text="记错了"), now=clock.at)
    assert steps(session, street, clock, "secretary") == ["recorded", "withdrawn"]


def test_without_secretary_and_staff_of_its_own_the_staff_above_are_told(
    session: Session, clock: Clock, street: Street
) -> None:
    above = make_staff(session, session.merge(street.tree["street"]), Role.STAFF)
    branch = find_branch(session, street.branch)
    assert above.id not in who_rectifies(session, branch, now=clock.at)
    rows = session.scalars(select(RoleGrant).where(RoleGrant.role.in_([Role.BRANCH_SECRETARY, Role.STAFF]))).all()
    for row in rows:
        if row.person_id != above.id:
            row.ended_at = clock.at
    session.commit()
    assert who_rectifies(session, branch, now=clock.at) == [above.id]


def test_a_deadline_is_told_when_it_is_near_and_when_it_is_over_once_each(
    session: Session, clock: Clock, street: Street
) -> None:
    recorded(street, clock, days=4)
    assert remind(clock) == 0  # four days are not near
    clock.forward(days=1)
    assert (remind(clock), remind(clock)) == (1, 0)
    clock.forward(days=3)  # the last day itself
    assert remind(clock) == 0
    clock.forward(days=1)
    assert (remind(clock), remind(clock)) == (1, 0)
    assert steps(session, street, clock, "secretary") == ["recorded", "near", "late"]
    assert steps(session, street, clock, "inspector") == ["late"]


def test_a_deadline_set_today_is_not_told_twice_and_a_new_one_is_told_anew(
    session: Session, clock: Clock, street: Street
) -> None:
    finding = recorded(street, clock, days=2)
    assert remind(clock) == 0  # the finding itself has just said it
    clock.forward(days=1)
    assert remind(clock) == 1
    write(answer_finding, street.actor("secretary"), Step(finding_id=finding, text="已补齐"), now=clock.at)
    clock.forward(days=5)
    assert remind(clock) == 0  # it waits for the inspector
    back = Step(finding_id=finding, text="还差", due_on=TODAY + timedelta(days=8))
    write(return_finding, street.actor("inspector"), back, now=clock.at)
    clock.forward(days=1)
    assert remind(clock) == 1
    clock.forward(days=2)
    assert remind(clock) == 1
    told = ["recorded", "near", "returned", "near", "late"]
    assert steps(session, street, clock, "secretary") == told
    row = session.scalars(select(Finding)).one()
    assert row.told_near_on == row.told_late_on == row.due_on


def test_the_worker_asks(session: Session) -> None:
    assert ("inspections.remind_due", remind_due) in [(name, run) for name, _every, run in JOBS]


@pytest.mark.parametrize(("who", "words"), [("secretary", "督查发现一个问题"), ("inspector", "支部答复了，请复查")])
def test_a_notice_leads_to_the_finding(
    session: Session, client: HouseClient, clock: Clock, street: Street, who: str, words: str
) -> None:
    finding = recorded(street, clock)
    write(answer_finding, street.actor("secretary"), Step(finding_id=finding, text="已补齐"), now=clock.at)
    steps(session, street, clock, who)
    client.sign_in(street.people[who])
    page = client.get("/me/notices").get_data(as_text=True)
    assert words in page
    assert f"/inspections/findings/{finding}" in page
    line = notices_page(session, street.people[who].id, PageRequest(limit=9)).items[-1]
    with client.application.test_request_context("/"):
        assert street.communities[0].name in say(line.kind, line.facts).text
