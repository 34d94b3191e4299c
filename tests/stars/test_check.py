"""What a scheme file may say beside the plain things, and every mistake that can be made with it: the place and the reason."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from pointsapp.core.yaml_file import read_document
from pointsapp.stars.queries import METRICS
from pointsapp.stars.rules.check import check_scheme, warn_of
from pointsapp.stars.rules.scheme import ItemKind, TieRule, read_scheme
from tests.stars.things import SMALL_SCHEME

ROLES = ("staff", "street_admin")
BANDS = ("stars", 1, "indicators", 1, "formula")

# Stars first (20, lit at 12: members_active 10, party_life 10) and second (20, lit at 10: hours 10, tasks 10).
RICH: dict[str, Any] = {
    **SMALL_SCHEME,
    "pass_at": 10,
    "ties": ["lit_stars", "second"],
    "bonuses": {"cap": 3, "items": [{"key": "idea", "name": "创新", "max": 4, "each": 2, "source": "assessed", "by": "street_admin"}]},
    "honours": {"items": [{"key": "title", "name": {"zh": "称号", "en": "Title"}, "points": 5}]},
    "deductions": {"cap": 6, "items": [{"key": "late", "name": "逾期", "max": 6, "source": "assessed", "star": "second"}]},
    "vetoes": [
        {"key": "case", "name": "处理", "stars": ["first"], "tier_at_most": "创建中"},
        {"key": "accident", "name": "事故"},
    ],
    "tiers": [
        {"name": "甲", "total": 30, "each_star": 12, "floors": {"first": 15}, "lit": ["first"], "quota": {"percent": 10, "least": 1, "ties": "in"}},
        {"name": "两星支部", "lit_stars": 2, "total": 25, "quota": {"branches": 3}},
        {"name": "创建中"},
    ],
}  # fmt: skip


def changed(*changes: tuple[tuple[Any, ...], Any]) -> dict[str, Any]:
    """RICH with parts replaced or added."""
    document = deepcopy(RICH)
    for path, value in changes:
        part: Any = document
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value
    return document


def judged(document: Any) -> list[tuple[tuple[Any, ...], str]]:
    return list(check_scheme(document, METRICS, informational=("likes",), roles=ROLES)[1])


def bands(*found: dict[str, Any], **over: Any) -> tuple[tuple[Any, ...], Any]:
    return BANDS, {"kind": "bands", "of": "tasks_completed", "bands": list(found), **over}


def test_everything_that_may_be_said_is_read() -> None:
    document = changed(
        ((*BANDS[:2], "needs"), [{"indicator": "hours", "at_least": 2.5}]), ((*BANDS[:2], "requires"), "first")
    )
    definition, problems = check_scheme(document, METRICS, roles=ROLES)
    assert problems == []
    scheme = read_scheme(definition)
    assert [(item.key, item.kind, item.indicator.most) for item in scheme.items] == [
        ("idea", ItemKind.BONUS, 400),
        ("title", ItemKind.HONOUR, 500),
        ("late", ItemKind.DEDUCTION, 600),
        ("case", ItemKind.VETO, 100),
        ("accident", ItemKind.VETO, 100),
    ]
    assert scheme.caps == {ItemKind.BONUS: 300, ItemKind.DEDUCTION: 600}
    assert (scheme.pass_at, scheme.ties) == (1000, ("lit_stars", "second"))
    assert (scheme.items[0].each, scheme.items[0].indicator.by) == (200, ("street_admin",))
    assert (scheme.items[3].stars, scheme.items[3].tier_at_most, scheme.items[4].tier_at_most) == (("first",), 2, None)
    assert (scheme.stars[1].needs, scheme.stars[1].requires) == ((("hours", 250),), ("first",))
    best = scheme.tiers[0]
    assert (best.each_star, best.floors, best.lit) == (1200, (("first", 1500),), ("first",))
    assert best.quota is not None
    assert (best.quota.places(9), best.quota.places(30), best.quota.ties) == (1, 3, TieRule.IN)
    assert scheme.tiers[1].quota is not None
    assert (scheme.tiers[1].quota.places(99), scheme.tiers[1].quota.ties) == (3, TieRule.OUT)
    assert read_scheme(definition, english=True).items[1].indicator.name == "Title"


NEEDS, REQUIRES = ("stars", 1, "needs"), ("stars", 1, "requires")
ITEM, TIER = ("bonuses", "items", 0), ("tiers", 0)
MISTAKES: dict[str, tuple[dict[str, Any], tuple[Any, ...], str]] = {
    "weights of a star": (
        changed((("stars", 0, "max"), 25)),
        ("stars", 0, "max"),
        "max is 25, but the star's indicators add up to 20",
    ),
    "weights of the scheme": (changed((("total",), 41)), ("total",), "total is 41, but the indicators add up to 40"),
    "a pass mark out of reach": (
        changed((("pass_at",), 49)),
        ("pass_at",),
        "nobody can reach 49: at most 48",  # 40, bonuses at most 3, the title 5
    ),
    "a floor under a strange indicator": (
        changed((NEEDS, [{"indicator": "party_life", "at_least": 5}])),
        (*NEEDS, 0, "indicator"),
        "there is no indicator of this star 'party_life'; there are hours, tasks",
    ),
    "a floor out of reach": (
        changed((NEEDS, [{"indicator": "tasks", "at_least": 11}])),
        (*NEEDS, 0, "at_least"),
        "nobody can reach 11: the max of tasks is 10",
    ),
    "a missing star": (
        changed((REQUIRES, ["third"])),
        (*REQUIRES, 0),
        "there is no star 'third'; there are first, second",
    ),
    "a circle": (
        changed((REQUIRES, ["first"]), (("stars", 0, "requires"), ["second"])),
        ("stars", 0, "requires"),
        "these stars require one another in a circle: first -> second -> first",
    ),
    "a circle of one": (changed((REQUIRES, "second")), REQUIRES, "in a circle: second -> second"),
    "an item in no star": (
        changed((("deductions", "items", 0, "star"), "moon")),
        ("deductions", "items", 0, "star"),
        "there is no star 'moon'",
    ),
    "a veto of no tier": (
        changed((("vetoes", 0, "tier_at_most"), "乙")),
        ("vetoes", 0, "tier_at_most"),
        "there is no tier '乙'; there are 甲, 两星支部, 创建中",
    ),
    "a veto of no star": (changed((("vetoes", 0, "stars"), ["x"])), ("vetoes", 0, "stars"), "there is no star 'x'"),
    "a tie of nothing": (
        changed((("ties",), ["height"])),
        ("ties", 0),
        "there is no star 'height'; there are lit_stars",
    ),
    "an item called like an indicator": (
        changed(((*ITEM, "key"), "hours")),
        (*ITEM, "key"),
        "indicator hours stands twice",
    ),
    "half an occurrence": (changed(((*ITEM, "each"), 3)), (*ITEM, "each"), "max 4 is not a whole number of times 3"),
    "an item without a source": (changed(((*ITEM, "source"), "luck")), (*ITEM, "source"), "source must be one of"),
    "a cap of nothing": (changed((("bonuses", "cap"), 0)), ("bonuses", "cap"), "cap must be above 0"),
    "bonuses as a list": (changed((("bonuses",), [])), ("bonuses",), "expected items"),
    "a role that cannot assess": (
        changed(((*ITEM, "by"), ["staff", "merchant"])),
        (*ITEM, "by", 1),
        "there is no assessing role 'merchant'; there are staff, street_admin",
    ),
    "somebody assesses what is counted": (
        changed((("stars", 0, "indicators", 0, "by"), "staff")),
        ("stars", 0, "indicators", 0, "by"),
        "nobody assesses an automatic indicator",
    ),
    "a quota above all": (
        changed(((*TIER, "quota", "percent"), 101)),
        (*TIER, "quota", "percent"),
        "percent must be above 0, at most 100",
    ),
    "a quota of both kinds": (
        changed(((*TIER, "quota", "branches"), 3)),
        (*TIER, "quota"),
        "either a percent of the branches or a number of branches",
    ),
    "a quota of nothing": (changed(((*TIER, "quota"), {})), (*TIER, "quota"), "either a percent of the branches"),
    "a tie rule that is none": (
        changed(((*TIER, "quota", "ties"), "dice")),
        (*TIER, "quota", "ties"),
        "ties must be one of out, in",
    ),
    "a tier above everything": (
        changed(((*TIER, "total"), 48.5)),
        (*TIER, "total"),
        "nobody can reach 48.5: the scheme's total is 40, with bonuses and honours 48",
    ),
    "each star above its max": (
        changed(((*TIER, "each_star"), 21)),
        (*TIER, "each_star"),
        "nobody can reach 21 in every star: the max of first is 20",
    ),
    "a floor above its star": (
        changed(((*TIER, "floors"), {"second": 20.5})),
        (*TIER, "floors", "second"),
        "nobody can reach 20.5: the max of second is 20",
    ),
    "a floor under no star": (changed(((*TIER, "floors"), {"x": 1})), (*TIER, "floors", "x"), "there is no star 'x'"),
    "floors as a number": (changed(((*TIER, "floors"), 3)), (*TIER, "floors"), "floors must say a score for each star"),
    "a tier lit by no star": (changed(((*TIER, "lit"), ["x"])), (*TIER, "lit", 0), "there is no star 'x'"),
    "a tier that a better one swallows": (
        changed((("tiers",), [{"name": "甲", "total": 20}, {"name": "乙", "total": 30}, {"name": "丙"}])),
        ("tiers", 1),
        "nobody is ever 乙: whoever reaches it reaches 甲, which stands above it",
    ),
    "a tier below the pass mark": (
        changed((("pass_at",), 30), (("tiers",), [{"name": "甲", "total": 30}, {"name": "乙", "total": 20}])),
        ("tiers", 1),
        "nobody is ever 乙",
    ),
    "a version that replaces a later one": (
        changed((("replaces",), 1)),
        ("replaces",),
        "a version replaces an earlier one, and this is version 1",
    ),
    "an English name alone": (changed((("name",), {"en": "Two stars"})), ("name",), "zh is missing"),
    "overlapping bands": (
        changed(bands({"at_least": 1, "below": 5, "score": 2}, {"at_least": 4, "score": 10})),
        (*BANDS, "bands", 1, "at_least"),
        "this band begins at 4, but the one from 1 goes up to 5: they overlap",
    ),
    "a gap between bands": (
        changed(bands({"at_least": 6, "score": 10}, {"at_least": 1, "below": 5, "score": 2})),
        (*BANDS, "bands", 0, "at_least"),
        "nothing is said of figures from 5 to below 6",
    ),
    "a gap above the bands": (
        changed(bands({"at_least": 1, "below": 5, "score": 2}, {"at_least": 5, "below": 9, "score": 10})),
        (*BANDS, "bands", 1, "below"),
        "nothing is said of figures from 9 on",
    ),
    "a gap below bands where less is better": (
        changed(bands({"at_least": 1, "score": 10}, {"at_least": 5, "score": 0})),
        (*BANDS, "bands", 0, "at_least"),
        "less is better, but nothing is said of figures below 1",
    ),
    "bands that go up and down": (
        changed(bands({"at_least": 1, "score": 2}, {"at_least": 5, "score": 10}, {"at_least": 9, "score": 4})),
        (*BANDS, "bands"),
        "the scores of the bands go up and down",
    ),
    "bands against their word": (
        changed(bands({"at_least": 0, "score": 2}, {"at_least": 5, "score": 10}, better="less")),
        (*BANDS, "better"),
        "less is better, but the bands give more points for more",
    ),
    "a band that ends before it begins": (
        changed(bands({"at_least": 5, "below": 5, "score": 2})),
        (*BANDS, "bands", 0, "below"),
        "below 5 is not above at_least 5",
    ),
    "a band above the maximum": (
        changed(bands({"at_least": 5, "score": 10.5})),
        (*BANDS, "bands", 0, "score"),
        "score 10.5 is above the indicator's max 10",
    ),
    "a line against its word": (
        changed((BANDS, {"kind": "linear", "of": "attendances", "zero_at": 0, "full_at": 9, "better": "less"})),
        (*BANDS, "better"),
        "less is better, so zero_at must be above full_at 9; it is 0",
    ),
    "the least of no share": (
        changed(bands({"at_least": 1, "score": 10}, least=5)),
        (*BANDS, "least"),
        "least goes with a share (to) or a figure per head (per)",
    ),
    "log-ins": (
        changed(((*BANDS, "of"), "log_ins")),
        (*BANDS, "of"),
        "log_ins is for information only and never scores",
    ),
    "installs": (changed(((*BANDS, "of"), "installs")), (*BANDS, "of"), "for information only"),
    "registrations": (changed(((*BANDS, "of"), "registrations")), (*BANDS, "of"), "for information only"),
    "redemption rates": (changed(((*BANDS, "of"), "redemption_rate")), (*BANDS, "of"), "for information only"),
    "a feature's informational metric": (changed(((*BANDS, "of"), "likes")), (*BANDS, "of"), "for information only"),
    "a share of log-ins": (
        changed((BANDS, {"kind": "ratio", "of": "participants", "to": "log_ins", "full_at": 9})),
        (*BANDS, "to"),
        "for information only",
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_every_mistake_is_named_with_its_place(what: str) -> None:
    document, place, reason = MISTAKES[what]
    problems = judged(document)
    assert any(found == place and reason in words for found, words in problems), problems


def test_the_rich_scheme_has_none_of_them() -> None:
    assert judged(RICH) == []


@pytest.mark.parametrize(
    ("bands_", "figures"),
    [
        # Less is better: 0 overdue items are full marks, from 3 on none.
        ([{"at_least": 0, "below": 1, "score": 10}, {"at_least": 1, "below": 3, "score": 4}, {"at_least": 3, "score": 0}], {0: 1000, 2: 400, 3: 0, 50: 0}),
        ([{"at_least": 2, "score": 5}], {0: 0, 1: 0, 2: 500, 9: 500}),
    ],
)  # fmt: skip
def test_bands_that_cover_every_figure(bands_: list[dict[str, Any]], figures: dict[int, int]) -> None:
    definition, problems = check_scheme(changed(bands(*bands_)), METRICS, roles=ROLES)
    assert problems == []
    formula = read_scheme(definition).stars[1].indicators[1].formula
    assert formula is not None
    assert {at: next((score for least, score in formula.bands if at >= least), 0) for at in figures} == figures


@pytest.mark.parametrize("document", [None, 1, "text", [], {}, {"stars": {}, "tiers": 3, "vetoes": {}}], ids=repr)
def test_what_is_no_scheme_at_all_is_only_refused(document: Any) -> None:
    assert judged(document)


@pytest.mark.parametrize("value", [None, 3, "x", [], [3], {}, {"x": []}, [[]], [{}]], ids=repr)
@pytest.mark.parametrize(
    "path",
    [
        ("stars", 0), ("stars", 0, "needs"), ("stars", 0, "requires"), ("stars", 0, "indicators"), ("bonuses",), ("honours",),
        ("bonuses", "items"), ("deductions", "items", 0), ("vetoes",), ("vetoes", 0), ("vetoes", 0, "stars"), ("ties",), ("tiers",),
        ("tiers", 0), ("tiers", 0, "quota"), ("tiers", 0, "floors"), ("tiers", 0, "lit"), ("name",), ("pass_at",), ("replaces",),
        BANDS, (*BANDS, "bands"), (*BANDS, "bands", 0), (*BANDS, "of"), ("stars", 0, "indicators", 1, "by"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_kind_of_thing_anywhere_is_refused_and_breaks_nothing(path: tuple[Any, ...], value: Any) -> None:
    problems = judged(changed((path, value)))
    may_be_so = (path, value) in ((("name",), "x"), (("pass_at",), 3))
    assert problems or may_be_so


class TestWarnings:
    def warned(self, document: dict[str, Any], share: int = 40) -> list[tuple[tuple[Any, ...], str]]:
        definition, problems = check_scheme(document, METRICS, roles=ROLES)
        assert problems == []
        return list(warn_of(document, definition, counted_share=share))

    def test_the_platform_must_not_carry_the_assessment(self) -> None:
        # 30 of 40 points are counted: 75 %
        assert [words[:58] for place, words in self.warned(RICH) if place == ("total",)] == [
            "the platform counts 30 of 40 points, more than 40 %: it mu"
        ]
        assert not [1 for place, _ in self.warned(RICH, share=75) if place == ("total",)]

    def test_bands_that_never_give_the_maximum(self) -> None:
        found = self.warned(changed(bands({"at_least": 1, "score": 9})))
        assert ((*BANDS, "bands"), "the best band gives 9, so nobody gets the max of 10") in found

    def test_a_lucky_share(self) -> None:
        found = dict(self.warned(RICH))
        assert "a share of fewer than 3 people would be luck; least is 1" in found.values()
        plain = deepcopy(RICH)
        del plain["stars"][0]["indicators"][0]["formula"]["least"]
        assert not any("share of fewer" in words for _, words in self.warned(plain)), "without a word it is five"

    @pytest.mark.parametrize(("least", "is_warned"), [({}, True), ({"least": 19}, True), ({"least": 20}, False)])
    def test_a_lucky_figure_per_head(self, least: dict[str, int], is_warned: bool) -> None:
        """A branch with too few residents says so only where the scheme says how many are too few; without a word it is one."""
        line = {"kind": "per_head", "of": "service_minutes", "per": 1000, "full_at": 600, **least}
        place = ("stars", 1, "indicators", 0, "formula")
        found = dict(self.warned(changed((place, line))))
        words = found.get((*place, "least"), "")
        assert words.startswith("a figure per head of fewer than 20 residents would be luck") is is_warned
        assert f"least is {least.get('least', 1)}" in words or not is_warned
        steps = {
            "kind": "bands",
            "of": "service_minutes",
            "per": 1000,
            "bands": [{"at_least": 1, "score": 10}],
            **least,
        }
        assert ((*place, "least") in dict(self.warned(changed((place, steps))))) is is_warned

    def test_quotas_that_promise_more_than_everybody(self) -> None:
        names = ("甲", "乙", "创建中")
        many = [{"name": name, "total": 30 - n, "quota": {"percent": 40}} for n, name in enumerate(names)]
        assert (("tiers",), "the quotas of the tiers add up to 120 %") in self.warned(changed((("tiers",), many)))


def test_places_lead_to_lines(tmp_path: Path) -> None:
    path = Path(__file__).resolve().parents[2] / "docs" / "examples" / "stars" / "henan-rural.yaml"
    text = (
        path.read_text()
        .replace("requires: [strong_branch]", "requires: [strong_branhc]", 1)
        .replace("star: green_villages", "star: green")
    )
    (tmp_path / "s.yaml").write_text(text)
    document, lines = read_document(tmp_path / "s.yaml")
    found = {lines[place] for place, _ in judged(document)}
    assert found == {n for n, words in enumerate(text.splitlines(), 1) if "branhc" in words or "star: green }" in words}
