"""Bonuses, honours, deductions and vetoes in a round: who gives them, what may be given, and how every page and call shows it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core.actor import Actor, Role
from pointsapp.core.transaction import write
from pointsapp.stars.errors import NotYourIndicator, ScoreAboveMax, ScoreNotAllowed
from pointsapp.stars.models import Assessment
from pointsapp.stars.queries import standings
from pointsapp.stars.services import Assess, assess, import_scheme
from tests.conftest import HouseClient
from tests.factories import actor_of, bearer, make_person, make_staff, make_tree
from tests.stars.test_check import RICH
from tests.stars.things import make_branches, report, this_round


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    """Two communities with a branch each under the rich scheme; three tasks done in the first: 10 points."""
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    document = deepcopy(RICH)
    document["ties"] = ["second"]
    write(import_scheme, document, {}, now=clocks.now())
    for _ in range(3):
        report(session, "tasks.closed", tree["community"], participants=3)
    return tree


def office(session: Session, tree: dict[str, Area], role: Role = Role.STREET_ADMIN) -> Actor:
    return actor_of(session, make_staff(session, tree["street"], role))


def give(session: Session, actor: Actor, area: Area, **scores: int) -> None:
    for indicator, score in scores.items():
        command = Assess(
            round_id=this_round(session).public_id,
            branch_id=f"b-{area.code}",
            indicator=indicator,
            score=score,
            reason="核实过",
        )
        write(assess, actor, command, now=clocks.now())


def total(session: Session, area: Area) -> int:
    rows = standings(session, this_round(session), now=clocks.now())
    return next(row.score.total for row in rows if row.branch.area_id == area.id)


def test_what_is_given_counts_and_can_be_taken_back(session: Session, tree: dict[str, Area]) -> None:
    actor, area = office(session, tree), tree["community"]
    give(session, actor, area, party_life=1000, idea=400, title=500, late=200)
    assert total(session, area) == 1000 + 1000 + 300 + 500 - 200  # ideas are capped at 3
    give(session, actor, area, title=0, late=0)
    assert total(session, area) == 1000 + 1000 + 300
    assert session.scalar(select(func.count(Assessment.id))) == 6, "nothing is overwritten"


@pytest.mark.parametrize(
    ("indicator", "score", "allowed"),
    [("title", 300, "0, 5"), ("title", 1, "0, 5"), ("idea", 300, "0, 2, 4"), ("accident", 50, "0, 1")],
)
def test_what_cannot_be_given(
    session: Session, tree: dict[str, Area], indicator: str, score: int, allowed: str
) -> None:
    actor = office(session, tree)
    with pytest.raises(ScoreNotAllowed) as refused:
        give(session, actor, tree["community"], **{indicator: score})
    assert refused.value.facts == {"allowed": allowed}
    assert session.scalar(select(func.count(Assessment.id))) == 0


def test_above_its_cap(session: Session, tree: dict[str, Area]) -> None:
    actor = office(session, tree)
    with pytest.raises(ScoreAboveMax):
        give(session, actor, tree["community"], title=1000)


def test_the_scheme_says_who_assesses(session: Session, tree: dict[str, Area]) -> None:
    staff = office(session, tree, Role.STAFF)
    give(session, staff, tree["community"], party_life=500, late=100)  # nobody is named: staff may
    with pytest.raises(NotYourIndicator) as refused:
        give(session, staff, tree["community"], idea=200)
    assert refused.value.facts == {"by": "街道管理员"}
    give(session, office(session, tree), tree["community"], idea=200)


def test_pages_show_them(session: Session, client: HouseClient, tree: dict[str, Area]) -> None:
    give(session, office(session, tree), tree["community"], party_life=1000, idea=200, case=100, late=300)
    path = f"/stars/b-{tree['community'].code}"
    page = client.get(path).get_data(as_text=True)
    for words in (
        "加分、扣分与一票否决",
        "因“处理”，最高为“创建中”",
        "因“处理”不能点亮",
        "扣分 3 分",
        "总分 19 分",
        "依次比较“共建共享”的得分",
    ):
        assert words in page
    assert "还差 -" not in page, "a star that a veto puts out has its points"
    assert "核实过" not in page, "reasons are for people who are signed in"
    client.sign_in(make_person(session, tree["community"]))
    assert "核实过" in client.get(path).get_data(as_text=True)
    board = client.get("/stars").get_data(as_text=True)
    for words in (
        "等次怎么定",
        "最多占支部总数的 10%，本轮 1 个名额，在名额边上并列的都评上",
        "最多 3 个名额，在名额边上并列的都不评",
    ):
        assert words in board
    english = client.get(f"{path}?lang=en").get_data(as_text=True)
    assert "Because of “处理” no tier above “创建中”" in english


def test_the_form_offers_what_one_may_give(session: Session, client: HouseClient, tree: dict[str, Area]) -> None:
    path = f"/console/stars/b-{tree['community'].code}"
    client.sign_in(make_staff(session, tree["street"], Role.STAFF))
    page = client.get(path).get_data(as_text=True)
    assert 'value="late"' in page
    assert 'value="idea"' not in page
    client.sign_in(make_staff(session, tree["street"], Role.STREET_ADMIN))
    assert 'value="idea"' in client.get(path).get_data(as_text=True)
    form = {"round_id": this_round(session).public_id, "indicator": "title", "score": "3", "reason": "市级表彰"}
    answer = client.post(f"{path}/assessments", data=form)
    assert answer.status_code == 422
    assert "这一项只能记 0, 5 分" in answer.get_data(as_text=True)
    assert client.post(f"{path}/assessments", data={**form, "score": "5"}).status_code == 303


def test_the_api_tells_them(session: Session, client: HouseClient, tree: dict[str, Area]) -> None:
    admin = make_staff(session, tree["street"], Role.STREET_ADMIN)
    give(session, actor_of(session, admin), tree["community"], title=500, late=300)
    found, branch = this_round(session).public_id, f"b-{tree['community'].code}"

    def api(path: str) -> Any:
        return client.get(f"/api/v1/five-star/rounds{path}", headers=bearer(session, admin)).get_json()

    rounds = api("")
    assert rounds["items"][0]["scheme"] == {"code": "small", "version": 1, "name": "两星", "ties": ["second"]}
    opened = api(f"/{found}/standings/{branch}")
    assert {each["key"]: (each["kind"], each["score"], each["star"]) for each in opened["items"]} == {
        "idea": ("bonus", 0, None),
        "title": ("honour", 5, None),
        "late": ("deduction", 3, "second"),
        "case": ("veto", 0, None),
        "accident": ("veto", 0, None),
    }
    assert opened["steps"][0] == "各星合计 7 分"
    assert opened["stars"][1]["steps"][:2] == ["各项相加 10 分", "扣分 3 分"]
    tasks = next(each for each in opened["stars"][1]["indicators"] if each["key"] == "tasks")
    assert tasks["steps"] == ["完成任务 3 项", "达到 3，得 10 分"]
