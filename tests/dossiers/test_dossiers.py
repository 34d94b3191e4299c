"""The dossier: who may have it, what it tells with and without names, and a file whose manifest holds."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.checkin.models import Attendance, AttendanceState, Way
from pointsapp.core import clock as time
from pointsapp.core import events, uploads
from pointsapp.core.actor import Role
from pointsapp.core.attic import Attic
from pointsapp.core.transaction import write
from pointsapp.dossiers.archive import MANIFEST, SUMS, stream
from pointsapp.dossiers.queries.contents import Dossier
from pointsapp.inspections.services import (
    RecordFinding,
    Step,
    answer_finding,
    close_finding,
    record_finding,
    return_finding,
    withdraw_finding,
)
from pointsapp.people.models import Person
from pointsapp.stars.models import AccessLine, Evidence
from pointsapp.stars.services import GiveProof, KeptFile, give_proof, publish_proof, use_proof
from pointsapp.tasks.models import NoticeText, Task, TaskState
from tests.conftest import Clock, HouseClient
from tests.core.test_uploads import PDF, picture
from tests.factories import actor_of, make_person, make_shift, make_signup, make_staff, make_task, make_tree
from tests.stars.things import make_branches, open_small_round, this_round


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    return tree


@pytest.fixture
def people(session: Session, tree: dict[str, Area]) -> dict[str, Person]:
    found = {
        "neighbour": make_person(session, tree["community"]),
        "secretary": make_staff(session, tree["community"], Role.BRANCH_SECRETARY, name="孙书记"),
        "foreign": make_staff(session, tree["other"], Role.BRANCH_SECRETARY),
        "office": make_staff(session, tree["street"], Role.STREET_ADMIN),
    }
    for person in found.values():
        session.expunge(person)
    return found


def work(session: Session, area: Area, *workers: int, title: str) -> Task:
    """A closed task of an hour, with its notice, at which these people were credited."""
    begins, area_id = time.now() - timedelta(hours=3), area.id
    task = make_task(session, area, state=TaskState.CLOSED, title=title)
    shift = make_shift(session, task, starts_at=begins, ends_at=begins + timedelta(hours=1), capacity=20)
    notice = {"title": title, "description": "沿街走一圈", "risks": "注意车辆", "shifts": []}
    text = json.dumps(notice, ensure_ascii=False)
    session.add(NoticeText(task_id=task.id, version=1, text=text, created_at=begins))
    session.commit()
    for key in workers:
        person = session.get_one(Person, key)
        signup = make_signup(session, shift, person)
        row = Attendance(
            signup_id=signup.id, shift_id=shift.id, person_id=key, state=AttendanceState.CREDITED, minutes=60,
            checked_in_at=begins, from_at=begins, to_at=begins + timedelta(hours=1), way=Way.LEADER_LIST,
        )  # fmt: skip
        session.add(row)
        session.commit()
        _tell(session, "checkin.credited", f"attendance:{row.id}", area_id, key, minutes=60, points=0)
    _tell(session, "tasks.closed", f"task:{task.id}", area_id, None, participants=len(workers))
    write(events.deliver_due, now=time.now())
    return task


def _tell(session: Session, kind: str, subject: str, area_id: int, person_id: int | None, **facts: Any) -> None:
    write(events.record, kind, at=time.now(), subject=subject, area_id=area_id, person_id=person_id, **facts)


@pytest.fixture
def branch(session: Session, app: Flask, tree: dict[str, Area], people: dict[str, Person]) -> str:
    """Two tasks, one of six people and one of three, a public picture of the first, an internal document."""
    workers = [make_person(session, tree["community"], name=f"赵大明{n}").id for n in range(6)]
    work(session, tree["grid"], *workers, title="红专路夜巡")
    work(session, tree["community"], *workers[:3], title="=清扫楼道")
    secretary, code = actor_of(session, people["secretary"]), f"b-{tree['community'].code}"
    shot = _give(session, app, secretary, code, "夜巡现场", picture(), "../夜巡.png")
    row = session.scalars(
        select(Evidence.public_id).where(Evidence.metric == "task_completed").order_by(Evidence.id)
    ).first()
    write(use_proof, secretary, code, shot, f"row:{row}", now=time.now())
    write(publish_proof, secretary, code, shot, is_public=True, now=time.now())
    _give(session, app, secretary, code, "会议记录", PDF, "会议记录.pdf")
    return code


def _give(session: Session, app: Flask, actor: Any, code: str, title: str, content: bytes, name: str) -> str:
    clean = uploads.clean(content)
    Attic(app.config["SETTINGS"].instance_path / "proofs").keep(clean.content)
    file = KeptFile(
        sha256=clean.sha256, given_sha256=clean.given_sha256, kind=clean.kind, size=len(clean.content),
        name=uploads.plain_name(name, clean.kind),
    )  # fmt: skip
    command = GiveProof(
        round_id=this_round(session).public_id, branch_id=code, title=title, words="原件在三号柜",
        happened_on=date(2026, 11, 20), uses=("indicator:party_life",), file=file,
    )  # fmt: skip
    return str(write(give_proof, actor, command, now=time.now()).public_id)


def opened(client: HouseClient, address: str) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    """Save the file, check every part against the manifest and the list, and return both."""
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        archive = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert archive.testzip() is None
    manifest = json.loads(archive.read(MANIFEST))
    names = archive.namelist()
    assert len(names) == len(set(names))
    assert set(manifest["parts"]) == set(names) - {MANIFEST, SUMS}
    for name, part in manifest["parts"].items():
        content = archive.read(name)
        assert (len(content), sha256(content).hexdigest()) == (part["bytes"], part["sha256"])
    sums = archive.read(SUMS).decode()
    assert sums == "".join(f"{part['sha256']}  {name}\n" for name, part in manifest["parts"].items())
    assert not any(name.startswith("/") or ".." in name or "\\" in name for name in names)
    return archive, manifest


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"lists/{name}.csv").decode("utf-8-sig"))))


class TestWhoMay:
    def test_officers_within_their_remit(self, client: HouseClient, branch: str, people: dict[str, Person]) -> None:
        for address in (f"/console/stars/{branch}/dossier", f"/console/stars/{branch}/dossier.zip"):
            for who, status in (("neighbour", 403), ("foreign", 403), ("secretary", 200), ("office", 200)):
                client.sign_in(people[who])
                with client.get(address) as answer:
                    assert (who, answer.status_code) == (who, status)

    def test_each_one_made_is_on_record_with_and_without_names(
        self, client: HouseClient, session: Session, branch: str, people: dict[str, Person]
    ) -> None:
        client.sign_in(people["office"])
        client.get(f"/console/stars/{branch}/dossier")
        address = f"/console/stars/{branch}/dossier.zip?names=full"
        assert (
            client.get(address, headers={"User-Agent": "MicroMessenger/8.0.50"}).mimetype == "text/html"
        )  # no file there
        client.get(address).close()
        session.rollback()
        lines = session.scalars(select(AccessLine).order_by(AccessLine.id)).all()
        assert [(one.what.value, one.subject, one.rows) for one in lines] == [
            ("dossier", "", 0),
            ("dossier", "attendance", 9),
        ]


class TestOnPaper:
    def test_without_names_it_may_leave_the_house(
        self, client: HouseClient, branch: str, people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        text = client.get(f"/console/stars/{branch}/dossier").text
        assert "遮名版" in text
        assert "赵大明" not in text
        assert "不足五人，不列名单" in text
        assert text.count("赵***") == 6  # of the six; the three are not listed
        assert "沿街走一圈" in text  # the notice
        assert "会议记录.pdf" not in text  # internal
        assert "/file" in text  # the public picture
        assert "原件在三号柜" in text  # of the public piece

    def test_with_names_it_tells_all(self, client: HouseClient, branch: str, people: dict[str, Person]) -> None:
        client.sign_in(people["secretary"])
        text = client.get(f"/console/stars/{branch}/dossier?names=full").text
        assert "全名版" in text
        assert text.count("赵大明") == 9
        assert "会议记录.pdf" in text
        assert "孙书记" in text
        assert f"{branch}/proofs" not in text  # by its id, not by its code
        assert "use=row:" in text  # a picture of a finished task is handed in from here

    def test_every_indicator_has_its_numbered_entries(
        self, client: HouseClient, branch: str, people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        text = client.get(f"/console/stars/{branch}/dossier").text
        for number in ("1.1", "1.2", "2.1", "2.2"):
            assert f'<span class="dossier-no">{number}</span>' in text
        assert '<a href="#t1">T1</a> <a href="#t2">T2</a>' in text
        assert "1.2.2" in text  # the second piece under party_life


class TestContents:
    def test_it_is_numbered_by_star_indicator_and_what_stands_behind_it(
        self, client: HouseClient, branch: str, people: dict[str, Person]
    ) -> None:
        """First star: members (rows, none of them counted), party life with two pieces; second: hours and tasks from two tasks."""
        client.sign_in(people["secretary"])
        text = client.get(f"/console/stars/{branch}/dossier?names=full").text
        listed = re.findall(
            r'dossier-entry"><span class="dossier-no">([\d.]+)</span><a href="#([\w-]+)">([^<]*)</a>', text
        )
        assert [(no, words.strip()) for no, _at, words in listed][:12] == [
            ("1", "支部过硬"), ("1.1", "党员参与"), ("1.1.1", "自动取证：0 条记录"), ("1.2", "三会一课"),
            ("1.2.1", "1 号材料 夜巡现场"), ("1.2.2", "2 号材料 会议记录"), ("2", "共建共享"), ("2.1", "人均时长"),
            ("2.1.1", "自动取证：9 条记录"), ("2.1.2", "2 项任务"), ("2.2", "完成任务"), ("2.2.1", "自动取证：2 条记录"),
        ]  # fmt: skip
        assert [words for no, _at, words in listed if "." not in no][2:] == [
            "任务实录", "纸面补录", "人工补充的材料", "督查发现与整改",
        ]  # fmt: skip
        ids = re.findall(r' id="([\w-]+)"', text)
        assert {at for _no, at, _words in listed} <= set(ids), "each leads to its place"
        assert len(ids) == len(set(ids))

    @pytest.mark.parametrize(
        ("evidence", "titles"),
        [
            ("attendance", ["夜巡", "清扫"]),
            ("service_minutes", ["夜巡", "清扫"]),
            ("task_completed", ["夜巡"]),
            ("project", []),  # accepted by somebody, from no task
            ("deeds", []),
        ],
    )
    def test_tasks_stand_behind_what_came_from_tasks(self, evidence: str, titles: list[str]) -> None:
        closed = SimpleNamespace(title="夜巡", closed_row="r1", times=3, minutes=90)
        running = SimpleNamespace(title="清扫", closed_row=None, times=1, minutes=30)
        empty = SimpleNamespace(title="没人来", closed_row=None, times=0, minutes=0)
        dossier: Any = SimpleNamespace(tasks=(closed, running, empty))
        assert [task.title for task in Dossier.tasks_behind(dossier, evidence)] == titles


class TestFindings:
    @pytest.fixture
    def found(self, session: Session, app: Flask, tree: dict[str, Area], branch: str, people: dict[str, Person]) -> str:
        """Two findings: one about party life with a picture, answered, returned, answered and closed; one about the second star."""
        shot = Attic(app.config["SETTINGS"].instance_path / "findings").keep(uploads.clean(picture()).content)
        inspector = actor_of(session, make_staff(session, tree["street"], Role.INSPECTOR, name="周督查"))
        secretary, today = actor_of(session, people["secretary"]), time.local_day(time.now())
        first = RecordFinding(
            branch_id=branch, text="缺十月签到表", due_on=today + timedelta(days=3), goal="first/party_life",
            photos=(shot,),
        )  # fmt: skip
        key = write(record_finding, inspector, first, now=time.now()).public_id
        write(answer_finding, secretary, Step(finding_id=key, text="已补两页"), now=time.now())
        back = Step(finding_id=key, text="还差一页", due_on=today + timedelta(days=5))
        write(return_finding, inspector, back, now=time.now())
        write(answer_finding, secretary, Step(finding_id=key, text="三页都补了"), now=time.now())
        write(close_finding, inspector, Step(finding_id=key, text="看过原件"), now=time.now())
        second = RecordFinding(branch_id=branch, text="活动室锁着", due_on=today, goal="second")
        write(record_finding, inspector, second, now=time.now())
        third = write(record_finding, inspector, replace(second, text="记错了"), now=time.now()).public_id
        write(withdraw_finding, inspector, Step(finding_id=third, text="记错"), now=time.now())
        return branch

    def test_with_names_every_step_stands_there(
        self, client: HouseClient, found: str, people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        text = client.get(f"/console/stars/{found}/dossier?names=full").text
        at = text.index('id="findings"')
        order = [text.index(words, at) for words in ("缺十月签到表", "已补两页", "还差一页", "三页都补了", "看过原件")]
        assert order == sorted(order)
        assert "周督查" in text
        assert "活动室锁着" in text
        assert "记错了" not in text, "what was withdrawn is not held against anybody"
        assert re.search(r'1\.2\.3</span><a href="#s1-2-3">\s*督查发现 F1 · 一般 · 已销号', text)
        assert text.index('href="#f2"') > text.index('id="s2"'), "one about a star stands at the star"
        (shot,) = set(re.findall(r'src="(/inspections/photos/[^"]+)"', text))
        with client.get(shot) as answer:
            assert answer.mimetype == "image/jpeg"

    def test_without_names_there_are_days_and_states_only(
        self, client: HouseClient, found: str, people: dict[str, Person]
    ) -> None:
        client.sign_in(people["secretary"])
        text = client.get(f"/console/stars/{found}/dossier").text
        assert "督查发现 F1" in text
        assert "复查销号" in text
        for hidden in ("签到表", "已补两页", "还差一页", "看过原件", "周督查", "活动室", "/inspections/photos/"):
            assert hidden not in text

    def test_in_the_file(self, client: HouseClient, found: str, people: dict[str, Person]) -> None:
        client.sign_in(people["secretary"])
        archive, _manifest = opened(client, f"/console/stars/{found}/dossier.zip?names=full")
        told = rows(archive, "findings")
        assert [(row["number"], row["step"], row["text"]) for row in told] == [
            ("F1", "recorded", "缺十月签到表"), ("F1", "answered", "已补两页"), ("F1", "returned", "还差一页"),
            ("F1", "answered", "三页都补了"), ("F1", "closed", "看过原件"), ("F2", "recorded", "活动室锁着"),
        ]  # fmt: skip
        page = archive.read("index.html").decode()
        assert 'src="findings/F01-1-1.jpg"' in page
        assert archive.read("findings/F01-1-1.jpg").startswith(b"\xff\xd8")
        archive, _manifest = opened(client, f"/console/stars/{found}/dossier.zip")
        assert {row["text"] for row in rows(archive, "findings")} == {""}
        assert [name for name in archive.namelist() if name.startswith("findings/")] == []


class TestInOneFile:
    def test_without_names(self, client: HouseClient, branch: str, people: dict[str, Person]) -> None:
        client.sign_in(people["secretary"])
        archive, manifest = opened(client, f"/console/stars/{branch}/dossier.zip")
        assert manifest["names"] == "masked"
        files = [name for name in archive.namelist() if name.startswith("files/")]
        assert files == ["files/001-夜巡.jpg"]
        page = archive.read("index.html").decode()
        assert 'src="files/001-夜巡.jpg"' in page
        told = "".join(archive.read(name).decode() for name in archive.namelist() if "files/" not in name)
        assert "赵大明" not in told
        assert {row["name"] for row in rows(archive, "attendance")} == {"赵***"}
        assert len(rows(archive, "attendance")) == 6
        assert [row["title"] for row in rows(archive, "tasks")] == ["红专路夜巡", "'=清扫楼道"]  # no formula
        assert [row["file"] for row in rows(archive, "pieces")] == ["files/001-夜巡.jpg", ""]

    def test_with_names(self, client: HouseClient, branch: str, people: dict[str, Person]) -> None:
        client.sign_in(people["secretary"])
        archive, manifest = opened(client, f"/console/stars/{branch}/dossier.zip?names=full")
        assert manifest["names"] == "full"
        assert archive.read("files/002-会议记录.pdf") == PDF
        assert len(rows(archive, "attendance")) == 9
        lines = {row["key"]: row for row in rows(archive, "lines")}
        assert (lines["tasks"]["rows"], lines["party_life"]["pieces"]) == ("2", "1 2")

    def test_a_lost_file_is_left_out_and_the_rest_holds(
        self, client: HouseClient, app: Flask, branch: str, people: dict[str, Person]
    ) -> None:
        digest = sha256(PDF).hexdigest()
        Attic(Path(app.config["SETTINGS"].instance_path) / "proofs").path_of(digest).unlink()
        client.sign_in(people["secretary"])
        archive, _manifest = opened(client, f"/console/stars/{branch}/dossier.zip?names=full")
        assert not any(name.endswith(".pdf") for name in archive.namelist())
        assert rows(archive, "pieces")[1]["sha256"] == digest


class TestStreaming:
    def test_memory_stays_flat_however_long_it_is(self) -> None:
        def long(megabytes: int) -> Iterator[bytes]:
            for number in range(megabytes * 16):
                yield bytes([number % 251]) * 65_536

        moment = datetime(2026, 11, 21, tzinfo=UTC)
        tracemalloc.start()
        try:
            size = sum(len(chunk) for chunk in stream([("a", long(64), True)], {}, now=moment))
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert size > 64 << 20
        assert most < 4 << 20

    def test_the_same_content_gives_the_same_file(self, clock: Clock) -> None:
        parts = [("index.html", [b"<p>", b"x"], False), ("files/1.jpg", [b"\xff\xd8"], True)]
        once, again = (b"".join(stream(parts, {"names": "masked"}, now=clock.at)) for _ in range(2))
        assert once == again
