"""The four kinds of scheme that docs/examples/stars holds, each with a small table of branches worked out by hand.

Scores are hundredths: 1_250 is 12.5 points. Every figure below was worked out on paper from the file; the comment shows how.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from json import dumps
from pathlib import Path

import pytest

from pointsapp.core.yaml_file import read_document
from pointsapp.stars.queries import METRICS
from pointsapp.stars.rules.check import check_scheme, warn_of
from pointsapp.stars.rules.figures import Gap
from pointsapp.stars.rules.places import Place, stand
from pointsapp.stars.rules.scheme import ItemKind, Scheme, Source, read_scheme
from pointsapp.stars.rules.score import BranchScore, StarState, score_branch

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
ROLES = ("staff", "street_admin", "panel")
FOUR = ("henan-urban", "henan-rural", "five-hundreds", "eight-indicators")


def example(name: str, *, english: bool = False) -> Scheme:
    document, _ = read_document(EXAMPLES / "stars" / f"{name}.yaml")
    definition, problems = check_scheme(document, METRICS, roles=ROLES)
    assert problems == []
    assert warn_of(document, definition, counted_share=30) == []
    return read_scheme(definition, english=english)


def judge(scheme: Scheme, counted: Mapping[str, int | None], given: Mapping[str, int]) -> BranchScore:
    """Score one branch at the end of the round."""
    return score_branch(scheme, counted, given, aims=None, elapsed=Fraction(1))


def counts(
    members: int, active: int, heads: int | None, people: int, minutes: int, tasks: int, times: int = 0
) -> dict[str, int | None]:
    return {
        "party_members": members,
        "party_members_participating": active,
        "headcount": heads,
        "participants": people,
        "service_minutes": minutes,
        "tasks_completed": tasks,
        "attendances": times,
    }


def lit(score: BranchScore) -> list[str]:
    return [one.star.key for one in score.stars if one.state is StarState.LIT]


@pytest.mark.parametrize("name", FOUR)
def test_it_names_everything_in_both_languages(name: str) -> None:
    chinese, english = example(name), example(name, english=True)
    for zh, en in (
        (chinese.name, english.name),
        *((a.name, b.name) for a, b in zip(chinese.stars, english.stars, strict=True)),
        *((a.name, b.name) for a, b in zip(chinese.indicators, english.indicators, strict=True)),
        *((a.indicator.name, b.indicator.name) for a, b in zip(chinese.items, english.items, strict=True)),
        *((a.name, b.name) for a, b in zip(chinese.tiers, english.tiers, strict=True)),
    ):
        assert zh != en
        assert en.isascii()


def test_the_plain_example_is_stored_as_it_always_was() -> None:
    # A new key that an old file does not use must not change what is stored of it: it would be refused as "other content".
    document, _ = read_document(EXAMPLES / "henan-urban.yaml")
    definition, problems = check_scheme(document, METRICS)
    assert problems == []
    digest = sha256(dumps(definition, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    assert digest == "eb78b7528d434bed11cddf8229b7131e5600bb69a1a1bbbabfd00deaa2303d25"


class TestHenanUrban:
    """Five stars of 20, lit from 16.

    counted   | members_active 6   residents_active 6   tasks_done 6       hours_per_head 6      take_part 4
    formula   | 60 % is full       24 per 1000 is full  4: 2, 8: 4, 12: 6  6000 min/1000 full    300 is full
    ----------+---------------------------------------------------------------------------------------------
    A         | 24/40 = 60 %: 6    120/5000 = 24: 6     12: 6              30000/5000 = 6000: 6  300: 4
    B         | 10/40 = 25 %: 2.5  60/5000 = 12: 3      9: 4               20000/5000 = 4000: 4  100: 1.333… -> 1.33
    C         | as A               as A                 as A               as A                  as A
    D         | 3 of 4 members: too few (5), 0          0 heads known: no per-head figure, 0 and 0; 12: 6; 300: 4

    assessed  | party_life 8 duty_list 6 | agreements 8 resources 6 | grid_duty 8 law_talks 6 | services 8 neighbours 6 | business 10 vitality 6
    A         | 7 5                      | 7 5                      | 8 6                     | 6 4                     | 8 5
    B         | 4 6                      | 8 6                      | 8 6                     | 8 6                     | 10 6
    C         | 7 5                      | 7 5                      | 8 6, safety_gap 5       | 6 4                     | 8 5, discipline_case
    D         | 8 6                      | 8 6                      | 8 6                     | 8 6                     | 10 6

    A: 6+7+5 = 18, 6+7+5 = 18, 6+8+6 = 20, 6+6+4 = 16, 4+8+5 = 17: 89, all lit. One good practice (+2): 91 >= 90: 五星支部.
    B: 2.5+4+6 = 12.5 (dark), 3+14 = 17, 4+14 = 18, 4+14 = 18, 1.33+16 = 17.33: 82.83, four lit. 四星支部 asks for 支部过硬
       lit, which is dark: 三星支部. Three overdue items (-3): 79.83.
    C: as A without the good practice: 89; the hazard takes 5 of 平安法治: 20-5 = 15, dark: 84. The veto puts out 支部过硬: three
       lit; and no tier above 三星支部.
    D: 0+14 = 14 (dark), 0+14 = 14 (dark), 6+14 = 20, 0+14 = 14 (dark), 4+16 = 20: 82, two lit: 创建中.
    """

    SCHEME = example("henan-urban")
    A = {"party_life": 700, "duty_list": 500, "agreements": 700, "resources": 500, "grid_duty": 800, "law_talks": 600,
         "services_for_people": 600, "neighbours": 400, "business_help": 800, "vitality": 500}  # fmt: skip
    FULL = {"party_life": 800, "duty_list": 600, "agreements": 800, "resources": 600, "grid_duty": 800, "law_talks": 600,
            "services_for_people": 800, "neighbours": 600, "business_help": 1000, "vitality": 600}  # fmt: skip
    BUSY = counts(40, 24, 5000, 120, 30_000, 12, 300)

    def scores(self) -> dict[str, BranchScore]:
        return {
            "A": judge(self.SCHEME, self.BUSY, {**self.A, "good_practice": 200}),
            "B": judge(
                self.SCHEME,
                counts(40, 10, 5000, 60, 20_000, 9, 100),
                {**self.FULL, "party_life": 400, "late_tasks": 300},
            ),
            "C": judge(self.SCHEME, self.BUSY, {**self.A, "safety_gap": 500, "discipline_case": 100}),
            "D": judge(self.SCHEME, counts(4, 3, None, 500, 90_000, 12, 300), self.FULL),
        }

    def test_stars(self) -> None:
        found = {key: [star.score for star in score.stars] for key, score in self.scores().items()}
        assert found == {
            "A": [1800, 1800, 2000, 1600, 1700],
            "B": [1250, 1700, 1800, 1800, 1733],
            "C": [1800, 1800, 1500, 1600, 1700],
            "D": [1400, 1400, 2000, 1400, 2000],
        }
        assert {key: len(lit(score)) for key, score in self.scores().items()} == {"A": 5, "B": 4, "C": 3, "D": 2}

    def test_standings(self) -> None:
        scores = self.scores()
        assert {key: score.total for key, score in scores.items()} == {"A": 9100, "B": 7983, "C": 8400, "D": 8200}
        assert stand(self.SCHEME, scores) == {
            "A": Place(rank=1, tier="五星支部"),
            "C": Place(rank=2, tier="三星支部"),
            "D": Place(rank=3, tier="创建中"),
            "B": Place(rank=4, tier="三星支部"),
        }

    def test_too_few_people_say_so(self) -> None:
        gaps = {one.indicator.key: one.gap for star in self.scores()["D"].stars for one in star.indicators if one.gap}
        assert gaps == {
            "members_active": Gap.TOO_FEW,
            "residents_active": Gap.NO_HEADCOUNT,
            "hours_per_head": Gap.NO_HEADCOUNT,
        }

    def test_a_floor_under_one_indicator_keeps_the_star_dark(self) -> None:
        # 6 + 4.5 + 6 = 16.5 points would do, but 三会一课 is below its 5.
        found = judge(self.SCHEME, self.BUSY, {**self.FULL, "party_life": 450})
        assert (found.stars[0].score, found.stars[0].state) == (1650, StarState.AT_RISK)

    def test_a_grave_veto_leaves_nothing(self) -> None:
        found = judge(self.SCHEME, self.BUSY, {**self.FULL, "serious_accident": 100})
        assert (found.total, found.lit_stars, found.tier) == (10_000, 0, None)

    def test_below_the_pass_mark_there_is_no_tier(self) -> None:
        # 39.99 points: 28 counted, 11.99 given
        given = {"party_life": 800, "duty_list": 399}
        assert judge(self.SCHEME, self.BUSY, given).tier is None
        assert judge(self.SCHEME, self.BUSY, {**given, "duty_list": 400}).tier == "创建中"

    def test_equal_totals_are_compared_by_lit_stars_and_then_by_the_first_star(self) -> None:
        # All 92: p and q lit all five, and q has a point more in 支部过硬; r has one star dark; s is equal to q in everything.
        def of(**given: int) -> BranchScore:
            return judge(self.SCHEME, self.BUSY, {**self.FULL, **given})

        scores = {
            "p": of(duty_list=400, agreements=600, grid_duty=600, neighbours=400),
            "q": of(duty_list=500, agreements=600, grid_duty=600, neighbours=300),
            "r": of(duty_list=600, agreements=350, resources=600, neighbours=250),
            "s": of(duty_list=500, agreements=600, grid_duty=600, neighbours=300),
        }
        assert {score.total for score in scores.values()} == {9200}
        assert {key: score.lit_stars for key, score in scores.items()} == {"p": 5, "q": 5, "r": 4, "s": 5}
        assert {key: place.rank for key, place in stand(self.SCHEME, scores).items()} == {
            "q": 1,
            "s": 1,
            "p": 3,
            "r": 4,
        }


class TestHenanRural:
    """Five stars of 20; 支部过硬 is lit from 16 and carries the others, lit from 14, 15, 15, 14.

    counted | members_active 5: 10 % is 0, 50 % full | clean_ups 7: 2: 2.5, 4: 5, 8: 7 | patrol_hours 6: 4500 per 1000 | villagers 6: 5 per 1000 is 0, 35 full
    A       | 15/30 = 50 %: 5                        | 8: 7                             | 9000/2000 = 4500: 6            | 70/2000 = 35: 6
    B       | 9/30 = 30 %: half: 2.5                 | 3: 2.5                           | 3000/2000 = 1500: 2            | 40/2000 = 20: half: 3
    C       | 2/30 = 6.7 %: 0                        | 8: 7                             | 6                              | 6

    assessed| leadership 8 village_affairs 7 | income 10 farm_help 10 | lanes 13 | disputes 8 law 6 | customs 7 care 7
    A       | 7 6                            | 8 7                    | 10       | 7 5              | 6 5
    B       | 8 7                            | 7 6                    | 13       | 8 6              | 7 7
    C       | 8 7                            | 10 10                  | 13       | 8 6              | 7 7

    A: 18, 15, 17 - 2 burnt fields (4) = 13 (dark), 18, 17: 81, four lit: 四星支部 (五星 asks for 85 and five).
    B: 17.5, 13 (dark), 15.5, 16, 17: 79, four lit: 四星支部.
    C: 15 (dark), and so nothing else is lit either: 15+20+20+20+20 = 95 points, no star: 创建中 - and first by total.
    """

    SCHEME = example("henan-rural")

    def scores(self) -> dict[str, BranchScore]:
        full = {"leadership": 800, "village_affairs": 700, "collective_income": 1000, "farm_help": 1000,
                "streets_and_water": 1300, "disputes": 800, "law_in_village": 600, "customs": 700, "care": 700}  # fmt: skip
        a = {"leadership": 700, "village_affairs": 600, "collective_income": 800, "farm_help": 700, "streets_and_water": 1000,
             "disputes": 700, "law_in_village": 500, "customs": 600, "care": 500, "open_burning": 400}  # fmt: skip
        return {
            "A": judge(self.SCHEME, counts(30, 15, 2000, 70, 9000, 8), a),
            "B": judge(
                self.SCHEME, counts(30, 9, 2000, 40, 3000, 3), {**full, "collective_income": 700, "farm_help": 600}
            ),
            "C": judge(self.SCHEME, counts(30, 2, 2000, 70, 9000, 8), full),
        }

    def test_stars(self) -> None:
        scores = self.scores()
        assert {key: [star.score for star in score.stars] for key, score in scores.items()} == {
            "A": [1800, 1500, 1300, 1800, 1700],
            "B": [1750, 1300, 1550, 1600, 1700],
            "C": [1500, 2000, 2000, 2000, 2000],
        }
        assert lit(scores["A"]) == ["strong_branch", "thriving_trades", "safe_lawful", "civil_happy"]
        assert lit(scores["B"]) == ["strong_branch", "green_villages", "safe_lawful", "civil_happy"]
        assert lit(scores["C"]) == []

    def test_standings(self) -> None:
        assert stand(self.SCHEME, self.scores()) == {
            "C": Place(rank=1, tier="创建中"),
            "A": Place(rank=2, tier="四星支部"),
            "B": Place(rank=3, tier="四星支部"),
        }

    def test_its_stars(self) -> None:
        names = ["支部过硬", "产业兴旺", "生态宜居", "平安法治", "文明幸福"]
        assert [star.name for star in self.SCHEME.stars] == names


class TestFiveHundreds:
    """Five stars of 100; 五星 from 450 with 80 in each, 四星 400/70, 三星 350/60 and 70 in 党建星. Honours on top: 20, 12, 5, at most 30.

    counted | members_active 30: 75 % full | hours 40: 1000 per 1000 is 0, 9000 full | patrols 40: 5: 15, 10: 30, 20: 40 | turnout 40: 40 per 1000 full
    A       | 30/40 = 75 %: 30             | 45000/5000 = 9000: 40                    | 20: 40                             | 200/5000 = 40: 40
    B       | 20/40 = 50 %: 20             | 25000/5000 = 5000: half: 20              | 10: 30                             | 100/5000 = 20: 20
    C       | as A                         | as A                                     | 0: 0                               | as A
    D       | as B

    assessed| party_work 70 | service_points 60 | grid_work 60 | culture_work 60 | shops 50 jobs 50
    A       | 60            | 50                | 45           | 45              | 42 40
    B       | 60            | 55                | 50           | 55              | 40 40
    C       | 70            | 60                | 59           | 60              | 50 50
    D       | 60            | 55                | 50           | 54              | 40 41

    A: 90 + 90 + 85 + 85 + 82 = 432: below 450. With the honours of the province (20): 452, all >= 80: 五星.
    B: 80 + 75 + 80 + 75 + 80 = 390: 四星 asks for 400, 三星 for 350, 60 each and 70 in 党建星: 三星.
       With city and district (12 + 5 = 17): 407, all >= 70: 四星.
    C: 100 + 100 + 59 + 100 + 100 = 459, but 治理星 59 is below every floor: 未达标. With all three honours (37, cap 30): 489.
    D: 80 + 75 + 80 + 74 + 81 = 390 and no honours: 三星.
    """

    SCHEME = example("five-hundreds")

    def scores(self) -> dict[str, BranchScore]:
        scheme, much, some = self.SCHEME, counts(40, 30, 5000, 200, 45_000, 20), counts(40, 20, 5000, 100, 25_000, 10)
        idle = {**much, "tasks_completed": 0}
        province, city, district = {"honour_province": 2000}, {"honour_city": 1200}, {"honour_district": 500}

        def given(*points: int) -> dict[str, int]:
            keys = ("party_work", "service_points", "grid_work", "culture_work", "shops", "jobs")
            return {key: point * 100 for key, point in zip(keys, points, strict=True)}

        return {
            "A": judge(scheme, much, {**given(60, 50, 45, 45, 42, 40), **province}),
            "B": judge(scheme, some, {**given(60, 55, 50, 55, 40, 40), **city, **district}),
            "C": judge(scheme, idle, {**given(70, 60, 59, 60, 50, 50), **province, **city, **district}),
            "D": judge(scheme, some, given(60, 55, 50, 54, 40, 41)),
        }

    def test_stars(self) -> None:
        assert {key: [star.score // 100 for star in score.stars] for key, score in self.scores().items()} == {
            "A": [90, 90, 85, 85, 82],
            "B": [80, 75, 80, 75, 80],
            "C": [100, 100, 59, 100, 100],
            "D": [80, 75, 80, 74, 81],
        }

    def test_honours_add_to_the_total_up_to_their_cap(self) -> None:
        found = {key: (score.total, score.changes.get(ItemKind.HONOUR, 0)) for key, score in self.scores().items()}
        assert found == {"A": (45_200, 2_000), "B": (40_700, 1_700), "C": (48_900, 3_000), "D": (39_000, 0)}

    def test_standings(self) -> None:
        assert stand(self.SCHEME, self.scores()) == {
            "C": Place(rank=1, tier="未达标"),
            "A": Place(rank=2, tier="五星"),
            "B": Place(rank=3, tier="四星"),
            "D": Place(rank=4, tier="三星"),
        }

    def test_equal_totals_look_at_the_first_star(self) -> None:
        # Both 390 with three stars lit: D 80 + 75 + 80 + 74 + 81, E 81 + 75 + 80 + 74 + 80. 党建星 decides.
        scores = self.scores()
        plain = judge(
            self.SCHEME, counts(40, 20, 5000, 100, 25_000, 10),
            {"party_work": 6100, "service_points": 5500, "grid_work": 5000, "culture_work": 5400, "shops": 4000, "jobs": 4000},
        )  # fmt: skip
        found = stand(self.SCHEME, {"D": scores["D"], "E": plain})
        assert plain.total == scores["D"].total == 39_000
        assert plain.lit_stars == scores["D"].lit_stars == 3
        assert {key: place.rank for key, place in found.items()} == {"E": 1, "D": 2}


class TestEightIndicators:
    """110 points; grades by total: 五级 95 (10 %, at least one), 四级 85 (20 %), 三级 70 (40 %, ties in), 二级 60 (20 %, ties in), 一级.

    Ten branches: room for 1, 2, 4 and 2. Counted is the same for all: 20/40 = 50 %: 10, 30000/5000 = 6000: 12, 6 tasks: 8 = 30.
    Given by hand (party_life 20, wishes 23, grid_work 22, brand 10, new_practice 5, in this order), and the total:

    A 20 23 22 5 0 = 70: 100    五级
    B 20 23 22 5 0 = 70: 100    equal to A, room for one, `out`: neither A nor B gets 五级
    C 20 23 15 5 0 = 63: 93     fulfils 四级 only
    D 20 20 15 0 0 = 55: 85     四级 by its points
    E 20 15 15 0 0 = 50: 80
    F 20 15 10 0 0 = 45: 75
    G 20 15 10 0 0 = 45: 75
    H 20 10 10 0 0 = 40: 70
    I 10 15  5 0 0 = 30: 60
    J  0  0  0 0 0 =  0: 30

    五级: A and B are equal before one place: nobody. 四级 (2 places): A and B, missing nothing here; C and D are left.
    三级 (4 places, in): C, D, E, then F and G are equal with one place left: `in` lets both in, five in all. H is left.
    二级 (2 places, in): H (70 >= 60), I (60). 一级: J.
    """

    SCHEME = example("eight-indicators")
    COUNTED = counts(40, 20, 5000, 0, 30_000, 6)
    GIVEN = {
        "A": (20, 23, 22, 5, 0), "B": (20, 23, 22, 5, 0), "C": (20, 23, 15, 5, 0), "D": (20, 20, 15, 0, 0),
        "E": (20, 15, 15, 0, 0), "F": (20, 15, 10, 0, 0), "G": (20, 15, 10, 0, 0), "H": (20, 10, 10, 0, 0),
        "I": (10, 15, 5, 0, 0), "J": (0, 0, 0, 0, 0),
    }  # fmt: skip

    def scores(self, **over: tuple[int, ...]) -> dict[str, BranchScore]:
        keys = ("party_life", "wishes", "grid_work", "brand", "new_practice")
        return {
            name: judge(self.SCHEME, self.COUNTED, {key: point * 100 for key, point in zip(keys, points, strict=True)})
            for name, points in {**self.GIVEN, **over}.items()
        }

    def test_its_parts(self) -> None:
        assert len(self.SCHEME.indicators) == 8
        assert self.SCHEME.most == 11_000
        assert sum(one.most for one in self.SCHEME.indicators if one.source is Source.AUTOMATIC) == 3_000

    def test_totals(self) -> None:
        assert {key: score.total // 100 for key, score in self.scores().items()} == {
            "A": 100, "B": 100, "C": 93, "D": 85, "E": 80, "F": 75, "G": 75, "H": 70, "I": 60, "J": 30,
        }  # fmt: skip

    def test_standings_with_ties_at_the_edge(self) -> None:
        assert stand(self.SCHEME, self.scores()) == {
            "A": Place(rank=1, tier="四级", missed=("五级",)),
            "B": Place(rank=1, tier="四级", missed=("五级",)),
            "C": Place(rank=3, tier="三级", missed=("四级",)),
            "D": Place(rank=4, tier="三级", missed=("四级",)),
            "E": Place(rank=5, tier="三级"),
            "F": Place(rank=6, tier="三级"),
            "G": Place(rank=6, tier="三级"),
            "H": Place(rank=8, tier="二级", missed=("三级",)),
            "I": Place(rank=9, tier="二级"),
            "J": Place(rank=10, tier="一级"),
        }

    def test_without_the_tie_the_quotas_fill_from_the_top(self) -> None:
        # B a point less: A is the one of 五级; B and C fill 四级; D, E, F, G fill 三级 exactly; H is left for 二级, with I.
        found = stand(self.SCHEME, self.scores(B=(20, 22, 22, 5, 0)))
        tiers = {key: place.tier for key, place in found.items()}
        assert tiers == {
            "A": "五级", "B": "四级", "C": "四级", "D": "三级", "E": "三级", "F": "三级", "G": "三级", "H": "二级", "I": "二级", "J": "一级",
        }  # fmt: skip

    def test_nobody_with_the_points_leaves_the_places_empty(self) -> None:
        # 94 points are not 95: 五级 stays empty, and its place is not handed down.
        found = stand(self.SCHEME, self.scores(A=(19, 23, 22, 0, 0), B=(19, 22, 22, 0, 0), C=(19, 21, 22, 0, 0)))
        assert [key for key, place in found.items() if place.tier == "五级"] == []
        assert sorted(key for key, place in found.items() if place.tier == "四级") == ["A", "B"]
