"""Who looked at me: the openings of my record and the rows of the board that name me, in one order of time, each once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.core.transaction import write
from pointsapp.feedback.services import open_timeline, say_feedback
from pointsapp.home.queries import glances_at
from pointsapp.people.models import Person
from pointsapp.stars.models import AccessLine, Branch, Looked, Objection, Round
from tests.conftest import HouseClient
from tests.factories import actor_of, make_person, make_staff, make_tree
from tests.feedback.things import opinion
from tests.stars.things import make_branches, open_small_round


class Watched:
    """A person who objected and complained once; `looks` opens their record, `reads` looks at the objection, `opens` at what they did."""

    def __init__(self, session: Session) -> None:
        tree = make_tree(session)
        self.session, self.area_id = session, tree["community"].id
        self.me = make_person(session, tree["grid"])
        self.officer = make_staff(session, tree["community"], name="郑雅静")
        make_branches(session, tree["community"])
        open_small_round(session)
        self.round = session.query(Round).one().id
        self.branch = session.query(Branch).first().id  # type: ignore[union-attr]
        now = clock.now()
        objection = Objection(
            round_id=self.round, branch_id=self.branch, by_id=self.me.id, at=now, text="漏了", due_at=now, admitted=0
        )
        session.add(objection)
        session.commit()
        self.objection = objection.public_id
        self.said: str | None = None
        for person in (self.me, self.officer):
            session.refresh(person)
            session.expunge(person)

    def looks(self, at: datetime) -> None:
        events.record(
            self.session, "people.record_opened", at=at, subject=f"person:{self.me.id}", area_id=self.area_id,
            person_id=self.me.id, actor_id=self.officer.id, why="call",
        )  # fmt: skip
        self.session.commit()

    def reads(self, at: datetime) -> None:
        line = AccessLine(
            round_id=self.round, branch_id=self.branch, by_id=self.officer.id, at=at, what=Looked.OBJECTION,
            subject=self.objection, rows=1,
        )  # fmt: skip
        self.session.add(line)
        self.session.commit()

    def opens(self, at: datetime) -> None:
        """Open the timeline of the person, to answer what they said."""
        if self.said is None:
            saying = opinion()
            write(say_feedback, actor_of(self.session, self.me), saying, now=clock.now())
            self.said = saying.number
        write(open_timeline, actor_of(self.session, self.officer), self.said, "核对昨晚的签到", now=at)


@pytest.fixture
def watched(session: Session) -> Watched:
    return Watched(session)


def test_all_kinds_stand_in_one_order_and_each_once(watched: Watched) -> None:
    start = clock.now() - timedelta(days=9)
    for number in range(11):
        act = (watched.looks, watched.reads, watched.opens)[number % 3]
        act(start + timedelta(hours=number))
    seen: list[datetime] = []
    after, kinds = None, set()
    for _page in range(9):
        page = glances_at(watched.session, watched.me.id, PageRequest(limit=3, after=after))
        seen += [each.at for each in page.items]
        kinds |= {(each.look is None, each.row is None, each.opening is None) for each in page.items}
        if page.next_cursor is None:
            break
        after = decode_cursor(page.next_cursor, (int, int, int))
    assert seen == [start + timedelta(hours=number) for number in reversed(range(11))]
    assert kinds == {(False, True, True), (True, False, True), (True, True, False)}


def test_the_page_and_the_old_addresses(watched: Watched, client: HouseClient) -> None:
    client.sign_in(watched.me)
    assert "还没有人看过" in client.get("/me/access").text
    watched.looks(clock.now())
    watched.reads(clock.now())
    watched.opens(clock.now())
    page = client.get("/me/access").text
    assert page.count("郑**") == 3
    assert "核对昨晚的签到" in page
    assert f"/feedback/{watched.said}" in page
    assert "郑雅静" not in page
    assert "打电话联系您" in page
    assert len(re.findall("evidence-day__head", page)) == 1, "one day, one head"
    for old in ("/me/looks", "/me/star-access"):
        assert client.get(old).location == "/me/access"
    assert client.get("/me/access?cursor=nonsense").status_code == 422


def test_nobody_reads_who_looked_at_somebody_else(watched: Watched, client: HouseClient, session: Session) -> None:
    watched.looks(clock.now())
    other: Person = make_person(session)
    client.sign_in(other)
    assert "还没有人看过" in client.get("/me/access").text
