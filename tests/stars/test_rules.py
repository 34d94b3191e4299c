"""Scoring and the checking of schemes, as tables."""

from __future__ import annotations

from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pointsapp.core.table_file import BadFile
from pointsapp.core.yaml_file import read_document
from pointsapp.stars.queries import METRICS
from pointsapp.stars.rules.branches import BranchDraft, judge_branches
from pointsapp.stars.rules.check import check_scheme
from pointsapp.stars.rules.figures import Gap, count_score
from pointsapp.stars.rules.places import ranks
from pointsapp.stars.rules.scheme import Formula, Indicator, Source, read_scheme
from pointsapp.stars.rules.score import StarState, score_branch
from tests.stars.things import SMALL_SCHEME

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"

RATIO = Formula(of="party_members_participating", to="party_members", full_at=60, least=5)
PER_HEAD = Formula(of="participants", per=1000, full_at=25)
LINE = Formula(of="attendances", zero_at=100, full_at=300)
LESS = Formula(of="attendances", zero_at=30, full_at=10)
BANDS = Formula(of="tasks_completed", bands=((12, 600), (8, 400), (4, 200)))


@pytest.mark.parametrize(
    ("formula", "values", "score", "gap"),
    [
        (RATIO, {"party_members_participating": 15, "party_members": 50}, 500, None),  # 30 % of 60 %
        (RATIO, {"party_members_participating": 30, "party_members": 50}, 1000, None),
        (RATIO, {"party_members_participating": 50, "party_members": 50}, 1000, None),  # not above the max
        (RATIO, {"party_members_participating": 1, "party_members": 7}, 238, None),  # 14.28… %, rounded down
        (RATIO, {"party_members_participating": 4, "party_members": 4}, 0, Gap.TOO_FEW),  # no lucky 100 %
        (RATIO, {}, 0, Gap.TOO_FEW),
        (PER_HEAD, {"participants": 50, "headcount": 4000}, 500, None),  # 12.5 per 1000 of 25
        (PER_HEAD, {"participants": 50, "headcount": None}, 0, Gap.NO_HEADCOUNT),
        (PER_HEAD, {"participants": 0, "headcount": 4000}, 0, None),
        (LINE, {"attendances": 100}, 0, None),
        (LINE, {"attendances": 99}, 0, None),
        (LINE, {"attendances": 150}, 250, None),
        (LINE, {"attendances": 301}, 1000, None),
        (LESS, {"attendances": 30}, 0, None),
        (LESS, {"attendances": 20}, 500, None),
        (LESS, {"attendances": 5}, 1000, None),
        (BANDS, {"tasks_completed": 3}, 0, None),
        (BANDS, {"tasks_completed": 4}, 200, None),
        (BANDS, {"tasks_completed": 11}, 400, None),
        (BANDS, {"tasks_completed": 40}, 600, None),
    ],
)
def test_a_figure_becomes_a_score(formula: Formula, values: dict[str, int | None], score: int, gap: Gap | None) -> None:
    indicator = Indicator(key="x", name="x", unit="", most=1000, source=Source.AUTOMATIC, formula=formula)
    found = count_score(indicator, values)
    assert (found.score, found.gap) == (score, gap)
    assert set(found.inputs) == set(formula.metrics)


def small() -> Any:
    definition, problems = check_scheme(deepcopy(SMALL_SCHEME), METRICS)
    assert problems == []
    return read_scheme(definition)


