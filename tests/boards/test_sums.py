"""The maintained sums say what the books say, whatever happens in whatever order; each thing counts exactly once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.rules import AreaDraft
from pointsapp.areas.services import import_areas
from pointsapp.boards import rules
from pointsapp.boards.models import BoardPlace, BoardStep, BookSum, HomeSum, PersonSum, UnfoldedPosting
from pointsapp.boards.queries import (
    Board,
    board_for,
    communities_month,
    community_month,
    month_statement,
    ranking,
    verify_boards,
)
from pointsapp.boards.services import fold, prune, rebuild
from pointsapp.core import clock as clocks
from pointsapp.core.db import db
from pointsapp.core.jobs import run_job, scheduled
from pointsapp.core.masking import mask_name
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.core.transaction import write
from pointsapp.ledger.models import Entry
from pointsapp.ledger.queries import earned_by_person, statement
from pointsapp.ledger.services import reverse
from pointsapp.people.models import Person
from tests import databases
from tests.boards.things import earn, hold
from tests.conftest import MIDNIGHT_HALF, Clock
from tests.factories import make_person, make_tree

KINDS = ("street", "community", "other", "grid")


def places(session: Session, board: Board, me: int) -> list[tuple[int, str, int]]:
    """Return the whole board, read in pages of three."""
    found: list[tuple[int, str, int]] = []
    after: Any = None
    while True:
        page = ranking(session, board, PageRequest(limit=3, after=after), me=me).page
        found += [(row.rank, row.name, row.points) for row in page.items]
        if page.next_cursor is None:
            return found
        after = decode_cursor(page.next_cursor, (int, int))


def counted(session: Session, board: Board) -> list[tuple[int, str, int]]:
    """Return the same board by adding up the books: slow, and obviously right."""
    start = clocks.at_local(board.span.first) if board.span.first else None
    end = clocks.at_local(board.span.following) if board.span.following else None
    earned = earned_by_person(session, start, end)
    paths: dict[int | None, str] = {area.id: area.path for area in session.scalars(select(Area))}
    people = [
        (earned.get(person.id, 0), person.id, person.name)
        for person in session.scalars(select(Person).execution_options(populate_existing=True))
        if person.erased_at is None and earned.get(person.id, 0) > 0
        if board.area is None or paths.get(person.home_area_id, "").startswith(board.area.path)
        if person.off_rankings_since is None and (board.lists_everyone or person.shows_on_rankings)
    ]
    people.sort(key=lambda one: (-one[0], one[1]))
    points = [one[0] for one in people]
    return [(points.index(mine) + 1, mask_name(name), mine) for mine, _id, name in people]


def assert_right(session: Session, areas: list[str | None], me: Person, clock: Clock) -> None:
    """Every board, the months and the statement as read now equal what the books add up to."""
    for area in areas:
        for period in rules.PERIODS:
            board = board_for(session, None, area, period, now=clock.now())
            truth = counted(session, board)
            assert places(session, board, me.id) == truth, (area, period)
            mine = ranking(session, board, PageRequest(limit=1), me=me.id).me
            assert mine.rank == 1 + sum(1 for _rank, _name, points in truth if points > mine.points)
    today = clocks.local_day(clock.now())
    kept = month_statement(session, today.replace(day=1), now=clock.now())
    start, end = clocks.at_local(today.replace(day=1)), clock.now() + timedelta(microseconds=1)
    moved, minutes = statement(session, start, end).lines
    assert (kept.month, kept.minutes_in_month) == (moved, minutes.issued - minutes.reversed)
    assert kept.issued == kept.accounted


def assert_agrees(session: Session, clock: Clock) -> None:
    report = verify_boards(session, now=clock.now())
    assert report.problems == ()


def fold_all(clock: Clock) -> None:
    while write(fold, now=clock.now(), limit=7):
        pass


def snapshot(session: Session) -> list[Any]:
    tables = (PersonSum, BoardPlace, BoardStep, HomeSum, BookSum)
    found: list[Any] = []
    for table in tables:
        columns = list(table.__table__.c)
        rows = session.execute(select(*columns).order_by(*columns))
        found.append([tuple(row) for row in rows if table is not HomeSum or any(row[2:])])
    return found


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


class TestFolding:
    def test_a_fold_changes_nothing_that_is_read(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        people = [make_person(session, tree[KINDS[n % 4]], shows_on_rankings=n % 3 == 0) for n in range(9)]
        for number, person in enumerate(people):
            earn(session, person, 10 * (number % 4 + 1), at=clock.now() - timedelta(days=number * 9))
        hold(session, people[0], 5)
        areas: list[str | None] = [tree[kind].code for kind in KINDS] + [None]
        months = communities_month(session, now=clock.now())
        assert_right(session, areas, people[4], clock)
        assert_agrees(session, clock)  # what is unfolded is no mistake
        assert write(fold, now=clock.now(), limit=4) == 4
        assert_right(session, areas, people[4], clock)
        assert_agrees(session, clock)
        fold_all(clock)
        assert session.scalar(select(func.count()).select_from(UnfoldedPosting)) == 0
        assert_right(session, areas, people[4], clock)
        assert_agrees(session, clock)
        assert communities_month(session, now=clock.now()) == months

    def test_one_who_moves_takes_the_sums_along(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        mover, stays = make_person(session, tree["grid"]), make_person(session, tree["community"])
        earn(session, mover, 30)
        earn(session, stays, 10)
        fold_all(clock)
        session.execute(update(Person).where(Person.id == mover.id).values(home_area_id=tree["other"].id))
        session.commit()
        here, there = (
            board_for(session, None, tree[name].code, "week", now=clock.now()) for name in ("community", "other")
        )
        for _ in range(2):  # before the fold, and after
            assert [row[2] for row in places(session, here, stays.id)] == [10]
            assert [row[2] for row in places(session, there, stays.id)] == [30]
            assert here.area is not None
            assert community_month(session, here.area, now=clock.now()).points == 10
            fold_all(clock)
        assert_agrees(session, clock)

    def test_a_choice_and_an_erasure_are_seen_at_once(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        person = make_person(session, tree["community"])
        earn(session, person, 30)
        fold_all(clock)
        street = board_for(session, None, tree["street"].code, "all", now=clock.now())
        for values, listed in (({"shows_on_rankings": True}, 1), ({"erased_at": clock.now()}, 0)):
            session.execute(update(Person).where(Person.id == person.id).values(**values))
            session.commit()
            assert len(places(session, street, person.id)) == listed
            fold_all(clock)
            assert len(places(session, street, person.id)) == listed
            assert_agrees(session, clock)

    def test_who_chose_to_stand_on_no_ranking_is_off_their_own_communitys_too(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        person = make_person(session, tree["community"])
        earn(session, person, 30)
        fold_all(clock)
        own = board_for(session, None, tree["community"].code, "all", now=clock.now())
        assert len(places(session, own, person.id)) == 1
        for since, listed in ((clock.now(), 0), (None, 1)):
            session.execute(update(Person).where(Person.id == person.id).values(off_rankings_since=since))
            session.commit()
            for _ in range(2):  # at once, and again when it is folded
                assert len(places(session, own, person.id)) == listed
                me = ranking(session, own, PageRequest(limit=5, after=None), me=person.id).me
                assert (me.points, me.is_listed) == (30, bool(listed))
                fold_all(clock)
            assert_agrees(session, clock)

    def test_an_import_that_moves_an_area_moves_its_people(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        person = make_person(session, tree["grid"])
        earn(session, person, 30)
        fold_all(clock)
        grid, other = tree["grid"], tree["other"]
        draft = AreaDraft(line=2, code=grid.code, name=grid.name, kind=grid.kind.value, parent_code=other.code)
        write(import_areas, [draft], now=clock.now())
        for _ in range(2):
            for name, listed in (("community", 0), ("other", 1), ("grid", 1)):
                board = board_for(session, None, tree[name].code, "year", now=clock.now())
                assert len(places(session, board, person.id)) == listed, name
            fold_all(clock)
        assert_agrees(session, clock)

    def test_an_area_of_another_kind_lists_others(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        person = make_person(session, tree["grid"])  # below the community that changes
        earn(session, person, 30)
        fold_all(clock)
        session.execute(update(Area).where(Area.id == tree["community"].id).values(kind=AreaKind.STREET))
        session.commit()
        board = board_for(session, None, tree["community"].code, "all", now=clock.now())
        assert places(session, board, person.id) == []
        fold_all(clock)
        assert places(session, board, person.id) == []
        assert_agrees(session, clock)

    def test_a_correction_takes_back(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        person = make_person(session, tree["community"])
        earn(session, person, 30, at=clock.now() - timedelta(days=40))
        fold_all(clock)
        entry = session.scalar(select(Entry.id).where(Entry.person_id == person.id))
        assert entry is not None
        write(reverse, entry, reference="test:back", memo="test", now=clock.now())
        for _ in range(2):
            board = board_for(session, None, tree["community"].code, "all", now=clock.now())
            assert places(session, board, person.id) == []
            this_month = board_for(session, None, tree["community"].code, "month", now=clock.now())
            assert ranking(session, this_month, PageRequest(), me=person.id).me.points == -30
            fold_all(clock)
        assert_agrees(session, clock)

    def test_a_new_week_begins_empty_and_the_old_one_is_let_go(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        person = make_person(session, tree["community"])
        earn(session, person, 30)
        fold_all(clock)
        clock.forward(days=2)  # Monday
        board = board_for(session, None, tree["community"].code, "week", now=clock.now())
        assert places(session, board, person.id) == []
        assert places(session, board_for(session, None, tree["community"].code, "all", now=clock.now()), person.id)
        clock.forward(days=400)
        while write(prune, now=clock.now()):
            pass
        assert set(session.scalars(select(PersonSum.period))) == {"all"}
        assert set(session.scalars(select(BoardPlace.period))) == {"all"}
        assert set(session.scalars(select(BoardStep.period))) == {"all"}
        assert set(session.scalars(select(HomeSum.period))) == set()
        assert_agrees(session, clock)

    def test_a_rebuild_makes_the_same_sums(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        people = [make_person(session, tree[KINDS[n % 4]], shows_on_rankings=n % 2 == 0) for n in range(8)]
        for number, person in enumerate(people):
            earn(session, person, 7 * number + 1, at=clock.now() - timedelta(days=number * 3))
        fold_all(clock)
        before = snapshot(session)
        earn(session, people[0], 5)  # stays unfolded through the rebuild
        write(rebuild, now=clock.now())
        assert snapshot(session) == before
        fold_all(clock)
        assert_agrees(session, clock)

    @pytest.mark.parametrize("table", [PersonSum, BoardPlace, BoardStep, HomeSum, BookSum])
    def test_a_wrong_sum_is_found_and_made_good(
        self, session: Session, clock: Clock, tree: dict[str, Area], table: Any
    ) -> None:
        earn(session, make_person(session, tree["community"]), 30)
        fold_all(clock)
        figure = {
            PersonSum: "points",
            BoardPlace: "rank_key",
            BoardStep: "people",
            HomeSum: "points",
            BookSum: "amount",
        }[table]
        session.execute(update(table).values({figure: getattr(table, figure) + 1}))
        session.commit()
        assert any(line.startswith(table.__tablename__) for line in verify_boards(session, now=clock.now()).problems)
        session.execute(delete(table))
        session.commit()
        assert any(line.startswith(table.__tablename__) for line in verify_boards(session, now=clock.now()).problems)
        write(rebuild, now=clock.now())
        assert_agrees(session, clock)

    def test_the_worker_folds_every_second(
        self, app: Flask, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        job = next(job for job in scheduled() if job.name == "boards.fold")
        assert job.every_seconds == 1
        earn(session, make_person(session, tree["community"]), 30)
        assert run_job(write, job, clock.now()) == 2
        assert_agrees(session, clock)

    def test_the_commands(self, app: Flask, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        earn(session, make_person(session, tree["community"]), 30)
        fold_all(clock)
        runner = app.test_cli_runner()
        assert '"ok": true' in runner.invoke(args=["boards", "verify"]).output
        session.execute(delete(BoardStep))
        session.commit()
        assert runner.invoke(args=["boards", "verify"]).exit_code == 1
        assert "board_step: " in runner.invoke(args=["boards", "rebuild"]).output
        assert runner.invoke(args=["boards", "verify"]).exit_code == 0


# What may happen, in any order: (what, who, how much or where)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["earn", "earn", "earn_late", "take_back", "move", "choose", "hold", "fold", "later", "rebuild", "read"]
        ),
        st.integers(0, 5),
        st.integers(1, 5),
    ),
    min_size=5,
    max_size=25,
)


@pytest.mark.parametrize("dialect", databases.DIALECTS)
def test_sums_follow_the_books_through_anything(dialect: str) -> None:
    """Random entries, corrections, moves, choices, folds and days: every board read and every sum stays right."""
    house = databases.clone(dialect)
    clock = Clock(MIDNIGHT_HALF)
    clocks.use_source(clock.now)
    try:
        with house.app.app_context():
            session = db.session
            tree = make_tree(session)
            homes = [tree[kind].id for kind in KINDS] + [None]
            areas: list[str | None] = [tree[kind].code for kind in KINDS] + [None]

            @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
            @given(ACTS)
            def play(acts: list[tuple[str, int, int]]) -> None:
                people = [make_person(session, tree[KINDS[n % 4]]) for n in range(6)]
                for what, who, much in acts:
                    _play(session, people[who], homes, what, much, clock)
                    if what == "read":
                        assert_right(session, areas, people[who], clock)
                assert_right(session, areas, people[0], clock)
                assert_agrees(session, clock)
                fold_all(clock)
                assert_right(session, areas, people[0], clock)
                assert_agrees(session, clock)

            play()
            db.session.remove()
    finally:
        clocks.use_source(None)
        house.drop()


def _play(session: Session, person: Person, homes: list[int | None], what: str, much: int, clock: Clock) -> None:
    if what == "earn":
        earn(session, person, much * 10)
    elif what == "earn_late":
        earn(session, person, much, at=clock.now() - timedelta(days=much * 11))
    elif what == "hold":
        earn(session, person, much)
        hold(session, person, much)
    elif what == "take_back":
        undone = select(Entry.reverses_id).where(Entry.reverses_id.is_not(None))
        entry = session.scalar(
            select(Entry.id)
            .where(Entry.person_id == person.id, Entry.kind == "credit", Entry.id.not_in(undone))
            .limit(1)
        )
        holds = session.scalar(select(Entry.id).where(Entry.person_id == person.id, Entry.kind == "hold").limit(1))
        if entry is not None and holds is None:
            write(reverse, entry, reference=f"test:back:{entry}", memo="test", now=clock.now())
    elif what == "move":
        session.execute(update(Person).where(Person.id == person.id).values(home_area_id=homes[much % len(homes)]))
        session.commit()
    elif what == "choose":
        off = clock.now() if much % 3 == 0 else None
        chosen = {"shows_on_rankings": much % 2 == 0 and off is None, "off_rankings_since": off}
        session.execute(update(Person).where(Person.id == person.id).values(**chosen))
        session.commit()
    elif what == "fold":
        write(fold, now=clock.now(), limit=much)
    elif what == "later":
        clock.forward(days=much)
    elif what == "rebuild":
        write(rebuild, now=clock.now())
