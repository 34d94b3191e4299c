"""No-shows: who is noted and when, what follows by the operator's rule, leave beforehand, reasons afterwards, appeals by somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.core.errors import Conflict, Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.tasks import queries
from pointsapp.tasks.errors import AnotherJudge, CancelInstead, NothingToExcuse, SignupPaused
from pointsapp.tasks.models import NoShow, NoShowState, Shift, ShiftState, Signup, SignupState, Task, TaskState
from pointsapp.tasks.policies import LEAVE_MINUTES, NO_SHOW_LIMIT, NO_SHOW_PAUSE_DAYS, NO_SHOW_WINDOW_DAYS
from pointsapp.tasks.rules import Button, NoShowRule, counts, pause_ends_at, state_of_leave
from pointsapp.tasks.services import (
    Decision,
    appeal,
    ask_excuse,
    decide_no_show,
    join_now,
    mark_arrived,
    note_no_shows,
    sign_up,
)
from tests import factories as make
from tests.conftest import Clock, HouseClient

NOW = datetime.fromisoformat("2026-11-21T12:00:00+08:00")
RULE = NoShowRule(most=2, window_days=90, pause_days=14, leave_minutes=60)


class TestRule:
    def test_without_a_number_nothing_ever_follows(self) -> None:
        assert pause_ends_at(replace(RULE, most=None), [NOW - timedelta(days=1)] * 50, NOW) is None

    @pytest.mark.parametrize(
        ("days_ago", "expected_days"),
        [
            ([1], None),  # one is not two
            ([1, 3], 13),  # two: fourteen days from the last
            ([3, 1], 13),  # in whichever order they are read
            ([1, 91], None),  # the older one no longer counts
            ([15, 20], None),  # the pause is over by itself
            ([1, 2, 3], 13),
        ],
    )
    def test_the_pause(self, days_ago: list[int], expected_days: int | None) -> None:
        ends = pause_ends_at(RULE, [NOW - timedelta(days=days) for days in days_ago], NOW)
        assert ends == (None if expected_days is None else NOW + timedelta(days=expected_days))

    def test_who_waits_for_an_answer_is_not_held_to_it(self) -> None:
        assert {state for state in NoShowState if counts(state)} == {
            NoShowState.NOTED,
            NoShowState.COUNTED,
            NoShowState.UPHELD,
        }

    def test_leave_in_time_is_accepted_by_itself(self) -> None:
        assert state_of_leave(RULE, NOW + timedelta(minutes=60), NOW) is NoShowState.EXCUSED
        assert state_of_leave(RULE, NOW + timedelta(minutes=59), NOW) is NoShowState.EXCUSE_ASKED


class Street:
    """A community whose task somebody did not come to, and the people who may say something about it."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session, self.clock = session, clock
        self.areas = {name: self.kept(area) for name, area in make.make_tree(session).items()}
        self.staff, self.second, self.leader = (
            self.kept(make.make_staff(session, self.areas["community"])) for _ in range(3)
        )
        self.elsewhere = self.kept(make.make_staff(session, self.areas["other"]))
        self.person = self.kept(make.make_person(session, self.areas["community"]))
        self.task = make.make_task(
            session, self.areas["community"], cancel_until_minutes=120, created_by_id=self.second.id, waitlist=True
        )

    def kept(self, row: Any) -> Any:
        self.session.refresh(row)
        self.session.expunge(row)
        return row

    def actor(self, person: Any) -> Any:
        return make.actor_of(self.session, person)

    def shift(self, **over: Any) -> Shift:
        return make.make_shift(self.session, self.task, leaders=(self.leader,), **over)

    def place(self, shift: Shift, person: Any = None, **over: Any) -> Signup:
        return make.make_signup(self.session, shift, person or self.person, **over)

    def missed(self, days_ago: float = 0, **over: Any) -> NoShow:
        """A shift that ended so long ago and whose list is closed."""
        end = self.clock.at - timedelta(days=days_ago, hours=25)
        shift = self.shift(starts_at=end - timedelta(hours=2), ends_at=end)
        signup = self.place(shift)
        write(note_no_shows, now=self.clock.at)
        row = self.row(signup)
        if over:
            self.session.execute(update(NoShow).where(NoShow.id == row.id).values(**over))
            self.session.commit()
        return self.row(signup)

    def row(self, signup: Signup) -> NoShow:
        row = self.session.scalars(
            select(NoShow).where(NoShow.signup_id == signup.id).execution_options(populate_existing=True)
        ).one()
        return self.kept(row)

    def noted(self) -> list[int]:
        return list(self.session.scalars(select(NoShow.person_id).order_by(NoShow.id)))

    def rule(self, most: int | None, *, leave: int = 0) -> None:
        for each, value in ((NO_SHOW_LIMIT, most), (NO_SHOW_WINDOW_DAYS, 90), (NO_SHOW_PAUSE_DAYS, 14)):
            policy.set_value(self.session, each, value, now=self.clock.at)
        policy.set_value(self.session, LEAVE_MINUTES, leave, now=self.clock.at)
        self.session.commit()

    def told(self, kind: str) -> list[int]:
        return list(self.session.scalars(select(Event.person_id).where(Event.kind == kind)))

    def decide(self, who: Any, row: NoShow, about: str, accepted: bool, words: str | None = "看过了") -> NoShowState:
        command = Decision(about=about, is_accepted=accepted, words=words)
        return write(decide_no_show, self.actor(who), row.public_id, command, now=self.clock.at).state


