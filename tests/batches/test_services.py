"""A file brought in: judged first, run in parts, the same file twice changes nothing; a list taken out leaves its traces."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pointsapp.batches.errors import BadRows, NothingToRun, ReasonMissing
from pointsapp.batches.models import Batch, BatchKind, BatchRow, BatchState, Outcome
from pointsapp.batches.queries import batch_view, each_result
from pointsapp.batches.services import (
    CHUNK,
    AskExport,
    BatchReceipt,
    CheckFile,
    ask_export,
    cancel_batch,
    check_file,
    forget_rows,
    run_next,
    start_batch,
)
from pointsapp.core.errors import Forbidden, NotFound
from pointsapp.core.events import Event
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.people.models import Person, RoleGrant
from pointsapp.people.queries import looks_at
from pointsapp.tasks.models import Task, TaskState
from tests.checkin.venue import Venue
from tests.conftest import Clock
from tests.factories import actor_of, make_person


class Desk:
    def __init__(self, venue: Venue, clock: Clock) -> None:
        self.venue, self.session, self.clock = venue, venue.session, clock
        self.code = venue.home.code

    def actor(self, who: Person | None = None) -> Any:
        return actor_of(self.session, who or self.venue.staff)

    def check(self, *rows: tuple[str, ...], kind: BatchKind = BatchKind.PEOPLE_IN) -> str:
        command = CheckFile(kind=kind, rows=tuple(enumerate(rows, 2)))
        receipt = write(check_file, self.actor(), command, now=self.clock.at)
        assert isinstance(receipt, BatchReceipt)
        return receipt.public_id

    def wrong(self, *rows: tuple[str, ...], kind: BatchKind = BatchKind.PEOPLE_IN) -> list[tuple[int, str]]:
        with pytest.raises(BadRows) as bad:
            self.check(*rows, kind=kind)
        assert self.session.scalar(select(func.count(Batch.id))) == 0
        return [(problem.line, problem.why) for problem in bad.value.problems]

    def run(self, batch: str) -> Batch:
        write(start_batch, self.actor(), batch, now=self.clock.at)
        return self.work(batch)

    def work(self, batch: str) -> Batch:
        while write(run_next, now=self.clock.at):
            pass
        found = select(Batch).where(Batch.public_id == batch).execution_options(populate_existing=True)
        return self.session.scalars(found).one()

    def ask(self, kind: BatchKind, **over: Any) -> str:
        command = AskExport(**{"kind": kind, "area_id": self.code, **over})
        return write(ask_export, self.actor(over.pop("who", None)), command, now=self.clock.at).public_id

    def task(self, **over: str) -> tuple[str, ...]:
        cells = {
            "title": "红专路夜巡",
            "description": "沿街走一圈。",
            "category": "patrol",
            "area_code": self.code,
            "place": "红专路口",
            "starts_at": "2026-12-01 19:00",
            "ends_at": "2026-12-01 21:00",
            "capacity": "10",
            "points": "20",
            "points_mode": "per_completion",
            "contact": "",
        }
        return tuple({**cells, **over}.values())


@pytest.fixture
def desk(venue: Venue, clock: Clock) -> Desk:
    return Desk(venue, clock)


class TestPeople:
    def test_a_preview_writes_nothing_and_the_run_does_what_it_said(self, desk: Desk, session: Session) -> None:
        there = desk.venue.person(name="王强", phone="13900000001")
        batch = desk.check(("李桂兰", "13900000000", desk.code), ("王强", "13900000001", desk.code))
        assert session.scalar(select(Person.id).where(Person.phone == "13900000000")) is None
        view = batch_view(session, desk.actor(), batch)
        assert view is not None
        assert view.planned == {"added": 1, "same": 1}
        done = desk.run(batch)
        assert (done.state, done.done, done.added, done.same, done.refused) == (BatchState.DONE, 2, 1, 1, 0)
        made = session.scalars(select(Person).where(Person.phone == "13900000000")).one()
        assert (made.name, made.home_area_id, made.password_hash) == ("李桂兰", desk.venue.home.id, None)
        assert made.verified_at is not None
        assert there.id != made.id

    def test_the_same_file_again_changes_nothing(self, desk: Desk, session: Session) -> None:
        rows = [(f"居民{number}", f"1390000{number:04d}", desk.code) for number in range(3)]
        desk.run(desk.check(*rows))
        people = session.scalar(select(func.count(Person.id)))
        again = desk.run(desk.check(*rows))
        assert (again.added, again.changed, again.same) == (0, 0, 3)
        assert session.scalar(select(func.count(Person.id))) == people

    def test_every_mistake_is_named_with_its_row(self, desk: Desk) -> None:
        desk.venue.person(name="王强", phone="13900000001")
        elsewhere = desk.venue.areas["other"]
        assert desk.wrong(
            ("", "13900000000", desk.code),
            ("李桂兰", "abc", desk.code),
            ("李桂兰", "13900000009", "nowhere"),
            ("李桂兰", "13900000008", elsewhere.code),
            ("赵敏", "13900000001", desk.code),
            ("孙丽", "13900000007", desk.code),
            ("孙丽", "13900000007", desk.code),
            ("\u202e孙丽", "13900000006", desk.code),
            ("\u3164", "13900000005", desk.code),
        ) == [
            (2, "name"),
            (3, "phone"),
            (4, "area"),
            (5, "area"),
            (6, "taken"),
            (8, "twice"),
            (9, "letters"),
            (10, "letters"),
        ]

    def test_a_file_of_phones_does_not_tell_whose_they_are_elsewhere(self, desk: Desk, session: Session) -> None:
        make_person(session, desk.venue.areas["other"], name="王强", phone="13900000001")
        make_person(session, None, name="王强", phone="13900000002")
        rows = [("甲", "13900000001", desk.code), ("甲", "13900000002", desk.code)]
        assert desk.wrong(*rows) == [(2, "taken_elsewhere"), (3, "taken_elsewhere")]

    def test_nobody_is_moved_here_from_elsewhere(self, desk: Desk, session: Session) -> None:
        other = desk.venue.areas["other"]
        make_person(session, other, name="王强", phone="13900000001")
        assert desk.wrong(("王强", "13900000001", desk.code)) == [(2, "elsewhere")]

    def test_what_happened_since_the_preview_is_judged_again(self, desk: Desk, session: Session) -> None:
        batch = desk.check(("李桂兰", "13900000000", desk.code), ("孙丽", "13900000002", desk.code))
        desk.venue.person(name="赵敏", phone="13900000000")  # verified meanwhile
        done = desk.run(batch)
        assert (done.added, done.refused) == (1, 1)
        rows = list(each_result(session, done.id))
        assert [(row.outcome, row.why) for row in rows] == [(Outcome.REFUSED, "taken"), (Outcome.ADDED, None)]

    def test_it_runs_in_parts_and_stops_when_told(self, desk: Desk, session: Session) -> None:
        rows = [(f"居民{number}", f"1391{number:07d}", desk.code) for number in range(CHUNK + 5)]
        batch = desk.check(*rows)
        write(start_batch, desk.actor(), batch, now=desk.clock.at)
        assert write(run_next, now=desk.clock.at) == CHUNK
        view = batch_view(session, desk.actor(), batch)
        assert view is not None
        assert (view.state, view.done, view.total) == (BatchState.RUNNING, CHUNK, CHUNK + 5)
        write(cancel_batch, desk.actor(), batch, now=desk.clock.at)
        assert desk.work(batch).added == CHUNK
        with pytest.raises(NothingToRun):
            write(start_batch, desk.actor(), batch, now=desk.clock.at)

    def test_who_lost_the_office_brings_nothing_in(self, desk: Desk, session: Session) -> None:
        batch = desk.check(("李桂兰", "13900000000", desk.code))
        write(start_batch, desk.actor(), batch, now=desk.clock.at)
        ended = update(RoleGrant).where(RoleGrant.person_id == desk.venue.staff.id).values(ended_at=desk.clock.at)
        session.execute(ended)
        session.commit()
        desk.clock.forward(minutes=1)
        done = desk.work(batch)
        assert (done.added, done.refused) == (0, 1)
        assert session.scalar(select(Person.id).where(Person.phone == "13900000000")) is None


class TestTasks:
    def test_drafts_are_written_and_none_twice(self, desk: Desk, session: Session) -> None:
        rows = [desk.task(), desk.task(starts_at="2026-12-02 19:00", ends_at="2026-12-02 21:00")]
        done = desk.run(desk.check(*rows, kind=BatchKind.TASKS_IN))
        assert (done.added, done.refused) == (2, 0)
        assert session.scalars(select(Task.state)).all() == [TaskState.DRAFT] * 2
        again = desk.run(desk.check(*rows, kind=BatchKind.TASKS_IN))
        assert (again.added, again.same) == (0, 2)
        assert session.scalar(select(func.count(Task.id))) == 2

    def test_every_mistake_is_named_with_its_row(self, desk: Desk) -> None:
        assert desk.wrong(
            desk.task(title=""),
            desk.task(category="?"),
            desk.task(starts_at="明晚"),
            desk.task(capacity="十"),
            desk.task(points_mode="随便"),
            desk.task(title="长" * 81),
            desk.task(area_code=desk.venue.areas["other"].code),
            desk.task(),
            desk.task(),
            kind=BatchKind.TASKS_IN,
        ) == [
            (2, "empty"),
            (3, "category"),
            (4, "moment"),
            (5, "number"),
            (6, "mode"),
            (7, "long"),
            (8, "area"),
            (10, "again"),
        ]

    def test_a_row_the_service_refuses_says_so_and_the_others_stand(self, desk: Desk, session: Session) -> None:
        rows = [desk.task(ends_at="2026-12-01 18:00"), desk.task(title="清楼道")]
        done = desk.run(desk.check(*rows, kind=BatchKind.TASKS_IN))
        assert (done.added, done.refused) == (1, 1)
        assert session.scalars(select(Task.title)).all() == ["清楼道"]


class TestLists:
    def test_masked_unless_a_reason_is_given(self, desk: Desk, session: Session) -> None:
        person = desk.venue.person(name="李桂兰", phone="13900001234")
        done = desk.work(desk.ask(BatchKind.PEOPLE_OUT))
        cells = next(row.cells for row in each_result(session, done.id) if row.cells[0].startswith("李"))
        assert cells[:3] == ("李**", "139****1234", "*******" + person.volunteer_number[-4:])
        assert looks_at(session, person.id, PageRequest()).items == ()
        with pytest.raises(ReasonMissing):
            desk.ask(BatchKind.PEOPLE_OUT, with_names=True)

    def test_whole_names_are_on_record_for_each_of_them(self, desk: Desk, session: Session) -> None:
        person = desk.venue.person(name="李桂兰", phone="13900001234")
        batch = desk.ask(BatchKind.PEOPLE_OUT, with_names=True, reason="发慰问品")
        done = desk.work(batch)
        assert "李桂兰" in {row.cells[0] for row in each_result(session, done.id)}
        (look,) = looks_at(session, person.id, PageRequest()).items
        assert look.why == "export"
        asked = session.scalars(select(Event.facts).where(Event.kind == "batches.export_asked")).one()
        assert (asked["reason"], asked["with_names"]) == ("发慰问品", True)

    def test_tasks_and_attendances(self, desk: Desk, session: Session) -> None:
        shift = desk.venue.shift(desk.venue.task(title="红专路夜巡"))
        person = desk.venue.sign_up(shift)
        desk.venue.scan(person, shift)
        tasks = desk.work(desk.ask(BatchKind.TASKS_OUT))
        assert [row.cells[0] for row in each_result(session, tasks.id)] == ["红专路夜巡"]
        came = desk.work(desk.ask(BatchKind.ATTENDANCE_OUT))
        (row,) = each_result(session, came.id)
        assert (row.cells[2], row.cells[6:]) == ("红专路夜巡", ("120", "20", "credited"))

    def test_a_long_list_comes_in_parts_without_a_gap(self, desk: Desk, session: Session) -> None:
        for number in range(CHUNK + 7):
            session.add(
                Person(
                    name=f"居民{number}",
                    volunteer_number=f"43{number:09d}",
                    home_area_id=desk.venue.home.id,
                    personal_code=f"{number:010d}",
                    created_at=desk.clock.at,
                )
            )
        session.commit()
        done = desk.work(desk.ask(BatchKind.PEOPLE_OUT))
        numbers = [row.cells[2] for row in each_result(session, done.id)]
        lives = select(func.count(Person.id)).where(Person.home_area_id == desk.venue.home.id)
        assert len(numbers) == done.done == done.total == session.scalar(lives)

    def test_not_of_an_area_that_is_not_ones_own(self, desk: Desk) -> None:
        with pytest.raises(Forbidden):
            desk.ask(BatchKind.PEOPLE_OUT, area_id=desk.venue.areas["other"].code)


def test_a_batch_is_its_makers_alone(desk: Desk, session: Session) -> None:
    batch = desk.check(("李桂兰", "13900000000", desk.code))
    assert batch_view(session, desk.actor(desk.venue.other_staff), batch) is None
    with pytest.raises(NotFound):
        write(start_batch, desk.actor(desk.venue.other_staff), batch, now=desk.clock.at)


def test_rows_are_swept_away_after_three_days(desk: Desk, session: Session) -> None:
    batch = desk.check(("李桂兰", "13900000000", desk.code))
    desk.clock.at += timedelta(days=3, minutes=1)
    assert write(forget_rows, now=desk.clock.at) == 1
    assert session.scalar(select(func.count()).select_from(BatchRow)) == 0
    view = batch_view(session, desk.actor(), batch)
    assert view is not None
    assert (view.state, view.has_rows) == (BatchState.CANCELLED, False)
    assert write(forget_rows, now=desk.clock.at) == 0
