"""Counted figures: right by area, equal on every level, fixed once closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import AreaRow, require_area
from pointsapp.boards.queries import month_statement
from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.errors import NotFound
from pointsapp.core.transaction import write
from pointsapp.exports.rules import digest_of
from pointsapp.ledger import accounts
from pointsapp.ledger.services import EntryDraft, PostingDraft, open_hold, post, settle_hold
from pointsapp.people.models import Person
from pointsapp.statistics.models import RunningCount, StatisticSheet
from pointsapp.statistics.queries import area_page, counted, periods, screen
from pointsapp.statistics.rules import holds
from pointsapp.statistics.services import close_ended, count_running
from tests.conftest import Clock, HouseClient
from tests.factories import make_merchant, make_person, make_shift, make_staff, make_task, make_tree

MONTH = "2026-11"


class Street:
    """Two communities of one street and a second street; people earn, spend and hold."""

    def __init__(self, session: Session) -> None:
        self.session, self.areas, self.number = session, make_tree(session), 0
        self.shop = make_merchant(session, self.areas["other"])
        for row in (*self.areas.values(), self.shop):
            session.refresh(row)
            session.expunge(row)

    def row(self, name: str) -> AreaRow:
        return require_area(self.session, self.areas[name].code)

    def person(self, where: str | None) -> Person:
        person = make_person(self.session, self.areas[where] if where else None)
        self.session.refresh(person)
        self.session.expunge(person)
        return person

    def earns(self, person: Person, points: int, minutes: int = 60) -> None:
        """Credit points out of a task's reserve, and minutes."""
        self.number += 1
        budget, reserve = accounts.budget(1), accounts.task_reserved(1)
        drafts = [
            (f"grant:{self.number}", accounts.ISSUANCE, budget, points, None),
            (f"reserve:{self.number}", budget, reserve, points, None),
            (f"credit:{self.number}", reserve, accounts.person_available(person.id), points, person.id),
            (f"minutes:{self.number}", accounts.SERVICE, accounts.person_minutes(person.id), minutes, person.id),
        ]
        for reference, source, destination, amount, whose in drafts:
            draft = EntryDraft(
                reference=reference, kind="test", postings=(PostingDraft(source, destination, amount),), memo="test",
                person_id=whose,
            )  # fmt: skip
            write(post, draft, now=time.now())

    def spends(self, person: Person, points: int, *, settles: bool = True) -> None:
        self.number += 1
        same: dict[str, Any] = {"memo": "test", "facts": {}, "now": time.now()}
        held = write(
            open_hold, reference=f"hold:{self.number}", person_id=person.id, amount=points,
            expires_at=time.now() + timedelta(days=9), **same,
        )  # fmt: skip
        if settles:
            to = accounts.merchant_earned(self.shop.id)
            write(settle_hold, held.hold_id, to_account=to, reference=f"settle:{self.number}", **same)

    def total(self, name: str, period: str = MONTH) -> dict[str, int]:
        return area_page(self.session, period, self.row(name)).sums.total


@pytest.fixture
def street(session: Session) -> Street:
    return Street(session)


def _live(street: Street) -> None:
    grid, community, other, far = (street.person(where) for where in ("grid", "community", "other", "other_street"))
    homeless = street.person(None)
    for person, points in ((grid, 20), (community, 30), (other, 50), (far, 70), (homeless, 5)):
        street.earns(person, points)
    street.earns(grid, 1, minutes=30)
    street.spends(other, 20)
    street.spends(far, 10, settles=False)
    session = street.session
    task = make_task(session, street.areas["community"])
    make_shift(session, task, starts_at=time.now() - timedelta(hours=3))
    write(count_running, now=time.now())


