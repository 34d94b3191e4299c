"""The pages of certificates: asking, confirming, paper and PDF, anybody's check; records and the file for the official system."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import openpyxl
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Correction, CorrectionState
from pointsapp.core import clock as clocks
from pointsapp.core.codes import new_code
from pointsapp.worker import deliver_events
from tests.certificates.things import Scene
from tests.conftest import HouseClient


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def _issue(client: HouseClient, scene: Scene) -> tuple[str, str]:
    """Ask and confirm by the pages; return the certificate's id and number."""
    client.sign_in(scene.volunteer)
    asked = client.post("/me/certificates", data={"from_on": "2026-01-01", "until_on": "2026-11-21"})
    assert asked.status_code == 303
    client.sign_in(scene.here)
    line = re.search(r"/console/certificates/(\w+)\"", _text(client.get("/console/certificates")))
    assert line is not None
    page = _text(client.get(f"/console/certificates/{line[1]}"))
    assert "林小满" in page
    minutes = re.search(r'name="minutes" value="(\d+)"', page)
    assert minutes is not None
    done = client.post(f"/console/certificates/{line[1]}/confirmation", data={"minutes": minutes[1]})
    assert done.status_code == 303
    client.sign_in(scene.volunteer)
    mine = _text(client.get("/me/certificates"))
    certificate = re.search(r"/me/certificates/([\w-]+)\.pdf", mine)
    number = re.search(r"/q/x/(\w+)", mine)
    assert certificate is not None
    assert number is not None
    return certificate[1], number[1]


class TestACertificate:
    def test_is_printed_downloaded_and_verified_by_anybody(self, client: HouseClient, scene: Scene, app: Any) -> None:
        scene.serve("community", 90)
        certificate, number = _issue(client, scene)
        sheet = _text(client.get(f"/me/certificates/{certificate}"))
        assert "林小满" in sheet
        assert "<svg" in sheet
        made = client.get(f"/me/certificates/{certificate}.pdf")
        assert made.mimetype == "application/pdf"
        assert made.get_data()[:5] == b"%PDF-"
        assert b"STSong-Light" in made.get_data()
        guest = app.test_client()
        seen = _text(guest.get(f"/q/x/{number.lower()}"))
        assert "证明有效" in seen
        assert "林**" in seen
        assert "林小满" not in seen

    def test_says_so_when_it_is_superseded_or_not_ours(self, client: HouseClient, scene: Scene, app: Any) -> None:
        row = scene.serve("community", 90)
        _certificate, number = _issue(client, scene)
        scene.correct(row, 60)
        deliver_events(clocks.now())
        guest = app.test_client()
        assert "已被更正替代" in _text(guest.get(f"/q/x/{number}"))
        client.sign_in(scene.volunteer)
        assert "请重新申请" in _text(client.get("/me/certificates"))
        assert "服务证明被更正替代" in _text(client.get("/me/notices"))
        unknown = guest.get(f"/q/x/{new_code(12)}")
        assert unknown.status_code == 404
        assert "没有这份证明" in _text(unknown)
        assert 'class="button button--main button--wide" href="/scan"' in _text(unknown), "a way on"
        assert 'button--wide" href="/"' in _text(unknown)
        assert guest.post("/scan", data={"code": number.lower()}).location == f"/q/x/{number}", "typed where one scans"
        assert guest.post("/scan", data={"code": new_code(12)}).status_code == 422

    def test_says_that_the_others_need_not_confirm_what_one_refused(
        self, client: HouseClient, scene: Scene, session: Session
    ) -> None:
        scene.serve("community", 90)
        scene.serve("other", 60)
        client.sign_in(scene.volunteer)
        client.post("/me/certificates", data={"from_on": "2026-01-01", "until_on": "2026-11-21"})
        client.sign_in(scene.here)
        (line,) = re.findall(r"/console/certificates/([\w-]+)", _text(client.get("/console/certificates")))
        client.post(f"/console/certificates/{line}/refusal", data={"reason": "时间记错了"})
        assert "时间记错了" in _text(client.get(f"/console/certificates/{line}"))
        client.sign_in(scene.volunteer)
        mine = _text(client.get("/me/certificates"))
        assert "时间记错了" in mine
        assert "不用再确认了" in mine
        assert "等确认" not in mine

    def test_is_nobody_elses_to_print(self, client: HouseClient, scene: Scene) -> None:
        scene.serve("community", 90)
        certificate, _number = _issue(client, scene)
        client.sign_in(scene.there)
        for end in ("", ".pdf"):
            assert client.get(f"/me/certificates/{certificate}{end}").status_code == 404

    def test_reads_in_english(self, client: HouseClient, scene: Scene) -> None:
        scene.serve("community", 90)
        certificate, number = _issue(client, scene)
        words = {
            f"/me/certificates/{certificate}": "Certificate of volunteer service",
            "/me/record": "My record of service",
            "/me/certificates": "Ask for another",
            f"/q/x/{number}": "This certificate stands",
        }
        for path, word in words.items():
            assert word in _text(client.get(f"{path}?lang=en")), path


