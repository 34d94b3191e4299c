"""Draws and findings over the API: a draw is open to everybody and can be run again from the answer; findings go by remit."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from pointsapp.core import uploads
from pointsapp.core.attic import Attic
from pointsapp.core.transaction import write
from pointsapp.inspections.rules.draw import check_again
from pointsapp.inspections.services import (
    RecordFinding,
    Step,
    answer_finding,
    cancel_draw,
    record_finding,
    reveal_draw,
)
from tests.conftest import Clock, HouseClient
from tests.factories import bearer
from tests.inspections.things import SEED, VALUE, Street
from tests.stars.things import this_round

ROOT = "/api/v1/five-star"
TODAY = date(2026, 11, 21)


def ask(client: HouseClient, session: Session, street: Street, who: str | None, path: str) -> Any:
    headers = bearer(session, session.merge(street.people[who])) if who else {}
    return client.get(f"{ROOT}{path}", headers=headers)


def found(client: HouseClient, session: Session, street: Street, who: str | None, path: str) -> Any:
    answer = ask(client, session, street, who, path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


class TestDraws:
    def test_before_the_value_is_known_nobody_reads_the_seed(
        self, session: Session, client: HouseClient, street: Street
    ) -> None:
        draw = street.announce().public_id
        for who in (None, "office"):
            body = found(client, session, street, who, f"/draws/{draw}")
            assert (body["state"], body["number"], body["take"], body["branch_count"]) == ("committed", 1, 3, 7)
            assert [body[name] for name in ("seed", "value", "result", "commitment_text", "over_at")] == [None] * 5
            assert len(body["commitment"]) == len(body["branches_sha256"]) == len(body["inspectors_sha256"]) == 64
            assert SEED not in str(body)
            assert len(body["branches"]) == 7
        assert {one["name"] for one in found(client, session, street, None, f"/draws/{draw}")["inspectors"]} == {None}
        named = found(client, session, street, "office", f"/draws/{draw}")["inspectors"]
        assert all(one["name"] for one in named)

    def test_afterwards_anybody_runs_it_again_from_the_answer(
        self, session: Session, client: HouseClient, clock: Clock, street: Street
    ) -> None:
        draw = street.announce().public_id
        clock.forward(hours=21)
        write(reveal_draw, street.actor("office"), draw, VALUE, "中国福彩网", now=clock.at)
        body = found(client, session, street, None, f"/draws/{draw}")
        assert (body["state"], body["seed"], body["value"], body["value_found"]) == (
            "revealed", SEED, VALUE, "中国福彩网",
        )  # fmt: skip
        checks = check_again(body["document"])
        assert {one.what for one in checks} == {"branches", "inspectors", "commitment", "result"}
        assert all(one.is_right for one in checks)
        assert [one["code"] for one in body["result"]] == [one["code"] for one in body["document"]["result"]]
        assert body["commitment_text"].endswith(f"seed={SEED}\n")

    def test_the_list_is_paged_and_keeps_what_was_given_up(
        self, session: Session, client: HouseClient, clock: Clock, street: Street
    ) -> None:
        first = street.announce().public_id
        write(cancel_draw, street.actor("office"), first, "名单有误", now=clock.at)
        second = street.announce().public_id
        page = found(client, session, street, None, "/draws?limit=1")
        assert [one["id"] for one in page["items"]] == [second]
        rest = found(client, session, street, None, f"/draws?limit=1&cursor={page['next_cursor']}")
        assert [(one["id"], one["state"]) for one in rest["items"]] == [(first, "cancelled")]
        assert rest["next_cursor"] is None
        given_up = found(client, session, street, None, f"/draws/{first}")
        assert (given_up["reason"], given_up["seed"], given_up["result"]) == ("名单有误", None, None)
        of_round = found(client, session, street, None, f"/draws?round={this_round(session).public_id}")
        assert len(of_round["items"]) == 2
        assert found(client, session, street, None, "/draws?round=another")["items"] == []
        assert ask(client, session, street, None, "/draws/nosuch").status_code == 404


def recorded(street: Street, clock: Clock, branch: str | None = None, photos: tuple[str, ...] = ()) -> str:
    command = RecordFinding(
        branch_id=branch or street.branch, text="缺签到表", due_on=TODAY + timedelta(days=7), goal="first/party_life",
        photos=photos,
    )  # fmt: skip
    return write(record_finding, street.actor("inspector"), command, now=clock.at).public_id


class TestFindings:
    def test_officers_read_those_within_their_remit(
        self, session: Session, client: HouseClient, clock: Clock, street: Street
    ) -> None:
        own = recorded(street, clock)
        other = recorded(street, clock, f"b-{street.tree['other'].code}")
        for who, seen in (
            ("office", {own, other}), ("inspector", {own, other}), ("auditor", {own, other}), ("reader", {own, other}),
            ("secretary", {own}), ("other_secretary", {other}), ("foreign_office", set()),
        ):  # fmt: skip
            page = found(client, session, street, who, "/findings")
            assert {one["id"] for one in page["items"]} == seen, who
            for finding in (own, other):
                status = ask(client, session, street, who, f"/findings/{finding}").status_code
                assert status == (200 if finding in seen else 404), who
        body = found(client, session, street, "secretary", f"/findings/{own}")
        assert body["branch"] == {"id": street.public_id(street.branch), "name": f"{street.communities[0].name}党支部"}
        assert (body["star"], body["indicator"], body["state"], body["due_on"]) == (
            "first", "party_life", "open", "2026-11-28",
        )  # fmt: skip
        assert body["by"] == body["steps"][0]["by"] == street.people["inspector"].name
        assert body["round_id"] == this_round(session).public_id
        masked = found(client, session, street, "reader", f"/findings/{own}")
        assert masked["by"] is masked["steps"][0]["by"] is None
        assert found(client, session, street, "reader", "/findings")["items"][0]["by"] is None

    def test_residents_and_guests_read_counts_only(
        self, session: Session, client: HouseClient, clock: Clock, street: Street
    ) -> None:
        finding = recorded(street, clock)
        assert ask(client, session, street, None, "/findings").status_code == 401
        assert ask(client, session, street, None, f"/findings/{finding}").status_code == 401
        counts = f"/rounds/{this_round(session).public_id}/finding-counts"
        assert found(client, session, street, None, counts) == {"all": 1, "open": 1, "overdue": 0, "closed": 0}
        assert ask(client, session, street, None, "/rounds/nosuch/finding-counts").status_code == 404

    def test_they_are_chosen_by_state_branch_and_round(
        self, session: Session, client: HouseClient, clock: Clock, street: Street
    ) -> None:
        first, second = recorded(street, clock), recorded(street, clock)
        write(answer_finding, street.actor("secretary"), Step(finding_id=first, text="已补齐"), now=clock.at)
        third = recorded(street, clock, f"b-{street.tree['other'].code}")

        def ids(query: str) -> list[str]:
            return [one["id"] for one in found(client, session, street, "office", f"/findings?{query}")["items"]]

        assert ids("state=answered") == [first]
        assert ids("state=open") == [third, second]
        assert ids("state=overdue") == []
        assert ids(f"branch={street.public_id(street.branch)}") == [second, first]
        assert ids(f"round={this_round(session).public_id}") == [third, second, first]
        assert ids("round=another") == []
        clock.forward(days=8)
        assert ids("state=overdue") == [third, second]
        assert ask(client, session, street, "office", "/findings?state=nonsense").status_code == 422

    def test_a_picture_goes_to_who_may_read_its_finding(
        self, session: Session, client: HouseClient, clock: Clock, street: Street, app: Flask
    ) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (9, 9)).save(picture, "PNG")
        kept = Attic(app.config["SETTINGS"].instance_path / "findings").keep(uploads.clean(picture.getvalue()).content)
        finding = recorded(street, clock, photos=(kept,))
        [photo] = found(client, session, street, "secretary", f"/findings/{finding}")["steps"][0]["photos"]
        answer = ask(client, session, street, "secretary", f"/finding-photos/{photo}")
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert ask(client, session, street, "other_secretary", f"/finding-photos/{photo}").status_code == 404
        assert ask(client, session, street, None, f"/finding-photos/{photo}").status_code == 401
