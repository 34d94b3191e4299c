"""Plans 创建计划: who may write them, what is refused, what leaves a trace, and when an item is overdue or at risk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.people.queries import load_actor
from pointsapp.stars.errors import DueOutsideRound, EvidenceElsewhere, PlanFrozen, PlanItemWithdrawn, UnknownIndicator
from pointsapp.stars.models import Evidence, PlanChange, PlanItem
from pointsapp.stars.queries import changes_of, find_branch, links_of, plan_counts, plan_of
from pointsapp.stars.rules.plans import ItemState, RiskRule, item_state
from pointsapp.stars.services import (
    AddItem,
    ChangeItem,
    ItemDraft,
    LinkEvidence,
    SetAims,
    add_item,
    change_item,
    link_evidence,
    open_plan,
    set_aims,
    set_progress,
    withdraw_item,
)
from tests.conftest import Clock
from tests.factories import make_person, make_staff
from tests.stars.things import publish_it, report_work, this_round

RULE = RiskRule(days=7, progress=80)
# The item is put down on 1 October and due on 31 October: 31 days; half of the pace is 50/31 a day.
STATES = [
    (date(2026, 10, 1), 0, ItemState.ON_COURSE),  # nothing can be late on its first day
    (date(2026, 10, 2), 0, ItemState.AT_RISK),  # 1 day gone: half of 3.2 %
    (date(2026, 10, 2), 2, ItemState.ON_COURSE),
    (date(2026, 10, 16), 24, ItemState.AT_RISK),  # 15 of 31 days gone: half of 48.4 % is 24.2 %
    (date(2026, 10, 16), 25, ItemState.ON_COURSE),
    (date(2026, 10, 24), 79, ItemState.ON_COURSE),  # 7 days left: not yet judged by what is done
    (date(2026, 10, 25), 79, ItemState.AT_RISK),  # 6 days left
    (date(2026, 10, 25), 80, ItemState.ON_COURSE),
    (date(2026, 10, 31), 99, ItemState.ON_COURSE),  # its due day is still its own
    (date(2026, 11, 1), 99, ItemState.OVERDUE),
    (date(2026, 11, 1), 100, ItemState.DONE),
]


@pytest.mark.parametrize(("today", "progress", "state"), STATES)
def test_an_item_stands_by_its_dates_and_progress(today: date, progress: int, state: ItemState) -> None:
    span = {"starts_on": date(2026, 10, 1), "due_on": date(2026, 10, 31), "rule": RULE}
    assert item_state(today=today, progress=progress, is_withdrawn=False, **span) is state  # type: ignore[arg-type]
    assert item_state(today=today, progress=progress, is_withdrawn=True, **span) is ItemState.WITHDRAWN  # type: ignore[arg-type]


def acting(session: Session, person: Person) -> Actor:
    actor = load_actor(session, person.id, now=clock.now())
    assert actor is not None
    return actor


@pytest.fixture
def secretary(session: Session, tree: dict[str, Area]) -> Actor:
    return acting(session, make_staff(session, tree["community"], Role.BRANCH_SECRETARY))


def draft(**over: object) -> ItemDraft:
    due_on = clock.local_day(clock.now()) + timedelta(days=20)
    plain = ItemDraft(
        star="first", indicator="party_life", title="补齐三会一课", lead_unit="组织办", responsible_unit="社区党总支",
        person_id=None, due_on=due_on,
    )  # fmt: skip
    return replace(plain, **over)  # type: ignore[arg-type]


def add(session: Session, actor: Actor, area: Area, **over: object) -> str:
    found = this_round(session)
    command = AddItem(round_id=found.public_id, branch_id=f"b-{area.code}", item=draft(**over))
    item_id = write(add_item, actor, command, now=clock.now()).item_id
    assert item_id is not None
    return item_id


def test_the_secretary_writes_the_own_branchs_plan_and_nobody_elses(
    session: Session, tree: dict[str, Area], secretary: Actor
) -> None:
    add(session, secretary, tree["community"])
    with pytest.raises(Forbidden):
        add(session, secretary, tree["other"])
    assert session.scalar(select(func.count()).select_from(PlanItem)) == 1


@pytest.mark.parametrize(
    ("role", "where", "may"),
    [(Role.STAFF, "community", True), (Role.STREET_ADMIN, "street", False), (Role.GRID_LEADER, "community", False)],
)
def test_community_staff_may_enter_it_and_the_street_office_only_reads(
    session: Session, tree: dict[str, Area], role: Role, where: str, may: bool
) -> None:
    actor = acting(session, make_staff(session, tree[where], role))
    if may:
        add(session, actor, tree["community"])
        return
    with pytest.raises(Forbidden):
        add(session, actor, tree["community"])


def test_the_baseline_is_the_quarter_before_as_known_when_the_round_began(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor
) -> None:
    found = this_round(session)
    person, other = make_person(session, tree["community"]), make_person(session, tree["community"])
    before = clock.at.replace(year=2026, month=9, day=10)
    report_work(session, tree["community"], person, 90, at=before)
    report_work(session, tree["community"], other, 30)  # of this quarter
    # Learned of after the round began: the baseline is frozen, whenever the plan is begun.
    report_work(session, tree["community"], other, 45, occurred_at=before.isoformat())
    write(open_plan, secretary, found.public_id, f"b-{tree['community'].code}", now=clock.at)
    plan = plan_of(session, found, find_branch(session, f"b-{tree['community'].code}"), None, now=clock.at)
    assert (plan.baseline["service_minutes"], plan.baseline["participants"]) == (90, 1)
    again = write(open_plan, secretary, found.public_id, f"b-{tree['community'].code}", now=clock.at)
    assert again.is_repeat


def test_every_change_leaves_who_when_from_and_to(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor
) -> None:
    leader = make_staff(session, tree["community"], Role.GRID_LEADER)
    item_id, branch_id = add(session, secretary, tree["community"]), f"b-{tree['community'].code}"
    clock.forward(minutes=5)
    new = draft(title="补齐三会一课记录", person_id=leader.public_id)
    command = ChangeItem(branch_id=branch_id, item_id=item_id, item=new)
    assert not write(change_item, secretary, command, now=clock.at).is_repeat
    assert write(change_item, secretary, command, now=clock.at).is_repeat
    clock.forward(minutes=5)
    assert not write(set_progress, secretary, branch_id, item_id, 40, now=clock.at).is_repeat
    assert write(set_progress, secretary, branch_id, item_id, 40, now=clock.at).is_repeat
    lines = changes_of(session, this_round(session), find_branch(session, branch_id), item_id=item_id)
    assert [(line.field, line.was, line.now_is) for line in lines] == [
        ("progress", "0", "40"),
        ("person", "", leader.name),
        ("title", "补齐三会一课", "补齐三会一课记录"),
        ("created", "", "补齐三会一课"),
    ]
    assert lines[0].at == clock.at
    stored = session.scalars(select(PlanChange.now_is).where(PlanChange.field == "person")).one()
    assert stored == leader.public_id  # no name is kept where an erasure would not find it


def test_changed_aims_stand_in_the_trace(session: Session, tree: dict[str, Area], secretary: Actor) -> None:
    found, branch_id = this_round(session), f"b-{tree['community'].code}"
    command = SetAims(round_id=found.public_id, branch_id=branch_id, stars=("first",))
    write(set_aims, secretary, command, now=clock.now())
    line = changes_of(session, found, find_branch(session, branch_id))[0]
    assert (line.field, line.was, line.now_is) == ("aims", "first,second", "first")


def test_after_the_freeze_every_edit_is_refused_and_nothing_changes(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor
) -> None:
    item_id, branch_id = add(session, secretary, tree["community"]), f"b-{tree['community'].code}"
    found = this_round(session)
    publish_it(session, clock, found)
    late = replace(draft(), due_on=found.ends_on)
    acts = (
        (add_item, AddItem(round_id=found.public_id, branch_id=branch_id, item=late)),
        (change_item, ChangeItem(branch_id=branch_id, item_id=item_id, item=late)),
        (link_evidence, LinkEvidence(branch_id=branch_id, item_id=item_id, evidence_id=None, note="见台账")),
    )
    for act, command in acts:
        with pytest.raises(PlanFrozen):
            write(act, secretary, command, now=clock.at)
    with pytest.raises(PlanFrozen):
        write(set_progress, secretary, branch_id, item_id, 100, now=clock.at)
    with pytest.raises(PlanFrozen):
        write(withdraw_item, secretary, branch_id, item_id, "不做了", now=clock.at)
    with pytest.raises(PlanFrozen):
        write(open_plan, secretary, found.public_id, branch_id, now=clock.at)
    assert session.scalar(select(func.count()).select_from(PlanChange)) == 1


def test_an_item_must_fit_the_round_and_its_scheme(session: Session, tree: dict[str, Area], secretary: Actor) -> None:
    found = this_round(session)
    stranger = make_staff(session, tree["other"])
    with pytest.raises(DueOutsideRound):
        add(session, secretary, tree["community"], due_on=found.ends_on + timedelta(days=1))
    with pytest.raises(Invalid):
        add(session, secretary, tree["community"], star="third")
    with pytest.raises(UnknownIndicator):
        add(session, secretary, tree["community"], indicator="hours")  # an indicator of the other star
    with pytest.raises(Invalid):
        add(session, secretary, tree["community"], person_id=stranger.public_id)
    assert session.scalar(select(func.count()).select_from(PlanItem)) == 0


def test_evidence_of_another_branch_or_quarter_is_refused(
    session: Session, clock: Clock, tree: dict[str, Area], secretary: Actor
) -> None:
    item_id, branch_id = add(session, secretary, tree["community"]), f"b-{tree['community'].code}"
    here, there = make_person(session, tree["community"]), make_person(session, tree["other"])
    report_work(session, tree["community"], here)
    report_work(session, tree["other"], there)
    report_work(session, tree["community"], here, at=clock.at.replace(month=9, day=10))
    rows = {
        (row.area_id, row.occurred_at.month): row.public_id
        for row in session.scalars(select(Evidence).where(Evidence.metric == "attendance"))
    }
    mine = rows[tree["community"].id, 11]
    for foreign in (rows[tree["other"].id, 11], rows[tree["community"].id, 9], "nosuchid0000"):
        command = LinkEvidence(branch_id=branch_id, item_id=item_id, evidence_id=foreign, note=None)
        with pytest.raises(EvidenceElsewhere):
            write(link_evidence, secretary, command, now=clock.at)
    command = LinkEvidence(branch_id=branch_id, item_id=item_id, evidence_id=mine, note=None)
    assert not write(link_evidence, secretary, command, now=clock.at).is_repeat
    assert write(link_evidence, secretary, command, now=clock.at).is_repeat
    branch = find_branch(session, branch_id)
    shown, told = links_of(session, item_id, branch, None)[0], links_of(session, item_id, branch, secretary)[0]
    assert shown.row is not None
    assert told.row is not None
    assert (shown.row.person, shown.by) == (None, None)  # one row alone would tell who
    assert (told.row.person, told.by) == (here.name, secretary.display_name)


def test_a_withdrawn_item_stays_readable_counts_no_more_and_takes_no_change(
    session: Session, tree: dict[str, Area], secretary: Actor
) -> None:
    item_id, branch_id = add(session, secretary, tree["community"]), f"b-{tree['community'].code}"
    add(session, secretary, tree["community"], title="第二项", star="second", indicator=None)
    write(withdraw_item, secretary, branch_id, item_id, "并入第二项", now=clock.now())
    with pytest.raises(PlanItemWithdrawn):
        write(set_progress, secretary, branch_id, item_id, 50, now=clock.now())
    found, branch = this_round(session), find_branch(session, branch_id)
    plan = plan_of(session, found, branch, None, now=clock.now())
    assert [row.title for row in plan.withdrawn] == ["补齐三会一课"]
    counts = plan_counts(session, found, [branch.id], now=clock.now())[branch.id]
    assert (counts["second"].all, counts["first"].all, plan.counts.all) == (1, 0, 1)


def test_who_is_responsible_is_told_to_officers_only(session: Session, tree: dict[str, Area], secretary: Actor) -> None:
    leader = make_staff(session, tree["community"], Role.GRID_LEADER)
    add(session, secretary, tree["community"], person_id=leader.public_id)
    found, branch = this_round(session), find_branch(session, f"b-{tree['community'].code}")
    neighbour = acting(session, make_person(session, tree["community"]))
    names = [
        plan_of(session, found, branch, actor, now=clock.now()).items[0].person
        for actor in (None, neighbour, secretary)
    ]
    assert names == [None, None, leader.name]


def test_an_item_of_another_branch_is_not_found_under_this_one(
    session: Session, tree: dict[str, Area], secretary: Actor
) -> None:
    item_id = add(session, secretary, tree["community"])
    with pytest.raises(NotFound):
        write(set_progress, secretary, f"b-{tree['other'].code}", item_id, 10, now=clock.now())