@pytest.fixture
def street(session: Session, clock: Clock) -> Street:
    return Street(session, clock)


class TestNoting:
    def test_only_after_the_list_has_closed(self, street: Street, clock: Clock) -> None:
        shift = street.shift()
        street.place(shift)
        clock.at = shift.ends_at + timedelta(hours=23, minutes=59)
        write(note_no_shows, now=clock.at)
        assert street.noted() == []
        clock.forward(minutes=1)
        assert write(note_no_shows, now=clock.at) == 1
        assert write(note_no_shows, now=clock.at) == 0
        assert street.noted() == [street.person.id]

    def test_whom_it_does_not_mean(self, street: Street, clock: Clock) -> None:
        end = clock.at - timedelta(hours=25)
        span = {"starts_at": end - timedelta(hours=2), "ends_at": end}
        came = street.place(street.shift(**span))
        write(mark_arrived, came.id, now=clock.at)
        rained = street.shift(state=ShiftState.STOPPED, stopped_at=end - timedelta(hours=1), **span)
        street.place(rained)
        waiting = street.shift(**span)
        street.place(waiting, state=SignupState.WAITLISTED)
        called_off = make.make_task(street.session, street.areas["community"], state=TaskState.CANCELLED)
        street.place(make.make_shift(street.session, called_off, **span))
        long_ago = clock.at - timedelta(days=30)
        street.place(street.shift(starts_at=long_ago, ends_at=long_ago + timedelta(hours=1)))
        assert write(note_no_shows, now=clock.at) == 0

    def test_without_a_consequence_no_bell_rings(self, street: Street) -> None:
        street.missed()
        assert street.told("tasks.no_show_noted") == []
        street.rule(3)
        street.missed()
        assert street.told("tasks.no_show_noted") == [street.person.id]

    def test_who_was_there_after_all_is_taken_off(self, street: Street, clock: Clock) -> None:
        row = street.missed()
        street.rule(1)
        write(mark_arrived, row.signup_id, now=clock.at)
        rule = queries.rule_in_force(street.session, now=clock.at)
        assert queries.no_show_standing(street.session, street.person.id, now=clock.at).counted == 0
        assert rule.most == 1
        write(note_no_shows, now=clock.at)
        assert street.session.scalar(select(NoShow.state)) is NoShowState.WITHDRAWN


