"""The newest rows behind a figure, found area by area, are the newest of all; and how many there are is kept with the figure."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select, tuple_, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, BranchTally, Evidence, Membership
from pointsapp.stars.queries import RoundRow, drill_down, one_standing, verify_stars
from pointsapp.stars.queries.metrics import one_branch, reach
from pointsapp.stars.queries.newest import newest, row_counts
from pointsapp.stars.services import count_stale
from tests.conftest import Clock, HouseClient, Stopwatch
from tests.factories import kept, make_person, make_tree
from tests.stars.test_pages import b, counted, people
from tests.stars.things import close_it, make_branches, open_small_round, report, report_work, this_round

__all__ = ["people"]  # a fixture
METRICS = ["attendance", "service_minutes", "task_completed"]


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["street"], tree["community"], tree["other"], tree["grid"])
    open_small_round(session)
    return tree


@pytest.fixture
def work(session: Session, tree: dict[str, Area], clock: Clock) -> list[Person]:
    """Bring work of five people to every area, some of it at the same moment, some corrected, some of another quarter."""
    dice, found = random.Random(5), [make_person(session, tree["grid"]) for _ in range(5)]
    branch = session.scalars(select(Branch).where(Branch.area_id == tree["street"].id)).one()
    session.add(
        Membership(
            person_id=found[0].id,
            branch_id=branch.id,
            recorded_at=clock.now(),
            starts_at=clock.now() - timedelta(days=2),
        )
    )
    session.commit()
    for number in range(45):
        area, at = tree[dice.choice(["community", "other", "grid"])], clock.now() - timedelta(hours=number * 23 % 91)
        if number % 9 == 0:
            at -= timedelta(days=100)
        if number % 7 == 0:
            report(session, "tasks.closed", area, at=at, participants=2)
        else:
            report_work(session, area, found[number % 5], 30 if number % 4 else 0, at=at)
    return found


def plain(session: Session, found: RoundRow, areas: list[Area], clock: Clock) -> dict[str, list[Evidence]]:
    """Return the rows that count in these areas, newest first: read one after the other."""
    span = found.span(clock.now())
    rows = [
        row
        for row in session.scalars(select(Evidence))
        if row.area_id in {area.id for area in areas} and row.quantity and span.start <= row.occurred_at < span.end
    ]
    rows.sort(key=lambda row: (row.occurred_at, row.id), reverse=True)
    return {metric: [row for row in rows if row.metric == metric] for metric in METRICS}


def shown(session: Session, found: RoundRow, area: Area, clock: Clock, most: int, **more: Any) -> dict[str, list[int]]:
    key = session.scalars(select(Branch.id).where(Branch.area_id == area.id)).one()
    chosen = newest(session, key, reach(one_branch(key)), found.span(clock.now()), METRICS, most, **more).subquery()
    rows = session.execute(
        select(Evidence.id, Evidence.metric, chosen.c.place)
        .join(chosen, chosen.c.id == Evidence.id)
        .order_by(chosen.c.place)
    ).all()
    ids: dict[str, list[int]] = {metric: [] for metric in METRICS}
    for row in rows:
        ids[row.metric].append(row.id)
        assert row.place == len(ids[row.metric])
    return ids


@pytest.mark.parametrize("most", [1, 4, 100])
def test_they_are_the_newest_of_all_areas(
    session: Session, clock: Clock, tree: dict[str, Area], work: list[Person], most: int
) -> None:
    found = this_round(session)
    for place, below in (
        ("street", ["street", "community", "other", "grid"]),
        ("community", ["community", "grid"]),
        ("grid", ["grid"]),
    ):
        every = plain(session, found, [tree[name] for name in below], clock)
        assert shown(session, found, tree[place], clock, most) == {
            metric: [row.id for row in rows[:most]] for metric, rows in every.items()
        }
        key = session.scalars(select(Branch.id).where(Branch.area_id == tree[place].id)).one()
        counts = row_counts(session, key, found.span(clock.now()), METRICS)
        assert counts == {metric: len(rows) for metric, rows in every.items() if rows}


def test_behind_a_place_come_the_ones_that_are_older(
    session: Session, clock: Clock, tree: dict[str, Area], work: list[Person]
) -> None:
    found = this_round(session)
    every = plain(session, found, [tree[place] for place in ("street", "community", "other", "grid")], clock)
    for row in every["attendance"][::3]:
        behind: ColumnElement[bool] = tuple_(Evidence.occurred_at, Evidence.id) < tuple_(row.occurred_at, row.id)
        rest = [one.id for one in every["attendance"] if (one.occurred_at, one.id) < (row.occurred_at, row.id)]
        assert shown(session, found, tree["street"], clock, 5, behind=behind)["attendance"] == rest[:5]


def test_of_members_only_what_they_did_as_members(
    session: Session, clock: Clock, tree: dict[str, Area], work: list[Person]
) -> None:
    found, member = this_round(session), work[0]
    every = plain(session, found, [tree[place] for place in ("street", "community", "other", "grid")], clock)
    since = clock.now() - timedelta(days=2)
    own = [row.id for row in every["attendance"] if row.person_id == member.id and row.occurred_at >= since]
    assert own
    assert len(own) < len([row for row in every["attendance"] if row.person_id == member.id])
    assert shown(session, found, tree["street"], clock, 100, only_members=True)["attendance"] == own
    key = session.scalars(select(Branch.id).where(Branch.area_id == tree["street"].id)).one()
    assert row_counts(session, key, found.span(clock.now()), METRICS, only_members=True)["attendance"] == len(own)


def test_of_one_person_their_own_however_many_others_are_newer(
    session: Session, clock: Clock, tree: dict[str, Area], work: list[Person]
) -> None:
    found = this_round(session)
    every = plain(session, found, [tree[place] for place in ("street", "community", "other", "grid")], clock)
    for person in work:
        own = {metric: [row.id for row in rows if row.person_id == person.id] for metric, rows in every.items()}
        assert own["attendance"]
        assert shown(session, found, tree["street"], clock, 100, of=person.id) == own
    member, since = work[0], clock.now() - timedelta(days=2)
    own_as_member = [row.id for row in every["attendance"] if row.person_id == member.id and row.occurred_at >= since]
    as_member = shown(session, found, tree["street"], clock, 100, only_members=True, of=member.id)
    assert as_member["attendance"] == own_as_member
    assert not any(shown(session, found, tree["street"], clock, 100, only_members=True, of=work[1].id).values())


def test_what_a_reader_is_not_shown_is_not_looked_for(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    """Two people worked here, which is too few to open: a guest gets counts alone, and each of the two their own rows, however old."""
    first, second = (make_person(session, tree["grid"], name=name) for name in ("欧阳老早", "慕容后来"))
    report_work(session, tree["grid"], first, 30, at=clock.now() - timedelta(days=9))
    for hours in range(25):
        report_work(session, tree["grid"], second, 30, at=clock.now() - timedelta(hours=hours))
    while write(count_stale, now=clock.now()):
        pass
    reader = kept(session, first)
    path = f"/stars/{b(tree['grid'])}"
    with counted(session) as seen:
        text = client.get(path).text
    assert "来自 26 条记录" in text
    assert not [statement for statement in seen if "row_number" in statement]
    text = client.sign_in(reader).get(path).text
    assert "欧阳**" in text
    assert "慕容" not in text


def test_how_many_there_are_is_counted_with_the_figures(
    session: Session, clock: Clock, tree: dict[str, Area], work: list[Person]
) -> None:
    found = this_round(session)
    while write(count_stale, now=clock.now()):
        pass
    every = plain(session, found, [tree[place] for place in ("community", "grid")], clock)
    _, standing = one_standing(session, found, b(tree["community"]), now=clock.now())
    assert standing.tally.rows == {metric: len(rows) for metric, rows in every.items() if rows}
    stars = drill_down(session, found, standing, None, now=clock.now())
    seen = {one.indicator.key: one.evidence_count for star in stars for one in star.indicators}
    assert seen["hours"] == len(every["service_minutes"])
    assert verify_stars(session, [found], now=clock.now()).ok
    # What an older release counted has no numbers yet: they are counted when they are asked for.
    session.execute(update(BranchTally).values(row_counts=None))
    session.commit()
    assert verify_stars(session, [found], now=clock.now()).ok
    _, standing = one_standing(session, found, b(tree["community"]), now=clock.now())
    assert standing.tally.rows is None
    assert drill_down(session, found, standing, None, now=clock.now()) == stars
    session.execute(update(BranchTally).values(row_counts={"attendance": 1}))
    session.commit()
    assert "branch_tally" in verify_stars(session, [found], now=clock.now()).problems[0]


def test_of_a_closed_round_they_are_not_counted_for_each_reader(
    session: Session, clock: Clock, tree: dict[str, Area], work: list[Person]
) -> None:
    """The number is the one kept with the figures that were stored; where it is gone, or of other figures, the rows are counted."""
    found = this_round(session)
    while write(count_stale, now=clock.now()):
        pass
    closed = close_it(session, clock, found)
    every = plain(session, closed, [tree[place] for place in ("community", "grid")], clock)
    _, standing = one_standing(session, closed, b(tree["community"]), now=clock.now())
    due = {"hours": len(every["service_minutes"]), "tasks": len(every["task_completed"])}

    def told() -> tuple[dict[str, int], bool]:
        with counted(session) as seen:
            stars = drill_down(session, closed, standing, None, now=clock.now())
        numbers = {one.indicator.key: one.evidence_count for star in stars for one in star.indicators}
        counts = [statement for statement in seen if "count(" in statement and "membership" not in statement]
        return {key: numbers[key] for key in due}, bool(counts)

    assert told() == (due, False)
    session.execute(update(BranchTally).values(row_counts=None))
    session.commit()
    assert told() == (due, True)
    session.execute(update(BranchTally).values(row_counts={"service_minutes": 1}, figures={}))
    session.commit()
    assert told() == (due, True)


def test_a_branch_s_page_is_few_statements_even_if_nothing_is_kept(
    client: HouseClient,
    session: Session,
    clock: Clock,
    tree: dict[str, Area],
    people: dict[str, Person],
    work: list[Person],
    watch: Stopwatch,
) -> None:
    while write(count_stale, now=clock.now()):
        pass
    path = f"/stars/{b(tree['community'])}"
    for who in (None, "resident", "secretary"):
        if who:
            client.sign_in(people[who])
        watch.at += 60
        with counted(session) as cold:
            assert client.get(path).status_code == 200
        assert 0 < len(cold) <= 12, (who, cold)
        with counted(session) as warm:
            client.get(path)
        assert 0 < len(warm) <= 12, (who, warm)
