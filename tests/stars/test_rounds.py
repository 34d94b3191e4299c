"""The end of a round on both databases: cut-off, publication, objections, the freeze."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import policy
from pointsapp.core.actor import Actor, Role
from pointsapp.core.clock import local_day
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.events import Event
from pointsapp.core.transaction import write
from pointsapp.stars.errors import (
    NotCutOff,
    NothingCorrected,
    NotYoursToAnswer,
    ObjectionAnswered,
    ObjectionsOpen,
    OwnBranch,
    PlanFrozen,
    RoundClosed,
    RoundNotPublished,
    RoundPublished,
    ScoreAboveMax,
    StillPublished,
    TooManyObjections,
    UnfinishedNeedsReason,
)
from pointsapp.stars.models import EditionKind, EditionRow, Evidence, Round, RoundEdition, RoundState
from pointsapp.stars.policies import CUT_OFF_DAYS, DAYS_OFF
from pointsapp.stars.queries import (
    RoundRow,
    closing_of,
    edition_of,
    find_branch,
    find_round,
    late_count,
    standings,
    wrong_editions,
)
from pointsapp.stars.services import (
    Answer,
    Assess,
    Object,
    Publish,
    RecordPaper,
    SetAims,
    answer_objection,
    assess,
    freeze_round,
    object_to,
    open_plan,
    publish_round,
    record_paper,
    set_aims,
    turn_rounds,
)
from tests.conftest import Clock
from tests.factories import actor_of, grant, make_person, make_staff
from tests.stars.things import close_it, code, officer, past, publish_it, report_work, tasks, totals


class TestCutOff:
    def test_it_is_five_working_days_after_the_quarter_and_follows_the_calendar(
        self, session: Session, clock: Clock, found: RoundRow
    ) -> None:
        # 1, 4, 5, 6, 7 January 2027: of that year only weekends are known.
        assert found.cut_off_at.isoformat() == "2027-01-07T16:00:00+00:00"
        policy.set_value(session, DAYS_OFF, "2027-01-01", now=clock.now())
        session.commit()
        assert write(turn_rounds, now=clock.now()) == 1
        assert find_round(session, found.public_id).cut_off_at.isoformat() == "2027-01-08T16:00:00+00:00"
        past(clock, find_round(session, found.public_id), minutes=1)
        policy.set_value(session, CUT_OFF_DAYS, 30, now=clock.now())
        session.commit()
        write(turn_rounds, now=clock.now())
        assert find_round(session, found.public_id).cut_off_at.isoformat() == "2027-01-08T16:00:00+00:00"  # it passed

    def test_what_is_received_before_it_counts_and_what_comes_later_is_late(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow
    ) -> None:
        area = tree["community"]
        past(clock, found, hours=-1)
        tasks(session, area)  # one task: 2.5 points
        assert totals(session, found, clock)[code(area)] == 250
        past(clock, found, hours=1)
        tasks(session, area, 2)  # three would be 10
        assert totals(session, found, clock)[code(area)] == 250
        assert late_count(session, found, find_branch(session, code(area)), now=clock.now()) == 2
        # Received in time and only confirmed now: in time.
        tasks(session, area, 2, received_at=(found.cut_off_at - timedelta(days=1)).isoformat())
        assert totals(session, found, clock)[code(area)] == 1000
        assert late_count(session, found, find_branch(session, code(area)), now=clock.now()) == 2

    def test_after_the_publication_nothing_is_confirmed_into_the_round(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow
    ) -> None:
        area = tree["community"]
        publish_it(session, clock, found)
        clock.forward(minutes=1)
        tasks(session, area, 3, received_at=(found.cut_off_at - timedelta(days=1)).isoformat())
        assert totals(session, found, clock)[code(area)] == 0


class TestPublication:
    def test_nothing_closes_by_itself(self, session: Session, clock: Clock, found: RoundRow) -> None:
        clock.forward(days=120)
        assert write(turn_rounds, now=clock.now()) == 1  # the new quarter opens
        assert find_round(session, found.public_id).state is RoundState.OPEN

    def test_only_the_street_above_all_branches_and_only_after_the_cut_off(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor
    ) -> None:
        command = Publish(round_id=found.public_id, reason="不等了")
        with pytest.raises(NotCutOff):
            write(publish_round, admin, command, now=clock.now())
        past(clock, found, minutes=1)
        for person in (
            make_staff(session, tree["street"]),
            make_staff(session, tree["other_street"], Role.STREET_ADMIN),
            make_staff(session, tree["community"], Role.STREET_ADMIN),  # above one branch, not above both
        ):
            with pytest.raises(Forbidden):
                write(publish_round, actor_of(session, person), command, now=clock.now())
        assert write(publish_round, admin, command, now=clock.now()).state is RoundState.PUBLISHED
        assert write(publish_round, admin, command, now=clock.now()).is_repeat

    def test_what_is_unfinished_needs_a_reason_which_is_kept(
        self, session: Session, clock: Clock, found: RoundRow, admin: Actor
    ) -> None:
        past(clock, found, minutes=1)
        with pytest.raises(UnfinishedNeedsReason) as refused:
            write(publish_round, admin, Publish(round_id=found.public_id), now=clock.now())
        assert refused.value.facts == {"count": 2}  # party_life of two branches
        assert find_round(session, found.public_id).state is RoundState.OPEN

    def test_the_closing_page_says_what_each_could_still_bring(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor
    ) -> None:
        area = tree["community"]
        tasks(session, area, 3)  # 10 of 20 in the second star
        given = Assess(round_id=found.public_id, branch_id=code(tree["other"]), indicator="party_life", score=500, reason="会议记录")  # fmt: skip
        write(assess, admin, given, now=clock.now())
        closing = closing_of(session, found, now=clock.now())
        assert closing.listed == {"missing": 1}
        (doubt,) = closing.doubts
        assert (doubt.branch.code, doubt.total, doubt.most, doubt.least) == (code(area), 1000, 1000, 0)
        assert [one.key for one in doubt.missing] == ["party_life"]
        # 20 of the 25 that the better tier asks for: the missing score alone does not change the tier.
        assert not doubt.tier_may_change

    def test_what_waits_where_no_branch_of_the_round_is_belongs_to_another_round(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor
    ) -> None:
        writer = officer(session, tree["street"], Role.STREET_ADMIN)
        for area in (tree["grid"], tree["street"]):  # the street has no branch of its own
            sheet = RecordPaper(
                area=area.public_id,
                title="纸上登记",
                done_on=local_day(clock.now()),
                source="三号柜",
                lines=((make_person(session, tree["grid"]).volunteer_number, 60),),
            )
            write(record_paper, writer, sheet, now=clock.now())
        closing = closing_of(session, found, now=clock.now())
        assert closing.listed == {"papers": 1, "missing": 2}
        assert [doubt.effects["papers"].count for doubt in closing.doubts if "papers" in doubt.effects] == [1]
        past(clock, found, minutes=1)
        with pytest.raises(UnfinishedNeedsReason) as refused:
            write(publish_round, admin, Publish(round_id=found.public_id), now=clock.now())
        assert refused.value.facts == {"count": 3}

    def test_edits_are_refused_each_with_its_code(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor
    ) -> None:
        area = tree["community"]
        secretary = officer(session, area, Role.BRANCH_SECRETARY)
        given = Assess(round_id=found.public_id, branch_id=code(area), indicator="party_life", score=500, reason="会议记录")  # fmt: skip
        aims = SetAims(round_id=found.public_id, branch_id=code(area), stars=("first",))
        for happens, error in ((publish_it, RoundPublished), (close_it, RoundClosed)):
            happens(session, clock, found, admin)
            with pytest.raises(error):
                write(assess, admin, given, now=clock.now())
            with pytest.raises(error):
                write(set_aims, secretary, aims, now=clock.now())
            with pytest.raises(PlanFrozen):
                write(open_plan, secretary, found.public_id, code(area), now=clock.now())


class TestObjections:
    def lodge(self, session: Session, clock: Clock, who: Actor, found: RoundRow, area: Area, **over: Any) -> str:
        command = Object(**{"round_id": found.public_id, "branch_id": code(area), "indicator": "party_life", "text": "少算了一次", **over})  # fmt: skip
        return write(object_to, who, command, now=clock.now()).public_id

    def test_who_may_and_when(self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow) -> None:
        area = tree["community"]
        neighbour = actor_of(session, make_person(session, tree["other"]))
        with pytest.raises(RoundNotPublished):
            self.lodge(session, clock, neighbour, found, area)
        publish_it(session, clock, found)
        assert self.lodge(session, clock, neighbour, found, area) == self.lodge(session, clock, neighbour, found, area)
        for stranger in (make_person(session, tree["other_street"]), make_staff(session, tree["other_street"])):
            with pytest.raises(Forbidden):
                self.lodge(session, clock, actor_of(session, stranger), found, area)
        with pytest.raises(Invalid):
            self.lodge(session, clock, neighbour, found, area, indicator="nothing")
        with pytest.raises(NotFound):
            self.lodge(session, clock, neighbour, found, tree["other_street"])
        for n in range(4):
            self.lodge(session, clock, neighbour, found, area, text=f"又少算了 {n}")
        with pytest.raises(TooManyObjections):
            self.lodge(session, clock, neighbour, found, area, text="还有")
        clock.at = find_round(session, found.public_id).objections_until or clock.at
        with pytest.raises(RoundNotPublished):
            self.lodge(session, clock, actor_of(session, make_person(session, area)), found, area)

    def test_somebody_else_answers_and_what_is_upheld_is_an_assessment(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor
    ) -> None:
        area = tree["community"]
        given = Assess(round_id=found.public_id, branch_id=code(area), indicator="party_life", score=500, reason="会议记录")  # fmt: skip
        write(assess, admin, given, now=clock.now())
        publish_it(session, clock, found)
        worker, desk = officer(session, area), officer(session, area)
        raised = self.lodge(session, clock, worker, found, area)
        yes = Answer(objection_id=raised, is_upheld=True, answer="核对原件，补记一次", score=800)
        both = make_staff(session, area)
        grant(session, both, Role.BRANCH_SECRETARY, area=area)
        for person, error in (
            (worker, NotYoursToAnswer),  # who objected
            (admin, NotYoursToAnswer),  # who assessed it
            (actor_of(session, both), OwnBranch),
            (officer(session, tree["other"]), Forbidden),
            (actor_of(session, make_person(session, area)), Forbidden),
        ):
            with pytest.raises(error):
                write(answer_objection, person, yes, now=clock.now())
        with pytest.raises(NothingCorrected):
            write(answer_objection, desk, Answer(objection_id=raised, is_upheld=True, answer="对"), now=clock.now())
        above = Answer(objection_id=raised, is_upheld=True, answer="对", score=1001)
        with pytest.raises(ScoreAboveMax):
            write(answer_objection, desk, above, now=clock.now())
        assert totals(session, found, clock)[code(area)] == 500
        write(answer_objection, desk, yes, now=clock.now())
        assert totals(session, found, clock)[code(area)] == 800
        with pytest.raises(ObjectionAnswered):
            write(answer_objection, desk, yes, now=clock.now())
        told = session.scalars(select(Event.person_id).where(Event.kind == "stars.objection_answered")).all()
        assert told == [worker.person_id]

    def test_late_rows_of_this_branch_count_once_they_are_admitted(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow
    ) -> None:
        area = tree["community"]
        past(clock, found, minutes=1)
        tasks(session, area, 3)
        tasks(session, tree["other"])
        publish_it(session, clock, found)
        desk = officer(session, area)
        raised = self.lodge(session, clock, actor_of(session, make_person(session, area)), found, area, indicator="tasks")  # fmt: skip
        rows = {row.area_id: row.public_id for row in session.scalars(select(Evidence))}
        own = tuple(session.scalars(select(Evidence.public_id).where(Evidence.area_id == area.id)))
        foreign = Answer(objection_id=raised, is_upheld=True, answer="补计", rows=(*own, rows[tree["other"].id]))
        with pytest.raises(Invalid):
            write(answer_objection, desk, foreign, now=clock.now())
        by_hand = Answer(objection_id=raised, is_upheld=True, answer="补计", score=1000)
        with pytest.raises(NothingCorrected):
            write(answer_objection, desk, by_hand, now=clock.now())
        assert totals(session, found, clock)[code(area)] == 0
        write(answer_objection, desk, Answer(objection_id=raised, is_upheld=True, answer="补计", rows=own), now=clock.now())  # fmt: skip
        assert totals(session, found, clock)[code(area)] == 1000
        assert totals(session, found, clock)[code(tree["other"])] == 0


class TestFreeze:
    def test_not_before_the_period_and_the_last_answer(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow, admin: Actor
    ) -> None:
        with pytest.raises(RoundNotPublished):
            write(freeze_round, admin, found.public_id, now=clock.now())
        publish_it(session, clock, found, admin)
        raised = TestObjections().lodge(session, clock, actor_of(session, make_person(session, tree["community"])), found, tree["community"])  # fmt: skip
        with pytest.raises(StillPublished):
            write(freeze_round, admin, found.public_id, now=clock.now())
        clock.at = find_round(session, found.public_id).objections_until or clock.at
        with pytest.raises(ObjectionsOpen):
            write(freeze_round, admin, found.public_id, now=clock.now())
        no = Answer(objection_id=raised, is_upheld=False, answer="没有漏")
        write(answer_objection, officer(session, tree["community"]), no, now=clock.now())
        done = write(freeze_round, admin, found.public_id, now=clock.now())
        assert (done.state, done.edition) == (RoundState.CLOSED, 1)
        again = write(freeze_round, admin, found.public_id, now=clock.now())
        assert (again.is_repeat, again.digest) == (True, done.digest)

    def test_the_stored_edition_is_what_everybody_reads_from_then_on(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow
    ) -> None:
        area = tree["community"]
        report_work(session, area, make_person(session, area))
        before = standings(session, found, now=clock.now())
        closed = close_it(session, clock, found)
        stored = standings(session, closed, now=clock.now())
        assert [(row.branch.code, row.rank, row.score.total, row.score.tier) for row in stored] == [
            (row.branch.code, row.rank, row.score.total, row.score.tier) for row in before
        ]
        # Whatever happens behind its back: a name, a late row, a score written past the services.
        session.execute(update(Area).where(Area.id == area.id).values(name="改了名"))
        session.commit()
        tasks(session, area, 3)
        assert standings(session, closed, now=clock.now()) == stored
        assert all(row.branch.area_name != "改了名" for row in stored)
        assert wrong_editions(session) == []

    def test_the_database_refuses_to_change_an_edition(self, session: Session, clock: Clock, found: RoundRow) -> None:
        close_it(session, clock, found)
        for table in (RoundEdition, EditionRow):
            with pytest.raises(DBAPIError):
                write(lambda session, table=table: session.execute(update(table).values({next(iter(table.__table__.c)).name: 99})))  # type: ignore[misc]  # fmt: skip
            session.rollback()

    def test_a_round_closed_before_editions_were_kept_gets_its_own(
        self, session: Session, clock: Clock, tree: dict[str, Area], found: RoundRow
    ) -> None:
        tasks(session, tree["community"])
        past(clock, found, days=1)
        session.execute(
            update(Round)
            .where(Round.id == found.id)
            .values(state="closed", closed_at=clock.now(), cut_off_at=clock.now())
        )
        session.commit()
        before = totals(session, found, clock)
        write(turn_rounds, now=clock.now())
        edition = edition_of(session, find_round(session, found.public_id))
        assert edition is not None
        assert (edition.number, edition.kind, totals(session, found, clock)) == (1, EditionKind.FREEZE, before)