class TestConsequence:
    def test_by_default_none(self, street: Street, clock: Clock) -> None:
        for _ in range(5):
            street.missed()
        assert write(sign_up, street.actor(street.person), street.shift().public_id, now=clock.at).state == "confirmed"

    def test_signing_up_ahead_pauses_and_the_door_stays_open(self, street: Street, clock: Clock) -> None:
        street.rule(2)
        street.missed(1)
        actor, shift = street.actor(street.person), street.shift(starts_at=clock.at + timedelta(minutes=10))
        street.missed(2)
        with pytest.raises(SignupPaused) as refused:
            write(sign_up, actor, shift.public_id, now=clock.at)
        assert refused.value.facts["until"].startswith("2026-12-02")
        page = queries.task_page(street.session, actor, street.task.public_id, shift.public_id, now=clock.at)
        assert page is not None
        assert page.button is Button.PAUSED
        pulse = queries.shift_pulse(street.session, actor, shift.public_id, now=clock.at)
        assert pulse is not None
        assert pulse.stamp == queries.stamp_of(page.button, None, shift)
        assert write(join_now, actor, shift.public_id, now=clock.at).state == "confirmed"

    def test_a_full_shift_says_the_pause_first(self, street: Street, clock: Clock) -> None:
        street.rule(1)
        street.missed()
        task = make.make_task(street.session, street.areas["community"])
        shift = make.make_shift(street.session, task, capacity=1, taken=1)
        actor = street.actor(street.person)
        refusal = queries.sold_out_refusal(street.session, actor, shift.public_id, now=clock.at)
        assert refusal is None or isinstance(refusal, SignupPaused)
        with pytest.raises(SignupPaused):
            write(sign_up, actor, shift.public_id, now=clock.at)

    def test_a_reason_that_waits_lifts_it_at_once(self, street: Street, clock: Clock) -> None:
        street.rule(1)
        row = street.missed()
        actor, shift = street.actor(street.person), street.shift()
        signup = street.session.get_one(Signup, row.signup_id).public_id
        write(ask_excuse, actor, signup, "孩子发烧", now=clock.at)
        assert write(sign_up, actor, shift.public_id, now=clock.at).state == "confirmed"


class TestLeave:
    def test_while_one_can_cancel_one_cancels(self, street: Street, clock: Clock) -> None:
        signup = street.place(street.shift(starts_at=clock.at + timedelta(hours=3)))
        with pytest.raises(CancelInstead):
            write(ask_excuse, street.actor(street.person), signup.public_id, "有事", now=clock.at)

    def test_in_time_it_is_accepted_and_the_place_goes_to_the_next(self, street: Street, clock: Clock) -> None:
        shift = street.shift(capacity=1)  # in an hour; too late to cancel
        signup = street.place(shift)
        neighbour = street.kept(make.make_person(street.session, street.areas["community"]))
        wait = street.place(shift, neighbour, state=SignupState.WAITLISTED)
        receipt = write(ask_excuse, street.actor(street.person), signup.public_id, "加班", now=clock.at)
        assert (receipt.state, receipt.place_given_back) == (NoShowState.EXCUSED, True)
        states = dict(street.session.execute(select(Signup.id, Signup.state)).all())
        assert states == {signup.id: SignupState.CANCELLED, wait.id: SignupState.CONFIRMED}
        again = write(ask_excuse, street.actor(street.person), signup.public_id, "加班", now=clock.at)
        assert again.is_repeat

    def test_late_somebody_reads_it(self, street: Street, clock: Clock) -> None:
        street.rule(2, leave=90)
        signup = street.place(street.shift())
        receipt = write(ask_excuse, street.actor(street.person), signup.public_id, "堵车", now=clock.at)
        assert receipt.state is NoShowState.EXCUSE_ASKED
        assert street.row(signup).excused_before

    def test_only_ones_own_place_and_only_if_there_is_something_to_say(self, street: Street, clock: Clock) -> None:
        signup = street.place(street.shift())
        neighbour = make.make_person(street.session, street.areas["community"])
        with pytest.raises(NotFound):
            write(ask_excuse, street.actor(neighbour), signup.public_id, "有事", now=clock.at)
        with pytest.raises(Forbidden):
            write(ask_excuse, street.actor(street.staff), signup.public_id, "有事", now=clock.at)
        write(mark_arrived, signup.id, now=clock.at)
        with pytest.raises(NothingToExcuse):
            write(ask_excuse, street.actor(street.person), signup.public_id, "有事", now=clock.at)

    def test_after_the_end_before_the_list_closes(self, street: Street, clock: Clock) -> None:
        shift = street.shift()
        signup = street.place(shift)
        clock.at = shift.ends_at + timedelta(hours=2)
        receipt = write(ask_excuse, street.actor(street.person), signup.public_id, "睡过了", now=clock.at)
        assert (receipt.state, receipt.place_given_back) == (NoShowState.EXCUSE_ASKED, False)
        clock.forward(days=1)
        assert write(note_no_shows, now=clock.at) == 0  # one row for one sign-up


