"""The pages of plans and of the catalogue by role: what a guest, a neighbour, the secretary and the street office see and may do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock, events, metrics
from pointsapp.core.actor import Role
from pointsapp.core.errors import Forbidden
from pointsapp.core.paging import PageRequest
from pointsapp.people.models import Person
from pointsapp.people.queries import load_actor
from pointsapp.stars.models import PlanItem
from pointsapp.stars.queries import CATALOGUE, METRICS, figures, metric_rows, one_standing, register, register_evidence
from pointsapp.stars.queries.metrics import GIVEN
from pointsapp.stars.services import collect
from tests.conftest import Clock, HouseClient
from tests.factories import bearer, make_person, make_staff
from tests.stars.things import report, report_work, this_round


@pytest.fixture
def people(session: Session, tree: dict[str, Area]) -> dict[str, Person]:
    found = {
        "neighbour": make_person(session, tree["community"]),
        "leader": make_staff(session, tree["community"], Role.GRID_LEADER),
        "secretary": make_staff(session, tree["community"], Role.BRANCH_SECRETARY),
        "office": make_staff(session, tree["street"], Role.STREET_ADMIN),
    }
    for person in found.values():
        session.expunge(person)
    return found


def form(session: Session, **over: Any) -> dict[str, Any]:
    plain = {
        "round_id": this_round(session).public_id,
        "goal": "first/party_life",
        "title": "补齐三会一课",
        "lead_unit": "组织办",
        "responsible_unit": "社区党总支",
        "due_on": "2026-11-30",
    }
    return plain | over


def put_down(client: HouseClient, session: Session, area: Area, **over: Any) -> str:
    answer = client.post(f"/console/stars/b-{area.code}/plan", data=form(session, **over))
    assert answer.status_code == 303
    return session.scalars(select(PlanItem.public_id).order_by(PlanItem.id.desc())).first() or ""


class TestPlan:
    def test_the_secretary_writes_it_and_everybody_reads_it_without_names(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        item = put_down(client, session, tree["community"], person_id=people["leader"].public_id)
        address = f"/stars/b-{tree['community'].code}/plan"
        assert people["leader"].name in client.get(address).text
        client.sign_in(people["neighbour"])
        for page in (address, f"{address}/{item}"):
            text = client.get(page).text
            assert "补齐三会一课" in text
            assert people["leader"].name not in text
            assert people["secretary"].name not in text

    def test_progress_evidence_and_change_go_through_the_phone_and_leave_a_trace(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        item, branch = put_down(client, session, tree["community"]), f"b-{tree['community'].code}"
        there = f"/console/stars/{branch}/plan/{item}"
        assert client.post(f"{there}/progress", data={"progress": "40"}).status_code == 303
        assert client.post(f"{there}/evidence", data={"note": "会议记录在三号柜"}).status_code == 303
        assert client.post(there, data=form(session, title="补齐三会一课记录")).status_code == 303
        text = client.get(f"/stars/{branch}/plan/{item}").text
        assert "会议记录在三号柜" in text
        assert "<del>0</del> → <ins>40</ins>" in text
        assert "<del>补齐三会一课</del> → <ins>补齐三会一课记录</ins>" in text
        assert client.post(f"{there}/withdrawal", data={"reason": "并入下季度"}).status_code == 303
        assert client.post(f"{there}/progress", data={"progress": "50"}).status_code == 409

    @pytest.mark.parametrize(
        ("over", "words"),
        [
            ({"due_on": "2027-02-01"}, "时限不在本轮内"),
            ({"goal": "third"}, "这一轮的方案里没有这颗星"),
            ({"title": ""}, "必须填写"),
        ],
    )
    def test_a_wrong_form_is_shown_again_with_its_reason_and_what_was_typed(
        self,
        client: HouseClient,
        session: Session,
        tree: dict[str, Area],
        people: dict[str, Person],
        over: dict[str, str],
        words: str,
    ) -> None:
        client.sign_in(people["secretary"])
        answer = client.post(f"/console/stars/b-{tree['community'].code}/plan", data=form(session, **over))
        assert answer.status_code == 422
        assert words in answer.text
        assert "社区党总支" in answer.text

    def test_the_street_office_sees_all_plans_and_is_offered_no_form(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        put_down(client, session, tree["community"], due_on="2026-11-20")  # yesterday was its last day
        client.sign_in(people["office"])
        text = client.get("/console/star-plans").text
        assert text.count("还没有列计划") == 1
        assert "0/1" in text
        desk = client.get(f"/console/stars/b-{tree['community'].code}/plan").text
        assert "已逾期" in desk
        assert 'name="lead_unit"' not in desk
        refused = client.post(f"/console/stars/b-{tree['community'].code}/plan", data=form(session))
        assert refused.status_code == 403

    def test_the_wall_and_the_branch_page_lead_down_to_the_items(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        item = put_down(client, session, tree["community"], due_on="2026-11-20")
        client.delete_cookie("session")
        wall = client.get("/wall").text
        assert "计划事项</span> 0/1" in wall
        assert "逾期 1" in wall
        assert f"/plan/{item}" in client.get(f"/stars/b-{tree['community'].code}").text


class TestCatalogue:
    def test_it_says_what_each_counts_and_what_never_scores(self, client: HouseClient, tree: dict[str, Area]) -> None:
        text = client.get("/stars/metrics").text
        for key in CATALOGUE:
            assert f'id="{key}"' in text
        informational = {"registrations", "vouchers_issued", "redemptions", "redemption_rate"}
        assert text.count("只供了解</span>") == len(informational)
        assert set(CATALOGUE) - set(METRICS) == informational

    def test_figures_divide_by_the_official_head_count_and_say_when_there_is_none(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        report_work(session, tree["community"], people["neighbour"], 90)
        text = client.get(f"/stars/b-{tree['community'].code}/metrics").text
        assert "还没有官方人口数" in text
        found, standing = one_standing(session, this_round(session), f"b-{tree['community'].code}", now=clock.now())
        by_key = {row.metric.key: row for row in figures(session, found, standing, None, now=clock.now())}
        assert by_key["service_minutes"].figure == 90
        assert (by_key["service_minutes_per_thousand"].figure, by_key["service_minutes_per_thousand"].base) == (
            None,
            None,
        )

    def test_a_rate_of_events_is_nothing_without_what_it_divides_by(
        self, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        def shown() -> dict[str, tuple[int | None, int | None]]:
            found, standing = one_standing(session, this_round(session), f"b-{tree['community'].code}", now=clock.now())
            rows = figures(session, found, standing, None, now=clock.now())
            return {row.metric.key: (row.figure, row.base) for row in rows if not row.metric.can_score}

        assert shown()["redemption_rate"] == (None, 0)
        for kind in ("redemption.voucher_issued",) * 3 + ("redemption.voucher_redeemed",) * 2:
            report(session, kind, tree["community"], people["neighbour"])
        assert shown()["redemption_rate"] == (66, 3)
        assert (shown()["redemptions"], shown()["vouchers_issued"]) == ((2, None), (3, None))

    def test_what_is_for_information_is_counted_from_events_and_opens_to_officers(
        self, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        for _ in range(3):
            report(session, "people.joined", tree["community"], people["neighbour"])
        report(session, "people.joined", tree["other"], people["neighbour"])
        found, standing = one_standing(session, this_round(session), f"b-{tree['community'].code}", now=clock.now())
        by_key = {row.metric.key: row for row in figures(session, found, standing, None, now=clock.now())}
        assert (by_key["registrations"].figure, by_key["registrations"].opens) == (3, False)
        neighbour, secretary = (
            load_actor(session, people[who].id, now=clock.now()) for who in ("neighbour", "secretary")
        )
        assert neighbour is not None
        assert secretary is not None
        page = PageRequest(limit=2)
        with pytest.raises(Forbidden):
            metric_rows(session, found, standing, neighbour, "registrations", page, now=clock.now())
        first = metric_rows(session, found, standing, secretary, "registrations", page, now=clock.now()).rows
        assert [row.person for row in first.items] == [None, None]
        assert first.next_cursor is not None

    def test_a_new_feature_adds_a_metric_without_touching_the_board(
        self, session: Session, clock: Clock, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        metric = metrics.Metric(
            key="reports_closed_in_time", name="按时办结", unit="件", counts="…", formula="…", evidence="closed_in_time"
        )
        gives = metrics.Gives(
            kind="reports.closed", evidence="closed_in_time", amount=lambda facts: int(facts["in_time"])
        )
        register(metric)
        register_evidence(gives)
        events.subscribe("reports.closed", "stars.evidence", collect)
        try:
            for in_time in (True, True, False):
                report(session, "reports.closed", tree["community"], people["neighbour"], in_time=in_time)
            found, standing = one_standing(session, this_round(session), f"b-{tree['community'].code}", now=clock.at)
            by_key = {row.metric.key: row.figure for row in figures(session, found, standing, None, now=clock.at)}
            assert by_key["reports_closed_in_time"] == 2
        finally:
            for known in (CATALOGUE, METRICS):
                known.pop(metric.key, None)
            GIVEN.pop("reports.closed", None)

    def test_a_key_is_taken_once_and_what_leaves_no_evidence_cannot_score(self) -> None:
        plain = {"name": "x", "unit": "x", "counts": "x", "formula": "x"}
        with pytest.raises(ValueError, match="two metrics"):
            register(metrics.Metric(key="participants", **plain))
        with pytest.raises(ValueError, match="cannot score"):
            register(metrics.Metric(key="clicks", by=metrics.Counting.EVENTS, evidence="web.clicked", **plain))
        assert "clicks" not in CATALOGUE


class TestApi:
    def test_metrics_figures_rows_and_plan_are_read_as_json(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        for _ in range(3):
            report(session, "tasks.closed", tree["community"], participants=2)
        client.sign_in(people["secretary"])
        item = put_down(client, session, tree["community"])
        found = this_round(session)
        headers = bearer(session, people["neighbour"])

        def ask(path: str) -> Any:
            return client.get(f"/api/v1{path}", headers=headers).get_json()

        where = f"/five-star/rounds/{found.public_id}/standings/b-{tree['community'].code}"
        keys = {row["key"]: row for row in ask("/five-star/metrics")["items"]}
        assert keys["registrations"]["can_score"] is False
        shown = ask(f"{where}/metrics")["items"]
        assert {row["key"]: row["figure"] for row in shown}["tasks_completed"] == 3
        first = ask(f"{where}/metrics/tasks_completed/rows?limit=2")
        rest = ask(f"{where}/metrics/tasks_completed/rows?limit=2&cursor={first['next_cursor']}")
        assert len({row["id"] for row in first["items"] + rest["items"]}) == 3
        assert rest["next_cursor"] is None
        plan = ask(f"{where}/plan")
        assert [(row["id"], row["state"], row["person"]) for row in plan["items"]] == [(item, "on_course", None)]
        assert plan["baseline"]["tasks_completed"] == 0
