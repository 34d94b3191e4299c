"""The kept counts of the branches say what their evidence says, and reading them adds nothing up."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.rules import AreaDraft
from pointsapp.areas.services import import_areas
from pointsapp.boards.queries import verify_boards
from pointsapp.core import clock as clocks
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, BranchTally, Membership, StaleArea
from pointsapp.stars.queries import RoundRow, counts, standings
from pointsapp.stars.queries.counts import MOST_LIVE, count_branches, figures_of, span_to_count
from pointsapp.stars.services import count_stale, counting, recount_daily
from tests.conftest import Clock
from tests.factories import make_area, make_person, make_tree
from tests.stars.things import close_it, make_branches, open_small_round, report, report_work

PLACES = ("street", "community", "other", "grid")


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    found = make_tree(session)
    make_branches(session, *(found[place] for place in PLACES))
    return found


def read(session: Session, found: RoundRow, clock: Clock) -> dict[int, dict[str, Any]]:
    return {row.branch.id: figures_of(row.tally) for row in standings(session, found, now=clock.now())}


def due(session: Session, found: RoundRow, clock: Clock) -> dict[int, dict[str, Any]]:
    """Return the same, counted from the evidence."""
    ids = list(session.scalars(select(Branch.id)))
    counted = count_branches(session, ids, span_to_count(found, clock.now()))
    return {branch_id: figures_of(tally) for branch_id, tally in counted.items()}


def count_all(clock: Clock) -> None:
    while write(count_stale, now=clock.now()):
        pass


def assert_fresh(session: Session, clock: Clock) -> None:
    assert session.scalar(select(func.count()).select_from(StaleArea)) == 0
    assert session.scalar(select(func.count()).select_from(BranchTally).where(BranchTally.is_stale)) == 0
    assert verify_boards(session, now=clock.now()).problems == ()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_follow_the_evidence_through_anything(
    session: Session, clock: Clock, tree: dict[str, Area], seed: int
) -> None:
    dice = random.Random(seed)
    found = open_small_round(session)
    people = [make_person(session, tree["grid"]) for _ in range(4)]
    branches = list(session.scalars(select(Branch.id)))
    for _ in range(30):
        person, place = dice.choice(people), tree[dice.choice(PLACES)]
        what = dice.choice(["work", "work", "correct", "task", "join", "leave", "move", "count", "later"])
        if what == "work":
            report_work(session, place, person, dice.choice([0, 30, 60]))
        elif what == "correct":
            report(session, "checkin.corrected", place, person, minutes_before=30, minutes=0, points_before=0, points=0)
        elif what == "task":
            report(session, "tasks.closed", place, participants=2)
        elif what == "join":
            session.add(Membership(person_id=person.id, branch_id=dice.choice(branches), recorded_at=clock.now()))
            _quietly(session)
        elif what == "leave":
            session.execute(update(Membership).where(Membership.person_id == person.id).values(ended_at=clock.now()))
            session.commit()
        elif what == "move":
            _move_grid(tree, dice.choice(["community", "other"]), clock)
        elif what == "count":
            write(count_stale, now=clock.now())
        else:
            clock.forward(hours=5)
        assert read(session, found, clock) == due(session, found, clock), what
    count_all(clock)
    assert read(session, found, clock) == due(session, found, clock)
    assert_fresh(session, clock)


def _quietly(session: Session) -> None:
    """Commit; somebody who is a member already stays one."""
    try:
        session.commit()
    except Exception:
        session.rollback()


def _move_grid(tree: dict[str, Area], to: str, clock: Clock) -> None:
    grid = tree["grid"]
    draft = AreaDraft(line=2, code=grid.code, name=grid.name, kind=grid.kind.value, parent_code=tree[to].code)
    write(import_areas, [draft], now=clock.now())


def test_what_happened_just_now_is_seen_at_once(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    found = open_small_round(session)
    count_all(clock)
    report(session, "tasks.closed", tree["grid"], participants=2)
    seen = {
        row.branch.area_id: row.tally.sums.get("task_completed", 0)
        for row in standings(session, found, now=clock.now())
    }
    assert seen == {tree["street"].id: 1, tree["community"].id: 1, tree["grid"].id: 1, tree["other"].id: 0}


def test_in_a_crowd_readers_wait_for_the_worker(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    areas = [make_area(session, tree["other"]) for _ in range(MOST_LIVE + 3)]
    make_branches(session, *areas)
    found = open_small_round(session)
    count_all(clock)
    for area in areas:
        report(session, "tasks.closed", area, participants=2)

    def counted() -> int:
        ids = {area.id for area in areas}
        rows = standings(session, found, now=clock.now())
        return sum(row.tally.sums.get("task_completed", 0) for row in rows if row.branch.area_id in ids)

    assert counted() == 0
    count_all(clock)
    assert counted() == len(areas)


def test_a_large_branch_rests_and_a_small_one_does_not(
    session: Session, clock: Clock, tree: dict[str, Area], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = open_small_round(session)
    person = make_person(session, tree["grid"])
    # A member's work is not just added: the branches are counted anew.
    for branch in session.scalars(select(Branch).where(Branch.area_id.in_([tree[place].id for place in PLACES]))):
        session.add(Membership(person_id=person.id, branch_id=branch.id, recorded_at=clock.now()))
    session.commit()
    for _ in range(3):
        report_work(session, tree["community"], person)
    count_all(clock)
    monkeypatch.setattr(counting, "LARGE", 3)
    monkeypatch.setattr(counting, "RESTS_US", 10_000_000)
    monkeypatch.setattr(counts, "MOST_LIVE_WORK", 2)
    report_work(session, tree["community"], person)
    report_work(session, tree["other"], person)
    count_all(clock)

    def came() -> dict[int, int]:
        rows = standings(session, found, now=clock.now())
        return {row.branch.area_id: row.tally.sums.get("attendance", 0) for row in rows}

    street, community, other = tree["street"].id, tree["community"].id, tree["other"].id
    assert (came()[street], came()[community], came()[other]) == (3, 3, 1)
    clock.forward(seconds=29)
    assert write(count_stale, now=clock.now()) == 0
    clock.forward(seconds=1)
    count_all(clock)
    assert (came()[street], came()[community], came()[other]) == (5, 4, 1)
    assert_fresh(session, clock)


def test_a_closed_round_is_counted_once_more_and_then_stays(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    found = open_small_round(session)
    person = make_person(session, tree["grid"])
    report_work(session, tree["grid"], person)
    count_all(clock)
    closed = close_it(session, clock, found)
    assert closed.closed_at is not None
    before = read(session, closed, clock)
    count_all(clock)
    assert read(session, closed, clock) == before == due(session, closed, clock)
    clock.forward(days=3)
    report_work(session, tree["grid"], person, occurred_at=(clock.now() - timedelta(days=80)).isoformat())
    count_all(clock)
    assert read(session, closed, clock) == before


def test_a_membership_that_ends_by_date_is_seen_the_next_day(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    found = open_small_round(session)
    branch = session.scalar(select(Branch.id).where(Branch.area_id == tree["grid"].id))
    ends = clock.now() + timedelta(hours=2)
    person: Person = make_person(session, tree["grid"])
    session.add(Membership(person_id=person.id, branch_id=branch, recorded_at=clock.now(), ended_at=ends))
    session.commit()
    count_all(clock)
    assert read(session, found, clock)[branch or 0]["party_members"] == 1
    clock.forward(days=1)
    assert write(recount_daily, now=clock.now()) == len(PLACES)
    count_all(clock)
    assert read(session, found, clock)[branch or 0]["party_members"] == 0
    assert write(recount_daily, now=clock.now()) == 0


def test_a_wrong_count_is_found(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    open_small_round(session)
    count_all(clock)
    session.execute(
        update(BranchTally).values(figures={"sums": {"attendance": 1}, "people": {}, "members": {}, "party_members": 0})
    )
    session.commit()
    assert len(verify_boards(session, now=clocks.now()).problems) == len(PLACES)
