"""Editions and errata as pure sums: small tables worked out by hand, and what is written down reads the same again.

Two stars of 10 (lit at 6), one assessed indicator each. The best tier asks for both stars and 15 points and has one place; equal
branches at its edge are left out. Totals in points:

    A  9 + 9 = 18   rank 1   五星
    B  9 + 8 = 17   rank 2   meets 五星, no place left: 四星
    C  7 + 9 = 16   rank 3   the same
    D  3 + 3 =  6   rank 4   四星 (it asks for nothing)
"""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from pointsapp.stars.queries import METRICS
from pointsapp.stars.rules.check import check_scheme
from pointsapp.stars.rules.editions import Kept, TakenBack, digest_of, explained, read_row, write_row
from pointsapp.stars.rules.errata import Back, Right, revise
from pointsapp.stars.rules.places import stand
from pointsapp.stars.rules.scheme import Scheme, read_scheme
from pointsapp.stars.rules.score import StarState, score_branch

A, B, C, D = 1, 2, 3, 4
GIVEN = {A: (900, 900), B: (900, 800), C: (700, 900), D: (300, 300)}


def _star(key: str, name: str, english: str) -> dict[str, Any]:
    indicator = {
        "key": f"{key}_one",
        "name": {"zh": f"{name}一", "en": f"{english} one"},
        "max": 10,
        "source": "assessed",
    }
    return {
        "key": key,
        "name": {"zh": name, "en": english},
        "colour": "red",
        "lit_at": 6,
        "indicators": [indicator],
    }


def scheme(*, english: bool = False) -> Scheme:
    second = _star("second", "共建共享", "Building together")
    document = {
        "scheme": "quota",
        "version": 1,
        "name": "名额",
        "total": 20,
        "stars": [_star("first", "支部过硬", "Strong branch"), {**second, "requires": ["first"]}],
        "tiers": [
            {"name": {"zh": "五星", "en": "Five"}, "lit_stars": 2, "total": 15, "quota": {"branches": 1}},
            {"name": {"zh": "四星", "en": "Four"}},
        ],
    }
    definition, problems = check_scheme(document, METRICS, roles=("staff",))
    assert problems == []
    return read_scheme(definition, english=english)


def edition() -> dict[int, Kept]:
    rules = scheme()
    scores = {
        key: score_branch(rules, {}, {"first_one": one, "second_one": two}, aims=None, elapsed=Fraction(1))
        for key, (one, two) in GIVEN.items()
    }
    places, names = stand(rules, scores), [tier.name for tier in rules.tiers]
    rows = {}
    for key, score in scores.items():
        missed = tuple(names.index(name) for name in places[key].missed)
        tier = places[key].tier
        rows[key] = Kept(
            branch={"code": f"b{key}", "name": f"{key}号支部", "area": "社区"},
            rank=places[key].rank,
            tier=None if tier is None else names.index(tier),
            score=replace(score, tier=tier),
            aims=None,
            missed=missed,
            steps=explained(rules, score, missed),
            figures={"sums": {}, "people": {}, "members": {}, "party_members": 0},
        )
    return rows


def table(rows: dict[int, Kept]) -> dict[int, tuple[int, int, int | None]]:
    return {key: (row.score.total, row.rank, row.tier) for key, row in rows.items()}


def test_the_table_above_is_what_the_rules_give() -> None:
    assert table(edition()) == {A: (1800, 1, 0), B: (1700, 2, 1), C: (1600, 3, 1), D: (600, 4, 1)}


def test_who_is_raised_into_a_full_tier_takes_nobodys_place() -> None:
    # C: 10 + 9 = 19, rank 1. By the rules the one place is C's, and A would lose it: A keeps it, the tier holds two.
    after = revise(scheme(), edition(), C, Right(indicator="first_one", corrected=1000, number=2))
    assert table(after) == {A: (1800, 2, 0), B: (1700, 3, 1), C: (1900, 1, 0), D: (600, 4, 1)}


