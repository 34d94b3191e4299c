"""What a version changed: every kind of change is named once, and what is no rule is not."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from pointsapp.core.yaml_file import read_document
from pointsapp.stars.messages.seeing import CHANGES, change_words
from pointsapp.stars.queries.metrics import METRICS
from pointsapp.stars.rules.check import check_scheme
from pointsapp.stars.rules.differences import What, scheme_changes
from pointsapp.stars.rules.scheme import Scheme, read_scheme
from tests.stars.things import SMALL_SCHEME

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


def scheme(document: Any) -> Scheme:
    definition, problems = check_scheme(document, METRICS, roles=("staff", "street_admin", "panel"))
    assert not problems
    return read_scheme(definition)


def small(**over: Any) -> dict[str, Any]:
    return {**deepcopy(SMALL_SCHEME), **over}


def told(after: dict[str, Any], before: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    return [(one.what.value, one.name) for one in scheme_changes(scheme(before or small()), scheme(after))]


def test_names_and_colours_are_no_rules() -> None:
    other = small(name="另一个名字")
    other["stars"][0]["name"] = "支部强"
    other["stars"][1]["colour"] = "blue"
    other["tiers"][0]["name"] = "双星"
    assert told(other) == []


def test_figures_say_both() -> None:
    other = small(pass_at=10)
    other["stars"][0]["lit_at"] = 14
    other["stars"][0]["indicators"][1]["max"] = 12
    other["total"] = 42
    changes = scheme_changes(scheme(small()), scheme(other))
    assert [(one.what, one.before, one.after) for one in changes] == [
        (What.TOTAL, 4000, 4200),
        (What.LIT_AT, 1200, 1400),
        (What.MOST, 1000, 1200),
        (What.LEAST_TOTAL, 0, 1000),
    ]


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("indicators", 0, "formula", "full_at"), 60, ("formula", "党员参与")),
        (("indicators", 1, "by"), "street_admin", ("by", "三会一课")),
        (("indicators", 1, "key"), "meetings", ("gone", "三会一课")),
        (("needs",), [{"indicator": "party_life", "at_least": 5}], ("star_rules", "支部过硬")),
        (("key",), "zeroth", ("star_gone", "支部过硬")),
    ],
)
def test_one_change_of_a_star(place: tuple[Any, ...], value: Any, expected: tuple[str, str]) -> None:
    other = small()
    at: Any = other["stars"][0]
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    assert told(other)[0] == expected


def test_items_come_change_and_go() -> None:
    bonus = {"key": "praise", "name": "上级推广", "max": 4, "source": "assessed"}
    plain, more = small(bonuses={"items": [bonus]}), small(bonuses={"items": [{**bonus, "max": 2}]})
    assert told(plain) == [("item_added", "上级推广")]
    assert told(more, plain) == [("item_changed", "上级推广")]
    assert told(small(), plain) == [("item_gone", "上级推广")]


def test_tiers_and_ties() -> None:
    other = small(ties=["lit_stars"])
    other["tiers"][0]["total"] = 30
    assert told(other) == [("tiers", ""), ("ties", "")]


def test_the_examples_second_version_in_words(app: Flask) -> None:
    before, _lines = read_document(EXAMPLES / "henan-urban.yaml")
    after, _lines = read_document(EXAMPLES / "stars" / "henan-urban.yaml")
    changes = scheme_changes(scheme(before), scheme(after))
    with app.test_request_context():
        words = [change_words(one) for one in changes]
    assert "“书记项目与任务清单”改由亮赛比评审组评定" in words
    assert "新增一票否决：发生严重安全事故" in words
    assert len(words) == len(set(words))


def test_every_kind_of_change_has_words() -> None:
    assert set(CHANGES) == set(What)