class TestTheRecord:
    def test_is_asked_about_and_answered(self, client: HouseClient, scene: Scene) -> None:
        scene.serve("community", 90, title="扫雪")
        client.sign_in(scene.volunteer)
        about = re.search(r"about=(\w+)", _text(client.get("/me/record")))
        assert about is not None
        assert client.post("/me/record/requests", data={"signup": about[1], "words": ""}).status_code == 422
        asked = client.post("/me/record/requests", data={"signup": about[1], "words": "干了两个小时"})
        assert asked.status_code == 303
        client.sign_in(scene.here)
        page = _text(client.get("/console/certificates"))
        assert "干了两个小时" in page
        where = re.search(r"/console/record-requests/(\w+)/answer", page)
        assert where is not None
        answered = client.post(where[0], data={"upheld": "false", "answer": "签退是 90 分钟"})
        assert answered.status_code == 303
        assert "请到签到复核里登记" not in _text(client.get("/console/certificates"))  # there is nothing to enter
        client.sign_in(scene.volunteer)
        assert "签退是 90 分钟" in _text(client.get("/me/record"))

    def test_says_what_was_corrected_why_and_by_which_two(
        self, client: HouseClient, scene: Scene, session: Session
    ) -> None:
        served, now = scene.serve("community", 90, title="扫雪"), clocks.now()
        for state, minutes, why in (
            (CorrectionState.APPROVED, 60, "签到表第三行：九点半走"),
            (CorrectionState.PENDING, 30, "再核对"),
        ):
            decided = state is CorrectionState.APPROVED
            session.add(
                Correction(
                    signup_id=served.signup_id, minutes_before=90, minutes=minutes, reason=why, state=state, created_at=now,
                    asked_by_id=scene.here.id, decided_by_id=scene.street.id if decided else None,
                    decided_at=now if decided else None,
                )
            )  # fmt: skip
        session.commit()
        client.sign_in(scene.volunteer)
        page = _text(client.get("/me/record"))
        assert "更正：由 1 小时 30 分 改为 1 小时" in page
        assert "签到表第三行：九点半走" in page
        assert page.count("登记、") == 1, "what nobody has approved is not told"
        assert "再核对" not in page

    def test_gets_a_training_and_loses_it_again(self, client: HouseClient, scene: Scene) -> None:
        client.sign_in(scene.here)
        path = f"/console/people/{scene.volunteer.public_id}/record"
        typed = {
            "kind": "honour",
            "title": "消防演练",
            "happened_on": "2026-10-01",
            "area": scene.tree["community"].public_id,
        }
        assert client.post(path, data={**typed, "title": ""}).status_code == 422
        assert client.post(path, data=typed).status_code == 303
        page = _text(client.get(path))
        assert "消防演练" in page
        removal = re.search(rf"{path}/(\w+)/removal", page)
        assert removal is not None
        assert client.post(removal[0]).status_code == 303
        assert "消防演练" not in _text(client.get(path))


class TestOnward:
    def test_downloads_what_was_asked_for(self, client: HouseClient, scene: Scene, session: Session) -> None:
        scene.serve("community", 90, title="=1+1")
        client.sign_in(scene.here)
        typed = {
            "area": scene.tree["community"].public_id, "from_on": "2026-11-01", "until_on": "2026-11-21",
            "columns": ["name", "task", "hours"],
        }  # fmt: skip
        assert client.post("/console/onward", data=typed).status_code == 303
        page = _text(client.get("/console/onward"))
        where = re.search(r"/console/onward/(\w+)\.csv", page)
        assert where is not None
        rows = list(csv.reader(io.StringIO(_text(client.get(where[0])).lstrip("\ufeff"))))
        assert rows == [["姓名", "活动名称", "服务小时"], ["林小满", "'=1+1", "1.50"]]
        book = client.get(where[0].replace(".csv", ".xlsx"))
        assert "spreadsheetml" in book.content_type
        sheet = openpyxl.load_workbook(io.BytesIO(book.data)).worksheets[0]
        assert [[cell.value for cell in line] for line in sheet.iter_rows()][1:] == [["林小满", "=1+1", "1.50"]]
        assert {cell.data_type for line in sheet.iter_rows() for cell in line} == {"s"}, "nobody's name is run"
        assert client.post("/console/onward", data=typed).status_code == 409
        client.sign_in(scene.there)
        for path in (where[0], where[0].replace(".csv", ".xlsx")):
            assert client.get(path).status_code == 404