def test_who_draws_level_at_the_edge_takes_nobodys_place() -> None:
    # B: 10 + 8 = 18, as A. Equals at the edge are left out, so B gets none; A had it and keeps it.
    after = revise(scheme(), edition(), B, Right(indicator="first_one", corrected=1000, number=2))
    assert table(after) == {A: (1800, 1, 0), B: (1800, 1, 1), C: (1600, 3, 1), D: (600, 4, 1)}


def test_a_place_that_becomes_free_goes_on_by_the_rules() -> None:
    # A: 1 + 9 = 10, rank 3, below 15. The place is B's now; C still finds none.
    after = revise(scheme(), edition(), A, Right(indicator="first_one", corrected=100, number=2))
    assert table(after) == {A: (1000, 3, 1), B: (1700, 1, 0), C: (1600, 2, 1), D: (600, 4, 1)}
    assert after[B].missed == ()
    assert after[C].missed == (0,)


def test_a_star_taken_back_keeps_its_score_and_puts_out_what_requires_it() -> None:
    back = Back(star="first", taken=TakenBack(reason="材料不实", on="2026-11-02"))
    after = revise(scheme(), edition(), A, back)
    assert table(after) == {A: (1800, 1, 1), B: (1700, 2, 0), C: (1600, 3, 1), D: (600, 4, 1)}
    first, second = after[A].score.stars
    assert (first.state, first.score) == (StarState.TAKEN_BACK, 900)
    assert second.state is StarState.AT_RISK
    assert after[A].score.lit_stars == 0
    assert any(step.facts.get("reason") == "材料不实" for step in after[A].steps.stars["first"])
    # It stays taken back through the next correction.
    again = revise(scheme(), after, A, Right(indicator="second_one", corrected=1000, number=3))
    assert again[A].score.stars[0].state is StarState.TAKEN_BACK
    assert table(again)[A] == (1900, 1, 1)


@pytest.mark.parametrize("branch", [A, B, C, D])
@pytest.mark.parametrize("corrected", [0, 100, 600, 1000])
def test_no_correction_of_one_branch_worsens_anothers_tier(branch: int, corrected: int) -> None:
    before = edition()
    after = revise(scheme(), before, branch, Right(indicator="first_one", corrected=corrected, number=2))
    worse = [key for key in before if key != branch and (after[key].tier or 0) > (before[key].tier or 0)]
    assert worse == []
    assert all(after[key].score.total == before[key].score.total for key in before if key != branch)


def test_what_is_written_down_reads_the_same_and_in_every_language() -> None:
    rows = edition()
    rows = revise(scheme(), rows, A, Back(star="first", taken=TakenBack(reason="材料不实", on="2026-11-02")))
    for row in rows.values():
        stored = json.loads(json.dumps(write_row(scheme(), row)))
        score = row.score
        asked = {"rank": row.rank, "tier": row.tier, "total": score.total, "lit_stars": score.lit_stars}
        assert read_row(scheme(), stored, **asked) == row
        english = read_row(scheme(english=True), stored, **asked)
        assert write_row(scheme(english=True), english) == stored
        assert english.score.stars[0].star.name == "Strong branch"
    second = read_row(scheme(english=True), write_row(scheme(), rows[A]), rank=1, tier=1, total=1800, lit_stars=0)
    assert any(step.facts.get("star") == "Strong branch" for step in second.steps.stars["second"])


def test_the_digest_is_of_the_content_and_not_of_the_order() -> None:
    documents = [{"rank": row.rank, **write_row(scheme(), row)} for row in edition().values()]
    header = {"number": 1}
    digest = digest_of(header, documents)
    assert digest_of(header, reversed(documents)) == digest
    assert digest_of({"number": 2}, documents) != digest
    changed = [{**documents[0], "rank": 2}, *documents[1:]]
    assert digest_of(header, changed) != digest
