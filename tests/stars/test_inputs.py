"""Standings made from the last ones: whatever changed in between, they are what they would be if nothing had been kept."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.stars.models import Assessment, Branch, BranchTally, RoundBranch
from pointsapp.stars.queries import Ready, RoundRow, one_standing, ready, standings, with_movement
from pointsapp.stars.queries.inputs import read_inputs
from pointsapp.stars.services import Assess, HeadcountDraft, assess, count_stale, import_headcounts, take_snapshot
from tests.conftest import Clock, Stopwatch
from tests.factories import actor_of, make_area, make_person, make_staff, make_tree
from tests.stars.things import make_branches, open_small_round, report, report_work, this_round

PLACES = ("street", "community", "other", "grid")


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, *(tree[place] for place in PLACES))
    open_small_round(session)
    return tree


def due(session: Session, found: RoundRow, clock: Clock) -> list[object]:
    now = clock.now()
    return list(with_movement(session, found, standings(session, found, now=now), now=now))


def give(session: Session, area: Area, score: int, clock: Clock) -> None:
    district = session.scalars(select(Area).where(Area.parent_id.is_(None))).one()
    office = actor_of(session, make_staff(session, district, Role.STREET_ADMIN))
    command = Assess(
        round_id=this_round(session).public_id, branch_id=f"b-{area.code}", indicator="party_life", score=score, reason="看过"
    )  # fmt: skip
    write(assess, office, command, now=clock.now())


def give_heads(area: Area, people: int, clock: Clock, days_ago: int = 0) -> None:
    counted_on = clocks.local_day(clock.now()) - timedelta(days=days_ago)
    draft = HeadcountDraft(line=2, area_code=area.code, people=people, counted_on=counted_on, source="街道")
    write(import_headcounts, [draft], now=clock.now())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_changed_they_are_what_they_would_be_anew(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch, seed: int
) -> None:
    dice, people = random.Random(seed), [make_person(session, tree["grid"]) for _ in range(3)]
    for step in range(25):
        area = tree[dice.choice(PLACES)]
        what = dice.choice(
            ["work", "task", "score", "heads", "aims", "name", "count", "move", "join", "day", "nothing"]
        )
        if what == "work":
            report_work(session, area, dice.choice(people), dice.choice([0, 30, 600]))
        elif what == "task":
            report(session, "tasks.closed", area, participants=2)
        elif what == "score":
            give(session, area, dice.choice([0, 300, 1000]), clock)
        elif what == "heads":
            give_heads(area, dice.choice([5, 100]), clock, days_ago=step)
        elif what == "aims":
            session.execute(update(RoundBranch).values(aims=dice.choice([None, ["first"], ["second"]])))
        elif what == "name":
            session.execute(update(Branch).where(Branch.area_id == area.id).values(name=f"第 {step} 支部"))
        elif what == "count":
            write(count_stale, now=clock.now())
        elif what == "move":
            session.execute(update(Branch).where(Branch.code == f"b-{tree['grid'].code}").values(area_id=area.id))
        elif what == "join":
            make_branches(session, make_area(session, tree["community"]))
        elif what == "day":
            clock.forward(days=1)
            write(take_snapshot, now=clock.now())
        session.commit()
        watch.at += 2
        found = this_round(session)
        kept = ready(session, found, now=clock.now())
        assert list(kept.rows) == due(session, found, clock), what
        assert set(kept.inputs) == {row.branch.id for row in kept.rows}


def test_who_stands_as_before_is_the_same_object(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch
) -> None:
    found = this_round(session)
    while write(count_stale, now=clock.now()):
        pass
    first = ready(session, found, now=clock.now())
    watch.at += 2
    assert ready(session, found, now=clock.now()) is first
    give(session, tree["other"], 300, clock)
    watch.at += 2
    second = ready(session, found, now=clock.now())
    assert second.rows[0].score.total == 300
    assert _kept(first, second) == set()  # all others gave way to it
    give(session, tree["other"], 500, clock)
    watch.at += 2
    third = ready(session, found, now=clock.now())
    assert _kept(second, third) == {tree[place].id for place in ("street", "community", "grid")}


def _kept(before: Ready, after: Ready) -> set[int]:
    return {row.branch.area_id for row in after.rows if row is before.by_branch[row.branch.id]}


def test_a_score_that_was_committed_late_is_not_passed_over(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    found = this_round(session)
    give(session, tree["community"], 100, clock)
    held_up = session.scalars(select(Assessment)).one()
    facts = {
        column.key: getattr(held_up, column.key) for column in Assessment.__table__.columns if column.key != "public_id"
    }
    session.add(
        Assessment(
            **{**facts, "id": held_up.id + 10, "branch_id": _branch(session, tree["other"]), "score_hundredths": 200}
        )
    )
    session.commit()
    first = read_inputs(session, found, None, now=clock.now())
    session.add(
        Assessment(
            **{**facts, "id": held_up.id + 5, "branch_id": _branch(session, tree["grid"]), "score_hundredths": 300}
        )
    )
    session.commit()
    second = read_inputs(session, found, first, now=clock.now())
    scores = {tree[place].id: second.entries[_branch(session, tree[place])].given for place in PLACES}
    assert scores == {
        tree["street"].id: {},
        tree["community"].id: {"party_life": 100},
        tree["other"].id: {"party_life": 200},
        tree["grid"].id: {"party_life": 300},
    }
    session.add(Assessment(**{**facts, "id": held_up.id + 20, "score_hundredths": 400}))
    session.commit()
    third = read_inputs(session, found, second, now=clock.now())
    assert third.entries[_branch(session, tree["community"])].given == {"party_life": 400}
    for place in ("street", "other", "grid"):
        assert third.entries[_branch(session, tree[place])] is second.entries[_branch(session, tree[place])]


def _branch(session: Session, area: Area) -> int:
    return session.scalars(select(Branch.id).where(Branch.area_id == area.id)).one()


def test_the_newest_head_count_is_the_one_on_record(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    found = this_round(session)
    give_heads(tree["community"], 400, clock, days_ago=3)
    give_heads(tree["community"], 300, clock, days_ago=30)  # older, though it came later
    entries = read_inputs(session, found, None, now=clock.now()).entries
    head = entries[_branch(session, tree["community"])].tally.headcount
    assert head is not None
    assert head.people == 400
    assert entries[_branch(session, tree["other"])].tally.headcount is None
    assert read_inputs(session, found, None, now=clock.now() - timedelta(days=1)).entries[
        _branch(session, tree["community"])
    ].tally.headcount is None  # fmt: skip


def test_who_asks_first_reads_their_own_branch_with_all_others(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch
) -> None:
    found = this_round(session)
    report(session, "tasks.closed", tree["community"], participants=2)
    _, first = one_standing(session, found, f"b-{tree['community'].code}", now=clock.now())
    assert first is ready(session, found, now=clock.now()).by_branch[first.branch.id]
    assert first.tally.sums == {"task_completed": 1}
    report(session, "tasks.closed", tree["community"], participants=2)
    _, second = one_standing(session, found, f"b-{tree['community'].code}", now=clock.now())
    assert second.tally.sums == {"task_completed": 2}


def test_what_the_look_at_all_left_uncounted_is_counted_for_ones_own(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = this_round(session)
    for number in range(3):
        report_work(session, tree["grid"], make_person(session, tree["grid"]), 30 + number)
    while write(count_stale, now=clock.now()):
        pass
    report_work(session, tree["grid"], make_person(session, tree["grid"]))
    monkeypatch.setattr("pointsapp.stars.queries.inputs.MOST_LIVE_WORK_OF_ALL", 2)
    branch = _branch(session, tree["grid"])
    assert ready(session, found, now=clock.now()).by_branch[branch].tally.people["attendance"] == 3
    watch.at += 2
    _, own = one_standing(session, found, f"b-{tree['grid'].code}", now=clock.now())
    assert own.tally.people["attendance"] == 4


def test_a_count_written_by_any_hand_is_seen(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch
) -> None:
    found = this_round(session)
    while write(count_stale, now=clock.now()):
        pass
    ready(session, found, now=clock.now())
    session.execute(update(BranchTally).values(figures={"sums": {}, "people": {}, "members": {}, "party_members": 7}))
    session.commit()
    watch.at += 2
    assert {row.tally.party_members for row in ready(session, found, now=clock.now()).rows} == {7}
