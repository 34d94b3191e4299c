"""What stands behind a panel's verdict: nobody scores over it by hand, and an objection that is upheld puts it right."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.stars.errors import (
    NotYourIndicator,
    NotYoursToAnswer,
    NotYoursToCorrect,
    ScoredByPanel,
)
from pointsapp.stars.models import Assessment
from pointsapp.stars.queries import assessments_of, drill_down, find_round, one_standing
from pointsapp.stars.services import Answer, Assess, Object, answer_objection, assess, object_to
from tests.conftest import Clock, HouseClient
from tests.contest.test_panels import close, score
from tests.contest.things import INDICATOR, World, kept, make_world
from tests.factories import actor_of, make_person, make_platform_admin, make_staff
from tests.stars.things import SMALL_SCHEME, publish_it, this_round


def test_after_its_verdict_nobody_scores_by_hand_over_it(world: World) -> None:
    """A score by hand from before gives way to the panel's; afterwards only an objection that is upheld changes it."""
    found, people = this_round(world.session), world.panellists(3)
    by_hand = Assess(
        round_id=found.public_id, branch_id=world.branch, indicator=INDICATOR, score=1000, reason="看过台账"
    )
    write(assess, world.actor(world.staff), by_hand, now=clock.now())
    panel_id = world.call(people)
    for person in people:
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, 600)
    write(
        assess, world.actor(world.staff), replace(by_hand, reason="又看了一次"), now=clock.now()
    )  # it has not spoken yet
    close(world, panel_id)
    for person in (world.staff, world.admin):
        with pytest.raises(ScoredByPanel):
            write(assess, world.actor(person), by_hand, now=clock.now())
    _found, standing = one_standing(world.session, found, world.branch, now=clock.now())
    assert standing.score.total == 600
    kept = world.session.scalars(select(Assessment.score_hundredths).order_by(Assessment.id)).all()
    assert kept == [1000, 1000, 600, 600], "nothing was lost, nothing was added"


def test_an_objection_that_is_upheld_changes_a_panels_verdict_and_both_stand(world: World, clock: Clock) -> None:
    found, people = this_round(world.session), world.panellists(3)
    panel_id = world.call(people)
    for person in people:
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, 600)
    close(world, panel_id)
    publish_it(world.session, clock, found, world.actor(world.admin))
    neighbour = world.actor(make_person(world.session, world.tree["community"]))
    raised = Object(round_id=found.public_id, branch_id=world.branch, indicator=INDICATOR, text="漏看了十月的记录")
    raised_id = write(object_to, neighbour, raised, now=clock.now()).public_id
    yes = Answer(objection_id=raised_id, is_upheld=True, answer="核对原件，补记", score=800)
    write(answer_objection, world.actor(world.staff), yes, now=clock.now())
    fresh, standing = one_standing(
        world.session, find_round(world.session, found.public_id), world.branch, now=clock.now()
    )
    stars = drill_down(world.session, fresh, standing, neighbour, now=clock.now())
    detail = next(one for star in stars for one in star.indicators if one.indicator.key == INDICATOR)
    assert [(row.score, row.panel) for row in detail.assessments] == [(800, None), (600, panel_id)]
    assert standing.score.total == 800


def test_what_only_a_panel_scores_is_put_right_by_the_street_office_and_none_of_the_panel(
    session: Session, clock: Clock, client: HouseClient
) -> None:
    """Nobody scores it by hand, the platform's administrator neither; upheld, an objection corrects it all the same."""
    scheme = deepcopy(SMALL_SCHEME)
    scheme["stars"][0]["indicators"][1]["by"] = "panel"
    world = make_world(session, scheme)
    found = this_round(session)
    by_hand = Assess(round_id=found.public_id, branch_id=world.branch, indicator=INDICATOR, score=500, reason="看过")
    with pytest.raises(NotYourIndicator):
        write(assess, actor_of(session, make_platform_admin(session)), by_hand, now=clock.now())
    people = world.panellists(2)
    sits = kept(session, make_staff(session, world.tree["street"], Role.STREET_ADMIN))
    panel_id = world.call([*people, sits])
    for person in (*people, sits):
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, 600)
    close(world, panel_id)
    publish_it(session, clock, found, world.actor(world.admin))
    neighbour = world.actor(make_person(session, world.tree["community"]))
    raised = Object(round_id=found.public_id, branch_id=world.branch, indicator=INDICATOR, text="漏看了十月的记录")
    raised_id = write(object_to, neighbour, raised, now=clock.now()).public_id
    address = f"/console/star-objections/{raised_id}"
    yes = Answer(objection_id=raised_id, is_upheld=True, answer="核对原件，补记", score=800)
    for person in (world.admin, sits):  # the chair, and one who scored
        with pytest.raises(NotYoursToAnswer):
            write(answer_objection, world.actor(person), yes, now=clock.now())
        assert "要由另一个人答复" in client.sign_in(person).get(address).text
    with pytest.raises(NotYoursToCorrect) as refused:
        write(answer_objection, world.actor(world.staff), yes, now=clock.now())
    assert refused.value.facts == {"by": "街道管理员"}
    page = client.sign_in(world.staff).get(address).text
    assert 'name="score"' not in page
    assert "由街道管理员更正" in page
    second = kept(session, make_staff(session, world.tree["street"], Role.STREET_ADMIN))
    assert 'name="score"' in client.sign_in(second).get(address).text
    typed = {"verdict": "upheld", "answer": "核对原件，补记", "score": "8"}
    assert client.post(f"{address}/answer", data=typed).status_code == 303
    _found, standing = one_standing(session, find_round(session, found.public_id), world.branch, now=clock.now())
    given = assessments_of(session, _found, standing.branch, clock.now(), neighbour)[INDICATOR]
    assert [(row.score, row.panel) for row in given] == [(800, None), (600, panel_id)]
    assert standing.score.total == 800


def test_the_desk_offers_no_form_for_what_a_panel_has_scored(world: World, client: HouseClient) -> None:
    people, address = world.panellists(3), f"/console/stars/{world.branch}"
    client.sign_in(world.staff)
    option = f'<option value="{INDICATOR}"'
    assert option in client.get(address).text
    panel_id = world.call(people)
    for person in people:
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, 600)
    close(world, panel_id)
    assert option not in client.get(address).text
    typed = {"round_id": this_round(world.session).public_id, "indicator": INDICATOR, "score": "9", "reason": "看过"}
    answer = client.post(f"{address}/assessments", data=typed)
    assert answer.status_code == 409
    assert "评审小组已经打过分" in answer.text
