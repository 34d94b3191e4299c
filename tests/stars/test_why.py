"""「为什么是这个分」: each step from the figures to a score, in words, and that no step is without words."""

from __future__ import annotations

import ast
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from pointsapp.stars import rules
from pointsapp.stars.messages import STEPS, worded
from pointsapp.stars.queries import METRICS
from pointsapp.stars.rules.check import check_scheme
from pointsapp.stars.rules.figures import count_score
from pointsapp.stars.rules.scheme import Formula, Indicator, Scheme, Source, read_scheme
from pointsapp.stars.rules.score import BranchScore, score_branch
from pointsapp.stars.rules.why import Step, why_indicator, why_no_tier, why_star, why_total, written
from tests.stars.test_check import ROLES, changed

WHY = Path(rules.__file__).parent / "why.py"


@pytest.fixture
def spoken(app: Flask) -> Any:
    with app.test_request_context("/?lang=zh"):
        yield lambda steps: [worded(step, METRICS) for step in steps]


def rich() -> Scheme:
    changes = (
        (("stars", 1, "needs"), [{"indicator": "hours", "at_least": 2.5}]),
        (("stars", 1, "requires"), "first"),
        (("deductions", "items", 0, "max"), 20),
    )
    definition, problems = check_scheme(changed(*changes), METRICS, roles=ROLES)
    assert problems == []
    return read_scheme(definition)


RATIO = Formula(of="party_members_participating", to="party_members", full_at=60, least=5)
PER_HEAD = Formula(of="service_minutes", per=1000, full_at=600)
BANDS = Formula(of="tasks_completed", bands=((12, 600), (8, 400), (4, 200)))
LINE = Formula(of="attendances", zero_at=100, full_at=300)


@pytest.mark.parametrize(
    ("formula", "values", "words"),
    [
        # 3/7 = 42.857… % of 60 %: 7.142857… points
        (RATIO, {"party_members_participating": 3, "party_members": 7}, ["参与的党员 3 人 ÷ 在册党员 7 人 = 42.85…%", "从 0 到 60 按比例得 0 到 10 分，现得 7.14 分", "不足 0.01 分的部分舍去"]),
        (RATIO, {"party_members_participating": 2, "party_members": 2}, ["在册党员只有 2 人，不到 5 人，算不出可靠的比例，暂按 0 分计"]),
        (RATIO, {"party_members_participating": 6, "party_members": 10}, ["参与的党员 6 人 ÷ 在册党员 10 人 = 60%", "达到 60，得满分 10 分"]),
        (PER_HEAD, {"service_minutes": 900, "headcount": None}, ["还没有官方人口数，暂按 0 分计"]),
        (PER_HEAD, {"service_minutes": 900, "headcount": 2000}, ["服务时长 900 分钟 ÷ 官方人口数 2000 人 × 1000 = 450", "从 0 到 600 按比例得 0 到 10 分，现得 7.5 分"]),
        (BANDS, {"tasks_completed": 9}, ["完成任务 9 项", "达到 8，得 4 分", "达到 12 可得 6 分"]),
        (BANDS, {"tasks_completed": 12}, ["完成任务 12 项", "达到 12，得 6 分"]),
        (BANDS, {"tasks_completed": 3}, ["完成任务 3 项", "还不到 4，不得分"]),
        (LINE, {"attendances": 150}, ["参与人次 150 人次", "从 100 到 300 按比例得 0 到 10 分，现得 2.5 分"]),
    ],
)  # fmt: skip
def test_the_steps_of_a_counted_score(
    spoken: Any, formula: Formula, values: dict[str, int | None], words: list[str]
) -> None:
    indicator = Indicator(key="x", name="x", unit="", most=1000, source=Source.AUTOMATIC, formula=formula)
    assert spoken(why_indicator(rich(), count_score(indicator, values))) == words


