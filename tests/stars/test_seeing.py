"""The board in ranks or tiers, a branch over time and beside its street, what it lacks, and how stars are counted: pages and API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from marshmallow import Schema, fields
from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.core import clock as clocks
from pointsapp.core import policy
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.stars.models import BranchTally
from pointsapp.stars.policies import SHOWS_RANKS
from pointsapp.stars.queries import (
    find_branch,
    look_at_branch,
    next_stars,
    one_standing,
    radar,
    ready,
    tier_groups,
    trend,
)
from pointsapp.stars.rules.next_star import applied
from pointsapp.stars.rules.score import StarState
from pointsapp.stars.schemas import board as board_schemas
from pointsapp.stars.schemas import examples, metrics, schemes, seeing
from pointsapp.stars.services import Assess, HeadcountDraft, assess, count_stale, import_headcounts, turn_rounds
from tests.conftest import Clock, HouseClient, Stopwatch
from tests.factories import actor_of, bearer, make_area, make_person, make_staff, make_tree
from tests.stars.test_pages import counted
from tests.stars.things import SMALL_SCHEME, close_it, make_branches, open_small_round, report, report_work, this_round

ROOT = "/api/v1/five-star"


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    return tree


def b(area: Area) -> str:
    return f"b-{area.code}"


def switch_ranks_off() -> None:
    write(policy.set_value, SHOWS_RANKS, False, now=clocks.now() - timedelta(seconds=1))


def give(session: Session, area: Area, score: int) -> None:
    office = actor_of(session, make_staff(session, area, Role.STAFF))
    command = Assess(
        round_id=this_round(session).public_id, branch_id=b(area), indicator="party_life", score=score, reason="看过"
    )
    write(assess, office, command, now=clocks.now())


def count_heads(session: Session, area: Area, people: int) -> None:
    day = clocks.local_day(clocks.now())
    draft = HeadcountDraft(line=2, area_code=area.code, people=people, counted_on=day, source="七普")
    write(import_headcounts, [draft], now=clocks.now())


def standing_of(session: Session, area: Area) -> Any:
    return one_standing(session, this_round(session), b(area), now=clocks.now())


class TestRanksOff:
    def test_the_board_shows_tiers_and_codes_inside_them(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        report(session, "tasks.closed", tree["other"], participants=3)
        by_code = sorted((tree[key].code, f"{tree[key].name}党支部") for key in ("community", "other"))
        names = [name for _code, name in by_code]
        assert "第 1 名" in client.get("/stars").text
        switch_ranks_off()
        page = client.get("/stars").text
        assert "不排名次" in page
        assert "第 1 名" not in page
        assert "按总分排名" not in page
        assert page.index(names[0]) < page.index(names[1])
        assert page.index("创建中") < page.index(names[0])

    def test_a_branch_page_tells_no_rank(self, client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
        path = f"/stars/{b(tree['community'])}"
        assert "第 1 名" in client.get(path).text
        switch_ranks_off()
        page = client.get(path).text
        assert "第 1 名" not in page
        assert "不排名次" in page

    def test_neither_does_the_page_of_a_round(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        report(session, "tasks.closed", tree["other"], participants=3)
        path = f"/star-rounds/{this_round(session).public_id}"
        names = [f"{tree[key].name}党支部" for key in sorted(("community", "other"), key=lambda key: tree[key].code)]
        shown = client.get(path).text
        assert "第 1 名" in shown
        assert "按总分排名" in shown
        switch_ranks_off()
        page = client.get(path).text
        assert "名</span>" not in page
        assert "按总分排名" not in page
        assert page.index("创建中") < page.index(names[0]) < page.index(names[1])

    def test_nor_do_the_pages_of_the_offices(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        """The overview, a branch at the desk and the trial of a draft: tiers and gains instead."""
        report(session, "tasks.closed", tree["other"], participants=3)
        names = [f"{tree[key].name}党支部" for key in sorted(("community", "other"), key=lambda key: tree[key].code)]
        one = f"/console/stars/{b(tree['other'])}"
        client.sign_in(make_staff(session, tree["street"], Role.STREET_ADMIN))
        draft = json.dumps({**SMALL_SCHEME, "version": 2}, ensure_ascii=False)

        def pages() -> list[str]:
            trial = client.post("/console/star-schemes", data={"text": draft})
            assert trial.status_code == 200
            asked = [client.get(path) for path in ("/console/stars", one)]
            assert [page.status_code for page in asked] == [200, 200]
            return [page.get_data(as_text=True) for page in (*asked, trial)]

        overview, branch, trial = pages()
        assert all("名次" in page for page in (overview, trial))
        assert "第 1 名" in branch
        switch_ranks_off()
        overview, branch, trial = pages()
        for page in (overview, branch, trial):
            assert "第 1 名" not in page
            assert "按总分排名" not in page
        assert all("不排名次" in page and "名次</th>" not in page for page in (overview, trial))
        for page in (overview, trial):
            assert page.index(names[0]) < page.index(names[1])

    def test_the_api_keeps_the_field_and_says_null(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        headers = bearer(session, make_person(session, tree["community"]))
        report(session, "tasks.closed", tree["other"], participants=3)
        path = f"{ROOT}/rounds/{this_round(session).public_id}"
        before = client.get(f"{path}/standings", headers=headers).get_json()["items"]
        assert [item["rank"] for item in before] == [1, 2]
        assert client.get(path, headers=headers).get_json()["shows_ranks"] is True
        switch_ranks_off()
        items = client.get(f"{path}/standings", headers=headers).get_json()["items"]
        assert [item["rank"] for item in items] == [None, None]
        assert [item["branch"]["code"] for item in items] == sorted(b(tree[key]) for key in ("community", "other"))
        assert [set(item) for item in items] == [set(item) for item in before]
        assert client.get(f"{path}/standings/{b(tree['other'])}", headers=headers).get_json()["rank"] is None
        assert client.get(path, headers=headers).get_json()["shows_ranks"] is False
        seen, cursor = [], ""
        while cursor is not None:
            page = client.get(f"{path}/standings?limit=1&cursor={cursor}".removesuffix("&cursor="), headers=headers)
            seen += [item["branch"]["code"] for item in page.get_json()["items"]]
            cursor = page.get_json()["next_cursor"]
        assert seen == [item["branch"]["code"] for item in items]

    def test_tiers_stand_best_first(self, session: Session, tree: dict[str, Area]) -> None:
        for _ in range(3):
            report(session, "tasks.closed", tree["other"], participants=3)
        count_heads(session, tree["other"], 100)
        give(session, tree["other"], 1000)
        found = this_round(session)
        rows = ready(session, found, now=clocks.now()).rows
        groups = tier_groups(found.scheme, rows)
        assert [(group.tier, group.place, len(group.rows)) for group in groups] == [("创建中", 2, 2)]


def test_too_few_people_is_said_on_the_board(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    # No members in the register (a share of nobody) and no head count: two indicators without a fair figure.
    assert client.get("/stars").text.count("2 项没有可靠的人口数") == 2
    count_heads(session, tree["community"], 500)
    assert client.get("/stars").text.count("1 项没有可靠的人口数") == 1


class TestLack:
    def test_the_page_says_what_would_light_a_star_and_doing_it_does(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        # 1000 heads; 300 minutes are 300 per thousand: 5 of 10. One task: 2.5 of 10. 7.5 of the 10 that light the second star.
        count_heads(session, tree["community"], 1000)
        report_work(session, tree["community"], make_person(session, tree["community"]), 300)
        report(session, "tasks.closed", tree["community"], participants=3)
        found, standing = standing_of(session, tree["community"])
        by_star = {one.star.star.key: one for one in next_stars(found, standing, now=clocks.now())}
        way = by_star["second"].ways[0]
        # 2.5 points more by hours: 450 per thousand, half of the 5 that are missing; by tasks the whole 7.5 of the next band.
        assert [(one.indicator.key, one.amount, one.to_amount, one.share) for one in way.rises] == [
            ("hours", 300, 450, 0.5)
        ]
        after = applied(found.scheme, standing.score, way)
        assert next(one.state for one in after.stars if one.star.key == "second") is StarState.LIT
        page = client.get(f"/stars/{b(tree['community'])}").text
        assert "差在哪儿" in page
        assert "“人均时长”从 300 升到 450" in page
        report_work(session, tree["community"], make_person(session, tree["community"]), 149)
        assert standing_of(session, tree["community"])[1].score.stars[1].state is not StarState.LIT
        report_work(session, tree["community"], make_person(session, tree["community"]), 1)
        assert standing_of(session, tree["community"])[1].score.stars[1].state is StarState.LIT

    def test_the_api_says_the_same(self, client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
        count_heads(session, tree["community"], 1000)
        headers = bearer(session, make_person(session, tree["community"]))
        path = f"{ROOT}/rounds/{this_round(session).public_id}/standings/{b(tree['community'])}/next-stars"
        items = client.get(path, headers=headers).get_json()["items"]
        assert [item["key"] for item in items] == ["second", "first"]
        [first] = [item for item in items if item["key"] == "first"]
        # Nobody stands in the register: its share cannot be raised, and the other indicator alone reaches 10 of 12.
        assert (first["ways"], first["reach"], first["missing"]) == ([], 10, 12)
        [second] = [item for item in items if item["key"] == "second"]
        assert [rise["metric"] for rise in second["ways"][0]["rises"]] == ["tasks_completed"] or second["ways"]
        assert second["ways"][0]["cost_percent"] == 100

    def test_registrations_are_never_suggested(self, session: Session, tree: dict[str, Area]) -> None:
        count_heads(session, tree["community"], 1000)
        for lack in next_stars(*standing_of(session, tree["community"]), now=clocks.now()):
            for way in lack.ways:
                assert {one.metric for one in way.rises} <= {"service_minutes", "tasks_completed", None}

    def test_a_round_that_is_over_suggests_nothing(
        self, client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        found = this_round(session)
        clock.forward(days=60)
        standing = one_standing(session, found, b(tree["community"]), now=clocks.now())[1]
        assert next_stars(found, standing, now=clocks.now()) == ()


class TestTrend:
    def test_quarter_by_quarter(
        self, client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        report(session, "tasks.closed", tree["community"], participants=3)
        give(session, tree["community"], 700)
        first = this_round(session)
        clock.forward(days=50)  # into January
        write(turn_rounds, now=clocks.now())
        give(session, tree["community"], 400)
        found, standing = standing_of(session, tree["community"])
        assert found.id != first.id
        points = trend(session, standing.branch, (found, standing), now=clocks.now())
        assert [(point.round.id, point.total) for point in points] == [(first.id, 950), (found.id, 400)]
        alone = trend(session, standing.branch, now=clocks.now())
        assert [(point.round.id, point.total, point.lit_stars) for point in alone] == [
            (point.round.id, point.total, point.lit_stars) for point in points
        ]
        page = client.get(f"/stars/{b(tree['community'])}").text
        assert "各季度走势" in page
        assert "2026 年第 4 季度" in page
        headers = bearer(session, make_person(session, tree["community"]))
        items = client.get(f"{ROOT}/branches/{b(tree['community'])}/trend", headers=headers).get_json()["items"]
        assert [(item["round"]["id"], item["total"]) for item in items] == [
            (first.public_id, 9.5),
            (found.public_id, 4),
        ]

    def test_a_closed_round_is_read_from_its_edition(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        report(session, "tasks.closed", tree["community"], participants=3)
        give(session, tree["community"], 700)
        first = this_round(session)
        close_it(session, clock, first)
        write(turn_rounds, now=clocks.now())
        # What is altered behind the edition's back is not what the trend shows.
        session.execute(
            update(BranchTally).values(figures={"sums": {}, "people": {}, "members": {}, "party_members": 99})
        )
        session.commit()
        branch = find_branch(session, b(tree["community"]))
        points = trend(session, branch, now=clocks.now())
        assert [(point.round.state, point.total) for point in points] == [("closed", 950), ("open", 0)]
        found, standing = one_standing(session, points[0].round, branch.code, now=clocks.now())
        assert next_stars(found, standing, now=clocks.now()) == ()


class TestMedian:
    def test_the_street_and_only_the_street(self, client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
        street = make_area(session, tree["district"], kind=AreaKind.STREET)
        areas = [make_area(session, street, kind=AreaKind.COMMUNITY) for _ in range(3)]
        make_branches(session, *areas)
        for area, score in zip(areas, (200, 600, 1000), strict=True):
            give(session, area, score)
        found, standing = standing_of(session, areas[0])
        shown = radar(
            standing,
            ready(session, found, now=clocks.now()).rows,
            look_at_branch(session, standing.branch.code, now=clocks.now()).street,
        )
        # The first star has 20 points: 2, 6 and 10 of them are 10, 30 and 50 percent.
        assert (shown.area, shown.peers) == (street.name, 3)
        assert [(spoke.own, spoke.median) for spoke in shown.spokes] == [(10, 30), (0, 0)]
        headers = bearer(session, make_person(session, areas[0]))
        path = f"{ROOT}/rounds/{found.public_id}/standings/{b(areas[0])}/median"
        assert client.get(path, headers=headers).get_json()["stars"][0]["median_percent"] == 30

    def test_of_two_no_median_is_told(self, session: Session, tree: dict[str, Area]) -> None:
        found, standing = standing_of(session, tree["community"])
        shown = radar(
            standing,
            ready(session, found, now=clocks.now()).rows,
            look_at_branch(session, standing.branch.code, now=clocks.now()).street,
        )
        assert shown.peers == 2
        assert [spoke.median for spoke in shown.spokes] == [None, None]


class TestScheme:
    def test_how_stars_are_counted(self, client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
        page = client.get("/stars/scheme").text
        for words in (
            "满 12 分点亮",
            "看参与的党员占在册党员的百分比",
            "达到 3 得 10 分",
            "第 1 版",
            "正在执行",
            "两星支部",
        ):
            assert words in page
        assert "scheme?" not in page  # one version: nothing to choose

    def test_before_anything_was_imported(self, client: HouseClient, session: Session) -> None:
        assert "还没有创星方案" in client.get("/stars/scheme").text

    def test_a_version_that_comes(self, client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
        from pointsapp.stars.services import import_scheme

        write(import_scheme, {**SMALL_SCHEME, "version": 2, "name": "新两星"}, {}, now=clocks.now())
        page = client.get("/stars/scheme").text
        assert "即将生效" in page
        other = page.split("/stars/scheme?version=")[1].split('"')[0]
        assert "新两星" in client.get(f"/stars/scheme?version={other}").text
        assert client.get("/stars/scheme?version=none").status_code == 404


class TestApi:
    def test_scheme_tiers_and_branches(self, client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
        headers = bearer(session, make_person(session, tree["community"]))
        path = f"{ROOT}/rounds/{this_round(session).public_id}"
        scheme = client.get(f"{path}/scheme", headers=headers).get_json()
        assert [(star["key"], star["lit_at"]) for star in scheme["stars"]] == [("first", 12), ("second", 10)]
        assert scheme["stars"][0]["indicators"][0]["metrics"] == ["party_members_participating", "party_members"]
        tiers = client.get(f"{path}/tiers", headers=headers).get_json()["items"]
        assert [(tier["place"], tier["name"], tier["branches"]) for tier in tiers] == [
            (1, "两星支部", 0),
            (2, "创建中", 2),
        ]
        assert client.get(f"{path}/standings?tier=1", headers=headers).get_json()["items"] == []
        assert len(client.get(f"{path}/standings?tier=2&limit=1", headers=headers).get_json()["items"]) == 1
        assert client.get(f"{path}/standings?tier=x", headers=headers).status_code == 422
        every = client.get(f"{ROOT}/branches", headers=headers).get_json()["items"]
        assert [item["code"] for item in every] == sorted(b(tree[key]) for key in ("community", "other"))
        assert every[0]["area"]["code"] in {tree["community"].code, tree["other"].code}
        here = client.get(f"{ROOT}/branches?area={tree['other'].code}", headers=headers).get_json()["items"]
        assert [item["code"] for item in here] == [b(tree["other"])]
        named = client.get(f"{ROOT}/branches?q={tree['other'].code}", headers=headers).get_json()["items"]
        assert [item["code"] for item in named] == [b(tree["other"])]
        assert client.get(f"{ROOT}/branches?area=nowhere", headers=headers).status_code == 422
        assert client.get(f"{ROOT}/branches/{b(tree['other'])}", headers=headers).get_json() == here[0]
        assert client.get(f"{ROOT}/branches/nobody", headers=headers).status_code == 404
        assert client.get(f"{ROOT}/rounds/nothing", headers=headers).status_code == 404

    def test_what_has_not_changed_is_not_sent_again(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        headers = bearer(session, make_person(session, tree["community"]))
        path = f"{ROOT}/rounds/{this_round(session).public_id}/standings/{b(tree['community'])}/next-stars"
        headers["If-None-Match"] = client.get(path, headers=headers).headers["ETag"]
        assert client.get(path, headers=headers).status_code == 304
        count_heads(session, tree["community"], 10)
        assert client.get(path, headers=headers).status_code == 200


EXAMPLES = {
    "ROUNDS": board_schemas.RoundPage,
    "ROUND": seeing.RoundDetailSchema,
    "STANDINGS": board_schemas.StandingPage,
    "TIERS": seeing.TierPage,
    "SCHEME": schemes.SchemeSchema,
    "NEXT_STARS": seeing.LackPage,
    "RADAR": seeing.RadarSchema,
    "BRANCHES": seeing.BranchPage,
    "TREND": seeing.TrendPage,
    "METRICS": metrics.MetricPage,
    "FIGURES": metrics.FigurePage,
    "METRIC_ROWS": metrics.MetricRowPage,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_the_shape_of_the_answer(name: str) -> None:
    def check(schema: Schema, value: Any) -> None:
        assert set(value) == set(schema.fields)
        for key, field in schema.fields.items():
            if isinstance(field, fields.Nested) and value[key] is not None:
                check(field.schema, value[key])
            if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
                for each in value[key]:
                    check(field.inner.schema, each)

    check(EXAMPLES[name](), getattr(examples, name))


def test_the_branch_page_asks_at_most_twelve_queries(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area], watch: Stopwatch
) -> None:
    report(session, "tasks.closed", tree["community"], participants=3)
    clock.forward(days=50)
    write(turn_rounds, now=clocks.now())
    while write(count_stale, now=clocks.now()):
        pass
    client.sign_in(make_staff(session, tree["community"]))
    client.get(f"/stars/{b(tree['community'])}")  # the others' standings and the street are kept for all who look
    with counted(session) as seen:
        client.get(f"/stars/{b(tree['community'])}")
    assert 0 < len(seen) <= 12, "\n".join(one[:150] + " ... " + one[-120:] for one in seen)