def test_figures_lie_where_people_live_and_add_up_to_the_district(street: Street) -> None:
    _live(street)
    assert street.total("grid") | {"issued": 21, "minutes": 90, "active": 1, "registered": 1} == street.total("grid")
    assert street.total("community")["issued"] == 51
    assert street.total("street")["issued"] == 101
    district = street.total("district")
    assert (district["issued"], district["spent"], district["held"], district["available"]) == (171, 20, 10, 141)
    assert (district["active"], district["minutes"], district["tasks"], district["shifts"]) == (4, 270, 1, 1)
    assert district["merchants"] == 1
    for name in ("grid", "community", "other", "street", "other_street", "district"):
        page = area_page(street.session, MONTH, street.row(name))
        parts = [page.sums.own, *(sums for _area, sums in page.sums.below)]
        assert page.sums.total == {key: sum(part[key] for part in parts) for key in page.sums.total}
        assert holds(page.sums.total)


def test_the_district_and_those_without_a_home_are_the_public_statement(street: Street) -> None:
    _live(street)
    public = month_statement(street.session, time.local_day(time.now()).replace(day=1), now=time.now())
    page = area_page(street.session, MONTH, street.row("district"))
    assert page.elsewhere["issued"] == 5
    assert page.sums.total["issued"] + page.elsewhere["issued"] == public.month.issued - public.month.reversed
    assert page.sums.total["held"] == public.ever.held_at_end
    assert page.sums.total["available"] + page.elsewhere["available"] == public.ever.available_at_end
    assert area_page(street.session, MONTH, street.row("street")).elsewhere == {}


def test_a_month_and_its_quarter_count_a_person_once(street: Street, clock: Clock) -> None:
    person = street.person("grid")
    clock.at -= timedelta(days=40)  # October
    street.earns(person, 5)
    clock.forward(days=40)
    street.earns(person, 6)
    write(count_running, now=time.now())
    assert street.total("grid")["active"] == street.total("grid", "2026-Q4")["active"] == 1
    assert (street.total("grid")["issued"], street.total("grid", "2026-Q4")["issued"]) == (6, 11)
    assert street.total("grid")["available"] == 11


def test_a_closed_month_stays_whatever_comes_later(street: Street, clock: Clock) -> None:
    _live(street)
    person = street.person("grid")
    clock.at = time.day_bounds(time.local_day(clock.at).replace(day=30))[1] + timedelta(hours=5)
    assert write(close_ended, now=time.now()) == 0  # the books rest for some hours first
    street.earns(person, 900)  # in December
    clock.forward(hours=2)
    assert write(close_ended, now=time.now()) == 1
    assert write(close_ended, now=time.now()) == 0
    kept = street.session.scalars(select(StatisticSheet)).one()
    assert kept.period == MONTH
    assert digest_of(kept.content) == kept.digest
    assert street.session.get(RunningCount, MONTH) is None
    assert street.total("district")["issued"] == 171
    street.session.execute(text("UPDATE person SET home_area_id = NULL"))
    street.session.execute(text("UPDATE area SET name = '改了名'"))
    street.session.commit()
    write(count_running, now=time.now())
    assert street.total("district")["issued"] == 171
    assert counted(street.session, MONTH).content["areas"][0]["name"] != "改了名"
    with pytest.raises(DBAPIError):
        street.session.execute(text("UPDATE statistic_sheet SET content = ''"))
    street.session.rollback()


def test_old_periods_of_a_long_history_are_closed_some_at_a_time(street: Street, clock: Clock) -> None:
    clock.at -= timedelta(days=200)
    street.earns(street.person("grid"), 5)
    clock.forward(days=200)
    closed = 0
    while moved := write(close_ended, now=time.now()):
        closed += moved
    assert closed == len(periods(street.session)) == 8  # May to October, and two quarters
    assert street.total("grid", "2026-05")["issued"] == 5
    assert street.total("grid", "2026-06")["issued"] == 0
    assert street.total("grid", "2026-06")["available"] == 5


def test_what_was_not_counted_is_not_there(street: Street) -> None:
    with pytest.raises(NotFound):
        counted(street.session, MONTH)
    with pytest.raises(NotFound):
        counted(street.session, "2026-99")


