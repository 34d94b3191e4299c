"""The pages: leaving and staying, a copy of one's records, the same at the desk; both languages, refusals in words."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.core import clock as clocks
from pointsapp.core.transaction import write
from pointsapp.redemption.services import issue_voucher
from pointsapp.worker import deliver_events
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of
from tests.merchants.shops import Shop, give_points, make_offer
from tests.people.people import make_person


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


class TestLeaving:
    def test_needs_the_tick_then_signs_out_and_can_be_taken_back(self, client: HouseClient, shop: Shop) -> None:
        client.sign_in(shop.resident)
        page = client.get("/me/leave")
        assert "会留下的" in _text(page)
        assert "7 天可以反悔" in _text(page)
        untouched = client.post("/me/leave", data={})
        assert untouched.status_code == 422
        assert "请先打勾" in _text(untouched)
        asked = client.post("/me/leave", data={"understood": "1"})
        assert asked.status_code == 303
        assert client.get("/me/leave").status_code == 302  # signed out
        shop.resident.session_version += 1
        client.sign_in(shop.resident)
        assert "正在等待注销" in _text(client.get("/me/leave"))
        assert "想留下" in _text(client.get("/me"))
        first = _text(client.get("/"))
        assert "正在等待注销" in first
        assert "撤回申请，我要留下" in first
        back = client.post("/me/leave/withdrawal")
        assert back.headers["Location"] == "/me/profile"
        assert "撤回" in _text(client.get("/me/profile"))
        assert "正在等待注销" not in _text(client.get("/"))
        assert "申请注销" in _text(client.get("/me/leave"))

    def test_the_points_that_lapse_are_those_of_the_vouchers_too(
        self, client: HouseClient, shop: Shop, session: Session
    ) -> None:
        give_points(session, shop.resident, 50)
        offer = make_offer(shop, points=30)
        write(issue_voucher, actor_of(session, shop.resident), offer.public_id, now=clocks.now())
        client.sign_in(shop.resident)
        assert "一共 50 分会作废" in _text(client.get("/me/leave"))

    def test_who_holds_an_office_reads_why_not(self, client: HouseClient, shop: Shop) -> None:
        client.sign_in(shop.clerk)
        assert "还担任着角色" in _text(client.get("/me/leave"))
        refused = client.post("/me/leave", data={"understood": "1"})
        assert refused.status_code == 409
        assert "交接" in _text(refused)
        assert client.get("/me/leave").status_code == 200  # still signed in

    def test_reads_in_english(self, client: HouseClient, shop: Shop) -> None:
        client.sign_in(shop.resident)
        page = _text(client.get("/me/leave?lang=en"))
        assert "What stays, and why" in page
        assert "What goes" in page


class TestTheDesk:
    def test_staff_ask_with_a_note_and_take_it_back(self, client: HouseClient, shop: Shop, session: Session) -> None:
        client.sign_in(shop.staff)
        path = f"/console/people/{shop.resident.public_id}/erasure"
        assert client.post(path, data={"note": ""}).status_code == 422
        assert client.post(path, data={"note": "本人到窗口"}).status_code == 303
        page = _text(client.get(path))
        assert "工作人员代为申请" in page
        deliver_events(clocks.now())
        client.sign_in(_again(shop.resident))
        assert "收到了注销申请" in _text(client.get("/me/notices"))
        client.sign_in(shop.staff)
        assert client.post(f"{path}/withdrawal").status_code == 303
        assert "替他申请注销" in _text(client.get(path))

    def test_a_clerk_of_a_shop_sees_no_desk(self, client: HouseClient, shop: Shop) -> None:
        client.sign_in(shop.clerk)
        assert client.get(f"/console/people/{shop.resident.public_id}/erasure").status_code == 404


def _again(person: Any) -> Any:
    person.session_version += 1
    return person


class TestACopy:
    def test_holds_a_page_and_every_row(self, client: HouseClient, shop: Shop, session: Session) -> None:
        give_points(session, shop.resident, 80)
        write(issue_voucher, actor_of(session, shop.resident), make_offer(shop).public_id, now=clocks.now())
        deliver_events(clocks.now())
        client.sign_in(shop.resident)
        packed = _download(client)
        assert sorted(packed.namelist()) == ["copy.css", "index.html", "records.json"]
        page = packed.read("index.html").decode()
        assert shop.resident.name in page
        assert "烩面一碗" in page
        records = json.loads(packed.read("records.json"))
        assert {each["key"] for each in records["chapters"]} >= {"profile", "books", "signups", "vouchers", "notices"}
        assert records["tables"]["person"][0]["phone"] == shop.resident.phone
        assert "password_hash" not in records["tables"]["person"][0]
        assert [each["points"] for each in records["tables"]["voucher"]] == [30]
        assert "code" not in records["tables"]["voucher"][0]
        assert all("asked_by_id" not in each for each in records["tables"]["correction"])

    def test_is_read_in_place_too_and_inside_wechat_only_there(self, client: HouseClient, shop: Shop) -> None:
        give_points(shop.session, shop.resident, 80)
        client.sign_in(shop.resident)
        made = client.post("/me/records").headers["Location"]
        answer = client.get(made)
        assert answer.headers["Cache-Control"] == "no-store"
        page = _text(answer)
        assert shop.resident.name in page
        assert f'href="{made}.zip" download' in page
        inside = _text(
            client.get(made, headers={"User-Agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50"})
        )
        assert shop.resident.name in inside
        assert f"{made}.zip" not in inside
        assert "在浏览器打开" in inside

    def test_nobody_elses_copy_and_none_after_an_hour(
        self, client: HouseClient, shop: Shop, session: Session, clock: Clock
    ) -> None:
        client.sign_in(shop.resident)
        where = client.post("/me/records").headers["Location"]
        client.sign_in(make_person(session, shop.tree["community"]))
        assert client.get(where).status_code == 404
        client.sign_in(shop.resident)
        assert client.get(where).status_code == 200
        clock.forward(hours=1, minutes=1)
        assert client.get(where).status_code == 404

    def test_three_a_day(self, client: HouseClient, shop: Shop, clock: Clock) -> None:
        client.sign_in(shop.resident)
        for _turn in range(3):
            assert client.post("/me/records").status_code == 303
        refused = client.post("/me/records")
        assert refused.status_code == 429
        assert "24 小时内最多导出 3 次" in _text(refused)
        assert int(refused.headers["Retry-After"]) == 24 * 3600
        clock.forward(hours=24, minutes=1)
        assert client.post("/me/records").status_code == 303


def _download(client: HouseClient) -> zipfile.ZipFile:
    made = client.post("/me/records")
    assert made.status_code == 303
    answer = client.get(made.headers["Location"] + ".zip")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.get_data()))
