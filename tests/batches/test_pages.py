"""The pages of batches: upload, mistakes by row, preview, progress that looks again by itself, result file."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.batches.models import Batch
from pointsapp.batches.services import run_next
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from tests import factories as make
from tests.checkin.venue import Venue
from tests.conftest import Clock, HouseClient
from tests.home.counting import MOST, counted


def text(answer: Any) -> str:
    return answer.get_data(as_text=True)  # type: ignore[no-any-return]


def upload(client: HouseClient, content: str, kind: str = "people_in") -> Any:
    file = (io.BytesIO(content.encode()), "people.csv")
    return client.post(
        "/console/batches/imports", data={"kind": kind, "file": file}, content_type="multipart/form-data"
    )


def test_from_the_file_to_the_result(client: HouseClient, venue: Venue, clock: Clock, session: Session) -> None:
    client.sign_in(venue.staff)
    with counted(session.get_bind()) as queries:
        assert client.get("/console/batches").status_code == 200
    assert len(queries) <= MOST
    posted = upload(client, f"姓名,手机号,区域编码\n李桂兰,13900000000,{venue.home.code}\n")
    assert posted.status_code == 303
    page = client.get(posted.location)
    assert "还没有写入" in text(page)
    assert "139****0000" in text(page)
    assert client.post(f"{posted.location}/start").status_code == 303
    assert 'http-equiv="refresh"' in text(client.get(posted.location))
    assert client.get(f"{posted.location}/result.csv").status_code == 404  # not while it runs
    while write(run_next, now=clock.at):
        pass
    with counted(session.get_bind()) as queries:
        page = client.get(posted.location)
    assert len(queries) <= MOST
    assert 'http-equiv="refresh"' not in text(page)
    result = client.get(f"{posted.location}/result.csv")
    assert result.get_data().decode("utf-8-sig").splitlines() == [
        "行号,姓名,手机号,区域编码,结果,说明文字",
        f"2,李桂兰,13900000000,{venue.home.code},新增,",
    ]
    assert client.get(f"{posted.location}/result.xlsx").get_data()[:2] == b"PK"


def test_the_street_s_auditor_reads_that_a_file_was_brought_in(
    client: HouseClient, venue: Venue, clock: Clock, session: Session
) -> None:
    client.sign_in(venue.staff)
    posted = upload(client, f"姓名,手机号,区域编码\n李桂兰,13900000000,{venue.home.code}\n")
    client.post(f"{posted.location}/start")
    while write(run_next, now=clock.at):
        pass
    assert f'<span class="sub">{venue.home.name}' not in text(client.get("/console/batches")), "rows name their areas"
    for area, told in (("street", True), ("other_street", False)):
        client.sign_in(venue.kept(make.make_staff(session, venue.areas[area], Role.AUDITOR)))
        found = client.post("/console/audit", data={"reason": "核对导入"})
        page = text(client.get(found.location)).partition("<tbody>")[2]
        assert ("导入文件" in page, "批量办完" in page, venue.staff.name in page) == (told, told, told), area


def test_mistakes_are_listed_by_row_and_nothing_is_kept(client: HouseClient, venue: Venue, session: Session) -> None:
    client.sign_in(venue.staff)
    answer = upload(client, "姓名,手机号,区域编码\n李桂兰,abc,C1\n")
    assert answer.status_code == 422
    assert "手机号应是 5 到 15 位数字" in text(answer)
    assert session.scalar(select(func.count(Batch.id))) == 0
    assert upload(client, "no header", "people_out").status_code == 422


def test_a_list_needs_its_reason(client: HouseClient, venue: Venue) -> None:
    client.sign_in(venue.staff)
    body = {"kind": "people_out", "area": venue.home.code, "with_names": "1"}
    assert client.post("/console/batches/exports", data=body).status_code == 422
    posted = client.post("/console/batches/exports", data={**body, "reason": "发慰问品"})
    assert posted.status_code == 303
    assert 'role="progressbar"' in text(client.get(posted.location)) or "<progress" in text(client.get(posted.location))


def test_a_list_that_is_done_reads_in_whole_words(client: HouseClient, venue: Venue, clock: Clock) -> None:
    venue.shift()
    client.sign_in(venue.staff)
    posted = client.post("/console/batches/exports", data={"kind": "tasks_out", "area": venue.home.code})
    while write(run_next, now=clock.at):
        pass
    page = text(client.get(posted.location))
    for head in ("标题", "类别", "开始时间"):
        assert f'<th scope="col">{head}</th>' in page
    assert "已发布" in page
    assert "published" not in page
    taken = text(client.get(f"{posted.location}/result.csv"))
    assert "已发布" in taken
    assert "published" not in taken


def test_an_empty_file_to_begin_with(client: HouseClient, venue: Venue) -> None:
    client.sign_in(venue.staff)
    assert "姓名,手机号,区域编码" in text(client.get("/console/batches/templates/people_in.csv"))
    assert client.get("/console/batches/templates/people_out.csv").status_code == 404


def test_the_example_names_an_area_that_its_reader_may_write(client: HouseClient, venue: Venue) -> None:
    client.sign_in(venue.staff)
    example = client.get("/console/batches/templates/people_in.csv").get_data().decode("utf-8-sig")
    assert upload(client, example).status_code == 303, "the example is understood as it stands"
    page = text(client.get("/console/batches")).partition("我管的区域编码")[2]
    assert f"<code>{venue.areas['community'].code}</code>" in page
    assert f"<code>{venue.areas['other_street'].code}</code>" not in page


def test_a_file_says_truly_why_it_is_not_read(client: HouseClient, venue: Venue) -> None:
    client.sign_in(venue.staff)
    for name, content, words in (
        ("people.xlsx", "not a workbook at all", "这不是能打开的 XLSX 文件"),
        ("people.csv", "", "没有收到文件"),
        ("people.csv", f"姓名,手机号,区域编码\n{'x' * 200_000},1,C\n", "有一格太长，超过 131,072 个字"),
    ):
        given = {"kind": "people_in", "file": (io.BytesIO(content.encode()), name)}
        answer = client.post("/console/batches/imports", data=given, content_type="multipart/form-data")
        assert (answer.status_code, words in text(answer)) == (422, True), words


def test_a_list_of_tasks_names_nobody(client: HouseClient, venue: Venue, clock: Clock) -> None:
    venue.shift()
    client.sign_in(venue.staff)
    asked = {"kind": "tasks_out", "area": venue.home.code, "with_names": "1"}
    posted = client.post("/console/batches/exports", data=asked)
    assert posted.status_code == 303, "no reason is asked for where no name is given"
    while write(run_next, now=clock.at):
        pass
    assert "每个人的资料里都记了一笔" not in text(client.get(posted.location))


def test_whose_it_is_not(client: HouseClient, venue: Venue) -> None:
    client.sign_in(venue.staff)
    mine = upload(client, f"姓名,手机号,区域编码\n李桂兰,13900000000,{venue.home.code}\n").location
    assert client.sign_in(venue.other_staff).get(mine).status_code == 404
    assert client.sign_in(venue.person()).get("/console/batches").status_code == 403
