"""A member of two branches is counted by one of them: by the one where the membership stands, whatever the order of the rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as time
from pointsapp.core.actor import Actor, Role
from pointsapp.core.errors import Forbidden, Invalid, NotFound
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.people.queries import load_actor
from pointsapp.stars.errors import AlreadyMember, MemberElsewhere
from pointsapp.stars.models import Branch, Membership
from pointsapp.stars.queries import branch_item, find_branch, standings
from pointsapp.stars.services import EndMember, RecordMember, count_stale, end_member, record_member
from tests.conftest import Clock
from tests.factories import make_person, make_staff
from tests.stars.things import code, report_work, this_round


def join(
    session: Session, person: Person, area: Area, *, is_reporting: bool = False, starts_at: datetime | None = None,
    ended_at: datetime | None = None,
) -> None:  # fmt: skip
    branch = find_branch(session, f"b-{area.code}")
    row = Membership(
        person_id=person.id, branch_id=branch.id, is_reporting=is_reporting, starts_at=starts_at, ended_at=ended_at,
        recorded_at=time.now() - timedelta(hours=1),
    )  # fmt: skip
    session.add(row)
    session.commit()


def counted(session: Session, tree: dict[str, Area]) -> dict[str, tuple[int, int]]:
    """Return (members who took part, members) of the two branches, once counted live and once as the worker keeps them."""
    live = _read(session, tree)
    while write(count_stale, now=time.now()):
        pass
    assert _read(session, tree) == live
    return live


def _read(session: Session, tree: dict[str, Area]) -> dict[str, tuple[int, int]]:
    names = {tree[name].id: name for name in ("community", "other")}
    rows = standings(session, this_round(session), now=time.now())
    return {
        names[row.branch.area_id]: (row.tally.members.get("attendance", 0), row.tally.party_members) for row in rows
    }


@pytest.mark.parametrize("home_first", [True, False])
def test_who_reports_to_a_second_branch_is_counted_where_the_membership_stands(
    session: Session, tree: dict[str, Area], home_first: bool
) -> None:
    person = make_person(session, tree["community"])
    memberships = [("community", False), ("other", True)]
    for name, is_reporting in memberships if home_first else reversed(memberships):
        join(session, person, tree[name], is_reporting=is_reporting)
    report_work(session, tree["other"], person)
    assert counted(session, tree) == {"community": (0, 1), "other": (0, 0)}
    report_work(session, tree["community"], person)
    assert counted(session, tree) == {"community": (1, 1), "other": (0, 0)}


def test_who_only_reports_is_counted_by_the_branch_reported_to(session: Session, tree: dict[str, Area]) -> None:
    person = make_person(session, tree["community"])
    join(session, person, tree["other"], is_reporting=True)
    report_work(session, tree["other"], person)
    assert counted(session, tree) == {"community": (0, 0), "other": (1, 1)}


def test_a_later_membership_elsewhere_takes_the_person_out_of_the_first_count(
    session: Session, tree: dict[str, Area]
) -> None:
    person = make_person(session, tree["community"])
    join(session, person, tree["other"], is_reporting=True)
    report_work(session, tree["other"], person)
    assert counted(session, tree)["other"] == (1, 1)
    join(session, person, tree["community"])  # noted for the branch it concerns as well, though it is not its own
    assert counted(session, tree) == {"community": (0, 1), "other": (0, 0)}


def test_each_piece_of_work_counts_by_the_membership_of_its_day(
    session: Session, clock: Clock, tree: dict[str, Area]
) -> None:
    person = make_person(session, tree["community"])
    moved = clock.at - timedelta(days=10)
    join(session, person, tree["community"], ended_at=moved)
    join(session, person, tree["other"], starts_at=moved)
    report_work(session, tree["community"], person, at=moved - timedelta(days=1))
    report_work(session, tree["community"], person, at=moved + timedelta(days=1))
    report_work(session, tree["other"], person, at=moved - timedelta(days=1))
    assert counted(session, tree) == {"community": (1, 0), "other": (0, 1)}


class TestRegister:
    @pytest.fixture
    def office(self, session: Session, tree: dict[str, Area]) -> Actor:
        person = make_staff(session, tree["street"], Role.STREET_ADMIN)
        actor = load_actor(session, person.id, now=time.now())
        assert actor is not None
        return actor

    def joins(self, area: Area, person: Person, **over: Any) -> RecordMember:
        plain = {"branch_id": f"b-{area.code}", "who": person.phone, "is_reporting": False, "starts_on": None}
        return RecordMember(**plain | over)

    def test_who_joins_counts_from_that_day_and_who_left_for_what_was_done_before(
        self, session: Session, clock: Clock, tree: dict[str, Area], office: Actor
    ) -> None:
        person = make_person(session, tree["community"])
        joined = time.local_day(clock.at) - timedelta(days=10)
        write(record_member, office, self.joins(tree["community"], person, starts_on=joined), now=clock.at)
        report_work(session, tree["community"], person, at=clock.at - timedelta(days=12))
        assert counted(session, tree)["community"] == (0, 1)
        report_work(session, tree["community"], person, at=clock.at - timedelta(days=3))
        assert counted(session, tree)["community"] == (1, 1)
        leaves = EndMember(
            branch_id=f"b-{tree['community'].code}",
            person_id=person.public_id,
            ended_on=time.local_day(clock.at) - timedelta(days=1),
        )
        write(end_member, office, leaves, now=clock.at)
        assert counted(session, tree)["community"] == (1, 0)
        with pytest.raises(NotFound):
            write(end_member, office, leaves, now=clock.at)

    def test_a_second_membership_is_only_a_report(
        self, session: Session, clock: Clock, tree: dict[str, Area], office: Actor
    ) -> None:
        person = make_person(session, tree["community"])
        write(record_member, office, self.joins(tree["community"], person), now=clock.at)
        with pytest.raises(AlreadyMember):
            write(record_member, office, self.joins(tree["community"], person, is_reporting=True), now=clock.at)
        with pytest.raises(MemberElsewhere):
            write(record_member, office, self.joins(tree["other"], person), now=clock.at)
        write(record_member, office, self.joins(tree["other"], person, is_reporting=True), now=clock.at)
        assert counted(session, tree) == {"community": (0, 1), "other": (0, 0)}

    def test_only_the_own_secretary_and_the_street_office_write_it(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        person = make_person(session, tree["community"])
        for where, role, may in (
            ("community", Role.STAFF, False),
            ("other", Role.BRANCH_SECRETARY, False),
            ("community", Role.BRANCH_SECRETARY, True),
        ):
            actor = load_actor(session, make_staff(session, tree[where], role).id, now=clock.at)
            assert actor is not None
            if may:
                write(record_member, actor, self.joins(tree["community"], person), now=clock.at)
                continue
            with pytest.raises(Forbidden):
                write(record_member, actor, self.joins(tree["community"], person), now=clock.at)

    def test_a_wrong_day_or_an_unknown_person_is_refused(
        self, session: Session, clock: Clock, tree: dict[str, Area], office: Actor
    ) -> None:
        person = make_person(session, tree["community"])
        tomorrow = time.local_day(clock.at) + timedelta(days=1)
        for wrong in ({"starts_on": tomorrow}, {"who": "13900009999"}):
            with pytest.raises(Invalid):
                write(record_member, office, self.joins(tree["community"], person, **wrong), now=clock.at)
        assert session.query(Membership).count() == 0


def test_an_id_goes_before_a_code_that_reads_like_it(session: Session, tree: dict[str, Area]) -> None:
    one, other = find_branch(session, code(tree["community"])), find_branch(session, code(tree["other"]))
    session.execute(update(Branch).where(Branch.id == one.id).values(code=other.public_id))
    session.commit()
    assert find_branch(session, other.public_id).id == other.id
    assert branch_item(session, other.public_id).public_id == other.public_id
    for ask in (find_branch, branch_item):
        with pytest.raises(NotFound):
            ask(session, "nobody")
