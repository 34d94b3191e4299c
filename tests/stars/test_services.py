"""Evidence, standings, rounds and assessments on both databases."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core import events
from pointsapp.core.actor import Role
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.jobs import Scheduled, run_job
from pointsapp.core.table_file import BadFile
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.errors import (
    CountedByPlatform,
    OwnBranch,
    RoundClosed,
    RoundPublished,
    ScoreAboveMax,
    UnknownIndicator,
)
from pointsapp.stars.models import Assessment, Evidence, Membership, Round, RoundState
from pointsapp.stars.queries import Standing, drill_down, find_branch, find_round, standings, with_movement
from pointsapp.stars.rules.figures import Gap
from pointsapp.stars.rules.score import StarState
from pointsapp.stars.services import (
    Assess,
    HeadcountDraft,
    MemberDraft,
    SetAims,
    assess,
    count_stale,
    import_headcounts,
    import_members,
    import_scheme,
    set_aims,
    take_snapshot,
    turn_rounds,
)
from tests.conftest import Clock
from tests.factories import actor_of, make_person, make_staff, make_tree
from tests.stars.things import (
    SMALL_SCHEME,
    close_it,
    make_branches,
    open_small_round,
    publish_it,
    report,
    report_work,
    this_round,
)


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    """Two communities with a branch each, and the round of the fourth quarter."""
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    return tree


def standing_of(session: Session, area: Area) -> Standing:
    rows = standings(session, this_round(session), now=clocks.now())
    return next(row for row in rows if row.branch.area_id == area.id)


def figures(session: Session, area: Area) -> dict[str, int]:
    """Each indicator's score in hundredths."""
    row = standing_of(session, area)
    return {one.indicator.key: one.score for star in row.score.stars for one in star.indicators}


def join(session: Session, person: Person, area: Area) -> None:
    write(
        import_members, [MemberDraft(line=2, phone=person.phone or "", branch_code=f"b-{area.code}")], now=clocks.now()
    )


