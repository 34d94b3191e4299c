"""The pages of a round's end, walked by those who use them: the street office, a neighbour, a second person, a guest."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.stars.models import Erratum, Objection
from pointsapp.stars.queries import RoundRow, find_branch, find_round
from pointsapp.stars.services import Assess, MemberDraft, assess, import_members
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_person, make_platform_admin, make_staff, make_tree
from tests.stars.things import close_it, make_branches, open_small_round, publish_it, report, this_round


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    for _ in range(3):
        report(session, "tasks.closed", tree["community"], participants=3)
    return tree


def test_a_refusal_is_told_also_where_the_page_has_no_form_for_it(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    """A secretary scores, or aims in a closed round: the branch's page shows them neither form, and yet says why not."""
    branch, found = f"b-{tree['community'].code}", this_round(session)
    secretary = make_staff(session, tree["community"], Role.BRANCH_SECRETARY)
    session.refresh(secretary)
    session.expunge(secretary)
    client.sign_in(secretary)
    form = {"round_id": found.public_id, "indicator": "party_life", "score": "1", "reason": "看过"}
    refused = client.post(f"/console/stars/{branch}/assessments", data=form)
    assert refused.status_code == 403
    assert "您没有做这件事的权限" in refused.text
    closed = close_it(session, clock, found)
    client.sign_in(secretary)
    refused = client.post(f"/console/stars/{branch}/aims", data={"round_id": closed.public_id, "stars": "first"})
    assert refused.status_code == 409
    assert "结束的轮次不再改动" in refused.text


def test_from_the_closing_page_to_an_erratum(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    found: RoundRow = this_round(session)
    admin, second = make_staff(session, tree["street"], Role.STREET_ADMIN), make_platform_admin(session)
    neighbour, desk = make_person(session, tree["community"]), make_staff(session, tree["community"])
    branch, code = f"b-{tree['community'].code}", found.public_id
    for one in (admin, second, neighbour, desk):
        session.expunge(one)

    client.sign_in(admin)
    page = client.get("/console/star-rounds").get_data(as_text=True)
    assert "没有评定的项目" in page
    assert "三会一课" in page
    assert "submit_round_publication" not in page
    clock.at = found.cut_off_at.replace(hour=17)
    client.sign_in(admin)  # a cookie does not live so long
    refused = client.post(f"/console/star-rounds/{code}/publication", data={})
    assert refused.status_code == 422
    assert "还有 2 项没有办完" in refused.get_data(as_text=True)
    done = client.post(f"/console/star-rounds/{code}/publication", data={"reason": "材料在区里"})
    assert done.status_code == 303
    assert client.post(f"/console/star-rounds/{code}/freeze", data={}).status_code == 409

    client.sign_in(neighbour)
    form = {"round_id": code, "indicator": "party_life", "text": "漏了一次会议 <b>"}
    assert client.post(f"/stars/{branch}/objections", data=form).status_code == 303
    assert "漏了一次会议 &lt;b&gt;" in client.get(f"/stars/{branch}/objections?round={code}").get_data(as_text=True)
    raised = session.scalars(select(Objection.public_id)).one()

    client.sign_in(make_staff(session, tree["street"], Role.ASSESSOR))
    page = client.get(f"/console/star-objections?round={code}").get_data(as_text=True)
    assert "有 1 条异议等待答复" in page
    assert "漏了一次会议" not in page

    client.sign_in(desk)
    assert raised in client.get(f"/console/star-objections?round={code}").get_data(as_text=True)
    answer = {"verdict": "upheld", "answer": "补记一次", "score": "8.5"}
    for wrong in ({**answer, "score": "x"}, {**answer, "verdict": "maybe"}, {**answer, "answer": " "}):
        assert client.post(f"/console/star-objections/{raised}/answer", data=wrong).status_code == 422
    assert client.post(f"/console/star-objections/{raised}/answer", data=answer).status_code == 303

    clock.at = find_round(session, code).objections_until or clock.at
    client.sign_in(admin)
    assert client.post(f"/console/star-rounds/{code}/freeze", data={}).status_code == 303
    wrong_score = {
        "round_id": code, "branch_id": branch, "target": "party_life", "corrected": "7.5", "what": "多记一分", "why": "重复",
    }  # fmt: skip
    assert client.post("/console/star-errata", data={**wrong_score, "corrected": "1e9"}).status_code == 422
    chosen = find_branch(session, branch).public_id
    take_back = {"round_id": code, "branch_id": chosen, "target": "party", "why": ""}
    refused = client.post("/console/star-errata/stars", data=take_back)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)  # what was chosen stands in its own form, not in the erratum's
    assert f'value="{chosen}" selected' in page.split('id="take-back"')[1]
    assert f'value="{chosen}" selected' not in page.split('id="take-back"')[0]
    assert client.post("/console/star-errata", data=wrong_score).status_code == 303
    proposed = session.scalars(select(Erratum.public_id)).one()
    assert client.post(f"/console/star-errata/{proposed}/confirmation", data={}).status_code == 403
    client.sign_in(second)
    assert "18.5" in client.get(f"/console/star-errata/{proposed}").get_data(as_text=True)
    assert client.post(f"/console/star-errata/{proposed}/confirmation", data={}).status_code == 303

    client = client.application.test_client()  # type: ignore[assignment]
    page = client.get(f"/star-rounds/{code}").get_data(as_text=True)
    assert "第 2 版改了什么" in page
    assert "材料在区里" in page
    assert "已被第 2 版取代" in page
    english = client.get(f"/star-rounds/{code}?lang=en&edition=1").get_data(as_text=True)
    assert "You are reading edition 1" in english
    assert client.get(f"/star-rounds/{code}?edition=9").status_code == 404
    page = client.get(f"/stars/{branch}/objections?round={code}").get_data(as_text=True)
    assert "补记一次" in page
    assert "漏了一次会议" not in page  # the words are for the offices and whoever wrote them
    assert "17.5" in client.get(f"/stars?round={code}").get_data(as_text=True)


