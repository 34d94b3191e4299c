"""The ranking and the statement as pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.boards.queries import month_statement
from pointsapp.core import clock as clocks
from tests.boards.things import earn, hold
from tests.conftest import Clock, HouseClient
from tests.factories import make_person, make_tree
from tests.stars.test_pages import counted


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


class TestRanks:
    def test_a_guest_sees_communities_and_nobody(
        self, client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        earn(session, make_person(session, tree["grid"], name="司徒小红"), 30, minutes=90)
        earn(session, make_person(session, tree["other"]), 30, minutes=60, at=clock.now() - timedelta(days=30))
        text = client.get("/ranks").text
        assert "1 人 · 1 小时 30 分" in text
        assert "0 人 · 0 分钟，上月 1 小时" in text
        assert "司徒" not in text

    def test_one_sees_the_neighbours_masked_and_oneself_marked(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        me = make_person(session, tree["community"], name="司徒小红")
        earn(session, me, 30)
        earn(session, make_person(session, tree["community"], name="李桂兰"), 50)
        page = client.sign_in(me).get("/ranks")
        assert page.status_code == 200
        assert "李**" in page.text
        assert "李桂兰" not in page.text
        assert "第 2 名" in page.text
        assert "rank-line is-me" in page.text
        assert "本月军区社区一起" in page.text
        assert '<span class="stat__number">2<span class="stat__unit">小时' in page.text

    @pytest.mark.parametrize("query", ["?period=decade", "?area=nowhere", "?cursor=x"])
    def test_what_cannot_be_asked(
        self, client: HouseClient, session: Session, tree: dict[str, Area], query: str
    ) -> None:
        me = make_person(session, tree["community"])
        assert client.sign_in(me).get("/ranks" + query).status_code == 422

    def test_at_most_twelve_queries(self, client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
        me = make_person(session, tree["community"])
        earn(session, me, 30)
        client.sign_in(me)
        with counted(session) as seen:
            client.get("/ranks")
        assert 0 < len(seen) <= 12, seen


class TestStatement:
    def test_the_sums_of_a_month(
        self, client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        person = make_person(session, tree["community"])
        earn(session, person, 1000, minutes=600, at=clock.now() - timedelta(days=40))
        earn(session, person, 234, minutes=30)
        hold(session, person, 34)
        found = month_statement(session, clocks.local_day(clock.now()).replace(day=1), now=clock.now())
        assert (found.month.issued, found.issued, found.accounted) == (234, 1234, 1234)
        assert (found.ever.available_at_end, found.ever.held_at_end) == (1200, 34)
        assert (found.minutes_in_month, found.minutes_ever) == (30, 630)
        assert found.is_running
        text = client.get("/statement").text
        assert "两边相等，账是平的" in text
        assert "1,234" in text
        before = client.get("/statement?month=2026-10").text
        assert "1,000" in before
        assert "month=2026-11" in before

    @pytest.mark.parametrize("month", ["2026-13", "2026-12", "1999-01", "x", "2026-1", "2026-11-01", "２026-10"])
    def test_a_month_that_is_not_there(self, client: HouseClient, session: Session, month: str) -> None:
        assert client.get(f"/statement?month={month}").status_code == 404

    def test_an_empty_house(self, client: HouseClient, session: Session) -> None:
        page = client.get("/statement?lang=en")
        assert page.status_code == 200
        assert "the books balance" in page.text
