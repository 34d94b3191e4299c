"""Head counts and members of branches at the import desk: who may, which line is wrong, and the same rules as the commands have."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.batches.errors import BadRows
from pointsapp.batches.models import Batch, BatchKind, BatchState, Outcome
from pointsapp.batches.policies import office_of
from pointsapp.batches.queries import each_result
from pointsapp.batches.reading import rows_of
from pointsapp.batches.rules import columns_of
from pointsapp.batches.services import BatchReceipt, CheckFile, check_file, run_next, start_batch
from pointsapp.core.actor import Grant, Role
from pointsapp.core.errors import Forbidden
from pointsapp.core.events import Event
from pointsapp.core.table_file import BadFile
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import AreaHeadcount, Membership
from pointsapp.stars.rules.tables import Unfit, read_headcount, read_member
from pointsapp.stars.services import HeadcountDraft, MemberDraft, import_headcounts, import_members
from tests import factories as make
from tests.checkin.venue import Venue
from tests.conftest import Clock, HouseClient
from tests.stars.things import make_branches

HEADCOUNTS, MEMBERS = BatchKind.HEADCOUNTS_IN, BatchKind.MEMBERS_IN


class Office:
    """The street office, a community's branch secretary, and the files they bring."""

    def __init__(self, venue: Venue, clock: Clock) -> None:
        self.venue, self.session, self.clock = venue, venue.session, clock
        self.code, self.other = venue.home.code, venue.areas["other"].code
        self.branch, self.other_branch = f"b-{self.code}", f"b-{self.other}"
        make_branches(self.session, venue.areas["community"], venue.areas["other"])
        self.admin = venue.admin
        self.secretary = venue.kept(make.make_staff(self.session, venue.home, Role.BRANCH_SECRETARY))

    def check(self, who: Person, kind: BatchKind, *rows: tuple[str, ...]) -> str:
        command = CheckFile(kind=kind, rows=tuple(enumerate(rows, 2)))
        receipt = write(check_file, make.actor_of(self.session, who), command, now=self.clock.at)
        assert isinstance(receipt, BatchReceipt)
        return receipt.public_id

    def wrong(self, who: Person, kind: BatchKind, *rows: tuple[str, ...]) -> list[tuple[int, str]]:
        with pytest.raises(BadRows) as bad:
            self.check(who, kind, *rows)
        assert self.session.scalar(select(func.count(Batch.id))) == 0
        return [(problem.line, problem.why) for problem in bad.value.problems]

    def run(self, who: Person, batch: str) -> Batch:
        write(start_batch, make.actor_of(self.session, who), batch, now=self.clock.at)
        while write(run_next, now=self.clock.at):
            pass
        found = select(Batch).where(Batch.public_id == batch).execution_options(populate_existing=True)
        return self.session.scalars(found).one()

    def standing(self) -> list[tuple[int, bool]]:
        return [
            tuple(row)  # type: ignore[misc]
            for row in self.session.execute(
                select(Membership.person_id, Membership.is_reporting).order_by(Membership.id)
            )
        ]

    def acts(self, kind: str) -> list[tuple[int | None, int | None, int | None, dict[str, Any]]]:
        """Return where, by whom, of whom and with what facts an act of this kind was told."""
        asked = select(Event.area_id, Event.actor_id, Event.person_id, Event.facts).where(Event.kind == kind)
        return [tuple(row) for row in self.session.execute(asked.order_by(Event.id))]  # type: ignore[misc]


@pytest.fixture
def office(venue: Venue, clock: Clock) -> Office:
    return Office(venue, clock)


