"""The docket: an automatic line is a link to its rows with a digest anybody recomputes; who may see what; who looked."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import AccessLine, Looked
from pointsapp.stars.queries import access_page, auto_lines, find_branch, my_access_page, one_standing
from pointsapp.stars.rules.proofs import LineDigest, row_digest, salt_of
from pointsapp.stars.services import Opened, RecordMember, keep_access, record_member
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, bearer, make_person, make_staff
from tests.stars.things import report, report_work, this_round


@pytest.fixture
def workers(session: Session, tree: dict[str, Area]) -> list[Person]:
    """Six people who took part; the first is a member."""
    found = [make_person(session, tree["community"], name=f"赵大明{n}") for n in range(6)]
    office = actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN))
    joins = RecordMember(
        branch_id=f"b-{tree['community'].code}", who=found[0].phone or "", starts_on=None, is_reporting=False
    )
    write(record_member, office, joins, now=clock.now())
    for person in found:
        report_work(session, tree["grid"], person, 50)
    for person in found:
        session.expunge(person)
    return found


def lines(session: Session, area: Area, actor: Actor | None) -> dict[str, Any]:
    found, standing = one_standing(session, this_round(session), f"b-{area.code}", now=clock.now())
    return auto_lines(session, found, standing, actor, now=clock.now())


def by_hand(text: str, salt: str) -> str:
    """Recompute a line's digest from the saved list, as docs/stars.md says."""
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    for row in rows:
        if row["person_id"]:  # with names, each row can be checked as well
            cells = [
                row[name]
                for name in ("id", "evidence", "area_code", "quantity", "occurred_at", "recorded_at", "person_id")
            ]
            assert row["sha256"] == sha256("\t".join(cells).encode()).hexdigest()
    content = "\n".join(["pointsapp-evidence-1", salt, *(row["sha256"] for row in rows)]) + "\n"
    return sha256(content.encode()).hexdigest()


