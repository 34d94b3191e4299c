"""A pass opens one branch for its hours, masked and read-only, and leaves a trace; taken back or over it opens nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core.codes import new_code
from pointsapp.core.errors import Forbidden
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.inspections.errors import PassTooLong
from pointsapp.inspections.models import InspectorPass, PassOpening
from pointsapp.inspections.queries import OpeningRow, openings_page, passes_page
from pointsapp.inspections.services import IssuePass, issue_pass, revoke_pass
from tests.conftest import Clock, HouseClient
from tests.factories import make_person
from tests.inspections.things import Street
from tests.stars.things import report_work


def issued(street: Street, clock: Clock, who: str = "office", hours: int = 4, **over: object) -> tuple[str, str]:
    """Return (code, public id) of a fresh pass for the first branch."""
    code = new_code(10)
    command = IssuePass(branch_id=street.branch, holder="区委组织部督查组", hours=hours, code=code, **over)  # type: ignore[arg-type]
    return code, write(issue_pass, street.actor(who), command, now=clock.at).public_id


def test_it_opens_one_branch_masked_and_leaves_a_trace(
    session: Session, client: HouseClient, clock: Clock, street: Street
) -> None:
    home = street.tree["community"]
    for _ in range(5):
        report_work(session, session.merge(home), make_person(session, session.merge(home), name="欧阳建国"))
    code, _id = issued(street, clock)
    assert client.get("/inspections/pass").status_code == 302
    assert client.get(f"/q/p/{code}").status_code == 200
    assert session.scalars(select(PassOpening)).all() == []  # looking at the button opens nothing
    answer = client.post(f"/q/p/{code}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inspections/pass")
    page = client.get("/inspections/pass").get_data(as_text=True)
    assert f"{street.communities[0].name}党支部" in page
    rows = client.get("/inspections/pass/evidence/hours")
    assert rows.status_code == 200
    assert "欧阳**" in rows.get_data(as_text=True)
    assert "欧阳建国" not in rows.get_data(as_text=True)
    assert client.get("/inspections/pass/evidence/members_active").status_code == 403  # who is a member stays unsaid
    assert [(row.holder, row.who) for row in opened(session, street)] == [("区委组织部督查组", "")]
    assert client.get("/console/inspections").status_code == 302  # it is no account


def opened(session: Session, street: Street) -> tuple[OpeningRow, ...]:
    return openings_page(session, street.actor("auditor"), PageRequest(limit=9)).items


def test_a_reader_leaves_one_line_each_half_day(
    session: Session, client: HouseClient, clock: Clock, street: Street
) -> None:
    code, _id = issued(street, clock, hours=12)  # from half past midnight
    for _ in range(3):
        assert client.post(f"/q/p/{code}").status_code == 303
        clock.forward(hours=2)
    assert len(opened(session, street)) == 1
    other: HouseClient = client.application.test_client()  # type: ignore[assignment]
    other.post(f"/q/p/{code}")
    assert len(opened(session, street)) == 2, "another guest is another reader"
    assessor = client.application.test_client()
    assessor.sign_in(street.people["assessor"])
    tablet = client.application.test_client()
    tablet.sign_in(street.people["assessor"])
    for browser in (assessor, tablet):
        browser.post(f"/q/p/{code}")
    assert [row.who for row in opened(session, street)] == [street.people["assessor"].name, "", ""]
    clock.forward(hours=5, minutes=30)  # noon
    client.post(f"/q/p/{code}")
    client.post(f"/q/p/{code}")
    assert len(opened(session, street)) == 4


def test_the_code_is_kept_only_as_a_hash(session: Session, clock: Clock, street: Street) -> None:
    code, _id = issued(street, clock)
    row = session.scalars(select(InspectorPass)).one()
    assert code not in repr([getattr(row, column.key) for column in InspectorPass.__table__.columns])


def test_when_its_hours_are_over_it_opens_nothing(client: HouseClient, clock: Clock, street: Street) -> None:
    code, _id = issued(street, clock)
    client.post(f"/q/p/{code}")
    clock.forward(hours=3, minutes=59)
    assert client.get("/inspections/pass").status_code == 200
    clock.forward(minutes=1)
    for address in ("/inspections/pass", "/inspections/pass/evidence/hours", f"/q/p/{code}"):
        assert client.get(address).status_code == 410
    assert client.post(f"/q/p/{code}").status_code == 410


def test_taken_back_it_is_over_with_the_next_page(client: HouseClient, clock: Clock, street: Street) -> None:
    code, public_id = issued(street, clock)
    client.post(f"/q/p/{code}")
    assert client.get("/inspections/pass").status_code == 200
    revoke = partial(write, revoke_pass, street.actor("office"), public_id)
    assert not revoke(now=clock.at).is_repeat
    assert client.get("/inspections/pass").status_code == 410  # at once: no page remembers that it held
    assert client.get(f"/q/p/{code}").status_code == 410
    assert revoke(now=clock.at).is_repeat


def test_before_its_time_it_is_unknown(client: HouseClient, clock: Clock, street: Street) -> None:
    code, _id = issued(street, clock, starts_at=clock.at + timedelta(hours=2))
    assert client.get(f"/q/p/{code}").status_code == 404
    clock.forward(hours=2)
    assert client.get(f"/q/p/{code}").status_code == 200


def test_wrong_codes_open_nothing(client: HouseClient, street: Street) -> None:
    assert client.get(f"/q/p/{new_code(10)}").status_code == 404
    assert client.get("/q/p/ABCDEFGHJK").status_code == 404
    assert client.post(f"/q/p/{new_code(10)}").status_code == 404


@pytest.mark.parametrize(
    "who", ["foreign_office", "secretary", "staff", "auditor", "reader", "assessor", "foreign_inspector"]
)
def test_only_the_office_and_inspectors_hand_them_out(clock: Clock, street: Street, who: str) -> None:
    _code, public_id = issued(street, clock, "inspector")
    with pytest.raises(Forbidden):
        issued(street, clock, who)
    with pytest.raises(Forbidden):
        write(revoke_pass, street.actor(who), public_id, now=clock.at)


def test_no_pass_for_days(clock: Clock, street: Street) -> None:
    with pytest.raises(PassTooLong):
        issued(street, clock, hours=13)


def test_the_trace_is_read_by_auditors_and_the_office_of_the_area(
    session: Session, client: HouseClient, clock: Clock, street: Street
) -> None:
    code, _id = issued(street, clock)
    client.post(f"/q/p/{code}")
    asked = PageRequest(limit=9)
    for who, seen in (("auditor", 1), ("office", 1), ("foreign_office", 0)):
        assert len(openings_page(session, street.actor(who), asked).items) == seen
    for who in ("inspector", "reader", "secretary", "assessor"):
        with pytest.raises(Forbidden):
            openings_page(session, street.actor(who), asked)
    assert [row.openings for row in passes_page(session, street.actor("inspector"), asked).items] == [1]
    assert passes_page(session, street.actor("foreign_office"), asked).items == ()