class TestHeadcounts:
    def test_the_preview_writes_nothing_and_the_run_what_it_said(self, office: Office, session: Session) -> None:
        rows = [(office.code, "5100", "2026-10-01", "社区台账"), (office.other, "4200", "2026-10-01", "社区台账")]
        batch = office.check(office.admin, HEADCOUNTS, *rows)
        assert session.scalar(select(func.count(AreaHeadcount.id))) == 0
        done = office.run(office.admin, batch)
        assert (done.state, done.added, done.refused) == (BatchState.DONE, 2, 0)
        kept = session.execute(select(AreaHeadcount.people, AreaHeadcount.counted_on, AreaHeadcount.source))
        assert sorted(map(tuple, kept)) == [
            (4200, date(2026, 10, 1), "社区台账"),
            (5100, date(2026, 10, 1), "社区台账"),
        ]
        again = office.run(office.admin, office.check(office.admin, HEADCOUNTS, *rows))
        assert (again.added, again.same) == (0, 2)
        assert office.acts("stars.headcount_recorded") == [
            (office.venue.areas[name].id, office.admin.id, None, {"people": people, "counted_on": "2026-10-01"})
            for name, people in (("community", 5100), ("other", 4200))
        ], "each once, where the street's auditor sees it"

    def test_nobody_has_counted_on_a_day_to_come(self, office: Office) -> None:
        row = (office.code, "5", "2027-01-01", "x")
        assert office.wrong(office.admin, HEADCOUNTS, row) == [(2, "ahead")]
        drafts = [HeadcountDraft(line=2, area_code=office.code, people=5, counted_on=date(2027, 1, 1), source="x")]
        with pytest.raises(BadFile, match="line 2: counted_on 2027-01-01 lies ahead"):
            write(import_headcounts, drafts, now=office.clock.at)

    def test_every_mistake_is_named_with_its_line(self, office: Office) -> None:
        day = "2026-10-01"
        assert office.wrong(
            office.admin,
            HEADCOUNTS,
            (office.code, "0", day, "x"),
            (office.code, "²", day, "x"),
            (office.code, "5", "十月", "x"),
            (office.code, "5", day, ""),
            (office.code, "5", day, "长" * 121),
            ("nowhere", "5", day, "x"),
            (office.code, "5", day, "x"),
            (office.code, "6", day, "x"),
        ) == [
            (2, "people"),
            (3, "people"),
            (4, "day"),
            (5, "empty"),
            (6, "long"),
            (7, "area"),
            (9, "counted"),
        ]

    def test_a_community_does_not_say_how_many_live_there(self, office: Office) -> None:
        with pytest.raises(Forbidden):
            office.check(office.venue.staff, HEADCOUNTS, (office.code, "5", "2026-10-01", "x"))

    def test_another_number_that_came_meanwhile_is_not_written_over(self, office: Office, session: Session) -> None:
        first = office.check(office.admin, HEADCOUNTS, (office.code, "5100", "2026-10-01", "街道"))
        second = office.check(office.admin, HEADCOUNTS, (office.code, "5101", "2026-10-01", "街道"))
        office.run(office.admin, first)
        done = office.run(office.admin, second)
        (row,) = each_result(session, done.id)
        assert (row.outcome, row.why, row.facts["people"]) == (Outcome.REFUSED, "counted", 5100)
        assert session.scalars(select(AreaHeadcount.people)).all() == [5100]