def test_an_objection_says_why_it_is_not_ones_own_to_answer(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    """Who objected, who scored and who belongs to the branch read which of these it is; who may answer finds the form."""
    area, found = tree["community"], this_round(session)
    branch, code = f"b-{area.code}", found.public_id
    scorer, second = (make_staff(session, tree["street"], Role.STREET_ADMIN) for _ in range(2))
    desk, member, auditor = (make_staff(session, area, role) for role in (Role.STAFF, Role.STAFF, Role.AUDITOR))
    draft = MemberDraft(line=2, phone=member.phone or "", branch_code=branch)
    for one in (scorer, second, desk, member, auditor):
        session.expunge(one)
    write(import_members, [draft], now=clock.now())
    given = Assess(round_id=code, branch_id=branch, indicator="party_life", score=500, reason="看过")
    write(assess, actor_of(session, scorer), given, now=clock.now())
    publish_it(session, clock, found)
    client.sign_in(desk)
    form = {"round_id": code, "indicator": "party_life", "text": "漏了一次会议"}
    assert client.post(f"/stars/{branch}/objections", data=form).status_code == 303
    address = f"/console/star-objections/{session.scalars(select(Objection.public_id)).one()}"
    for person, words in (
        (desk, "这条异议是您提出的"),
        (scorer, "异议说到的得分有您评过的"),
        (member, "您是这个支部的书记或党员"),
        (auditor, "由这个支部所在社区或街道的工作人员答复"),
    ):
        client.sign_in(person)
        page = client.get(address).get_data(as_text=True)
        assert words in page
        assert 'name="verdict"' not in page
        typed = {"verdict": "rejected", "answer": "已核对"}
        assert client.post(f"{address}/answer", data=typed).status_code == 403
    client.sign_in(second)
    page = client.get(address).get_data(as_text=True)
    assert 'name="verdict"' in page
    assert "要由另一个人答复" not in page