class TestRounds:
    def test_the_first_import_opens_this_quarter_for_all_branches(
        self, session: Session, tree: dict[str, Area]
    ) -> None:
        found = this_round(session)
        assert (found.starts_on, found.ends_on) == (date(2026, 10, 1), date(2026, 12, 31))
        assert found.name == "2026 年第 4 季度"
        assert len(standings(session, found, now=clocks.now())) == 2

    def test_the_same_file_twice_changes_nothing(self, session: Session, tree: dict[str, Area]) -> None:
        again = write(import_scheme, deepcopy(SMALL_SCHEME), {}, now=clocks.now())
        assert again.is_repeat
        assert session.scalar(select(func.count(Round.id))) == 1

    def test_another_content_needs_another_number(self, session: Session, tree: dict[str, Area]) -> None:
        changed = {**SMALL_SCHEME, "name": "别的"}
        with pytest.raises(BadFile, match="line 4: version 1 of small stands with other content"):
            write(import_scheme, changed, {("version",): 4}, now=clocks.now())

    def test_a_new_version_counts_from_the_next_quarter_on(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        write(import_scheme, {**SMALL_SCHEME, "version": 2}, {}, now=clock.now())
        assert this_round(session).scheme.version == 1
        clock.forward(days=45)  # into January
        assert write(turn_rounds, now=clock.now()) == 1
        assert (this_round(session).scheme.version, this_round(session).starts_on) == (2, date(2027, 1, 1))
        assert write(turn_rounds, now=clock.now()) == 0

    def test_a_branch_of_kind_branch_joins_the_running_round_and_others_do_not(
        self, session: Session, tree: dict[str, Area]
    ) -> None:
        make_branches(session, tree["other_street"], kind="committee")
        make_branches(session, tree["grid"])
        names = [row.branch.name for row in standings(session, this_round(session), now=clocks.now())]
        assert "第一网格党支部" in names
        assert "杜岭街道党支部" not in names

    def test_a_finished_quarter_is_never_rewritten(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        report(session, "tasks.closed", tree["community"], participants=3)
        found = close_it(session, clock, this_round(session))
        assert found.state is RoundState.CLOSED
        before = [(row.branch.code, row.score.total) for row in standings(session, found, now=clock.now())]
        clock.forward(minutes=1)
        # News about December that arrives in January, after the round was closed.
        late = "2026-12-20T08:00:00+08:00"
        report(session, "tasks.closed", tree["community"], occurred_at=late, participants=3)
        report(session, "tasks.closed", tree["community"], occurred_at=late, participants=3)
        after = [(row.branch.code, row.score.total) for row in standings(session, found, now=clock.now())]
        assert after == before
        assert dict(after)[f"b-{tree['community'].code}"] == 250


class TestEvidence:
    def test_one_event_counts_once_however_often_it_is_told(self, session: Session, tree: dict[str, Area]) -> None:
        person = make_person(session, tree["community"])
        report_work(session, tree["community"], person, 90)
        write(lambda session: session.execute(update(events.EventDelivery).values(done_at=None)))
        write(events.deliver_due, now=clocks.now())
        assert sorted(session.execute(select(Evidence.metric, Evidence.quantity))) == [
            ("attendance", 1),
            ("service_minutes", 90),
        ]

    def test_a_correction_is_a_row_of_its_own(self, session: Session, tree: dict[str, Area]) -> None:
        person = make_person(session, tree["community"])
        report_work(session, tree["community"], person, 90)
        report(session, "checkin.corrected", tree["community"], person, minutes_before=90, minutes=30)
        tally = standing_of(session, tree["community"]).tally
        assert (tally.sums["service_minutes"], tally.people["attendance"]) == (30, 1)
        report(session, "checkin.corrected", tree["community"], person, minutes_before=30, minutes=0)
        tally = standing_of(session, tree["community"]).tally
        assert (tally.sums["service_minutes"], tally.people["attendance"]) == (0, 0)
        assert session.scalar(select(func.count(Evidence.id))) == 5

    def test_evidence_cannot_be_changed(self, session: Session, tree: dict[str, Area]) -> None:
        report(session, "tasks.closed", tree["community"], participants=3)
        with pytest.raises(DBAPIError):
            session.execute(update(Evidence).values(quantity=99))
        session.rollback()

    def test_work_below_the_branch_counts_and_work_elsewhere_does_not(
        self, session: Session, tree: dict[str, Area]
    ) -> None:
        person = make_person(session, tree["other"])
        report_work(session, tree["grid"], person, 40)
        report_work(session, tree["grid"], person, 20)
        tally = standing_of(session, tree["community"]).tally
        assert (tally.sums["attendance"], tally.people["attendance"], tally.sums["service_minutes"]) == (2, 1, 60)
        assert standing_of(session, tree["other"]).tally.sums == {}

    def test_work_belongs_to_the_quarter_in_which_it_was_done(self, session: Session, tree: dict[str, Area]) -> None:
        report(session, "tasks.closed", tree["community"], occurred_at="2026-09-30T23:59:00+08:00", participants=3)
        assert figures(session, tree["community"])["tasks"] == 0
        report(session, "tasks.closed", tree["community"], occurred_at="2026-10-01T00:00:00+08:00", participants=3)
        assert figures(session, tree["community"])["tasks"] == 250

    def test_a_task_that_nobody_came_to_is_not_work_done(self, session: Session, tree: dict[str, Area]) -> None:
        report(session, "tasks.closed", tree["community"], participants=0)
        assert session.scalar(select(func.count(Evidence.id))) == 0

    def test_signing_in_and_registering_is_no_evidence(self, session: Session, tree: dict[str, Area]) -> None:
        person = make_person(session, tree["community"])
        for kind in ("people.signed_in", "people.registered", "redemption.redeemed"):
            report(session, kind, tree["community"], person)
        assert session.scalar(select(func.count(Evidence.id))) == 0


class TestFigures:
    def test_per_head_divides_by_the_newest_official_count_and_never_by_accounts(
        self, session: Session, tree: dict[str, Area]
    ) -> None:
        area = tree["community"]
        report_work(session, area, make_person(session, area), 300)
        row = standing_of(session, area)
        hours = row.score.stars[1].indicators[0]
        assert (hours.score, hours.gap) == (0, Gap.NO_HEADCOUNT)
        counts = [(2000, date(2025, 11, 1)), (1000, date(2026, 11, 1))]
        drafts = [
            HeadcountDraft(line=n, area_code=area.code, people=people, counted_on=day, source="七普")
            for n, (people, day) in enumerate(counts)
        ]
        write(import_headcounts, drafts, now=clocks.now())
        # 300 minutes per 1000 heads of 600 needed: half of 10
        assert figures(session, area)["hours"] == 500
        assert write(import_headcounts, drafts, now=clocks.now()).added == 0

    def test_another_count_for_the_same_day_is_refused(self, session: Session, tree: dict[str, Area]) -> None:
        code = tree["community"].code

        def draft(people: int) -> list[HeadcountDraft]:
            return [HeadcountDraft(line=2, area_code=code, people=people, counted_on=date(2026, 11, 1), source="七普")]

        write(import_headcounts, draft(1000), now=clocks.now())
        with pytest.raises(BadFile, match=r"line 2: .* already has 1000 people on 2026-11-01"):
            write(import_headcounts, draft(1001), now=clocks.now())

    def test_party_members_count_while_they_are_members(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        area = tree["community"]
        members = [make_person(session, area) for _ in range(4)]
        for person in members:
            join(session, person, area)
        report_work(session, area, members[0])
        report_work(session, area, make_person(session, area))  # not a member
        # 1 of 4 is 25 percent of 50 needed: half of 10
        assert figures(session, area)["members_active"] == 500

        ended = write(
            lambda session: session.execute(
                update(Membership).where(Membership.person_id == members[1].id).values(ended_at=clock.now())
            )
        )
        assert ended.rowcount == 1
        clock.forward(days=1)
        report_work(session, area, members[1])  # no longer one: neither above nor below the line
        assert figures(session, area)["members_active"] == 666

    def test_members_are_imported_once(self, session: Session, tree: dict[str, Area]) -> None:
        person = make_person(session, tree["community"])
        drafts = [MemberDraft(line=2, phone=person.phone or "", branch_code=f"b-{tree['community'].code}")] * 2
        assert write(import_members, drafts, now=clocks.now()).added == 1
        assert write(import_members, drafts, now=clocks.now()).added == 0
        with pytest.raises(BadFile, match="line 3: nobody has the phone 12345"):
            write(
                import_members,
                [MemberDraft(line=3, phone="12345", branch_code=drafts[0].branch_code)],
                now=clocks.now(),
            )


class TestStandings:
    def test_ranks_ties_tiers_and_states(self, session: Session, tree: dict[str, Area]) -> None:
        rows = standings(session, this_round(session), now=clocks.now())
        assert [(row.rank, row.score.tier) for row in rows] == [(1, "创建中"), (1, "创建中")]
        for _ in range(3):
            report(session, "tasks.closed", tree["other"], participants=3)
        rows = standings(session, this_round(session), now=clocks.now())
        assert [(row.branch.area_id, row.rank, row.score.total) for row in rows] == [
            (tree["other"].id, 1, 1000),
            (tree["community"].id, 2, 0),
        ]
        assert [star.state for star in rows[0].score.stars] == [StarState.AT_RISK, StarState.LIT]

    @pytest.mark.parametrize(("is_counted", "most"), [(True, 6), (False, 8)])
    def test_all_branches_are_read_in_few_queries(
        self, session: Session, tree: dict[str, Area], is_counted: bool, most: int
    ) -> None:
        if is_counted:
            run_job(write, Scheduled("count", 1, count_stale), clocks.now())
        seen: list[str] = []
        engine = session.connection()
        event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        found = this_round(session)
        standings(session, found, now=clocks.now())
        assert 1 <= len(seen) <= most, seen
        assert any("evidence" in each for each in seen) != is_counted  # what is counted is not added up again

    def test_movement_is_told_against_last_week(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        report(session, "tasks.closed", tree["other"], participants=3)
        assert write(take_snapshot, now=clock.now()) == 2
        assert write(take_snapshot, now=clock.now()) == 0  # once a day
        found = this_round(session)
        assert [row.movement for row in self._moved(session)] == [None, None]
        clock.forward(days=8)
        for _ in range(3):
            report(session, "tasks.closed", tree["community"], participants=3)
        assert [(row.branch.area_id, row.movement) for row in self._moved(session)] == [
            (tree["community"].id, 1),
            (tree["other"].id, -1),
        ]
        assert found.public_id == this_round(session).public_id

    def _moved(self, session: Session) -> list[Standing]:
        found = this_round(session)
        return with_movement(session, found, standings(session, found, now=clocks.now()), now=clocks.now())


class TestAssessing:
    def command(self, session: Session, area: Area, **over: object) -> Assess:
        values = {
            "round_id": this_round(session).public_id,
            "branch_id": f"b-{area.code}",
            "indicator": "party_life",
            "score": 850,
            "reason": "三会一课记录齐全",
        }
        return Assess(**{**values, **over})  # type: ignore[arg-type]

    def test_the_newest_score_counts_and_the_older_stays(self, session: Session, tree: dict[str, Area]) -> None:
        admin = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
        first = write(assess, admin, self.command(session, tree["community"]), now=clocks.now())
        again = write(assess, admin, self.command(session, tree["community"]), now=clocks.now())
        assert (first.is_repeat, again.is_repeat, again.public_id) == (False, True, first.public_id)
        write(assess, admin, self.command(session, tree["community"], score=600, reason="复查"), now=clocks.now())
        assert figures(session, tree["community"])["party_life"] == 600
        assert session.scalars(select(Assessment.score_hundredths).order_by(Assessment.id)).all() == [850, 600]

    def test_who_may_not(self, session: Session, tree: dict[str, Area]) -> None:
        area = tree["community"]
        elsewhere = actor_of(session, make_staff(session, tree["other"]))
        resident = actor_of(session, make_person(session, area))
        secretary_only = actor_of(session, make_staff(session, area, Role.BRANCH_SECRETARY))
        for actor in (elsewhere, resident, secretary_only):
            with pytest.raises(Forbidden):
                write(assess, actor, self.command(session, area), now=clocks.now())

    def test_nobody_scores_their_own_branch(self, session: Session, tree: dict[str, Area]) -> None:
        from tests.factories import grant

        area = tree["community"]
        both = make_staff(session, tree["street"], Role.STREET_ADMIN)
        grant(session, both, Role.BRANCH_SECRETARY, area=area)
        member = make_staff(session, area)
        join(session, member, area)
        for person in (both, member):
            with pytest.raises(OwnBranch):
                write(assess, actor_of(session, person), self.command(session, area), now=clocks.now())
        # another branch in the same remit is theirs to score
        write(assess, actor_of(session, both), self.command(session, tree["other"]), now=clocks.now())

    def test_what_cannot_be_scored(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        admin = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
        area = tree["community"]
        for error, over in (
            (UnknownIndicator, {"indicator": "nothing"}),
            (CountedByPlatform, {"indicator": "hours"}),
            (ScoreAboveMax, {"score": 1001}),
            (NotFound, {"branch_id": "nowhere"}),
            (NotFound, {"round_id": "nowhere"}),
        ):
            with pytest.raises(error):
                write(assess, admin, self.command(session, area, **over), now=clock.now())
        command = self.command(session, area)
        publish_it(session, clock, this_round(session))
        with pytest.raises(RoundPublished):
            write(assess, admin, command, now=clock.now())
        clock.forward(days=10)
        close_it(session, clock, find_round(session, command.round_id))
        with pytest.raises(RoundClosed):
            write(assess, admin, command, now=clock.now())


class TestAims:
    def test_a_star_not_aimed_for_is_shown_as_such(self, session: Session, tree: dict[str, Area]) -> None:
        area = tree["community"]
        secretary = actor_of(session, make_staff(session, area, Role.BRANCH_SECRETARY))
        command = SetAims(round_id=this_round(session).public_id, branch_id=f"b-{area.code}", stars=("second",))
        assert not write(set_aims, secretary, command, now=clocks.now()).is_repeat
        assert write(set_aims, secretary, command, now=clocks.now()).is_repeat
        assert standing_of(session, area).score.stars[0].state is StarState.NOT_AIMED
        elsewhere = actor_of(session, make_staff(session, tree["other"], Role.BRANCH_SECRETARY))
        with pytest.raises(Forbidden):
            write(set_aims, elsewhere, command, now=clocks.now())


class TestDrillDown:
    def rows(self, session: Session, area: Area, person: Person | None) -> dict[str, object]:
        found = this_round(session)
        actor = actor_of(session, person) if person else None
        stars = drill_down(session, found, standing_of(session, area), actor, now=clocks.now())
        return {one.indicator.key: one for star in stars for one in star.indicators}

    def test_public_counts_residents_masked_officers_all(self, session: Session, tree: dict[str, Area]) -> None:
        area = tree["community"]
        for number in range(5):
            report_work(session, area, make_person(session, area, name=f"李小{number}"), 60)
        for who, expected in (
            (None, []),
            (make_person(session, area), ["李**"] * 5),
            (make_staff(session, tree["other"]), ["李**"] * 5),
            (make_staff(session, area), [f"李小{n}" for n in (4, 3, 2, 1, 0)]),
        ):
            hours = self.rows(session, area, who)["hours"]
            assert hours.evidence_count == 5  # type: ignore[attr-defined]
            assert [row.person for row in hours.evidence] == expected  # type: ignore[attr-defined]

    def test_fewer_than_five_people_open_to_no_rows(self, session: Session, tree: dict[str, Area]) -> None:
        area = tree["community"]
        for _ in range(4):
            report_work(session, area, make_person(session, area), 60)
        hidden = self.rows(session, area, make_person(session, area))["hours"]
        assert (hidden.evidence, hidden.evidence_count, hidden.is_hidden) == ((), 4, True)  # type: ignore[attr-defined]
        assert len(self.rows(session, area, make_staff(session, area))["hours"].evidence) == 4  # type: ignore[attr-defined]

    def test_in_a_small_group_one_still_sees_what_one_did_oneself(
        self, session: Session, tree: dict[str, Area]
    ) -> None:
        area = tree["community"]
        me = make_person(session, area)
        report_work(session, area, me, 60)
        report_work(session, area, make_person(session, area), 45)
        mine = self.rows(session, area, me)["hours"]
        assert [row.quantity for row in mine.evidence] == [60]  # type: ignore[attr-defined]
        assert (mine.evidence_count, mine.is_hidden) == (2, True)  # type: ignore[attr-defined]

    def test_rows_that_tell_a_party_member_are_for_the_secretary_and_the_street_office(
        self, session: Session, tree: dict[str, Area]
    ) -> None:
        area = tree["community"]
        for _ in range(5):
            person = make_person(session, area)
            join(session, person, area)
            report_work(session, area, person, 60)
        for who, count in (
            (make_person(session, area), 0),
            (make_staff(session, area), 0),
            (make_staff(session, tree["other"], Role.BRANCH_SECRETARY), 0),
            (make_staff(session, area, Role.BRANCH_SECRETARY), 5),
            (make_staff(session, tree["street"], Role.STREET_ADMIN), 5),
        ):
            shown = self.rows(session, area, who)["members_active"]
            assert len(shown.evidence) == count  # type: ignore[attr-defined]
            assert shown.evidence_count == 5  # type: ignore[attr-defined]

    def test_an_unknown_branch_is_not_found(self, session: Session, tree: dict[str, Area]) -> None:
        assert find_branch(session, f"b-{tree['other'].code}").area_id == tree["other"].id
        with pytest.raises(NotFound):
            find_branch(session, "nowhere")