# The second star is all counted: 20 in all, lit at 10. Hours: 600 minutes per 1000 heads are 10 points.
@pytest.mark.parametrize(
    ("minutes", "tasks", "elapsed", "aims", "state"),
    [
        (600, 0, Fraction(1, 2), None, StarState.LIT),  # 10 of 10 needed
        (300, 0, Fraction(1, 2), None, StarState.ON_COURSE),  # 5 now, 10 at the end
        (240, 0, Fraction(1, 2), None, StarState.AT_RISK),  # 4 now, 8 at the end
        (240, 1, Fraction(1, 2), None, StarState.ON_COURSE),  # 6.5 now, 13 at the end
        (300, 0, Fraction(1), None, StarState.AT_RISK),  # the round is over
        (0, 0, Fraction(0), None, StarState.ON_COURSE),  # it has not begun
        (240, 0, Fraction(1, 2), ["first"], StarState.NOT_AIMED),
        (600, 0, Fraction(1, 2), ["first"], StarState.LIT),  # reached without aiming
    ],
)
def test_what_state_a_star_is_in(
    minutes: int, tasks: int, elapsed: Fraction, aims: list[str] | None, state: StarState
) -> None:
    values = {"service_minutes": minutes, "headcount": 1000, "tasks_completed": tasks}
    assert score_branch(small(), values, {}, aims=aims, elapsed=elapsed).stars[1].state is state


def test_what_nobody_assessed_yet_does_not_make_a_star_late() -> None:
    # 5 of 10 counted at half time stretch to 10 of 10; the other 10 are not known: 10/10 against 12/20 is on course
    values = {"party_members_participating": 1, "party_members": 4}
    first = score_branch(small(), values, {}, aims=None, elapsed=Fraction(1, 2)).stars[0]
    assert (first.score, first.state) == (500, StarState.ON_COURSE)
    # assessed at 1 of 10: 11 of 20 is below 12
    first = score_branch(small(), values, {"party_life": 100}, aims=None, elapsed=Fraction(1, 2)).stars[0]
    assert (first.score, first.state) == (600, StarState.AT_RISK)


@pytest.mark.parametrize(
    ("life", "minutes", "tasks", "total", "lit", "tier"),
    [
        (1000, 600, 3, 4000, 2, "两星支部"),
        (1000, 0, 3, 3000, 2, "两星支部"),
        (200, 0, 3, 2200, 2, "创建中"),  # both lit, but below the total of 25
        (100, 600, 3, 3100, 1, "创建中"),  # enough in all, one star missing
    ],
)
def test_which_tier_is_reached(life: int, minutes: int, tasks: int, total: int, lit: int, tier: str) -> None:
    values = {
        "party_members_participating": 5,
        "party_members": 10,
        "service_minutes": minutes,
        "headcount": 1000,
        "tasks_completed": tasks,
    }
    found = score_branch(small(), values, {"party_life": life}, aims=None, elapsed=Fraction(1, 2))
    assert (found.total, found.lit_stars, found.tier) == (total, lit, tier)


def test_a_tier_may_set_a_floor_under_each_star() -> None:
    document = deepcopy(SMALL_SCHEME)
    document["tiers"] = [{"name": "均衡", "each_star_percent": 50}]
    scheme = read_scheme(check_scheme(document, METRICS)[0])
    values = {"tasks_completed": 3}
    uneven = score_branch(scheme, values, {"party_life": 999}, aims=None, elapsed=Fraction(1, 2))
    even = score_branch(scheme, values, {"party_life": 1000}, aims=None, elapsed=Fraction(1, 2))
    assert (uneven.tier, even.tier) == (None, "均衡")


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ({}, {}),
        ({1: 50, 2: 60, 3: 50, 4: 10}, {2: 1, 1: 2, 3: 2, 4: 4}),
        ({1: 0, 2: 0}, {1: 1, 2: 1}),
    ],
)
def test_equal_totals_share_a_rank(totals: dict[int, int], expected: dict[int, int]) -> None:
    assert ranks(totals) == expected