def test_the_page_the_workbook_and_the_paper(street: Street, client: HouseClient) -> None:
    _live(street)
    staff = make_staff(street.session, street.session.merge(street.areas["street"]), Role.STREET_ADMIN)
    code = street.areas["street"].code
    client.sign_in(staff)
    for group in ("people", "work", "points", "shops", "settlements"):
        page = client.get(f"/console/statistics?group={group}")
        assert page.status_code == 200
    points = client.get("/console/statistics?group=points").get_data(as_text=True)
    assert street.areas["community"].name in points
    assert "两边相等" in points
    book = client.get(f"/console/statistics.xlsx?area={code}&period={MONTH}")
    assert book.data[:2] == b"PK"
    paper = client.get(f"/console/statistics/print?area={code}&period={MONTH}").get_data(as_text=True)
    digest = area_page(street.session, MONTH, street.row("street")).digest
    assert digest in paper
    assert digest in client.get(f"/console/statistics?area={code}").get_data(as_text=True)


def test_nobody_reads_beyond_their_remit(street: Street, client: HouseClient) -> None:
    _live(street)
    client.sign_in(make_staff(street.session, street.session.merge(street.areas["community"])))
    assert client.get("/console/statistics").status_code == 200
    for path in ("/console/statistics", "/console/statistics.xlsx", "/console/statistics/print"):
        assert client.get(f"{path}?area={street.areas['other'].code}&period={MONTH}").status_code == 404
    client.sign_in(make_person(street.session, street.session.merge(street.areas["grid"])))
    assert client.get("/console/statistics").status_code == 403


def test_nothing_counted_yet_says_so(street: Street, client: HouseClient) -> None:
    client.sign_in(make_staff(street.session, street.session.merge(street.areas["community"])))
    assert "这段时间还没有统计" in client.get("/console/statistics").get_data(as_text=True)
    assert client.get("/console/statistics/print").status_code == 404


def test_the_big_screen_holds_nothing_of_a_person(street: Street, client: HouseClient) -> None:
    """Neither a name, nor a number, nor a phone, nor an id of anybody, however little was done today."""
    _live(street)
    page = client.get(f"/screen?area={street.areas['street'].code}").get_data(as_text=True)
    everybody = street.session.execute(
        select(Person.name, Person.phone, Person.volunteer_number, Person.public_id, Person.personal_code)
    ).all()
    assert everybody
    for row in everybody:
        for word in row:
            assert word is None or word not in page
    assert "data-live-url" in page
    assert client.get("/screen?area=nowhere").status_code == 404


def test_the_big_screen_of_a_community_shows_what_was_done_above_its_grids(street: Street, client: HouseClient) -> None:
    _live(street)
    found = screen(street.session, street.row("community"), now=time.now())
    lines = [(line.name, line.is_own, line.active, line.minutes) for line in found.parts]
    assert lines == [(street.areas["grid"].name, False, 1, 90), (street.areas["community"].name, True, 1, 60)]
    assert sum(line.minutes for line in found.parts) == found.minutes_month
    page = client.get(f"/screen?area={street.areas['community'].code}").get_data(as_text=True)
    assert '<th scope="row">本级</th>' in page
    # A street whose own people did nothing this month needs no row that says so.
    assert [line.is_own for line in screen(street.session, street.row("street"), now=time.now()).parts] == [
        False,
        False,
    ]


def test_the_big_screen_shows_what_is_on(street: Street, clock: Clock) -> None:
    task = make_task(street.session, street.session.merge(street.areas["community"]), title="红专路夜巡")
    make_shift(street.session, task, starts_at=time.now() - timedelta(minutes=30))
    elsewhere = make_task(street.session, street.session.merge(street.areas["other_street"]))
    make_shift(street.session, elsewhere, starts_at=time.now() - timedelta(minutes=30))
    found = screen(street.session, street.row("street"), now=time.now())
    assert found.on_now == 1
    assert [line.title for line in found.shifts] == ["红专路夜巡"]
    assert street.session.scalar(select(Area.id).limit(1)) is not None