class TestDeciding:
    def explained(self, street: Street) -> NoShow:
        row = street.missed()
        signup = street.session.get_one(Signup, row.signup_id)
        public_id = signup.public_id
        write(ask_excuse, street.actor(street.person), public_id, "孩子发烧", now=street.clock.at)
        return street.row(signup)

    def test_a_reason_is_accepted(self, street: Street) -> None:
        row = self.explained(street)
        assert street.decide(street.staff, row, "excuse", True) is NoShowState.EXCUSED
        assert street.decide(street.staff, row, "excuse", True) is NoShowState.EXCUSED  # the same again is the same
        assert street.told("tasks.no_show_answered") == [street.person.id]

    def test_staff_may_excuse_unasked_but_not_count_unheard(self, street: Street) -> None:
        row = street.missed()
        with pytest.raises(Conflict):
            street.decide(street.staff, row, "excuse", False)
        assert street.decide(street.staff, row, "excuse", True) is NoShowState.EXCUSED

    def test_an_appeal_is_somebody_elses(self, street: Street) -> None:
        row = self.explained(street)
        assert street.decide(street.staff, row, "excuse", False, "没有证明") is NoShowState.COUNTED
        receipt = write(appeal, street.actor(street.person), row.public_id, "有病历", now=street.clock.at)
        assert receipt.state is NoShowState.APPEALED
        for involved in (street.staff, street.second, street.leader):  # who answered, who published, who led
            with pytest.raises(AnotherJudge):
                street.decide(involved, row, "appeal", True)
        boss = make.make_staff(street.session, street.areas["street"])
        with pytest.raises(Conflict):
            street.decide(boss, row, "excuse", False)  # what was read is not what is there any more
        assert street.decide(boss, row, "appeal", False, "病历日期不对") is NoShowState.UPHELD
        with pytest.raises(NothingToExcuse):
            write(appeal, street.actor(street.person), row.public_id, "再看看", now=street.clock.at)

    def test_nobody_decides_their_own_nor_elsewhere(self, street: Street) -> None:
        row = self.explained(street)
        with pytest.raises(NotFound):
            street.decide(street.elsewhere, row, "excuse", True)
        with pytest.raises(NotFound):
            street.decide(street.person, row, "excuse", True)
        street.session.execute(update(NoShow).values(person_id=street.staff.id))
        street.session.commit()
        with pytest.raises(Forbidden):
            street.decide(street.staff, row, "excuse", True)

    def test_the_table_shows_what_waits_to_those_who_run_it(self, street: Street) -> None:
        row = self.explained(street)
        page = PageRequest()
        staff, elsewhere = street.actor(street.staff), street.actor(street.elsewhere)
        assert queries.no_shows_waiting(street.session, staff) == 1
        shown = queries.no_shows_page(street.session, staff, page, waiting_only=True).items
        assert [(line.public_id, line.excuse) for line in shown] == [(row.public_id, "孩子发烧")]
        assert shown[0].shown_name.endswith("*")
        assert queries.no_shows_page(street.session, elsewhere, page, waiting_only=False).items == ()
        mine = queries.my_no_shows(street.session, street.person.id, page).items
        assert [line.state for line in mine] == [NoShowState.EXCUSE_ASKED]


