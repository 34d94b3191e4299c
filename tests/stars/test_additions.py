"""What is new is added to the counts: nothing is counted again but where a member did it, and the sums are those of a full count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, BranchTally, Membership, RoundBranch
from pointsapp.stars.queries import wrong_tallies
from pointsapp.stars.services import count_stale, counting
from tests.conftest import Clock
from tests.factories import make_person, make_tree
from tests.stars.things import make_branches, open_small_round, publish_it, report, report_work, this_round

PLACES = ("street", "community", "other", "grid")


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, *(tree[place] for place in PLACES))
    open_small_round(session)
    return tree


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the branches that are counted from their evidence."""
    seen: list[int] = []
    plain = counting.count_branches

    def count(session: Session, branches: Any, span: Any) -> Any:
        seen.extend(branches)
        return plain(session, branches, span)

    monkeypatch.setattr(counting, "count_branches", count)
    return seen


def count_all(clock: Clock, again: list[int] | None = None) -> None:
    while write(count_stale, now=clock.now()):
        pass
    if again is not None:
        again.clear()


def figures(session: Session, area: Area) -> dict[str, Any]:
    chosen = select(BranchTally).join(Branch, Branch.id == BranchTally.branch_id).where(Branch.area_id == area.id)
    found = session.scalars(chosen.execution_options(populate_existing=True)).one()
    return {**found.figures, "rows": found.row_counts}


def assert_right(session: Session, clock: Clock) -> None:
    assert wrong_tallies(session, [this_round(session)], now=clock.now()) == []


def correct(session: Session, area: Area, person: Person, before: int, now: int) -> None:
    report(session, "checkin.corrected", area, person, minutes_before=before, minutes=now, points_before=0, points=0)


def test_new_work_is_added_above_and_nowhere_else(
    session: Session, clock: Clock, tree: dict[str, Area], again: list[int]
) -> None:
    people = [make_person(session, tree["grid"]) for _ in range(3)]
    report_work(session, tree["grid"], people[0], 30)
    count_all(clock, again)
    report_work(session, tree["grid"], people[0], 20)
    report_work(session, tree["grid"], people[1], 10)
    report_work(session, tree["community"], people[1], 5)
    report(session, "tasks.closed", tree["other"], participants=2)
    count_all(clock)
    assert again == []
    assert figures(session, tree["grid"])["sums"] == {"attendance": 3, "service_minutes": 60}
    assert figures(session, tree["grid"])["people"] == {"attendance": 2, "service_minutes": 2}
    assert figures(session, tree["community"])["sums"] == {"attendance": 4, "service_minutes": 65}
    assert figures(session, tree["community"])["people"] == {"attendance": 2, "service_minutes": 2}
    assert figures(session, tree["community"])["rows"] == {"attendance": 4, "service_minutes": 4}
    assert figures(session, tree["other"])["sums"] == {"task_completed": 1}
    assert figures(session, tree["street"])["sums"] == {"attendance": 4, "service_minutes": 65, "task_completed": 1}
    assert_right(session, clock)


def test_who_is_corrected_to_nothing_no_longer_took_part(
    session: Session, clock: Clock, tree: dict[str, Area], again: list[int]
) -> None:
    person = make_person(session, tree["grid"])
    report_work(session, tree["grid"], person, 30)
    report_work(session, tree["community"], person, 30)
    count_all(clock, again)
    correct(session, tree["grid"], person, 30, 0)
    count_all(clock)
    assert figures(session, tree["grid"])["people"]["service_minutes"] == 0
    assert figures(session, tree["community"])["people"]["service_minutes"] == 1  # who came twice is still there once
    correct(session, tree["grid"], person, 0, 15)
    correct(session, tree["community"], person, 30, 0)
    count_all(clock)
    assert figures(session, tree["grid"])["people"]["service_minutes"] == 1
    assert again == []
    assert_right(session, clock)


def test_where_a_member_did_it_their_branch_is_counted_again(
    session: Session, clock: Clock, tree: dict[str, Area], again: list[int]
) -> None:
    member = make_person(session, tree["grid"])
    branch = session.scalars(select(Branch.id).where(Branch.area_id == tree["community"].id)).one()
    session.add(Membership(person_id=member.id, branch_id=branch, recorded_at=clock.now()))
    session.commit()
    count_all(clock, again)
    report_work(session, tree["grid"], member, 30)
    count_all(clock)
    assert again == [branch]
    assert figures(session, tree["community"])["members"] == {"attendance": 1}
    assert figures(session, tree["grid"])["sums"]["attendance"] == 1
    again.clear()
    report_work(session, tree["other"], member, 30)  # where they are no member
    count_all(clock)
    assert again == []
    assert_right(session, clock)


def test_what_does_not_count_is_not_added(
    session: Session, clock: Clock, tree: dict[str, Area], again: list[int]
) -> None:
    person, found = make_person(session, tree["grid"]), this_round(session)
    report_work(session, tree["grid"], person, 30)
    publish_it(session, clock, found)
    count_all(clock, again)
    before = figures(session, tree["grid"])
    during = (found.cut_off_at - timedelta(days=20)).isoformat()
    report_work(session, tree["grid"], person, 30, occurred_at=during)  # too late
    report_work(session, tree["grid"], person, 30)  # of the next quarter
    count_all(clock)
    assert (figures(session, tree["grid"]), again) == (before, [])
    assert wrong_tallies(session, [found], now=clock.now()) == []


def test_many_notes_at_once_only_say_where_to_count_again(
    session: Session, clock: Clock, tree: dict[str, Area], again: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person(session, tree["grid"])
    count_all(clock, again)
    monkeypatch.setattr(counting, "NOTES", 3)
    for minutes in (10, 20, 30):
        report_work(session, tree["grid"], person, minutes)
    assert write(count_stale, now=clock.now()) > 0
    assert len(again) == 3  # the grid, its community, its street
    assert figures(session, tree["street"])["sums"] == {"attendance": 3, "service_minutes": 60}
    assert write(count_stale, now=clock.now()) == 0
    assert_right(session, clock)


def test_a_count_without_numbers_of_rows_stays_without(
    session: Session, clock: Clock, tree: dict[str, Area], again: list[int]
) -> None:
    count_all(clock, again)
    session.execute(update(BranchTally).values(row_counts=None))
    session.commit()
    report_work(session, tree["grid"], make_person(session, tree["grid"]), 30)
    count_all(clock)
    assert figures(session, tree["grid"])["rows"] is None
    assert figures(session, tree["grid"])["sums"]["service_minutes"] == 30
    assert again == []
    assert_right(session, clock)


def test_a_branch_that_takes_no_part_is_not_asked(
    session: Session, clock: Clock, tree: dict[str, Area], again: list[int]
) -> None:
    count_all(clock, again)
    out = session.scalars(select(Branch.id).where(Branch.area_id == tree["street"].id)).one()
    session.execute(BranchTally.__table__.delete().where(BranchTally.branch_id == out))
    session.execute(RoundBranch.__table__.delete().where(RoundBranch.branch_id == out))
    session.commit()
    report_work(session, tree["grid"], make_person(session, tree["grid"]), 30)
    count_all(clock)
    assert again == []
    assert_right(session, clock)
