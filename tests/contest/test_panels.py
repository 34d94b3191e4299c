"""Panels 赛: who scores whom, what is refused, what comes out, and that it becomes the branch's assessment."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.contest.errors import (
    BranchOnPanel,
    NobodyPresents,
    NobodyScored,
    NotChair,
    NotForPanel,
    NotOnPanel,
    PanelClosed,
    PanelIncomplete,
    PanelNotBegun,
    PanelTooSmall,
)
from pointsapp.contest.models import PanelScore, PanelState
from pointsapp.contest.policies import DROP_FROM
from pointsapp.contest.queries import find_panel, panels_page, results_of, sheet_of
from pointsapp.contest.services import SeatDraft, cancel_panel, close_panel, excuse, give_score
from pointsapp.core import clock, events, policy
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.notices.models import Notice
from pointsapp.people.models import Person
from pointsapp.stars.errors import (
    NotYourIndicator,
    OwnBranch,
    RoundPublished,
    ScoreAboveMax,
)
from pointsapp.stars.models import Assessment, Membership
from pointsapp.stars.policies import MAY_BE_NAMED
from pointsapp.stars.queries import METRICS, drill_down, find_branch, one_standing
from pointsapp.stars.rules.check import check_scheme
from pointsapp.stars.services import Assess, assess
from tests.conftest import Clock
from tests.contest.things import INDICATOR, World, make_world
from tests.factories import make_area, make_staff
from tests.stars.things import SMALL_SCHEME, publish_it, this_round


def score(world: World, panel_id: str, person: Person, branch: str, hundredths: int) -> str | None:
    return write(give_score, world.actor(person), panel_id, branch, hundredths, now=clock.now()).following


def close(world: World, panel_id: str, person: Person | None = None) -> PanelState:
    return write(close_panel, world.actor(person or world.admin), panel_id, now=clock.now()).state


def results(world: World, panel_id: str) -> dict[str, tuple[tuple[int, ...], bool, int]]:
    panel = find_panel(world.session, panel_id)
    return {row.branch.code: (row.scores, row.is_cut, row.mean) for row in results_of(world.session, panel)}


def test_a_panel_worked_out_by_hand(world: World) -> None:
    """Five score the first branch: 9.5, 8, 8, 7.25, 6, so 6 and 9.5 fall and (8 + 8 + 7.25) / 3 = 7.75.

    One of them is the second branch's secretary and does not score it: 10, 7, 7, 6.5 are four, none falls, 30.5 / 4 = 7.625 → 7.62.
    """
    people = world.panellists(4)
    apart = make_staff(world.session, world.tree["other"], Role.BRANCH_SECRETARY)
    panel_id = world.call([*people, apart])
    for person, given in zip([*people, apart], (950, 800, 800, 725, 600), strict=True):
        score(world, panel_id, person, world.branch, given)
    for person, given in zip(people, (1000, 700, 700, 650), strict=True):
        score(world, panel_id, person, world.other_branch, given)
    with pytest.raises(OwnBranch):
        score(world, panel_id, apart, world.other_branch, 1000)
    assert close(world, panel_id) is PanelState.CLOSED
    assert results(world, panel_id) == {
        world.branch: ((600, 725, 800, 800, 950), True, 775),
        world.other_branch: ((650, 700, 700, 1000), False, 762),
    }
    stored = world.session.scalars(select(Assessment).order_by(Assessment.id)).all()
    assert [(row.score_hundredths, row.origin) for row in stored] == [
        (775, f"panel:{panel_id}"),
        (762, f"panel:{panel_id}"),
    ]
    assert stored[0].reason == "亮赛比评审：5 个分数，去掉一个最高分 9.5 和一个最低分 6，平均 7.75 分"
    assert stored[1].reason == "亮赛比评审：4 个分数，平均 7.62 分"


def test_what_came_out_counts_on_the_board_and_leads_back_to_the_panel(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    for person in people:
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, 900)
    close(world, panel_id)
    found, standing = one_standing(world.session, this_round(world.session), world.branch, now=clock.now())
    stars = drill_down(world.session, found, standing, world.actor(world.admin), now=clock.now())
    detail = next(one for star in stars for one in star.indicators if one.indicator.key == INDICATOR)
    assert detail.score.score == 900
    assert [(row.score, row.panel) for row in detail.assessments] == [(900, panel_id)]


def test_a_new_score_replaces_and_the_old_one_stays(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    score(world, panel_id, people[0], world.branch, 500)
    score(world, panel_id, people[0], world.branch, 500)  # the same again is the same
    score(world, panel_id, people[0], world.branch, 800)
    kept = world.session.scalars(select(PanelScore.score_hundredths).order_by(PanelScore.id)).all()
    assert kept == [500, 800]
    panel = find_panel(world.session, panel_id)
    given = sheet_of(world.session, panel, now=clock.now()).given
    assert list(given.values()) == [800]


def test_scoring_leads_from_branch_to_branch(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    first, second = (find_branch(world.session, code).public_id for code in sorted((world.branch, world.other_branch)))
    assert score(world, panel_id, people[0], second, 700) == first  # what was passed over comes again
    assert score(world, panel_id, people[0], first, 700) is None
    assert score(world, panel_id, people[1], first, 700) == second


def test_who_may_not_score_and_what_may_not_be_given(world: World, clock: Clock) -> None:
    people = world.panellists(3)
    panel_id = world.call(people, held_at=clock.now() + timedelta(days=2))
    with pytest.raises(PanelNotBegun) as early:
        score(world, panel_id, people[0], world.branch, 500)
    assert early.value.facts == {"held_on": "2026-11-23"}
    clock.forward(days=2)
    with pytest.raises(NotOnPanel):
        score(world, panel_id, world.staff, world.branch, 500)
    with pytest.raises(NotOnPanel):
        score(world, panel_id, world.admin, world.branch, 500)  # in the chair, without a score of one's own
    with pytest.raises(ScoreAboveMax) as above:
        score(world, panel_id, people[0], world.branch, 1001)
    assert above.value.facts == {"most": 10}
    assert score(world, panel_id, people[0], world.branch, 1000) is not None
    with pytest.raises(NotFound):
        score(world, panel_id, people[0], "b-nowhere", 500)
    with pytest.raises(NotFound):
        score(world, "nosuchid0000", people[0], world.branch, 500)


@pytest.mark.parametrize("has_left", [False, True])
def test_a_member_does_not_score_their_branch_unless_they_left_it(world: World, clock: Clock, has_left: bool) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    branch = find_branch(world.session, world.branch)
    now = clock.now()
    world.session.add(
        Membership(
            person_id=people[0].id, branch_id=branch.id, starts_at=now - timedelta(days=90),
            ended_at=now - timedelta(days=1) if has_left else None, recorded_at=now,
        )
    )  # fmt: skip
    world.session.commit()
    if has_left:
        score(world, panel_id, people[0], world.branch, 500)
        return
    with pytest.raises(OwnBranch):
        score(world, panel_id, people[0], world.branch, 500)
    score(world, panel_id, people[0], world.other_branch, 500)
    panel = find_panel(world.session, panel_id)
    assert len(sheet_of(world.session, panel, now=now).eligible) == 3 * 2 - 1


def test_a_score_of_somebody_who_became_a_member_meanwhile_does_not_count(world: World, clock: Clock) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    for person, given in zip(people, (1000, 600, 600), strict=True):
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, given)
    branch = find_branch(world.session, world.branch)
    world.session.add(Membership(person_id=people[0].id, branch_id=branch.id, recorded_at=clock.now()))
    world.session.commit()
    close(world, panel_id)
    # (10 + 6 + 6) / 3 = 7.33 with them; without them 6.
    assert results(world, panel_id)[world.branch] == ((600, 600), False, 600)
    assert results(world, panel_id)[world.other_branch] == ((600, 600, 1000), False, 733)


def test_it_closes_by_its_chair_when_nothing_is_missing_or_what_is_missing_is_excused(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    for person in people[:2]:
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, 800)
    score(world, panel_id, people[2], world.branch, 500)
    with pytest.raises(PanelIncomplete) as lack:
        close(world, panel_id)
    assert lack.value.facts == {"missing": 1}
    for person in (people[0], world.staff):
        with pytest.raises(NotChair):
            close(world, panel_id, person)
        with pytest.raises(NotChair):
            write(excuse, world.actor(person), panel_id, people[2].public_id, "中途离场", now=clock.now())
    chair = world.actor(world.admin)
    with pytest.raises(Invalid):
        write(excuse, chair, panel_id, people[0].public_id, "都打过了", now=clock.now())
    write(excuse, chair, panel_id, people[2].public_id, "中途离场", now=clock.now())
    assert close(world, panel_id) is PanelState.CLOSED
    assert results(world, panel_id) == {
        world.branch: ((500, 800, 800), False, 700),
        world.other_branch: ((800, 800), False, 800),
    }
    for act in (
        lambda: score(world, panel_id, people[2], world.other_branch, 900),
        lambda: close(world, panel_id),
        lambda: write(excuse, chair, panel_id, people[2].public_id, "再说", now=clock.now()),
        lambda: write(cancel_panel, chair, panel_id, "算了", now=clock.now()),
    ):
        with pytest.raises(PanelClosed):
            act()


def test_a_branch_without_any_score_has_no_result(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    chair = world.actor(world.admin)
    other = find_branch(world.session, world.other_branch)
    for person in people:
        score(world, panel_id, person, world.branch, 800)
        write(excuse, chair, panel_id, person.public_id, "支部请假", branch_id=other.public_id, now=clock.now())
    with pytest.raises(NobodyScored):
        close(world, panel_id)
    assert world.session.scalars(select(Assessment)).all() == []


def test_a_cancelled_panel_counts_nowhere_and_makes_room_for_another(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    score(world, panel_id, people[0], world.branch, 100)
    with pytest.raises(BranchOnPanel):
        world.call(people)
    with pytest.raises(Forbidden):
        write(cancel_panel, world.actor(world.staff), panel_id, "改期", now=clock.now())
    admin = world.actor(world.admin)
    assert write(cancel_panel, admin, panel_id, "改期", now=clock.now()).state is PanelState.CANCELLED
    assert write(cancel_panel, admin, panel_id, "改期", now=clock.now()).is_repeat
    with pytest.raises(PanelClosed):
        score(world, panel_id, people[0], world.branch, 100)
    again = world.call(people)
    page = panels_page(world.session, world.actor(people[0]), PageRequest(), mine=True)
    assert [(row.public_id, row.state) for row in page.items] == [(again, "open"), (panel_id, "cancelled")]
    assert panels_page(world.session, world.actor(world.staff), PageRequest(), mine=True).items == ()


def test_the_panel_is_told_and_told_again_when_it_is_off(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    write(cancel_panel, world.actor(world.admin), panel_id, "改期", now=clock.now())
    write(events.deliver_due, now=clock.now())
    told = world.session.execute(select(Notice.person_id, Notice.kind)).all()
    everybody = {world.admin.id, *(one.id for one in people)}
    for kind in ("contest.seat_given", "contest.seat_cancelled"):
        assert {person for person, said in told if said == kind} == everybody


def test_who_calls_a_panel_and_for_what(world: World, clock: Clock) -> None:
    people = world.panellists(3)
    with pytest.raises(NotForPanel):
        world.call(people, indicator="hours")  # the platform counts it
    with pytest.raises(NotForPanel):
        world.call(people, indicator="nothing")
    with pytest.raises(PanelTooSmall):
        world.call(people[:2])
    with pytest.raises(PanelTooSmall):
        world.call(people[:1], chair_scores=True)
    with pytest.raises(Invalid):
        world.call([*people, people[0]])
    with pytest.raises(Invalid):
        world.call(people, seats=(SeatDraft(who="13999999999", title="无此人", is_chair=True), *_seats(people)))
    empty = make_area(world.session, world.tree["street"])
    with pytest.raises(NobodyPresents):
        world.call(people, area=empty.public_id)
    elsewhere = replace_admin(world)
    with pytest.raises(Forbidden):
        elsewhere.call(people)
    chair_apart = make_staff(world.session, world.tree["community"], Role.BRANCH_SECRETARY)
    with pytest.raises(Invalid) as apart:
        world.call(people, chair=chair_apart)
    assert "chair" in apart.value.errors
    assert world.call(people[:2], chair_scores=True)  # the chair is the third


def _seats(people: list[Person]) -> list[SeatDraft]:
    return [SeatDraft(who=str(one.phone), title="居民代表") for one in people]


def replace_admin(world: World) -> World:
    other = make_staff(world.session, world.tree["other_street"], Role.STREET_ADMIN)
    return replace(world, admin=other)


def test_the_rule_for_dropping_is_fixed_when_the_panel_is_called(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)

    def from_three(session: Session) -> None:
        policy.set_value(session, DROP_FROM, 3, now=clock.now())

    write(from_three)
    for person, given in zip(people, (100, 400, 1000), strict=True):
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, given)
    close(world, panel_id)
    assert results(world, panel_id)[world.branch] == ((100, 400, 1000), False, 500)
    assert find_panel(world.session, panel_id).drop_from == 5


def test_a_panel_ends_with_its_round(world: World, clock: Clock) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)
    publish_it(world.session, clock, this_round(world.session))
    with pytest.raises(RoundPublished):
        score(world, panel_id, people[0], world.branch, 100)
    with pytest.raises(RoundPublished):
        close(world, panel_id)


def test_names_are_for_officers_and_for_the_panel_itself(world: World) -> None:
    people = world.panellists(3)
    panel_id = world.call(people)

    def names(actor: Actor | None) -> set[str]:
        return {seat.name for seat in find_panel(world.session, panel_id, actor).seats}

    in_full = {world.admin.name, *(one.name for one in people)}
    assert names(world.actor(world.admin)) == names(world.actor(people[0])) == in_full
    assert names(None) & in_full == names(world.actor(world.staff)) & in_full == set()


def test_what_the_scheme_gives_to_a_panel_nobody_scores_by_hand(session: Session) -> None:
    scheme = deepcopy(SMALL_SCHEME)
    scheme["stars"][0]["indicators"][1]["by"] = "panel"
    world = make_world(session, scheme)
    command = Assess(
        round_id=this_round(session).public_id, branch_id=world.branch, indicator=INDICATOR, score=500, reason="看过"
    )
    with pytest.raises(NotYourIndicator) as refused:
        write(assess, world.actor(world.admin), command, now=clock.now())
    assert refused.value.facts == {"by": "亮赛比评审组"}
    people = world.panellists(3)
    panel_id = world.call(people)
    for person in people:
        for branch in (world.branch, world.other_branch):
            score(world, panel_id, person, branch, 600)
    assert close(world, panel_id) is PanelState.CLOSED


def test_what_the_scheme_gives_to_somebody_else_no_panel_scores(session: Session) -> None:
    scheme = deepcopy(SMALL_SCHEME)
    scheme["stars"][0]["indicators"][1]["by"] = "staff"
    world = make_world(session, scheme)
    with pytest.raises(NotForPanel):
        world.call(world.panellists(3))


def test_a_file_names_the_panel_for_indicators_only() -> None:
    scheme = deepcopy(SMALL_SCHEME)
    scheme["stars"][0]["indicators"][1]["by"] = ["panel", "street_admin"]
    definition, problems = check_scheme(scheme, METRICS, roles=MAY_BE_NAMED)
    assert problems == []
    assert definition["stars"][0]["indicators"][1]["by"] == ["panel", "street_admin"]
    scheme["vetoes"] = [{"key": "case", "name": "受到处理", "by": "panel"}]
    _definition, problems = check_scheme(scheme, METRICS, roles=MAY_BE_NAMED)
    assert [place for place, _words in problems] == [("vetoes", 0, "by")]
    assert "there is no assessing role 'panel'; there are " in problems[0][1]
    assert "panel" not in problems[0][1].split("there are ")[1]