class TestMembers:
    def test_a_secretary_brings_their_branch_in(self, office: Office, session: Session) -> None:
        first, second = office.venue.person(phone="13900000001"), office.venue.person(phone="13900000002")
        rows = [
            ("139 0000 0001", office.branch, "2026-07-01", ""),
            ("13900000002", office.branch, "", "yes"),
            ("13900000001", office.branch, "2026-07-01", "no"),
        ]
        done = office.run(office.secretary, office.check(office.secretary, MEMBERS, *rows))
        assert (done.added, done.same, done.refused) == (2, 1, 0)
        assert office.standing() == [(first.id, False), (second.id, True)]
        told = (office.venue.areas["community"].id, office.secretary.id, None, {})
        assert office.acts("stars.member_recorded") == [told, told], "an act of hers, without whose membership it is"
        assert office.acts("batches.members_checked") == []

    def test_every_mistake_is_named_with_its_line(self, office: Office) -> None:
        there, elsewhere = office.venue.person(phone="13900000001"), office.venue.person(phone="13900000002")
        drafts = [MemberDraft(line=2, phone=elsewhere.phone or "", branch_code=office.other_branch)]
        write(import_members, drafts, now=office.clock.at)
        phone = there.phone or ""
        assert office.wrong(
            office.secretary,
            MEMBERS,
            ("abc", office.branch, "", ""),
            (phone, "nowhere", "", ""),
            (phone, office.other_branch, "", ""),
            ("13999999999", office.branch, "", ""),
            (phone, office.branch, "2030-01-01", ""),
            (phone, office.branch, "七月", ""),
            (phone, office.branch, "", "也许"),
            ("", office.branch, "", ""),
            (elsewhere.phone or "", office.branch, "", ""),
            (elsewhere.phone or "", office.branch, "", "yes"),
        ) == [
            (2, "phone"),
            (3, "branch"),
            (4, "branch"),
            (5, "nobody"),
            (6, "ahead"),
            (7, "day"),
            (8, "reporting"),
            (9, "empty"),
            (10, "stands"),
        ]
        told = (office.venue.areas["community"].id, office.secretary.id, None, {"rows": 10, "wrong": 9})
        assert office.acts("batches.members_checked") == [told], "what it says of other branches leaves a trace"
        assert office.acts("stars.member_recorded") == [], "the command is nobody's act"

    def test_a_file_is_told_where_the_register_is_kept(self, office: Office, session: Session) -> None:
        chief = make.make_platform_admin(session)
        make.grant(session, chief, Role.BRANCH_SECRETARY, area=office.venue.home)
        actor, here = make.actor_of(session, chief), office.venue.areas["community"].id
        assert office_of(actor, MEMBERS) == here, "the platform opens no register: it is the secretary's"
        assert office_of(actor, HEADCOUNTS) is None, "from the top there is no street above"
        make.grant(session, office.admin, Role.STAFF, area=office.venue.home)
        assert office_of(make.actor_of(session, office.admin), BatchKind.PEOPLE_IN) == office.venue.areas["district"].id

    def test_the_widest_office_is_the_highest_in_the_tree(self, office: Office, session: Session) -> None:
        actor = make.actor_of(session, office.admin)
        community = Grant(role=Role.STAFF, area_id=3, area_path="/1/2/3/")
        street = Grant(role=Role.STREET_ADMIN, area_id=2000, area_path="/100/2000/")  # fewer areas, more letters
        for grants in ((community, street), (street, community)):
            assert office_of(replace(actor, grants=grants), BatchKind.PEOPLE_IN) == 2000

    def test_only_who_keeps_a_register_brings_one_in(self, office: Office, session: Session) -> None:
        person, row = office.venue.person(phone="13900000001"), ("13900000001", office.branch, "", "")
        for who in (office.venue.staff, make.make_platform_admin(session)):
            with pytest.raises(Forbidden):
                office.check(who, MEMBERS, row)
        done = office.run(office.admin, office.check(office.admin, MEMBERS, row))
        assert (done.added, office.standing()) == (1, [(person.id, False)])