def broken(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The small scheme with one part replaced (None: left out)."""
    document = deepcopy(SMALL_SCHEME)
    part: Any = document
    for step in path[:-1]:
        part = part[step]
    if value is None:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return document


INDICATOR = ("stars", 0, "indicators", 0)
FORMULA = (*INDICATOR, "formula")
MISTAKES: list[tuple[tuple[Any, ...], Any, tuple[Any, ...], str]] = [
    (("scheme",), None, (), "scheme is missing"),
    (("scheme",), "Henan Urban", ("scheme",), "scheme must be small letters"),
    (("version",), 0, ("version",), "version must be a whole number from 1"),
    (("version",), "1", ("version",), "version must be a whole number from 1"),
    (("version",), True, ("version",), "version must be a whole number from 1"),
    (("name",), "", ("name",), "name must be a text"),
    (("total",), 50, ("total",), "total is 50, but the indicators add up to 40"),
    (("colour",), "red", ("colour",), "unknown key 'colour'"),
    (("stars",), [], ("stars",), "stars must be a list with at least one item"),
    (("stars",), "x", ("stars",), "stars must be a list"),
    (("stars", 0), "x", ("stars", 0), "expected key, name"),
    (("stars", 0, "key"), "second", ("stars", 1, "key"), "star second stands twice"),
    (("stars", 0, "key"), "1st", ("stars", 0, "key"), "key must be small letters"),
    (("stars", 0, "colour"), "#D93A26", ("stars", 0, "colour"), "colour must be one of red, orange"),
    (("stars", 0, "lit_at"), 21, ("stars", 0, "lit_at"), "lit_at is 21, but the indicators add up to 20"),
    ((*INDICATOR, "max"), 0, (*INDICATOR, "max"), "max must be above 0"),
    ((*INDICATOR, "max"), 1.234, (*INDICATOR, "max"), "at most two decimals"),
    ((*INDICATOR, "max"), float("nan"), (*INDICATOR, "max"), "max must be above 0"),
    ((*INDICATOR, "max"), float("inf"), (*INDICATOR, "max"), "max must be above 0"),
    ((*INDICATOR, "key"), "hours", ("stars", 1, "indicators", 0, "key"), "indicator hours stands twice"),
    ((*INDICATOR, "source"), "guessed", (*INDICATOR, "source"), "source must be one of automatic, counted, assessed"),
    ((*INDICATOR, "source"), "assessed", FORMULA, "an assessed indicator has no formula"),
    ((*INDICATOR, "formula"), None, INDICATOR, "an automatic indicator needs a formula"),
    ((*FORMULA, "kind"), "magic", (*FORMULA, "kind"), "kind must be one of per_head, ratio, linear, bands"),
    ((*FORMULA, "of"), "sunshine", (*FORMULA, "of"), "unknown metric 'sunshine'; known: attendances,"),
    ((*FORMULA, "of"), "log_ins", (*FORMULA, "of"), "log_ins is for information only and never scores"),
    ((*FORMULA, "of"), "registrations", (*FORMULA, "of"), "registrations is for information only"),
    ((*FORMULA, "of"), ["x"], (*FORMULA, "of"), "unknown metric ['x']"),
    ((*FORMULA, "to"), None, FORMULA, "to is missing"),
    ((*FORMULA, "full_at"), 0, (*FORMULA, "full_at"), "full_at and zero_at are the same"),
    ((*FORMULA, "full_at"), -1, (*FORMULA, "full_at"), "full_at must be a whole number from 0"),
    (
        ("stars", 1, "indicators", 1, "formula", "bands", 0, "score"),
        11,
        ("stars", 1, "indicators", 1, "formula", "bands", 0, "score"),
        "score 11 is above the indicator's max 10",
    ),
    (
        ("stars", 1, "indicators", 1, "formula", "bands", 0, "at_least"),
        3,
        ("stars", 1, "indicators", 1, "formula", "bands", 1, "at_least"),
        "two bands begin at the same figure",
    ),
    (("tiers", 0, "lit_stars"), 3, ("tiers", 0, "lit_stars"), "lit_stars must be a whole number from 0 to 2"),
    (("tiers", 0, "total"), 41, ("tiers", 0, "total"), "nobody can reach 41: the scheme's total is 40"),
    (("tiers", 1, "name"), "两星支部", ("tiers", 1, "name"), "tier 两星支部 stands twice"),
]


@pytest.mark.parametrize(("path", "value", "place", "reason"), MISTAKES, ids=lambda part: str(part)[:40])
def test_every_mistake_is_named_with_its_place(
    path: tuple[Any, ...], value: Any, place: tuple[Any, ...], reason: str
) -> None:
    _, problems = check_scheme(broken(path, value), METRICS)
    assert any(found == place and reason in words for found, words in problems), problems


@pytest.mark.parametrize("document", [None, 1, "text", [], {}, {"stars": {}}], ids=repr)
def test_what_is_no_scheme_at_all_is_only_refused(document: Any) -> None:
    assert check_scheme(document, METRICS)[1]


def test_all_mistakes_are_named_at_once() -> None:
    document = broken(("stars", 0, "colour"), "#D93A26")
    document["stars"][1]["name"] = ""
    document["tiers"][0]["lit_stars"] = 9
    assert len(check_scheme(document, METRICS)[1]) == 3


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_is_a_scheme(path: Path) -> None:
    document, _ = read_document(path)
    definition, problems = check_scheme(document, METRICS)
    assert problems == []
    scheme = read_scheme(definition)
    assert scheme.most == 10_000
    by_hand = sum(one.most for one in scheme.indicators if one.source is Source.ASSESSED)
    assert by_hand > scheme.most / 2, "the platform must not be the main carrier of assessment"


def test_henans_urban_five_stars() -> None:
    document, _ = read_document(EXAMPLES / "henan-urban.yaml")
    assert [star["name"] for star in document["stars"]] == ["支部过硬", "共建共享", "平安法治", "幸福和谐", "宜业兴业"]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        ("a: 1\nb: [1\n", 3, "not YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "a stands twice"),
        ("a: &x [1]\nb: *x\n", 2, "an alias"),
        ("? [1]\n: 2\n", 1, "a key must be a word"),
        ("a: 2026-13-45\n", 1, "month must be in 1..12"),
        ("a: !!python/object:os.system x\n", 1, "not YAML"),
        ("[" * 3000, 1, "not YAML"),
    ],
)
def test_a_file_that_is_no_plain_yaml(tmp_path: Path, text: str, line: int, reason: str) -> None:
    path = tmp_path / "scheme.yaml"
    path.write_text(text)
    with pytest.raises(BadFile) as bad:
        read_document(path)
    found_line, words = bad.value.problems[0]
    assert reason in words or "nested too deeply" in words
    assert found_line == line or text.startswith("[[")


def branch(line: int, code: str, **over: str) -> BranchDraft:
    values = {"name": code, "kind": "branch", "parent_code": "", "area_code": "a1", **over}
    return BranchDraft(line=line, code=code, **values)


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        ([branch(2, "x"), branch(3, "y", parent_code="x")], []),
        ([branch(2, "y", parent_code="x"), branch(3, "x")], []),  # a child may stand above its parent
        ([branch(2, "x", parent_code="old")], []),
        ([branch(2, "x", kind="club")], [(2, "unknown kind 'club'")]),
        ([branch(2, "x", area_code="moon")], [(2, "unknown area 'moon'")]),
        ([branch(2, "x", parent_code="moon")], [(2, "unknown parent 'moon'")]),
        ([branch(2, "x"), branch(3, "x")], [(3, "stands already on line 2")]),
        ([branch(2, "x", parent_code="x")], [(2, "stands below itself")]),
        (
            [branch(2, "x", parent_code="y"), branch(3, "y", parent_code="x")],
            [(2, "stands below itself"), (3, "stands below itself")],
        ),
        ([branch(2, "x" * 41)], [(2, "longer than 40")]),
    ],
)
def test_a_branch_file(drafts: list[BranchDraft], expected: list[tuple[int, str]]) -> None:
    problems = judge_branches(drafts, {"old": ""}, {"a1"})
    assert [line for line, _ in problems] == [line for line, _ in expected]
    assert all(words in found for (_, found), (_, words) in zip(problems, expected, strict=True))
