"""The five-star pages by role: what a guest, a resident, staff elsewhere, staff here, the secretary and the street office see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.services import MemberDraft, count_stale, import_members
from tests.conftest import HouseClient, Stopwatch
from tests.factories import make_person, make_staff
from tests.stars.things import report, report_work, this_round


@pytest.fixture
def people(session: Session, tree: dict[str, Area]) -> dict[str, Person]:
    found = {
        "resident": make_person(session, tree["community"]),
        "elsewhere": make_staff(session, tree["other"]),
        "staff": make_staff(session, tree["community"]),
        "secretary": make_staff(session, tree["community"], Role.BRANCH_SECRETARY),
        "office": make_staff(session, tree["street"], Role.STREET_ADMIN),
    }
    for person in found.values():
        session.expunge(person)  # a rolled back request must not empty it
    return found


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*args: Any) -> None:
        if not args[2].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(args[2])

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def b(area: Area) -> str:
    return f"b-{area.code}"


class TestBoard:
    def test_before_anything_was_imported(self, client: HouseClient, session: Session) -> None:
        page = client.get("/stars")
        assert page.status_code == 200
        assert "五星榜还没有挂出来" in page.text

    def test_a_guest_sees_counts_and_no_name(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        for number in range(6):
            report_work(session, tree["community"], make_person(session, tree["community"], name=f"慕容小{number}"))
        board = client.get("/stars").text
        assert "军区社区党支部" in board
        assert "总分相同名次并列" in board
        page = client.get(f"/stars/{b(tree['community'])}")
        assert page.status_code == 200
        assert "来自 6 条记录" in page.text
        assert "慕容" not in board + page.text
        assert "去登录" in page.text

    def test_residents_see_masked_rows_and_officers_names(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        for number in range(6):
            report_work(session, tree["community"], make_person(session, tree["community"], name=f"慕容小{number}"))
        path = f"/stars/{b(tree['community'])}"
        for who, seen, hidden in (
            ("resident", "慕容**", "慕容小"),
            ("elsewhere", "慕容**", "慕容小"),
            ("staff", "慕容小3", "慕容**"),
        ):
            text = client.sign_in(people[who]).get(path).text
            assert seen in text, who
            assert hidden not in text, who

    def test_an_older_round_can_be_asked_for(
        self, client: HouseClient, session: Session, tree: dict[str, Area]
    ) -> None:
        found = this_round(session).public_id
        assert client.get(f"/stars?round={found}").status_code == 200
        assert client.get("/stars?round=nothing").status_code == 404
        assert client.get("/stars/nowhere").status_code == 404

    def test_in_english(self, client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
        text = client.get("/stars?lang=en").text
        assert "Five-star branches" in text
        assert "Q4 2026" in text

    @pytest.mark.parametrize("path", ["/stars", "/stars/{branch}", "/wall"])
    def test_at_most_twelve_queries(
        self,
        client: HouseClient,
        session: Session,
        tree: dict[str, Area],
        people: dict[str, Person],
        path: str,
        watch: Stopwatch,
    ) -> None:
        address = path.format(branch=b(tree["community"]))
        client.sign_in(people["office"])
        if path != "/wall":
            client.get("/stars")
            client.get(address)  # the others' standings are kept for all who look
            while write(count_stale, now=clock.now()):
                pass
        with counted(session) as seen:
            assert client.get(address).status_code == 200
        assert 0 < len(seen) <= 12, seen


class TestConsole:
    @pytest.mark.parametrize(
        ("who", "overview", "branch", "members"),
        [
            ("guest", 302, 302, 302),
            ("resident", 403, 403, 403),
            ("elsewhere", 200, 200, 403),
            ("staff", 200, 200, 403),
            ("secretary", 200, 200, 200),
            ("office", 200, 200, 200),
        ],
    )
    def test_who_may_open_what(
        self,
        client: HouseClient,
        session: Session,
        tree: dict[str, Area],
        people: dict[str, Person],
        who: str,
        overview: int,
        branch: int,
        members: int,
    ) -> None:
        if who != "guest":
            client.sign_in(people[who])
        base = f"/console/stars/{b(tree['community'])}"
        found = (
            client.get("/console/stars").status_code,
            client.get(base).status_code,
            client.get(f"{base}/members").status_code,
        )
        assert found == (overview, branch, members)

    def test_the_members_are_named_for_the_secretary_only(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        member = make_person(session, tree["community"], name="诸葛大明")
        draft = MemberDraft(line=2, phone=member.phone or "", branch_code=b(tree["community"]))
        write(import_members, [draft], now=clock.now())
        report_work(session, tree["community"], make_person(session, tree["community"]))
        page = client.sign_in(people["secretary"]).get(f"/console/stars/{b(tree['community'])}/members")
        assert "诸葛大明" in page.text
        other = client.sign_in(people["elsewhere"]).get(f"/console/stars/{b(tree['community'])}")
        assert "诸葛" not in other.text
        assert "/members" not in other.text

    def test_the_form_is_there_for_those_who_may(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        path = f"/console/stars/{b(tree['community'])}"
        for who, assesses, aims in (
            ("staff", True, True),
            ("office", True, True),
            ("secretary", False, True),
            ("elsewhere", False, False),
        ):
            text = client.sign_in(people[who]).get(path).text
            assert ("/assessments" in text) == assesses, who
            assert ("/aims" in text) == aims, who

    def test_assessing(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        branch, found = b(tree["community"]), this_round(session).public_id
        typed = {"round_id": found, "indicator": "party_life", "score": "8.5", "reason": "台账齐全", "request_id": "r1"}
        client.sign_in(people["office"])
        done = client.post(f"/console/stars/{branch}/assessments", data=typed)
        assert (done.status_code, done.location) == (303, f"/console/stars/{branch}")
        again = client.post(f"/console/stars/{branch}/assessments", data=typed)
        assert again.status_code == 303
        page = client.get(f"/console/stars/{branch}").text
        assert len(re.findall("台账齐全", page)) == 1
        assert "已记下这次评定" in page

    @pytest.mark.parametrize(
        ("over", "status", "words"),
        [
            ({"score": "11"}, 422, "超过满分"),
            ({"score": "many"}, 422, "应是数字"),
            ({"score": ""}, 422, "必须填写"),
            ({"reason": ""}, 422, "必须填写"),
            ({"indicator": "hours"}, 422, "由平台自动计算"),
            ({"indicator": "no"}, 422, "没有这个指标"),
            ({"branch_id": "b-other", "score": "999999999999999999999999"}, 422, "最多两位小数"),
        ],
    )
    def test_a_wrong_form_is_shown_again_with_what_was_typed(
        self,
        client: HouseClient,
        session: Session,
        tree: dict[str, Area],
        people: dict[str, Person],
        over: dict[str, str],
        status: int,
        words: str,
    ) -> None:
        found = this_round(session).public_id
        typed = {"round_id": found, "indicator": "party_life", "score": "5", "reason": "看了台账", **over}
        page = client.sign_in(people["office"]).post(f"/console/stars/{b(tree['community'])}/assessments", data=typed)
        assert page.status_code == status
        assert words in page.text
        if "reason" not in over:
            assert "看了台账" in page.text

    @pytest.mark.parametrize("who", ["resident", "elsewhere", "secretary"])
    def test_who_may_not_assess(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person], who: str
    ) -> None:
        typed = {"round_id": this_round(session).public_id, "indicator": "party_life", "score": "5", "reason": "x"}
        page = client.sign_in(people[who]).post(f"/console/stars/{b(tree['community'])}/assessments", data=typed)
        assert page.status_code == 403

    def test_aims(
        self, client: HouseClient, session: Session, tree: dict[str, Area], people: dict[str, Person]
    ) -> None:
        branch, found = b(tree["community"]), this_round(session).public_id
        client.sign_in(people["secretary"])
        done = client.post(f"/console/stars/{branch}/aims", data={"round_id": found, "stars": ["second"]})
        assert done.status_code == 303
        assert "未申报" in client.get(f"/stars/{branch}").text
        wrong = client.post(f"/console/stars/{branch}/aims", data={"round_id": found, "stars": ["moon"]})
        assert wrong.status_code == 422
        client.sign_in(people["elsewhere"])
        assert client.post(f"/console/stars/{branch}/aims", data={"round_id": found}).status_code == 403


def test_the_wall_shows_words_with_every_mark(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    for _ in range(3):
        report(session, "tasks.closed", tree["community"], participants=2)
    page = client.get("/wall").text
    assert "挂图作战" in page
    assert "已点亮 10 / 20" in page
    assert 'aria-label="共建共享：已点亮"' in page
    assert 'data-wall="/wall/screen"' in page