def test_what_may_be_empty_may_be_left_out_of_the_file() -> None:
    columns = columns_of("members_in")
    assert rows_of("支部编码,手机号\nb-1,13900000001\n".encode(), columns) == [(2, ["13900000001", "b-1", "", ""])]
    with pytest.raises(BadRows):
        rows_of("手机号,入册日期\n13900000001,2026-07-01\n".encode(), columns)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"people": "x", "counted_on": "2026-10-01"}, "people must be a whole number above 0, not 'x'"),
        ({"people": "5", "counted_on": "10/1"}, "counted_on must be a date like 2026-10-01, not '10/1'"),
    ],
)
def test_the_command_says_it_in_english(cells: dict[str, str], words: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read_headcount(2, {"area_code": "C", "source": "x", **cells})
    assert str(unfit.value) == words


@pytest.mark.parametrize(
    "written", ["2026-10-01", "2026/10/1", "2026/10/01", "2026-10-1", "2026-10-01 00:00:00", "2026/10/1 0:00"]
)
def test_a_day_as_spreadsheets_write_it(written: str) -> None:
    cells = {"area_code": "C", "people": "5", "counted_on": written, "source": "x"}
    assert read_headcount(2, cells).counted_on == date(2026, 10, 1)


@pytest.mark.parametrize("written", ["2026/13/1", "2026/2/30", "1/10/2026", "2026/10", "2026/10/1 08:30", "٢٠٢٦/10/1"])
def test_what_is_no_day_stays_refused(written: str) -> None:
    with pytest.raises(Unfit, match="counted_on must be a date"):
        read_headcount(2, {"area_code": "C", "people": "5", "counted_on": written, "source": "x"})


def test_yes_and_no_as_people_write_them() -> None:
    said = ["", "no", "No", "否", "yes", "YES", "是"]
    content = "手机号,支部编码,双报到\n" + "".join(f"13900000001,b-1,{word}\n" for word in said)
    rows = rows_of(content.encode(), columns_of("members_in"))
    read = [read_member(line, dict(zip(columns_of("members_in"), cells, strict=True))) for line, cells in rows]
    assert [row.is_reporting for row in read] == [False] * 4 + [True] * 3


def text(answer: Any) -> str:
    return answer.get_data(as_text=True)  # type: ignore[no-any-return]


def upload(client: HouseClient, content: str, kind: str) -> Any:
    file = (io.BytesIO(content.encode()), "table.csv")
    return client.post(
        "/console/batches/imports", data={"kind": kind, "file": file}, content_type="multipart/form-data"
    )


class TestPages:
    def test_each_sees_the_tables_they_bring(self, client: HouseClient, office: Office) -> None:
        seen = {}
        for name, who in (("staff", office.venue.staff), ("secretary", office.secretary), ("admin", office.admin)):
            page = text(client.sign_in(who).get("/console/batches?kind=members_in"))
            seen[name] = [
                kind.value for kind in BatchKind if f'<option value="{kind.value}"' in page and kind.is_import
            ]
            assert ('<option value="members_in" selected' in page) is (name != "staff")
        both = ["people_in", "tasks_in"]
        assert seen == {
            "staff": both,
            "secretary": [*both, "members_in"],
            "admin": [*both, "headcounts_in", "members_in"],
        }

    def test_bad_lines_are_read_in_both_languages(self, client: HouseClient, office: Office) -> None:
        client.sign_in(office.admin)
        bad = f"区域编码,人数,统计日期,数据来源\n{office.code},零,2026-10-01,台账\n{office.code},5,昨天,台账\n"
        page = text(upload(client, bad, "headcounts_in"))
        assert "人数要写 1 到 100000000 的整数" in page
        assert "“统计日期”要写成 2026-10-01" in page
        client.get("/?lang=en")
        page = text(upload(client, bad, "headcounts_in"))
        assert "People must be a whole number from 1 to 100000000" in page

    def test_from_the_file_to_the_result_with_the_phone_masked(
        self, client: HouseClient, office: Office, clock: Clock
    ) -> None:
        office.venue.person(phone="13900001234")
        client.sign_in(office.secretary)
        posted = upload(client, f"手机号,支部编码,双报到\n13900001234,{office.branch},是\n", "members_in")
        assert posted.status_code == 303
        page = text(client.get(posted.location))
        assert "139****1234" in page
        assert "13900001234" not in page
        assert '<td data-label="双报到">是</td>' in page, "as it was written, not as it is kept"
        client.post(f"{posted.location}/start")
        while write(run_next, now=clock.at):
            pass
        result = client.get(f"{posted.location}/result.csv").get_data().decode("utf-8-sig").splitlines()
        assert result[1] == f"2,13900001234,{office.branch},,yes,新增,"

    def test_the_empty_tables_are_understood_as_they_are_worded(self, client: HouseClient, office: Office) -> None:
        # Area and branch of an example are the reader's own; nobody has its telephone, and that is all that is wrong.
        client.sign_in(office.admin)
        for language, words in (("zh", "没有人用这个手机号登记"), ("en", "Nobody is registered with this phone")):
            client.get(f"/?lang={language}")
            content = client.get("/console/batches/templates/members_in.csv").get_data(as_text=True)
            page = text(upload(client, content, "members_in"))
            assert words in page
            assert office.branch in content
            assert page.count('class="num" data-label') == 1
        for language in ("en", "zh"):
            client.get(f"/?lang={language}")
            content = client.get("/console/batches/templates/headcounts_in.csv").get_data(as_text=True)
            assert upload(client, content, "headcounts_in").status_code == 303
