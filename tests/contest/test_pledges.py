"""Pledges 亮承诺: who promises, what is refused, who may say that it was kept, and what counts of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from pointsapp.contest.errors import (
    DueOutsidePledge,
    OwnPledge,
    PledgeSettled,
    PledgeTooLate,
    ShownByAnother,
    TooManyPledges,
)
from pointsapp.contest.models import Outcome, Pledge, PledgeState, PledgeStep
from pointsapp.contest.queries import pledge_counts, pledge_of, pledges_of
from pointsapp.contest.services import (
    JudgePledge,
    PublishPledge,
    ReportPledge,
    judge_pledge,
    publish_pledge,
    report_pledge,
    withdraw_pledge,
)
from pointsapp.core import clock, events
from pointsapp.core.clock import local_day
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.errors import RoundPublished
from pointsapp.stars.models import Evidence, Membership
from pointsapp.stars.queries import closing_of, find_branch, one_standing
from pointsapp.stars.queries.catalogue import figures
from pointsapp.stars.services import AddItem, ItemDraft, add_item
from tests.conftest import Clock
from tests.contest.things import World
from tests.factories import make_staff
from tests.stars.things import publish_it, report_work, this_round

KEPT = {"outcome": Outcome.KEPT, "reason": "十次会议都有记录", "note": "党建档案盒第二册"}


def report(world: World, pledge_id: str, person: Person | None = None, **over: object) -> PledgeState:
    command = ReportPledge(branch_id=world.branch, pledge_id=pledge_id, **{**KEPT, **over})  # type: ignore[arg-type]
    actor = world.actor(person or world.secretary)
    return write(report_pledge, actor, command, now=clock.now()).state


def judge(
    world: World, pledge_id: str, person: Person | None = None, *, agrees: bool = True, reason: str = ""
) -> PledgeState:
    command = JudgePledge(branch_id=world.branch, pledge_id=pledge_id, agrees=agrees, reason=reason)
    return write(judge_pledge, world.actor(person or world.staff), command, now=clock.now()).state


def figure(world: World, key: str) -> int | None:
    found, standing = one_standing(world.session, this_round(world.session), world.branch, now=clock.now())
    rows = figures(world.session, found, standing, None, now=clock.now())
    return next(row.figure for row in rows if row.metric.key == key)


def test_a_promise_stands_and_the_same_words_again_are_the_same_promise(world: World) -> None:
    first = world.pledge()
    assert world.pledge() == first
    assert world.session.scalar(select(func.count()).select_from(Pledge)) == 1
    _found, row, steps = pledge_of(
        world.session, find_branch(world.session, world.branch), first, None, now=clock.now()
    )
    assert (row.state, row.outcome, row.is_late) == (PledgeState.PROMISED, None, False)
    assert [(step.kind, step.by) for step in steps] == [("published", None)]  # a guest reads no name


def test_only_the_own_branch_promises(world: World) -> None:
    stranger = make_staff(world.session, world.tree["other"])
    command = PublishPledge(
        round_id=this_round(world.session).public_id, branch_id=world.branch, star="first", promise="做", shown_by="看",
        due_on=clock.local_day(clock.now()),
    )  # fmt: skip
    for person in (stranger, world.admin):
        with pytest.raises(Forbidden):
            write(publish_pledge, world.actor(person), command, now=clock.now())
    assert write(publish_pledge, world.actor(world.staff), command, now=clock.now()).state is PledgeState.PROMISED


def test_promises_are_made_at_the_beginning_within_the_round_and_not_without_end(world: World, clock: Clock) -> None:
    for due_on in (date(2026, 11, 20), date(2027, 1, 1)):  # yesterday, and after the round
        with pytest.raises(DueOutsidePledge):
            world.pledge(due_on=due_on)
    with pytest.raises(Invalid):
        world.pledge(star="third")
    made = [world.pledge(promise=f"第{number}件") for number in range(10)]
    write(withdraw_pledge, world.actor(world.secretary), world.branch, made[0], "并入街道安排", now=clock.now())
    with pytest.raises(TooManyPledges):
        world.pledge(promise="再来一件")
    # The round was opened on 21 November: 30 days end on 20 December.
    clock.forward(days=29)
    assert world.pledge(promise="第1件") == made[1]
    clock.forward(days=1)
    with pytest.raises(PledgeTooLate) as late:
        world.pledge(promise="来晚了", due_on=date(2026, 12, 31))
    assert late.value.facts == {"last_on": "2026-12-20"}


def test_a_promise_is_withdrawn_with_a_reason_and_stays_to_be_read(world: World) -> None:
    pledge_id = world.pledge()
    actor = world.actor(world.secretary)
    done = write(withdraw_pledge, actor, world.branch, pledge_id, "场地改作他用", now=clock.now())
    assert done.state is PledgeState.WITHDRAWN
    assert write(withdraw_pledge, actor, world.branch, pledge_id, "再说一次", now=clock.now()).is_repeat
    with pytest.raises(PledgeSettled):
        report(world, pledge_id)
    found = this_round(world.session)
    rows = pledges_of(world.session, found, find_branch(world.session, world.branch), actor, now=clock.now())
    assert [(row.state, row.last and row.last.reason) for row in rows] == [("withdrawn", "场地改作他用")]
    assert pledge_counts(world.session, found).withdrawn == 1


def test_what_was_kept_is_shown_by_something_of_the_own_branch(world: World) -> None:
    pledge_id = world.pledge()
    with pytest.raises(Invalid):
        report(world, pledge_id, note=None)
    person = make_staff(world.session, world.tree["community"])
    for area in ("community", "other"):
        report_work(world.session, world.tree[area], person)
    here, there = (
        world.session.scalars(
            select(Evidence.public_id).where(Evidence.area_id == world.tree[area].id, Evidence.metric == "attendance")
        ).first()
        for area in ("community", "other")
    )
    with pytest.raises(ShownByAnother):
        report(world, pledge_id, evidence_id=there)
    with pytest.raises(ShownByAnother):
        report(world, pledge_id, plan_item_id="nosuchitem00")
    draft = ItemDraft(
        star="first", indicator=None, title="补齐记录", lead_unit="组织办", responsible_unit="支部", person_id=None,
        due_on=clock.local_day(clock.now()),
    )  # fmt: skip
    planned = AddItem(round_id=this_round(world.session).public_id, branch_id=world.branch, item=draft)
    item = write(add_item, world.actor(world.secretary), planned, now=clock.now()).item_id
    assert report(world, pledge_id, evidence_id=here, plan_item_id=item) is PledgeState.REPORTED
    branch = find_branch(world.session, world.branch)
    _found, row, steps = pledge_of(world.session, branch, pledge_id, world.actor(world.staff), now=clock.now())
    assert (steps[0].item, steps[0].metric, steps[0].note, steps[0].by) == (
        "补齐记录", "attendance", "党建档案盒第二册", world.secretary.name,
    )  # fmt: skip
    assert row.outcome is Outcome.KEPT
    other = world.pledge(promise="另一件")
    assert report(world, other, outcome=Outcome.NOT_KEPT, reason="招标流标", note=None) is PledgeState.REPORTED


def test_a_second_person_confirms_and_only_then_it_counts(world: World) -> None:
    kept, partly = world.pledge(), world.pledge(promise="办两场邻里节")
    write(events.deliver_due, now=clock.now())
    assert (figure(world, "promises_made"), figure(world, "promises_kept")) == (2, 0)
    report(world, kept)
    report(world, partly, outcome=Outcome.PARTLY, reason="只办了一场")
    write(events.deliver_due, now=clock.now())
    assert figure(world, "promises_kept") == 0
    closing = closing_of(world.session, this_round(world.session), now=clock.now())
    assert closing.listed["promises"] == 1  # what was kept in part leaves nothing
    assert judge(world, kept) is PledgeState.CONFIRMED
    assert judge(world, partly) is PledgeState.CONFIRMED
    write(events.deliver_due, now=clock.now())
    assert (figure(world, "promises_made"), figure(world, "promises_kept")) == (2, 1)
    counts = pledge_counts(world.session, this_round(world.session))
    assert (counts.kept, counts.partly, counts.not_kept, counts.all) == (1, 1, 0, 2)
    for again in (lambda: report(world, kept), lambda: judge(world, kept)):
        with pytest.raises(PledgeSettled):
            again()


def test_nobody_judges_their_own_promise(world: World, clock: Clock) -> None:
    pledge_id = world.pledge()
    report(world, pledge_id, world.staff)  # staff entered it for the branch
    with pytest.raises(OwnPledge):
        judge(world, pledge_id, world.staff)
    member = make_staff(world.session, world.tree["community"])
    world.session.add(
        Membership(
            person_id=member.id, branch_id=find_branch(world.session, world.branch).id, starts_at=None,
            recorded_at=clock.now(),
        )
    )  # fmt: skip
    world.session.commit()
    with pytest.raises(OwnPledge):
        judge(world, pledge_id, member)
    both = make_staff(world.session, world.tree["street"])
    with pytest.raises(Forbidden):
        judge(world, pledge_id, world.secretary)
    assert judge(world, pledge_id, both) is PledgeState.CONFIRMED


def test_a_disagreement_has_a_reason_and_the_branch_may_say_it_again(world: World) -> None:
    pledge_id = world.pledge()
    with pytest.raises(PledgeSettled):
        judge(world, pledge_id)  # nothing was said of it yet
    report(world, pledge_id)
    with pytest.raises(Invalid):
        judge(world, pledge_id, agrees=False)
    assert judge(world, pledge_id, agrees=False, reason="三月的记录缺一次") is PledgeState.DISPUTED
    assert report(world, pledge_id, outcome=Outcome.PARTLY, reason="确实缺一次") is PledgeState.REPORTED
    assert judge(world, pledge_id) is PledgeState.CONFIRMED
    kinds = world.session.scalars(select(PledgeStep.kind).order_by(PledgeStep.id)).all()
    assert kinds == ["published", "reported", "disputed", "reported", "confirmed"]
    assert pledge_counts(world.session, this_round(world.session)).partly == 1


def test_what_is_confirmed_after_the_quarter_counts_in_the_quarter_it_was_made_for(world: World, clock: Clock) -> None:
    pledge_id = world.pledge(due_on=date(2026, 12, 31))
    clock.forward(days=43)  # 3 January, before the round closes
    report(world, pledge_id)
    judge(world, pledge_id)
    write(events.deliver_due, now=clock.now())
    rows = world.session.execute(
        select(Evidence.metric, Evidence.occurred_at).where(Evidence.metric == "promise_kept")
    ).all()
    assert [(row.metric, local_day(row.occurred_at)) for row in rows] == [("promise_kept", date(2026, 12, 31))]


def test_when_the_round_hangs_out_nothing_of_a_promise_moves(world: World, clock: Clock) -> None:
    pledge_id, said = world.pledge(), world.pledge(promise="另一件")
    report(world, said)
    publish_it(world.session, clock, this_round(world.session))
    with pytest.raises(RoundPublished):
        report(world, pledge_id)
    with pytest.raises(RoundPublished):
        judge(world, said)
    with pytest.raises(RoundPublished):
        write(withdraw_pledge, world.actor(world.secretary), world.branch, pledge_id, "晚了", now=clock.now())


def test_reported_in_time_is_in_time_whenever_the_second_person_looks(world: World, clock: Clock) -> None:
    pledge_id = world.pledge(due_on=date(2026, 12, 31))
    found = this_round(world.session)
    clock.at = found.cut_off_at - timedelta(minutes=1)
    report(world, pledge_id)
    clock.at = found.cut_off_at + timedelta(days=1)
    assert judge(world, pledge_id) is PledgeState.CONFIRMED
    write(events.deliver_due, now=clock.now())
    row = world.session.scalars(select(Evidence).where(Evidence.metric == "promise_kept")).one()
    assert row.received_at is not None
    assert row.received_at < found.cut_off_at < row.recorded_at
    # The clock is in the next quarter, whose round has not been opened: the figure is asked of the old one.
    _round, standing = one_standing(world.session, found, world.branch, now=clock.now())
    kept = [
        one
        for one in figures(world.session, found, standing, None, now=clock.now())
        if one.metric.key == "promises_kept"
    ]
    assert [one.figure for one in kept] == [1]


def test_a_promise_of_another_branch_is_not_found(world: World) -> None:
    pledge_id = world.pledge()
    command = JudgePledge(branch_id=world.other_branch, pledge_id=pledge_id, agrees=True, reason="")
    with pytest.raises(NotFound):
        write(judge_pledge, world.actor(world.admin), command, now=clock.now())
    with pytest.raises(NotFound):
        write(judge_pledge, world.actor(world.admin), replace(command, pledge_id="nosuchid0000"), now=clock.now())


def test_a_promise_is_late_when_its_day_has_passed_in_silence(world: World, clock: Clock) -> None:
    world.pledge(due_on=date(2026, 11, 25))
    branch = find_branch(world.session, world.branch)
    late = []
    for _ in range(6):
        rows = pledges_of(world.session, this_round(world.session), branch, None, now=clock.now())
        late.append(rows[0].is_late)
        clock.forward(days=1)
    assert late == [False, False, False, False, False, True]  # 21 to 25 November are its own