class TestABranch:
    """Under the rich scheme: members 5 of 10 (10 points), three tasks (10), 400 minutes of 1000 heads (6.66), by hand as given."""

    VALUES = {"party_members_participating": 5, "party_members": 10, "tasks_completed": 3, "service_minutes": 400, "headcount": 1000}  # fmt: skip

    def judge(self, **given: int) -> BranchScore:
        return score_branch(rich(), self.VALUES, given, aims=None, elapsed=Fraction(1))

    def test_a_total_with_everything(self, spoken: Any) -> None:
        # 20 + (16.66 - 2 = 14.66) = 34.66; two ideas are 4, capped at 3; the title 5: 42.66
        score = self.judge(party_life=1000, idea=400, title=500, late=200)
        assert score.total == 4266
        assert spoken(why_total(rich(), score)) == [
            "各星合计 34.66 分", "加分 3 分", "已到上限 3 分", "荣誉加分 5 分", "总分 42.66 分",
        ]  # fmt: skip
        assert spoken(why_star(score, score.stars[1])) == ["各项相加 16.66 分", "扣分 2 分", "达到 10 分，已点亮"]

    def test_what_a_dark_star_lacks(self, spoken: Any) -> None:
        # first: 10 of 12; second: 10 + 6.66 - 8 = 8.66 of 10, and the first star is dark
        score = self.judge(late=800)
        assert spoken(why_star(score, score.stars[0])) == ["各项相加 10 分", "还差 2 分（满 12 分点亮）"]
        assert spoken(why_star(score, score.stars[1])) == [
            "各项相加 16.66 分", "扣分 8 分", "还差 1.34 分（满 10 分点亮）", "要先点亮“支部过硬”",
        ]  # fmt: skip
        few = score_branch(rich(), {**self.VALUES, "service_minutes": 100}, {}, aims=None, elapsed=Fraction(1))
        assert "“人均时长”至少要得 2.5 分才能点亮" in spoken(why_star(few, few.stars[1]))

    def test_vetoes(self, spoken: Any) -> None:
        score = self.judge(party_life=1000, case=100)
        assert spoken(why_star(score, score.stars[0])) == ["各项相加 20 分", "因“处理”不能点亮"]
        assert spoken(why_total(rich(), score))[-1] == "因“处理”，最高为“创建中”"
        score = self.judge(accident=100)
        assert spoken(why_total(rich(), score))[-1] == "因“事故”，本轮不点亮任何星，也没有等次"
        assert [one.item.key for one in score.items if spoken(why_indicator(rich(), one.score)) == ["已认定发生"]] == [
            "accident"
        ]

    def test_no_room_and_no_pass(self, spoken: Any) -> None:
        assert spoken(why_no_tier(("甲",))) == ["已达到“甲”的条件，但名额已满"]
        low = score_branch(rich(), {}, {}, aims=None, elapsed=Fraction(1))
        assert spoken(why_total(rich(), low)) == ["各星合计 0 分", "总分 0 分", "总分不到 10 分，没有等次"]

    def test_points_that_the_full_score_cuts(self, spoken: Any) -> None:
        definition, _ = check_scheme(changed((("bonuses", "items", 0, "star"), "first")), METRICS, roles=ROLES)
        score = score_branch(
            read_scheme(definition), self.VALUES, {"party_life": 900, "idea": 400}, aims=None, elapsed=Fraction(1)
        )
        assert score.stars[0].score == 2000
        assert spoken(why_star(score, score.stars[0]))[:3] == ["各项相加 19 分", "加分 4 分", "最多记满分 20 分"]


@pytest.mark.parametrize(
    ("figure", "text"),
    [(Fraction(0), "0"), (Fraction(75, 2), "37.5"), (Fraction(300, 7), "42.85…"), (Fraction(1, 1000), "0…"), (Fraction(12), "12")],
)  # fmt: skip
def test_a_figure_is_cut_and_says_so(figure: Fraction, text: str) -> None:
    assert written(figure) == text


def test_every_step_has_its_words() -> None:
    """Read from the source, so that a step which no test reaches is not forgotten either."""
    calls = [node for node in ast.walk(ast.parse(WHY.read_text())) if isinstance(node, ast.Call)]
    keys = {
        part.value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "Step"
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }
    keys = {key for key in keys if not key.endswith("_")} | {"total_bonus", "total_honour", "total_deduction"}
    assert keys == set(STEPS)


def test_the_steps_survive_a_metric_that_is_gone() -> None:
    # A finished quarter may name a metric that no feature registers any longer.
    step = Step("figure", {"metric": "gone", "amount": 3, "figure": "3"})
    assert worded(step, {}) == "gone 3"