class TestDigests:
    def test_known_bytes_give_a_known_digest(self, clock: Clock) -> None:
        # printf 'r1\tattendance\ta1\t1\t2026-11-20T16:30:00.000000Z\t2026-11-20T16:30:00.000000Z\tp1' | sha256sum
        row = row_digest("r1", "attendance", "a1", 1, clock.at, clock.at, "p1")
        assert row == "0ef0d56c9cab90b311da4138648b512010af8d1a77b89aaa071f98076343be5e"
        line = LineDigest("salt")
        line.add(row)
        assert line.hexdigest() == sha256(f"pointsapp-evidence-1\nsalt\n{row}\n".encode()).hexdigest()

    def test_officers_recompute_it_from_the_saved_list_and_each_row_too(
        self, client: HouseClient, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        secretary = make_staff(session, tree["community"], Role.BRANCH_SECRETARY)
        line = lines(session, tree["community"], actor_of(session, secretary))["hours"]
        session.expunge(secretary)
        client.sign_in(secretary)
        answer = client.get(f"/stars/b-{tree['community'].code}/docket/hours/rows.csv")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        text = answer.get_data(as_text=True)
        assert workers[1].name in text
        assert by_hand(text, line.salt) == line.sha256

    def test_neighbours_recompute_it_from_the_masked_list(
        self, client: HouseClient, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        line = lines(session, tree["community"], actor_of(session, workers[1]))["hours"]
        client.sign_in(workers[1])
        text = client.get(f"/stars/b-{tree['community'].code}/docket/hours/rows.csv").get_data(as_text=True)
        assert "赵大明" not in text
        assert "赵***" in text
        assert workers[0].public_id not in text
        assert by_hand(text, line.salt) == line.sha256

    def test_one_more_row_is_another_digest_and_the_order_of_arrival_is_none(
        self, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        before = lines(session, tree["community"], None)["hours"]
        assert lines(session, tree["community"], None)["hours"] == before
        report_work(session, tree["community"], workers[0], 5)
        assert lines(session, tree["community"], None)["hours"].sha256 != before.sha256

    def test_guests_get_no_salt_and_few_people_no_rows(
        self, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        guest = lines(session, tree["community"], None)["hours"]
        assert (guest.rows, guest.people, guest.salt, guest.opens) == (6, None, None, False)
        neighbour = actor_of(session, workers[1])
        assert lines(session, tree["community"], neighbour)["hours"].people == 6
        members = lines(session, tree["community"], neighbour)["members_active"]
        # The digest of the members' rows is salted apart, so that no subset of the open rows can be tried against it.
        assert (members.rows, members.salt, members.opens) == (1, None, False)
        for person in workers[:4]:
            report_work(session, tree["other"], person, 30)
        few = lines(session, tree["other"], neighbour)["hours"]
        assert (few.rows, few.people, few.salt) == (4, None, None)

    def test_salts_differ_by_branch_kind_and_members(self) -> None:
        salts = {
            salt_of("key", branch, evidence, members_only=members)
            for branch in ("b1", "b2")
            for evidence in ("attendance", "service_minutes")
            for members in (False, True)
        }
        assert len(salts) == 8


class TestPages:
    def test_each_line_says_where_it_comes_from(
        self, client: HouseClient, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        text = client.get(f"/stars/b-{tree['community'].code}/docket").text
        assert text.count(">自动取证<") == 3
        assert text.count(">人工补充<") == 1
        assert "赵" not in text

    def test_a_line_opens_with_its_digest_and_salt_by_right(
        self, client: HouseClient, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        address = f"/stars/b-{tree['community'].code}/docket/hours"
        line = lines(session, tree["community"], None)["hours"]
        guest = client.get(address).text
        assert line.sha256 in guest
        assert "计算用的盐" not in guest
        client.sign_in(workers[1])
        assert "计算用的盐" in client.get(address).text
        assert client.get(address.replace("hours", "no_such")).status_code == 404

    def test_the_list_of_few_or_of_members_opens_to_officers_alone(
        self, client: HouseClient, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        leader = make_staff(session, tree["community"], Role.GRID_LEADER)
        secretary = make_staff(session, tree["community"], Role.BRANCH_SECRETARY)
        for person in (leader, secretary):
            session.expunge(person)
        address = f"/stars/b-{tree['community'].code}/docket/members_active/rows.csv"
        for person, status in ((workers[1], 403), (leader, 403), (secretary, 200)):
            client.sign_in(person)
            assert client.get(address).status_code == status
        assert client.get(address.replace("members_active", "party_life")).status_code == 404


class TestAccess:
    def _looks(self, session: Session) -> list[tuple[str, str, int]]:
        session.rollback()
        return [
            (line.what.value, line.subject, line.rows)
            for line in session.scalars(select(AccessLine).order_by(AccessLine.id))
        ]

    def test_names_seen_by_an_officer_are_on_record_and_masked_rows_are_not(
        self, client: HouseClient, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        leader = make_staff(session, tree["community"], Role.GRID_LEADER)
        session.expunge(leader)
        branch = f"/stars/b-{tree['community'].code}"
        for who in (None, workers[1]):
            if who is not None:
                client.sign_in(who)
            client.get(branch)
            client.get(f"{branch}/docket")
        client.get(f"{branch}/evidence/hours")
        client.get(f"{branch}/docket/hours/rows.csv")
        assert self._looks(session) == []
        client.sign_in(leader)
        client.get(f"{branch}/docket")
        client.get(f"{branch}/docket/hours")
        assert self._looks(session) == []  # counts and digests name nobody
        client.get(f"{branch}/evidence/hours")
        assert self._looks(session) == [("rows", "service_minutes", 6)]
        lost = client.get(f"{branch}/docket/hours/rows.csv", headers={"User-Agent": "MicroMessenger/8.0.50"})
        assert lost.mimetype == "text/html"  # ways to get the file; nobody was named
        assert len(self._looks(session)) == 1
        client.get(f"{branch}/docket/hours/rows.csv")
        assert self._looks(session)[1:] == [("saved", "service_minutes", 6)]

    def test_the_branch_page_the_figures_the_console_and_the_api_are_on_record_too(
        self, client: HouseClient, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        office = make_staff(session, tree["street"], Role.STREET_ADMIN)
        token = bearer(session, office)
        session.expunge(office)
        code, round_id = f"b-{tree['community'].code}", this_round(session).public_id
        client.sign_in(office)
        # hours: six rows of minutes; members_active: the one row of a member
        expected = {("service_minutes", 6), ("attendance", 1)}
        api = f"/api/v1/five-star/rounds/{round_id}/standings/{code}"
        for address in (f"/stars/{code}", f"/console/stars/{code}", api):
            before = len(self._looks(session))
            headers = token if address.startswith("/api") else {}
            assert client.get(address, headers=headers).status_code == 200
            assert {(subject, rows) for _what, subject, rows in self._looks(session)[before:]} == expected
        before = len(self._looks(session))
        client.get(f"/stars/{code}/metrics/participants")
        client.get(f"{api}/metrics/participants/rows", headers=token)
        assert self._looks(session)[before:] == [("rows", "attendance", 6), ("rows", "attendance", 6)]

    def test_the_street_office_reads_the_log_and_who_is_named_reads_who_looked(
        self, client: HouseClient, session: Session, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        leader = make_staff(session, tree["community"], Role.GRID_LEADER, name="孙网格")
        office = make_staff(session, tree["street"], Role.STREET_ADMIN)
        foreign = make_staff(session, tree["other_street"], Role.STREET_ADMIN)
        idle = make_person(session, tree["community"])
        for person in (leader, office, foreign, idle):
            session.expunge(person)
        client.sign_in(leader)
        client.get(f"/stars/b-{tree['community'].code}/evidence/hours")
        log = f"/console/stars/b-{tree['community'].code}/access"
        assert client.get(log).status_code == 403
        for person, status in ((office, 200), (foreign, 403)):
            client.sign_in(person)
            answer = client.get(log)
            assert answer.status_code == status
            assert ("孙网格" in answer.text) is (status == 200)
        client.sign_in(workers[2])
        mine = client.get("/me/star-access", follow_redirects=True).text
        assert "孙**" in mine
        assert "孙网格" not in mine
        client.sign_in(idle)
        assert "还没有人看过" in client.get("/me/star-access", follow_redirects=True).text

    def test_only_rows_that_were_shown_count_as_seen(
        self, session: Session, clock: Clock, tree: dict[str, Area], workers: list[Person]
    ) -> None:
        leader = actor_of(session, make_staff(session, tree["community"], Role.GRID_LEADER))
        found, branch = this_round(session), find_branch(session, f"b-{tree['community'].code}")
        moment = clock.at
        seen = {"round_id": found.id, "branch_id": branch.id, "what": Looked.ROWS, "rows": 1}
        clock.forward(hours=1)
        early = Opened(subject="attendance", from_at=moment, until_at=moment, **seen)
        write(keep_access, leader, [early], now=clock.at)
        members = Opened(subject="attendance", from_at=moment, until_at=moment, members_only=True, **seen)
        write(keep_access, leader, [members], now=clock.at)
        later = Opened(subject="attendance", from_at=clock.at, until_at=clock.at, **seen)
        write(keep_access, leader, [later], now=clock.at)

        def told(person: Person) -> int:
            return len(my_access_page(session, person.id, PageRequest()).items)

        assert told(workers[0]) == 2  # the member is in both lists
        assert told(workers[1]) == 1
        report(session, "tasks.closed", tree["community"], participants=1)
        assert len(access_page(session, branch, PageRequest()).items) == 3
