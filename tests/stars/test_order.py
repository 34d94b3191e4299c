"""Standings follow from what was done, never from the order in which it was told, stored, or looked at."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock as clocks
from pointsapp.core import events
from pointsapp.core.transaction import write
from pointsapp.stars.models import BranchTally, StaleArea, StandingSnapshot
from pointsapp.stars.queries import standings, wrong_tallies
from pointsapp.stars.rules.figures import exact_score, whole_score
from pointsapp.stars.rules.places import comparable, stand
from pointsapp.stars.rules.scheme import Formula, TieRule
from pointsapp.stars.rules.score import BranchScore, score_branch, tiers_met
from pointsapp.stars.services import count_stale, take_snapshot
from tests.stars.test_examples import FOUR, counts, example
from tests.stars.things import this_round
from tests.stars.twins import Twins

SCHEMES = {name: example(name) for name in FOUR}

# What a branch did and was given, out of few values so that ties are common.
WORK = st.builds(
    counts,
    members=st.sampled_from([0, 4, 8, 40]),
    active=st.sampled_from([0, 2, 8, 24]),
    heads=st.sampled_from([None, 20, 5000]),
    people=st.sampled_from([0, 60, 120]),
    minutes=st.sampled_from([0, 20_000, 30_000]),
    tasks=st.integers(0, 13),
    times=st.sampled_from([0, 100, 300]),
)


@st.composite
def towns(draw: st.DrawFn) -> tuple[str, list[BranchScore]]:
    """Draw one of the four schemes and up to twelve branches under it."""
    name = draw(st.sampled_from(FOUR))
    scheme = SCHEMES[name]
    by_hand = [one for one in scheme._by_key.values() if one.formula is None]
    found = []
    for _ in range(draw(st.integers(1, 12))):
        share = draw(st.sampled_from([0, 50, 90, 100]))
        given_ = {one.key: one.most * share // 100 for one in by_hand if scheme.item(one.key) is None}
        for item in scheme.items:
            if draw(st.integers(0, 9)) == 0:
                given_[item.key] = item.step or item.indicator.most
        found.append(score_branch(scheme, draw(WORK), given_, aims=None, elapsed=Fraction(1, 2)))
    return name, found


@given(
    figure=st.fractions(0, 100, max_denominator=60),
    ends=st.lists(st.integers(0, 90), min_size=2, max_size=2, unique=True),
    bands=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 900)), max_size=3),
    most=st.integers(1, 2000),
)
@settings(deadline=None)
def test_the_whole_score_is_the_exact_one_rounded_down(
    figure: Fraction, ends: list[int], bands: list[tuple[int, int]], most: int
) -> None:
    formula = Formula(of="x", zero_at=ends[0], full_at=ends[1], bands=tuple(sorted(bands, reverse=True)))
    assert whole_score(formula, figure, most) == int(exact_score(formula, figure, most))


@given(town=towns(), dice=st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_places_do_not_depend_on_the_order_of_branches_or_on_their_keys(
    town: tuple[str, list[BranchScore]], dice: Any
) -> None:
    name, scores = town
    before = stand(SCHEMES[name], dict(enumerate(scores)))
    mixed = list(enumerate(scores))
    dice.shuffle(mixed)
    assert stand(SCHEMES[name], dict(mixed)) == before
    renamed = {f"b{dice.random()}-{key}": score for key, score in mixed}
    assert sorted(map(repr, stand(SCHEMES[name], renamed).values())) == sorted(map(repr, before.values()))


@given(town=towns())
@settings(max_examples=150, deadline=None)
def test_places_keep_what_the_scheme_promises(town: tuple[str, list[BranchScore]]) -> None:
    name, found = town
    scheme, scores = SCHEMES[name], dict(enumerate(found))
    places = stand(scheme, scores)
    names = [tier.name for tier in scheme.tiers]
    for one, score in scores.items():
        assert score.total >= 0
        assert all(0 <= star.score <= star.star.most for star in score.stars)
        met = [names[place] for place in tiers_met(scheme, score)]
        assert places[one].tier is None or places[one].tier in met
        # Exactly the better ones that it met are missed, and only for want of room.
        assert list(places[one].missed) == met[: met.index(places[one].tier) if places[one].tier else len(met)]
        for other, rival in scores.items():
            mine, theirs = comparable(scheme, score), comparable(scheme, rival)
            assert (places[one].rank < places[other].rank) == (mine > theirs)
            if mine == theirs and tiers_met(scheme, score) == tiers_met(scheme, rival):
                assert places[one].tier == places[other].tier, "equals are treated equally"
    for tier in scheme.tiers:
        got = [one for one, place in places.items() if place.tier == tier.name]
        if tier.quota is None:
            continue
        room = tier.quota.places(len(scores))
        last = max((places[one].rank for one in got), default=0)
        if tier.quota.ties is TieRule.OUT:
            assert len(got) <= room
        else:
            assert sum(places[one].rank < last for one in got) < max(room, 1), "above the edge there is room for all"


@given(town=towns(), more=st.integers(1, 500))
@settings(max_examples=100, deadline=None)
def test_more_points_never_cost_a_branch_its_place(town: tuple[str, list[BranchScore]], more: int) -> None:
    name, found = town
    scheme = SCHEMES[name]
    before = stand(scheme, dict(enumerate(found)))
    better = replace(found[0], total=found[0].total + more)
    after = stand(scheme, dict(enumerate([better, *found[1:]])))
    names = [*(tier.name for tier in scheme.tiers), None]
    assert after[0].rank <= before[0].rank
    assert names.index(after[0].tier) <= names.index(before[0].tier)


# One act in a town: (what, which of three people, minutes)
ACTS = st.lists(
    st.tuples(st.sampled_from(["credit", "correct", "task", "assess"]), st.integers(0, 2), st.sampled_from([0, 30, 90])),
    min_size=1,
    max_size=8,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, dice=st.randoms(use_true_random=False))
def test_the_same_work_in_any_order_gives_the_same_standing(session: Session, acts: list[Any], dice: Any) -> None:
    """The twins go on from example to example: what came before is the same in both, too."""
    # Drawn before anything is done: an example that runs out of draws is given up, and must not have been half done.
    orders = [acts, dice.sample(acts, len(acts))]
    is_delivered_between = [dice.random() < 0.5 for _ in orders]
    twins = _twins(session)
    for area, order, is_delivered in zip(twins.areas, orders, is_delivered_between, strict=True):
        for what, place, minutes in order:
            if what != "assess":
                twins.act(area, what, place, minutes)
        if is_delivered:
            twins.deliver()
    newest = [minutes for what, _, minutes in acts if what == "assess"][-1:]
    for area in reversed(twins.areas):
        for score in newest:
            twins.assess(area, score)
    twins.deliver()
    first, second = twins.outlines()
    assert first == second
    _replay(twins)
    assert twins.outlines() == [first, second]


def _twins(session: Session) -> Twins:
    found: dict[int, Twins] = session.info.setdefault("twins", {})
    return found.setdefault(0, found.get(0) or Twins(session))


def _replay(twins: Twins) -> None:
    """Deliver every event once more, count every branch anew, and compare with what is stored."""
    session = twins.session
    write(lambda session: session.execute(update(events.EventDelivery).values(done_at=None)))
    twins.deliver()
    write(lambda session: session.execute(delete(BranchTally)))
    write(lambda session: session.add(StaleArea(area_id=None)))
    while write(count_stale, now=clocks.now()):
        pass
    assert wrong_tallies(session, [this_round(session)], now=clocks.now()) == []
    write(lambda session: session.execute(delete(StandingSnapshot)))
    write(take_snapshot, now=clocks.now())
    stored = session.execute(
        select(
            StandingSnapshot.branch_id,
            StandingSnapshot.rank,
            StandingSnapshot.total_hundredths,
            StandingSnapshot.lit_stars,
        )
    ).all()
    told = standings(session, this_round(session), now=clocks.now())
    assert sorted(map(tuple, stored)) == sorted(
        (row.branch.id, row.rank, row.score.total, row.score.lit_stars) for row in told
    )
