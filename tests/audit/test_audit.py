"""The audit log: who did what within one's remit, and every search is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.audit.messages import ACTS, act_words, fact_words
from pointsapp.audit.models import AuditSearch
from pointsapp.audit.queries import ActRow, acts_page, find_search, searches_page
from pointsapp.audit.services import SearchAudit, search_audit
from pointsapp.core import clock as time
from pointsapp.core import events
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.core.transaction import write
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_person, make_staff, make_task, make_tree


class Street:
    """A street where four things were done, one of them by the person themself and one elsewhere."""

    def __init__(self, session: Session) -> None:
        self.session, self.areas = session, make_tree(session)
        self.staff = make_staff(session, self.areas["community"])
        self.auditor = make_staff(session, self.areas["street"], Role.AUDITOR)
        self.resident = make_person(session, self.areas["grid"])
        self.task = make_task(session, self.areas["community"], title="红专路夜巡")
        for row in (*self.areas.values(), self.staff, self.auditor, self.resident):
            session.refresh(row)
            session.expunge(row)  # the roll-back that opens each write would empty it
        now = time.now()
        self.act("tasks.published", now - timedelta(hours=3), f"task:{self.task.id}", self.areas["community"])
        self.act(
            "people.role_granted",
            now - timedelta(hours=2),
            "role_grant:1",
            self.areas["grid"],
            self.resident.id,
            role="staff",
        )
        self.act("people.verified", now - timedelta(hours=1), "person:1", self.areas["other_street"], self.resident.id)
        events.record(
            session, "people.profile_changed", at=now, subject="person:2", area_id=self.areas["grid"].id,
            person_id=self.resident.id, actor_id=self.resident.id,
        )  # fmt: skip
        session.commit()

    def act(self, kind: str, at: Any, subject: str, area: Area, person_id: int | None = None, **facts: Any) -> None:
        events.record(
            self.session,
            kind,
            at=at,
            subject=subject,
            area_id=area.id,
            person_id=person_id,
            actor_id=self.staff.id,
            **facts,
        )

    def reader(self) -> Actor:
        return actor_of(self.session, self.auditor)

    def found(self, **asked: Any) -> list[str]:
        return [row.kind for row in acts_page(self.session, self.reader(), asked, PageRequest()).items]


@pytest.fixture
def street(session: Session) -> Street:
    return Street(session)


def test_an_auditor_sees_what_was_done_in_their_street_and_nothing_one_did_for_oneself(street: Street) -> None:
    assert street.found() == ["people.role_granted", "tasks.published"]


def test_each_filter_narrows(street: Street) -> None:
    assert street.found(kind="tasks.published") == ["tasks.published"]
    assert street.found(area=street.areas["grid"].code) == ["people.role_granted"]
    assert street.found(whom=street.resident.phone) == ["people.role_granted"]
    assert street.found(who=street.staff.volunteer_number, whom=street.resident.volunteer_number) == [
        "people.role_granted"
    ]
    assert street.found(who=street.resident.phone) == []
    assert street.found(who=str(street.staff.phone)[:6]) == []  # a part of a number finds nobody
    assert street.found(from_on=date(2026, 11, 21).isoformat()) == []
    assert street.found(until_on="2026-11-20", from_on="2026-11-20") == ["people.role_granted", "tasks.published"]


@pytest.mark.parametrize("name", ["from_on", "until_on"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31"])
def test_a_day_of_no_year_of_ours_is_refused_before_it_is_kept(
    street: Street, client: HouseClient, name: str, day: str
) -> None:
    client.sign_in(street.auditor)
    before = street.session.scalar(select(func.count(AuditSearch.id)))
    assert client.post("/console/audit", data={"reason": "核对代签", name: day}).status_code == 422
    assert street.session.scalar(select(func.count(AuditSearch.id))) == before


def test_a_line_names_who_whom_where_and_what_about(street: Street) -> None:
    rows = acts_page(street.session, street.reader(), {}, PageRequest()).items
    granted, published = rows
    assert (granted.by, granted.whom, granted.area) == (
        street.staff.name,
        street.resident.name[0] + "*" * (len(street.resident.name) - 1),
        street.areas["grid"].name,
    )
    assert published.about == "红专路夜巡"


def test_pages_put_together_are_the_whole(street: Street) -> None:
    now = time.now()
    for number in range(5):  # five at one moment: the key decides
        street.act("tasks.drafted", now, f"task:{number}", street.areas["community"])
    street.session.commit()
    pieces: list[ActRow] = []
    after = None
    while True:
        page = acts_page(street.session, street.reader(), {}, PageRequest(limit=2, after=after))
        pieces += page.items
        if page.next_cursor is None:
            break
        after = decode_cursor(page.next_cursor, (str, int))
    assert [row.id for row in pieces] == sorted((row.id for row in pieces), reverse=True)
    assert len(pieces) == len({row.id for row in pieces}) == 7


def test_another_street_is_refused(street: Street) -> None:
    with pytest.raises(Forbidden):
        street.found(area=street.areas["other_street"].code)
    with pytest.raises(Forbidden):
        write(
            search_audit,
            street.reader(),
            SearchAudit(reason="看看", area=street.areas["district"].code),
            now=time.now(),
        )
    with pytest.raises(Forbidden):
        write(search_audit, actor_of(street.session, street.staff), SearchAudit(reason="看看"), now=time.now())


def test_every_search_is_kept_and_belongs_to_who_made_it(street: Street, clock: Clock) -> None:
    asked = SearchAudit(reason="核对代签", kind="tasks.published", from_on=date(2026, 11, 1))
    made = write(search_audit, street.reader(), asked, now=time.now())
    kept = street.session.scalars(select(AuditSearch)).one()
    assert kept.asked == {"kind": "tasks.published", "from_on": "2026-11-01"}
    assert (kept.by_id, kept.reason) == (street.auditor.id, "核对代签")
    with pytest.raises(DBAPIError):
        street.session.execute(text("UPDATE audit_search SET reason = ''"))
    street.session.rollback()
    other = actor_of(street.session, make_staff(street.session, street.areas["street"], Role.AUDITOR))
    with pytest.raises(NotFound):
        find_search(street.session, other, made.public_id, now=time.now())
    assert searches_page(street.session, other, PageRequest(), now=time.now()).items == ()
    assert find_search(street.session, street.reader(), made.public_id, now=time.now()).is_open
    clock.forward(minutes=60)
    assert not find_search(street.session, street.reader(), made.public_id, now=time.now()).is_open


def test_the_page_asks_searches_and_shows(street: Street, client: HouseClient, clock: Clock) -> None:
    client.sign_in(street.auditor)
    assert client.get("/console/audit").status_code == 200
    without = client.post("/console/audit", data={})
    assert without.status_code == 422
    part = client.post("/console/audit", data={"reason": "核对", "who": "abc"})
    assert "请填完整的手机号或志愿者编号" in part.get_data(as_text=True)
    done = client.post("/console/audit", data={"reason": "核对", "kind": "tasks.published"})
    page = client.get(done.headers["Location"]).get_data(as_text=True)
    assert "红专路夜巡" in page
    assert "授予角色" not in page.split("</thead>")[1]
    assert "从哪天" not in page, "what was not asked for is not shown empty"
    clock.forward(minutes=61)
    assert client.get(done.headers["Location"]).status_code == 302


def test_acts_have_words_in_both_languages(street: Street, client: HouseClient) -> None:
    app = client.application
    for language in ("zh", "en"):
        with app.test_request_context(f"/?lang={language}"):
            assert all(act_words(kind) not in ("", kind) for kind in ACTS)
            assert fact_words({"points": 1200, "role": "staff", "unknown": 1}) != []
            assert fact_words({"reason": "", "points": None}) == [], "a fact without a value is none"
    assert act_words("left.the_house") == "left.the_house"


def test_the_log_says_the_day_with_its_year(app: Flask) -> None:
    with app.test_request_context("/?lang=zh"):
        assert fact_words({"from_at": "2026-11-24T00:00:00+00:00"}) == ["原时间 2026年11月24日 08:00"]
    with app.test_request_context("/?lang=en"):
        assert fact_words({"from_at": "2026-11-24T00:00:00+00:00"}) == ["Was at 24 Nov 2026 08:00"]
