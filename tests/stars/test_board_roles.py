"""Assessor, inspector, district reader and auditor on the star board: what each may read and score, and nothing more."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.stars.errors import NotYourIndicator, OutsideRemit, OwnBranch
from pointsapp.stars.models import Membership
from pointsapp.stars.queries import evidence_page, find_branch, one_standing
from pointsapp.stars.services import Assess, assess, import_scheme
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_person, make_staff, make_tree
from tests.stars.things import SMALL_SCHEME, make_branches, report_work, this_round

BOARD = (Role.ASSESSOR, Role.INSPECTOR, Role.DISTRICT_READER, Role.AUDITOR)


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    scheme: dict[str, Any] = copy.deepcopy(SMALL_SCHEME)
    life = scheme["stars"][0]["indicators"][1]
    life["max"] = 5
    scheme["stars"][0]["indicators"].append(
        {"key": "fire_safety", "name": "消防", "max": 5, "source": "assessed", "by": ["inspector"]}
    )
    write(import_scheme, scheme, {}, now=clock.at)
    return tree


def acting(session: Session, area: Area, role: Role) -> Actor:
    return actor_of(session, make_staff(session, area, role))


def score(session: Session, actor: Actor, tree: dict[str, Area], indicator: str, clock: Clock) -> object:
    command = Assess(
        round_id=this_round(session).public_id,
        branch_id=f"b-{tree['community'].code}",
        indicator=indicator,
        score=100,
        reason="看过台账",
    )
    return write(assess, actor, command, now=clock.at)


def test_an_assessor_scores_what_the_scheme_leaves_open(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    assessor = acting(session, tree["street"], Role.ASSESSOR)
    assert score(session, assessor, tree, "party_life", clock)
    with pytest.raises(NotYourIndicator):
        score(session, assessor, tree, "fire_safety", clock)
    with pytest.raises(OutsideRemit):
        score(session, acting(session, tree["other"], Role.ASSESSOR), tree, "party_life", clock)


def test_an_inspector_scores_only_what_names_inspectors(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    inspector = acting(session, tree["street"], Role.INSPECTOR)
    assert score(session, inspector, tree, "fire_safety", clock)
    with pytest.raises(NotYourIndicator) as refused:
        score(session, inspector, tree, "party_life", clock)
    assert "评定员" in str(refused.value.facts["by"])


@pytest.mark.parametrize("role", [Role.DISTRICT_READER, Role.AUDITOR])
def test_readers_and_auditors_score_nothing(session: Session, clock: Clock, tree: dict[str, Area], role: Role) -> None:
    for indicator in ("party_life", "fire_safety"):
        with pytest.raises(Forbidden):
            score(session, acting(session, tree["district"], role), tree, indicator, clock)


def test_nobody_of_them_scores_their_own_branch(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    assessor = acting(session, tree["street"], Role.ASSESSOR)
    branch = find_branch(session, f"b-{tree['community'].code}")
    session.add(Membership(person_id=assessor.person_id, branch_id=branch.id, recorded_at=clock.at))
    session.commit()
    with pytest.raises(OwnBranch):
        score(session, assessor, tree, "party_life", clock)


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.DISTRICT_READER, "欧阳**"),
        (Role.AUDITOR, "欧阳建国"),
        (Role.INSPECTOR, "欧阳建国"),
        (Role.ASSESSOR, "欧阳建国"),
    ],
)
def test_the_district_reads_masked_rows_the_others_names(
    session: Session, clock: Clock, tree: dict[str, Area], role: Role, name: str
) -> None:
    for _ in range(5):
        report_work(session, tree["community"], make_person(session, tree["community"], name="欧阳建国"))
    reader = acting(session, tree["district"], role)
    found, standing = one_standing(session, this_round(session), f"b-{tree['community'].code}", now=clock.at)
    page = evidence_page(session, found, standing, reader, "hours", PageRequest(limit=9), now=clock.at)
    assert {row.person for row in page.rows.items} == {name}
    with pytest.raises(Forbidden):  # who is a member is for the secretary and the street office
        evidence_page(session, found, standing, reader, "members_active", PageRequest(limit=9), now=clock.at)


@pytest.mark.parametrize("role", BOARD)
def test_the_console_shows_them_the_board_and_no_other_desk(
    session: Session, client: HouseClient, tree: dict[str, Area], role: Role
) -> None:
    client.sign_in(make_staff(session, tree["street"], role))
    branch = find_branch(session, f"b-{tree['community'].code}").public_id
    for path in ("/console/stars", f"/console/stars/{branch}", "/console/star-plans", f"/console/stars/{branch}/plan"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert 'href="/console/people"' not in answer.get_data(as_text=True)
        assert "争创目标</h2>" not in answer.get_data(as_text=True)
    for path in ("/console", "/console/people", "/console/tasks", f"/console/stars/{branch}/members"):
        assert client.get(path).status_code == 403, path
    assert client.get("/console/paper").status_code == (200 if role is Role.AUDITOR else 403)
    assert client.get("/me").status_code == 200
    assert 'href="/console/stars"' in client.get("/me").get_data(as_text=True)


@pytest.mark.parametrize(
    ("role", "hands"),
    [(Role.ASSESSOR, ["party_life"]), (Role.INSPECTOR, ["fire_safety"]), (Role.AUDITOR, [])],
)
def test_the_form_offers_what_one_scores_and_is_not_there_for_nothing(
    session: Session, client: HouseClient, tree: dict[str, Area], role: Role, hands: list[str]
) -> None:
    client.sign_in(make_staff(session, tree["street"], role))
    branch = find_branch(session, f"b-{tree['community'].code}").public_id
    page = client.get(f"/console/stars/{branch}").get_data(as_text=True)
    offered = re.findall(r'<option value="(\w+)"', page.partition('id="f-indicator"')[2].partition("</select>")[0])
    assert [key for key in offered if key in ("party_life", "fire_safety")] == hands
    assert ('id="assess"' in page) == bool(hands)
    assert ("#assess" in client.get("/console/stars").get_data(as_text=True)) == bool(hands)


def test_no_form_where_the_scheme_names_others(session: Session, client: HouseClient, clock: Clock) -> None:
    tree = make_tree(session)
    make_branches(session, tree["community"])
    write(import_scheme, copy.deepcopy(SMALL_SCHEME), {}, now=clock.at)
    client.sign_in(make_staff(session, tree["street"], Role.INSPECTOR))
    branch = find_branch(session, f"b-{tree['community'].code}").public_id
    assert 'id="assess"' not in client.get(f"/console/stars/{branch}").get_data(as_text=True)
    assert "#assess" not in client.get("/console/stars").get_data(as_text=True)
