"""Items of a plan that a second person accepts: who may, what is refused, and the metric "projects done" that counts them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core import events
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, Refusal
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.stars.errors import (
    ItemNotAccepted,
    ItemNotDone,
    ItemUnproven,
    OwnBranch,
    OwnPlanItem,
    PlanFrozen,
    PlanItemAccepted,
    PlanItemWithdrawn,
)
from pointsapp.stars.models import Evidence, PlanItem
from pointsapp.stars.queries import (
    RoundRow,
    changes_of,
    closing_of,
    find_branch,
    find_round,
    metric_rows,
    one_standing,
    plan_of,
    verify_stars,
)
from pointsapp.stars.queries.rounds import rounds_by_ids
from pointsapp.stars.services import (
    AddItem,
    ChangeItem,
    GiveProof,
    ItemDraft,
    LinkEvidence,
    MemberDraft,
    accept_item,
    add_item,
    change_item,
    give_proof,
    import_members,
    import_scheme,
    link_evidence,
    return_item,
    set_progress,
    withdraw_item,
    withdraw_proof,
)
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, bearer, kept, make_person, make_platform_admin, make_staff, make_tree
from tests.stars.things import SMALL_SCHEME, code, make_branches, officer, past, publish_it, this_round

# The star "second" counts projects: one is worth 2.5 points, three are worth 10.
SCHEME: dict[str, Any] = deepcopy(SMALL_SCHEME)
SCHEME["stars"][1]["indicators"][1] = {
    "key": "projects",
    "name": "办结项目",
    "max": 10,
    "source": "automatic",
    "formula": {
        "kind": "bands",
        "of": "projects_done",
        "bands": [{"at_least": 1, "score": 2.5}, {"at_least": 3, "score": 10}],
    },
}


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"], tree["street"])
    write(import_scheme, SCHEME, {}, now=clocks.now())
    return tree


@pytest.fixture
def secretary(session: Session, tree: dict[str, Area]) -> Actor:
    return officer(session, tree["community"], Role.BRANCH_SECRETARY)


@pytest.fixture
def office(session: Session, tree: dict[str, Area]) -> Actor:
    return officer(session, tree["street"], Role.STREET_ADMIN)


def draft(now: datetime, **over: Any) -> ItemDraft:
    plain: dict[str, Any] = {
        "star": "second",
        "indicator": "projects",
        "title": "修好三号楼的路灯",
        "lead_unit": "社区居委会",
        "responsible_unit": "物业",
        "person_id": None,
        "due_on": clocks.local_day(now) + timedelta(days=10),
    }
    return ItemDraft(**plain | over)


def put_down(session: Session, actor: Actor, area: Area, now: datetime, **over: Any) -> str:
    command = AddItem(round_id=this_round(session).public_id, branch_id=code(area), item=draft(now, **over))
    item_id = write(add_item, actor, command, now=now).item_id
    assert item_id is not None
    return item_id


def done(session: Session, actor: Actor, area: Area, now: datetime, **over: Any) -> str:
    """Put an item down, show it by a note and say that it is done."""
    item_id = put_down(session, actor, area, now, **over)
    note = LinkEvidence(branch_id=code(area), item_id=item_id, evidence_id=None, note="照片在三号柜")
    write(link_evidence, actor, note, now=now)
    write(set_progress, actor, code(area), item_id, 100, now=now)
    return item_id


def accept(actor: Actor, area: Area, item_id: str, now: datetime) -> None:
    write(accept_item, actor, code(area), item_id, now=now)
    write(events.deliver_due, now=now)


def take_back(actor: Actor, area: Area, item_id: str, now: datetime) -> None:
    write(return_item, actor, code(area), item_id, "照片是去年的", now=now)
    write(events.deliver_due, now=now)


def figure(session: Session, found: RoundRow, area: Area, now: datetime) -> tuple[int, int]:
    """Return how many projects are counted for the branch, and what its star "second" has (hundredths)."""
    (found,) = rounds_by_ids(session, [found.id])
    _found, standing = one_standing(session, found, code(area), now=now)
    second = standing.score.stars[1]
    return standing.tally.sums.get("project", 0), second.score


def test_projects_are_counted_by_hand(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor, office: Actor
) -> None:
    """Of five items three are accepted and one of these is taken back.

    | item              | done | shown | accepted | taken back | counts |
    | 1, 2              | yes  | yes   | yes      |            | 1 each |
    | 3                 | yes  | yes   | yes      | yes        | 1 - 1  |
    | 4 (only done)     | yes  | yes   |          |            | 0      |
    | 5 (of the other)  | yes  | yes   | yes      |            | 1 there|

    2 projects: 2.5 points for the first band; with all three it was 10. The street's branch above counts 2 + 1 = 3: 10 points.
    """
    area, other, found = tree["community"], tree["other"], this_round(session)
    items = [done(session, secretary, area, clock.now(), title=f"第 {n} 项") for n in range(1, 5)]
    there = done(session, officer(session, other, Role.BRANCH_SECRETARY), other, clock.now())
    assert figure(session, found, area, clock.now()) == (0, 0)  # what one says of oneself counts nothing
    for item_id in items[:3]:
        accept(office, area, item_id, clock.now())
    assert figure(session, found, area, clock.now()) == (3, 1000)
    accept(office, other, there, clock.now())
    take_back(office, area, items[2], clock.now())
    assert figure(session, found, area, clock.now()) == (2, 250)
    assert figure(session, found, other, clock.now()) == (1, 250)
    assert figure(session, found, tree["street"], clock.now()) == (3, 1000)
    # The rows behind the number, newest first; they name nobody, so that everybody signed in may open them.
    neighbour = actor_of(session, make_person(session, area))
    _found, standing = one_standing(session, find_round(session, found.public_id), code(area), now=clock.now())
    opened = metric_rows(session, _found, standing, neighbour, "projects_done", PageRequest(limit=10, after=None), now=clock.now())  # fmt: skip
    assert sorted(row.quantity for row in opened.rows.items) == [-1, 1, 1, 1]
    assert {row.person for row in opened.rows.items} == {None}
    assert verify_stars(session, [_found], now=clock.now()).problems == []


def test_a_project_s_row_leads_to_its_item_also_from_the_branch_above(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor, office: Actor
) -> None:
    """Whoever the rows open to is led to the plan of the branch whose item it is; a guest sees the number alone."""
    area, found = tree["community"], this_round(session)
    neighbour = kept(session, make_person(session, area))
    item_id = done(session, secretary, area, clock.now())
    accept(office, area, item_id, clock.now())
    way = f"/stars/{find_branch(session, code(area)).public_id}/plan/{item_id}"
    here, above = f"/stars/{code(area)}", f"/stars/{code(tree['street'])}"
    text = client.get(above).text
    assert "来自 1 条记录" in text
    assert way not in text
    client.sign_in(neighbour)
    for path in (
        here,
        above,
        f"{here}/evidence/projects",
        f"{above}/evidence/projects",
        f"{above}/metrics/projects_done",
    ):
        text = client.get(path).text
        assert f'href="{way}"' in text, path
        assert "修好三号楼的路灯" in text, path
    assert client.get(way).status_code == 200
    root, headers = f"/api/v1/five-star/rounds/{found.public_id}/standings", bearer(session, neighbour)
    due = {"id": item_id, "title": "修好三号楼的路灯", "branch_id": find_branch(session, code(area)).public_id}
    told = client.get(f"{root}/{code(tree['street'])}", headers=headers).get_json()
    assert [row["item"] for row in told["stars"][1]["indicators"][1]["evidence"]] == [due]
    rows = client.get(f"{root}/{code(area)}/metrics/projects_done/rows", headers=headers).get_json()
    assert [row["item"] for row in rows["items"]] == [due]


def test_who_may_accept(session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor, office: Actor) -> None:
    """An assessor or the street office; nobody for their own branch, nor what they wrote, proved or answer for."""
    area, now = tree["community"], clock.now()
    leader = make_staff(session, area, Role.GRID_LEADER)
    everything = make_platform_admin(session)
    answers = make_staff(session, tree["street"], Role.STREET_ADMIN)
    belongs = make_staff(session, tree["street"], Role.STREET_ADMIN)
    stands = [MemberDraft(line=2, phone=belongs.phone or "", branch_code=code(area))]
    write(import_members, stands, now=now)
    item_id = done(session, secretary, area, now, person_id=leader.public_id)
    by_admin = done(session, actor_of(session, everything), area, now, title="管理员列的")
    row = session.scalars(select(PlanItem).where(PlanItem.public_id == item_id)).one()
    row.person_id = answers.id  # they were on duty here when the item was put down
    session.commit()
    refused: list[tuple[Actor, str, type[Refusal]]] = [
        (secretary, item_id, Forbidden),
        (officer(session, area), item_id, Forbidden),  # the community's desk writes plans
        (officer(session, tree["other"], Role.ASSESSOR), item_id, Forbidden),  # elsewhere
        (officer(session, area, Role.INSPECTOR), item_id, Forbidden),
        (actor_of(session, belongs), item_id, OwnBranch),
        (actor_of(session, answers), item_id, OwnPlanItem),
        (actor_of(session, everything), by_admin, OwnPlanItem),
    ]
    for actor, which, refusal in refused:
        with pytest.raises(refusal):
            write(accept_item, actor, code(area), which, now=now)
    assert session.scalars(select(PlanItem.accepted_at).distinct()).all() == [None]
    write(accept_item, officer(session, area, Role.ASSESSOR), code(area), item_id, now=now)
    write(accept_item, office, code(area), by_admin, now=now)


def test_what_is_not_done_or_not_shown_is_not_accepted(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor, office: Actor
) -> None:
    area, now = tree["community"], clock.now()
    item_id = put_down(session, secretary, area, now)
    write(set_progress, secretary, code(area), item_id, 99, now=now)
    with pytest.raises(ItemNotDone) as refused:
        write(accept_item, office, code(area), item_id, now=now)
    assert refused.value.facts == {"progress": 99}
    write(set_progress, secretary, code(area), item_id, 100, now=now)
    with pytest.raises(ItemUnproven):
        write(accept_item, office, code(area), item_id, now=now)
    with pytest.raises(ItemNotAccepted):
        write(return_item, office, code(area), item_id, "没有验收过", now=now)
    gone = done(session, secretary, area, now, title="撤下的")
    write(withdraw_item, secretary, code(area), gone, "并入别项", now=now)
    with pytest.raises(PlanItemWithdrawn):
        write(accept_item, office, code(area), gone, now=now)
    assert session.scalars(select(Evidence).where(Evidence.metric == "project")).all() == []


def test_an_accepted_item_stays_as_it_was_until_that_is_taken_back(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor, office: Actor
) -> None:
    area, now = tree["community"], clock.now()
    item_id = done(session, secretary, area, now)
    accept(office, area, item_id, now)
    assert write(accept_item, office, code(area), item_id, now=now).is_repeat
    change = ChangeItem(branch_id=code(area), item_id=item_id, item=draft(now, title="换个说法"))
    again = LinkEvidence(branch_id=code(area), item_id=item_id, evidence_id=None, note="再补一张")
    for act in (
        lambda: write(set_progress, secretary, code(area), item_id, 50, now=now),
        lambda: write(change_item, secretary, change, now=now),
        lambda: write(withdraw_item, secretary, code(area), item_id, "不要了", now=now),
        lambda: write(link_evidence, secretary, again, now=now),
    ):
        with pytest.raises(PlanItemAccepted):
            act()
    (item,) = plan_of(session, this_round(session), find_branch(session, code(area)), office, now=now).items
    assert (item.accepted_at, item.accepted_by) == (now, office.display_name)
    (shown,) = plan_of(session, this_round(session), find_branch(session, code(area)), None, now=now).items
    assert (shown.accepted_at, shown.accepted_by) == (now, None)
    take_back(office, area, item_id, now)
    write(set_progress, secretary, code(area), item_id, 50, now=now)
    write(set_progress, secretary, code(area), item_id, 100, now=now)
    accept(office, area, item_id, now)
    assert figure(session, this_round(session), area, now)[0] == 1
    trace = changes_of(session, this_round(session), find_branch(session, code(area)), item_id=item_id)
    assert [(line.field, line.now_is) for line in trace][:4] == [
        ("accepted", "修好三号楼的路灯"), ("progress", "100"), ("progress", "50"), ("returned", "照片是去年的"),
    ]  # fmt: skip


def test_what_an_accepted_item_rests_on_is_not_withdrawn(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor, office: Actor
) -> None:
    area, now = tree["community"], clock.now()
    item_id = put_down(session, secretary, area, now)
    note = GiveProof(
        round_id=this_round(session).public_id,
        branch_id=code(area),
        title="验收单",
        words="原件在三号柜",
        happened_on=clocks.local_day(now),
        uses=(f"item:{item_id}",),
    )
    piece = write(give_proof, secretary, note, now=now).public_id
    write(set_progress, secretary, code(area), item_id, 100, now=now)
    accept(office, area, item_id, now)
    with pytest.raises(PlanItemAccepted):
        write(withdraw_proof, secretary, code(area), piece, "放错了", now=now)
    later = write(give_proof, secretary, replace(note, title="多交的一份"), now=now + timedelta(minutes=1)).public_id
    write(withdraw_proof, secretary, code(area), later, "多交了", now=now + timedelta(minutes=2))
    take_back(office, area, item_id, now)
    write(withdraw_proof, secretary, code(area), piece, "放错了", now=now)
    with pytest.raises(ItemUnproven):
        accept(office, area, item_id, now)


def test_a_project_is_of_its_own_round_also_when_it_is_accepted_after_the_quarter(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor, office: Actor
) -> None:
    """Done within the quarter or before the cut-off, accepted after it: it counts. Done after the cut-off: it does not."""
    area, found = tree["community"], this_round(session)
    in_quarter = done(session, secretary, area, clock.now(), title="季度里办完")
    before = put_down(session, secretary, area, clock.now(), title="截止前办完")
    late = put_down(session, secretary, area, clock.now(), title="截止后办完")
    for item_id in (before, late):
        note = LinkEvidence(branch_id=code(area), item_id=item_id, evidence_id=None, note="照片在三号柜")
        write(link_evidence, secretary, note, now=clock.now())
    past(clock, found, hours=-1)
    write(set_progress, secretary, code(area), before, 100, now=clock.now())
    past(clock, found, hours=1)
    write(set_progress, secretary, code(area), late, 100, now=clock.now())
    closing = closing_of(session, rounds_by_ids(session, [found.id])[0], now=clock.now())
    assert [(kind.key, kind.count, kind.late) for kind in closing.kinds if kind.key == "projects"] == [
        ("projects", 3, 1)
    ]
    (doubt,) = [one for one in closing.doubts if one.branch.code == code(area)]
    assert (doubt.effects["projects"].count, doubt.effects["projects"].most) == (2, 250)
    for item_id in (in_quarter, before, late):
        accept(office, area, item_id, clock.now())
    publish_it(session, clock, found)
    assert figure(session, found, area, clock.now()) == (2, 250)
    with pytest.raises(PlanFrozen):
        write(return_item, office, code(area), before, "公示后才想起来", now=clock.now())


def test_the_page_offers_it_to_whom_may_and_says_why_not_yet(
    client: HouseClient, session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor
) -> None:
    area, branch = tree["community"], code(tree["community"])
    officer_ = kept(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
    neighbour = kept(session, make_person(session, area))
    item_id = put_down(session, secretary, area, clock.now())
    page, there = f"/stars/{branch}/plan/{item_id}", f"/console/stars/{branch}/plan/{item_id}"
    client.sign_in(officer_)
    assert "由街道或评定员验收" in client.get(page).text
    refused = client.post(f"{there}/acceptance", data={})
    assert refused.status_code == 422
    assert "还没有办完" in refused.text
    note = LinkEvidence(branch_id=branch, item_id=item_id, evidence_id=None, note="照片在三号柜")
    write(link_evidence, secretary, note, now=clock.now())
    write(set_progress, secretary, branch, item_id, 100, now=clock.now())
    assert "属实，验收" in client.get(page).text
    assert client.post(f"{there}/acceptance", data={}).status_code == 303
    assert "已验收" in client.get(page).text
    assert client.post(f"{there}/return", data={"reason": " "}).status_code == 422
    client.sign_in(neighbour)
    text = client.get(page).text
    assert "已验收" in text
    assert officer_.name not in text
    assert "收回验收</button>" not in text
    client.sign_in(officer_)
    assert client.post(f"{there}/return", data={"reason": "照片是去年的"}).status_code == 303
    assert "属实，验收" in client.get(page).text
