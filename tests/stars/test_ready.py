"""Standings kept ready: what all who look share is at most two seconds old, one's own branch is always read anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.core.actor import Role
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import PageRequest, decode_cursor
from pointsapp.core.transaction import write
from pointsapp.stars.queries import Ready, Standing, find_branch, one_standing, ready, standings, with_movement
from pointsapp.stars.queries.board import score_beside
from pointsapp.stars.services import Assess, assess, count_stale, import_scheme, turn_rounds
from tests.conftest import Clock, Stopwatch
from tests.factories import actor_of, make_area, make_person, make_staff, make_tree
from tests.stars.things import SMALL_SCHEME, close_it, make_branches, open_small_round, report, report_work, this_round


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["street"], tree["community"], tree["other"], tree["grid"])
    open_small_round(session)
    return tree


def give(session: Session, tree: dict[str, Area], place: str, score: int, clock: Clock) -> None:
    office = actor_of(session, make_staff(session, tree["district"], Role.STREET_ADMIN))
    command = Assess(
        round_id=this_round(session).public_id, branch_id=f"b-{tree[place].code}", indicator="party_life", score=score, reason="看过"
    )  # fmt: skip
    write(assess, office, command, now=clock.now())


def test_it_is_what_the_standings_are(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    give(session, tree, "community", 800, clock)
    found = this_round(session)
    rows = with_movement(session, found, standings(session, found, now=clock.now()), now=clock.now())
    kept = ready(session, found, now=clock.now())
    assert list(kept.rows) == rows
    assert (kept.branches, kept.lit_stars) == (4, sum(row.score.lit_stars for row in rows))
    assert sum(kept.waiting.values()) == 3
    assert kept.by_branch[rows[0].branch.id] is kept.rows[0]


def test_others_are_as_they_were_two_seconds_ago_and_ones_own_branch_is_not(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch
) -> None:
    give(session, tree, "other", 500, clock)
    found = this_round(session)
    assert ready(session, found, now=clock.now()).rows[0].branch.area_id == tree["other"].id
    give(session, tree, "community", 800, clock)
    assert ready(session, found, now=clock.now()).rows[0].branch.area_id == tree["other"].id
    _, own = one_standing(session, found, f"b-{tree['community'].code}", now=clock.now())
    assert (own.rank, own.score.total) == (1, 800)
    watch.at += 2
    kept = ready(session, found, now=clock.now())
    assert [row.branch.area_id for row in kept.rows[:2]] == [tree["community"].id, tree["other"].id]
    assert kept.rows[0].score == own.score
    with pytest.raises(NotFound):
        one_standing(session, found, "nobody", now=clock.now())


def test_a_guest_is_shown_what_everybody_is_shown(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch
) -> None:
    found, code = this_round(session), f"b-{tree['community'].code}"
    ready(session, found, now=clock.now())
    give(session, tree, "community", 800, clock)
    totals = [
        one_standing(session, found, code, now=clock.now(), is_guest=is_guest)[1].score.total
        for is_guest in (True, False)
    ]
    assert totals == [0, 800]
    watch.at += 2
    assert one_standing(session, found, code, now=clock.now(), is_guest=True)[1].score.total == 800
    with pytest.raises(NotFound):
        one_standing(session, found, "nobody", now=clock.now(), is_guest=True)


@pytest.mark.parametrize("has_quota", [False, True])
def test_a_score_in_another_round_is_the_one_among_all(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch, has_quota: bool
) -> None:
    """Reckoned of the branch alone as long as nobody looks at that round; where a tier has a quota all are asked, as who gets it is.

    Two branches have 20 points each; with room for one, neither gets the tier "甲": nobody goes before an equal.
    """
    tier = {"name": "甲", "total": 15, **({"quota": {"branches": 1}} if has_quota else {})}
    rules = {**SMALL_SCHEME, "version": 2, "tiers": [tier, {"name": "其余"}]}
    write(import_scheme, rules, {}, now=clock.now(), starts_on=date(2027, 1, 1))
    clock.forward(days=50)  # into January
    write(turn_rounds, now=clock.now())
    found, names = this_round(session), ("community", "other")
    assert found.scheme.version == 2
    for place in names:
        give(session, tree, place, 1000, clock)
        for _ in range(3):
            report(session, "tasks.closed", tree[place], at=clock.now(), participants=2)
    while write(count_stale, now=clock.now()):
        pass
    watch.at += 2
    keys = {place: find_branch(session, f"b-{tree[place].code}") for place in names}
    alone = {place: score_beside(session, found, one.id, one.public_id, now=clock.now()) for place, one in keys.items()}
    among = ready(session, found, now=clock.now()).by_branch
    assert alone == {place: among[one.id].score for place, one in keys.items()}
    assert {one.tier for one in alone.values()} == {"其余" if has_quota else "甲"}
    assert score_beside(session, found, keys["other"].id, "not asked", now=clock.now()) == alone["other"]


def test_only_what_changed_is_scored_again(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, judged = this_round(session), []
    scoring = import_module("pointsapp.stars.queries.standings")
    plain = scoring.score_branch

    def judge(*args: Any, **kw: Any) -> Any:
        judged.append(1)
        return plain(*args, **kw)

    monkeypatch.setattr(scoring, "score_branch", judge)
    ready(session, found, now=clock.now())
    watch.at += 2
    ready(session, found, now=clock.now())
    assert len(judged) == 4
    report_work(session, tree["grid"], make_person(session, tree["grid"]))
    while write(count_stale, now=clock.now()):
        pass
    watch.at += 2
    kept = ready(session, found, now=clock.now())
    assert len(judged) == 4 + 3  # the grid, its community, its street
    assert list(kept.rows) == standings(session, found, now=clock.now())
    clock.forward(days=1)
    watch.at += 2
    ready(session, this_round(session), now=clock.now())
    assert len(judged) == 4 + 3 + 4 + 4  # another day: what is likely by the end of the round is judged anew


def test_a_frozen_round_is_read_once(
    session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = close_it(session, clock, this_round(session))
    first = ready(session, found, now=clock.now())
    assert (first.edition, len(first.rows)) == (1, 4)
    watch.at += 2
    assert ready(session, found, now=clock.now()) is first


def test_pages_follow_one_another(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    found = this_round(session)
    more = [make_area(session, tree["district"], kind=AreaKind.COMMUNITY) for _ in range(4)]
    make_branches(session, *more)
    kept = ready(session, found, now=clock.now())
    seen: list[str] = []
    for page in _pages(kept):
        seen += [row.branch.code for row in page]
    assert seen == [row.branch.code for row in kept.rows]
    assert len(seen) == 8


def _pages(kept: Ready) -> Iterator[tuple[Standing, ...]]:
    after = None
    while True:
        page = kept.page(PageRequest(limit=3, after=after))
        yield page.items
        if page.next_cursor is None:
            return
        after = decode_cursor(page.next_cursor, (int, str))