def test_two_reasons_at_once_are_one(street: Street) -> None:
    row = street.missed()
    signup = street.session.get_one(Signup, row.signup_id).public_id
    actor = street.actor(street.person)
    assert not write(ask_excuse, actor, signup, "发烧", now=clock.now()).is_repeat
    assert write(ask_excuse, actor, signup, "发烧", now=clock.now()).is_repeat
    with pytest.raises(NothingToExcuse):
        write(ask_excuse, actor, signup, "别的原因", now=clock.now())


def test_the_task_that_is_closed_still_counts(street: Street, clock: Clock) -> None:
    row = street.missed()
    street.session.execute(update(Task).values(state=TaskState.CLOSED))
    street.session.commit()
    actor = street.actor(street.person)
    signup = street.session.get_one(Signup, row.signup_id).public_id
    assert write(ask_excuse, actor, signup, "发烧", now=clock.at).state is NoShowState.EXCUSE_ASKED


class TestApi:
    def call(self, client: HouseClient, street: Street, who: Any, method: str, path: str, body: Any = None) -> Any:
        headers = make.bearer(street.session, who)
        return client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def test_the_whole_way(self, client: HouseClient, street: Street) -> None:
        row = street.missed()
        signup = street.session.get_one(Signup, row.signup_id).public_id
        said = self.call(client, street, street.person, "POST", f"/signups/{signup}/excuse", {"reason": "发烧"})
        assert (said.status_code, said.get_json()["state"]) == (201, "excuse_asked")
        again = self.call(client, street, street.person, "POST", f"/signups/{signup}/excuse", {"reason": "发烧"})
        assert again.status_code == 200
        mine = self.call(client, street, street.person, "GET", "/me/no-shows").get_json()["items"]
        assert [(line["state"], line["counts"], line["excuse"]) for line in mine] == [("excuse_asked", False, "发烧")]
        here = f"/no-shows/{mine[0]['id']}"
        no = {"about": "excuse", "accepted": False}
        assert self.call(client, street, street.staff, "POST", f"{here}/decision", no).status_code == 422
        no["answer"] = "没有提前说"
        decided = self.call(client, street, street.staff, "POST", f"{here}/decision", no).get_json()
        assert decided["state"] == "counted"
        appealed = self.call(client, street, street.person, "POST", f"{here}/appeal", {"reason": "有病历"})
        assert appealed.get_json()["state"] == "appealed"
        yes = {"about": "appeal", "accepted": True}
        refused = self.call(client, street, street.staff, "POST", f"{here}/decision", yes)
        assert (refused.status_code, refused.get_json()["code"]) == (403, "not_allowed")
        boss = make.make_staff(street.session, street.areas["street"])
        assert self.call(client, street, boss, "POST", f"{here}/decision", yes).get_json()["state"] == "excused"

    def test_a_pause_is_a_refusal_with_its_end(self, client: HouseClient, street: Street) -> None:
        street.rule(1)
        street.missed()
        shift = street.shift()
        refused = self.call(client, street, street.person, "POST", f"/shifts/{shift.public_id}/signups")
        assert (refused.status_code, refused.get_json()["code"]) == (409, "signup_paused")
        assert refused.get_json()["facts"]["until"].startswith("2026-12-03")
        assert "现场有空位" in refused.get_json()["detail"]
