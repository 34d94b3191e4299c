"""What neighbours share on the first page is kept for two seconds; what is one's own is read each time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.home import queries
from pointsapp.tasks.models import Audience
from tests.conftest import HouseClient, Stopwatch
from tests.factories import actor_of, make_person, make_shift, make_signup, make_task, make_tree
from tests.home.test_queries import give, titles


def test_a_new_task_shows_within_two_seconds_and_not_before_it_is_read_anew(session: Session, watch: Stopwatch) -> None:
    tree = make_tree(session)
    person = actor_of(session, make_person(session, tree["community"]))
    make_shift(session, make_task(session, tree["community"], title="先"))
    assert titles(queries.front_page(session, person, now=clock.now())) == ["先"]
    make_shift(session, make_task(session, tree["community"], title="后"), starts_at=clock.now() + timedelta(days=9))
    assert titles(queries.front_page(session, person, now=clock.now())) == ["先"]
    watch.at += 2
    assert titles(queries.front_page(session, person, now=clock.now())) == ["先", "后"]


def test_what_one_did_oneself_shows_at_once(session: Session, watch: Stopwatch) -> None:
    tree = make_tree(session)
    person = make_person(session, tree["community"])
    shift = make_shift(session, make_task(session, tree["community"], title="夜巡"))
    before = queries.front_page(session, actor_of(session, person), now=clock.now())
    assert (titles(before), before.points and before.points.balance) == (["夜巡"], 0)
    make_signup(session, shift, person)
    give(session, person, points=30)
    page = queries.front_page(session, actor_of(session, person), now=clock.now())
    assert page.points is not None
    assert (titles(page), page.points.balance) == ([], 30)
    assert page.today.mine is not None
    assert page.today.mine.title == "夜巡"


def test_neighbours_of_another_home_and_guests_are_kept_apart(session: Session, watch: Stopwatch) -> None:
    tree = make_tree(session)
    make_shift(session, make_task(session, tree["community"], title="本社区的", audience=Audience.AREA))
    here, there = make_person(session, tree["grid"]), make_person(session, tree["other"])
    nobody = make_person(session)
    seen = [
        titles(queries.front_page(session, actor_of(session, one), now=clock.now())) for one in (here, there, nobody)
    ]
    assert seen == [["本社区的"], [], []]
    assert titles(queries.front_page(session, None, now=clock.now())) == ["本社区的"]


def test_who_has_a_place_in_all_that_is_kept_is_shown_what_is_left(session: Session, watch: Stopwatch) -> None:
    tree = make_tree(session)
    person = make_person(session, tree["community"])
    for number in range(24):
        start = clock.now() + timedelta(hours=1 + number)
        make_signup(session, make_shift(session, make_task(session, tree["community"]), starts_at=start), person)
    late = make_task(session, tree["community"], title="还有这个")
    make_shift(session, late, starts_at=clock.now() + timedelta(days=3))
    assert titles(queries.front_page(session, actor_of(session, person), now=clock.now())) == ["还有这个"]


def test_a_drawn_card_is_not_shared_between_languages(client: HouseClient, session: Session, watch: Stopwatch) -> None:
    tree = make_tree(session)
    make_shift(session, make_task(session, tree["community"]), capacity=9, taken=4)
    client.sign_in(make_person(session, tree["community"]))
    assert "还剩 5 个名额" in client.get("/").get_data(as_text=True)
    english = client.get("/?lang=en").get_data(as_text=True)
    assert "还剩" not in english
    assert "首页" not in english
    assert "还剩 5 个名额" in client.get("/?lang=zh").get_data(as_text=True)
