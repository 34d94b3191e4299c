"""Work recorded on paper counts the same, marked as such, once a second person has confirmed it; nothing before, nothing twice."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as time
from pointsapp.core import events
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.people.queries import load_actor
from pointsapp.stars.errors import OwnPaper, RoundClosed
from pointsapp.stars.models import AccessLine, Evidence, Looked, PaperSheet
from pointsapp.stars.queries import metric_rows, one_standing, paper_page, paper_sheet
from pointsapp.stars.services import RecordPaper, confirm_paper, decline_paper, record_paper
from tests.conftest import Clock, HouseClient
from tests.factories import make_person, make_staff
from tests.stars.things import close_it, report_work, this_round

TODAY = date(2026, 11, 21)


def acting(session: Session, person: Person) -> Actor:
    actor = load_actor(session, person.id, now=time.now())
    assert actor is not None
    return actor


def officer(session: Session, area: Area, role: Role = Role.STAFF) -> Actor:
    return acting(session, make_staff(session, area, role))


def sheet(area: Area, *people: Person, day: date = TODAY, minutes: int = 60) -> RecordPaper:
    lines = tuple((person.phone or person.volunteer_number, minutes) for person in people)
    return RecordPaper(area=area.public_id, title="楼院清扫", done_on=day, source="三号柜", lines=lines)


def figures(session: Session, area: Area) -> tuple[int, int, int]:
    write(events.deliver_due, now=time.now())
    _found, standing = one_standing(session, this_round(session), f"b-{area.code}", now=time.now())
    tally = standing.tally
    return tally.people.get("attendance", 0), tally.sums.get("attendance", 0), tally.sums.get("service_minutes", 0)


def test_it_counts_like_a_check_in_once_somebody_else_has_confirmed_it(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    writer, second = officer(session, tree["community"], Role.GRID_LEADER), officer(session, tree["community"])
    with_phone, without = make_person(session, tree["community"]), make_person(session, tree["community"], phone=None)
    report_work(session, tree["community"], with_phone, 30)
    done = write(record_paper, writer, sheet(tree["community"], with_phone, without), now=clock.at)
    assert figures(session, tree["community"]) == (1, 1, 30)  # typed in is not yet counted
    write(confirm_paper, second, done.public_id, now=clock.at)
    assert figures(session, tree["community"]) == (2, 3, 150)
    with pytest.raises(Conflict):
        write(confirm_paper, second, done.public_id, now=clock.at)
    assert figures(session, tree["community"]) == (2, 3, 150)
    found, standing = one_standing(session, this_round(session), f"b-{tree['community'].code}", now=clock.at)
    rows = metric_rows(session, found, standing, second, "attendances", PageRequest(limit=10), now=clock.at).rows.items
    assert sorted(row.is_paper for row in rows) == [False, True, True]


def test_nobody_confirms_what_they_typed_in_or_stand_on(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    writer, listed = make_staff(session, tree["community"]), make_staff(session, tree["community"])
    done = write(record_paper, acting(session, writer), sheet(tree["community"], listed), now=clock.at)
    for person in (writer, listed):
        with pytest.raises(OwnPaper):
            write(confirm_paper, acting(session, person), done.public_id, now=clock.at)
    for area, role in ((tree["other"], Role.STAFF), (tree["community"], Role.GRID_LEADER)):
        with pytest.raises(Forbidden):
            write(confirm_paper, officer(session, area, role), done.public_id, now=clock.at)
    assert figures(session, tree["community"]) == (0, 0, 0)


def test_a_declined_sheet_stays_readable_and_counts_nothing(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    writer, second = officer(session, tree["community"]), officer(session, tree["community"])
    person = make_person(session, tree["community"])
    done = write(record_paper, writer, sheet(tree["community"], person), now=clock.at)
    write(decline_paper, second, done.public_id, "原件上没有这个人", now=clock.at)
    assert figures(session, tree["community"]) == (0, 0, 0)
    row, lines = paper_sheet(session, writer, done.public_id)
    assert (row.state, row.reason, [line.name for line in lines]) == ("rejected", "原件上没有这个人", [person.name])


def test_who_confirms_sees_what_stands_on_record_that_day_already(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    writer, person = officer(session, tree["community"]), make_person(session, tree["community"])
    report_work(session, tree["community"], person, 45)
    done = write(record_paper, writer, sheet(tree["community"], person), now=clock.at)
    assert paper_sheet(session, writer, done.public_id)[1][0].other_minutes == 45


def test_a_sheet_is_refused_whole_when_a_line_names_nobody_or_somebody_twice(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    writer, person = officer(session, tree["community"]), make_person(session, tree["community"])
    known = (person.phone or "", 60)
    for lines in ((known, ("13900009999", 30)), (known, (person.volunteer_number, 30))):
        command = RecordPaper(area=tree["community"].public_id, title="清扫", done_on=TODAY, source="柜", lines=lines)
        with pytest.raises(Invalid):
            write(record_paper, writer, command, now=clock.at)
    with pytest.raises(Invalid):
        write(record_paper, writer, sheet(tree["community"], person, day=date(2026, 11, 22)), now=clock.at)
    assert session.scalar(select(func.count()).select_from(PaperSheet)) == 0


def test_work_of_a_closed_quarter_is_refused_and_of_the_running_one_counts_on_its_day(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    writer, second = officer(session, tree["community"]), officer(session, tree["community"])
    person = make_person(session, tree["community"])
    waiting = write(record_paper, writer, sheet(tree["community"], person), now=clock.at)
    early = write(record_paper, writer, sheet(tree["community"], person, day=date(2026, 10, 3)), now=clock.at)
    write(confirm_paper, second, early.public_id, now=clock.at)
    write(events.deliver_due, now=clock.at)
    stored = session.scalars(select(Evidence.occurred_at).distinct()).one()
    assert time.local_day(stored) == date(2026, 10, 3)
    close_it(session, clock, this_round(session))
    with pytest.raises(RoundClosed):
        write(confirm_paper, second, waiting.public_id, now=clock.at)
    with pytest.raises(RoundClosed):
        write(record_paper, writer, sheet(tree["community"], person), now=clock.at)


def test_sheets_are_read_by_staff_of_their_area_only(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    writer, elsewhere = officer(session, tree["community"]), officer(session, tree["other"])
    person = make_person(session, tree["community"])
    done = write(record_paper, writer, sheet(tree["community"], person), now=clock.at)
    assert [row.public_id for row in paper_page(session, writer, PageRequest()).items] == [done.public_id]
    assert paper_page(session, elsewhere, PageRequest()).items == ()
    with pytest.raises(NotFound):
        paper_sheet(session, elsewhere, done.public_id)


def test_who_reads_the_people_of_a_sheet_stands_in_the_access_log(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    reader = make_staff(session, tree["community"], name="孙干事")
    office, foreign = (make_staff(session, tree[key], Role.STREET_ADMIN) for key in ("street", "other_street"))
    named, idle = make_person(session, tree["community"]), make_person(session, tree["community"])
    writer = officer(session, tree["community"])
    here, there = (f"/console/stars/b-{tree[key].code}/access" for key in ("community", "other"))
    done = write(record_paper, writer, sheet(tree["community"], named), now=clock.at)
    own = make_staff(session, tree["community"])
    alone = write(record_paper, writer, sheet(tree["community"], own, day=date(2026, 11, 20)), now=clock.at)
    for one in (reader, office, foreign, named, idle, own):
        session.refresh(one)
        session.expunge(one)
    client.sign_in(own).get(f"/console/paper/{alone.public_id}")
    client.sign_in(foreign)
    assert client.get(f"/console/paper/{done.public_id}").status_code == 404
    assert session.scalars(select(AccessLine)).all() == [], (
        "one's own line is one's own, and nobody elsewhere saw a name"
    )
    client.sign_in(reader)
    assert named.name in client.get(f"/console/paper/{done.public_id}").text
    client.get("/console/paper")  # the list names nobody
    line = session.scalars(select(AccessLine)).one()
    assert (line.what, line.subject, line.rows, line.by_id) == (Looked.PAPER, done.public_id, 1, reader.id)
    client.sign_in(office)
    log = client.get(here).text
    assert "孙干事" in log
    assert "楼院清扫" in log
    assert "孙干事" not in client.get(there).text
    mine = client.sign_in(named).get("/me/access").text
    assert "孙**" in mine
    assert "楼院清扫" in mine
    assert "孙干事" not in mine
    assert "还没有人看过" in client.sign_in(idle).get("/me/access").text


def test_the_desk_types_in_and_another_confirms(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    writer, second = make_staff(session, tree["community"]), make_staff(session, tree["community"])
    person = make_person(session, tree["community"])
    area, phone = tree["community"].public_id, person.phone
    for one in (writer, second):
        session.expunge(one)
    client.sign_in(writer)
    typed = {"area": area, "title": "清扫", "done_on": "2026-11-21", "source": "三号柜", "lines": f"{phone}，60\n谁"}
    answer = client.post("/console/paper", data=typed)
    assert answer.status_code == 422
    assert "第 2 行看不懂" in answer.text
    answer = client.post("/console/paper", data=typed | {"lines": f"{phone} 60"})
    assert answer.status_code == 303
    there = answer.headers["Location"]
    assert "请由其他工作人员来复核" in client.get(there).text
    assert client.post(f"{there}/confirmation").status_code == 403
    client.sign_in(second)
    assert client.post(f"{there}/confirmation").status_code == 303
    assert "已计入" in client.get(there).text
