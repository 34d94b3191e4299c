"""Check-in's pages: guest, wrong role, wrong area, right role; one visible sentence each."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, Scan
from pointsapp.checkin.rules import venue as codes
from pointsapp.checkin.services import cut_off_due
from pointsapp.core.actor import Role
from pointsapp.core.codes import PERSONAL_LENGTH, new_code
from pointsapp.core.paging import encode_cursor
from pointsapp.core.transaction import write
from pointsapp.people.models import Person, PersonalCard
from pointsapp.tasks.models import Signup
from pointsapp.web.qr import qr_png
from tests import factories as make
from tests.checkin.venue import HALL, Venue
from tests.conftest import Clock, HouseClient


def text(answer: Any) -> str:
    return answer.get_data(as_text=True)  # type: ignore[no-any-return]


def at(client: HouseClient, person: Person | None) -> HouseClient:
    """Return the browser, signed in as `person`, or as a guest."""
    if person is None:
        with client.session_transaction() as cookie:
            cookie.clear()
        return client
    return client.sign_in(person)


class TestArrival:
    def test_a_guest_sees_the_shift_and_signs_in_at_the_button(
        self, client: HouseClient, venue: Venue, session: Session
    ) -> None:
        shift = venue.shift(venue.task(title="红专路夜巡"))
        path = f"/q/c/{venue.code(shift)}"
        page = client.get(path)
        assert page.status_code == 200
        assert "红专路夜巡" in text(page)
        assert "签到" in text(page)
        posted = client.post(path)
        assert posted.status_code == 401
        assert session.scalar(select(func.count(Attendance.id))) == 0

    def test_opening_checks_nobody_in(self, client: HouseClient, venue: Venue, session: Session) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        assert at(client, person).get(f"/q/c/{venue.code(shift)}").status_code == 200
        assert session.scalar(select(func.count(Attendance.id))) == 0
        assert session.scalar(select(func.count(Scan.id))) == 0

    def test_one_button_and_a_receipt(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        path = f"/q/c/{venue.code(shift)}"
        posted = at(client, person).post(path, data={"request_id": "r1"})
        assert posted.status_code == 303
        receipt = client.get(posted.location)
        assert "签到成功" in text(receipt)
        assert "+20" in text(receipt)
        assert "完成一次得 20 分" in text(receipt)
        assert "好的" in text(receipt)
        again = client.get(path)
        assert "您已经签到过了" in text(again)
        assert client.post(path, data={"request_id": "r1"}).location == posted.location
        assert venue.books(person) == (20, 120)
        other = at(client, venue.person()).get(posted.location)
        assert other.status_code == 404

    def test_a_walk_in_joins_by_one_tap(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.person()
        path = f"/q/c/{venue.code(shift)}"
        assert "报名并签到" in text(at(client, person).get(path))
        refused = client.post(path)
        assert refused.status_code == 403
        assert "报名后就能签到" in text(refused)
        assert "报名并签到" in text(refused)
        assert client.post(path, data={"join": "1"}).status_code == 303
        assert venue.books(person) == (20, 120)

    @pytest.mark.parametrize(
        ("starts_in", "words"), [(45, "还没到时间"), (0, "没有报名"), (-120, "没有报名")], ids=["早", "满", "晚"]
    )
    def test_the_true_reason_without_a_button(
        self, client: HouseClient, venue: Venue, starts_in: float, words: str
    ) -> None:
        shift = venue.shift(starts_in=starts_in, capacity=1)
        holder = venue.sign_up(shift)
        person = holder if starts_in > 0 else venue.person()
        page = text(at(client, person).get(f"/q/c/{venue.code(shift)}"))
        assert words in page
        assert "submit" not in page.split("action-bar")[-1]

    def test_leaders_are_told_who_checks_them_in(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        assert "请另一位负责人" in text(at(client, venue.leader).get(f"/q/c/{venue.code(shift)}"))

    def test_codes_that_are_none_or_old(self, client: HouseClient, venue: Venue, clock: Clock) -> None:
        shift = venue.shift()
        assert client.get("/q/c/ABCDEFGH").status_code == 422
        assert "码不对" in text(client.get("/q/c/%E4%BD%A0"))
        code = venue.code(shift)
        clock.forward(minutes=3)
        old = client.get(f"/q/c/{code}")
        assert old.status_code == 410
        assert "每 30 秒换一次" in text(old)
        assert "/scan" in text(old)

    def test_a_sealed_arrival_survives_the_sign_in_and_is_spent_once(
        self, client: HouseClient, venue: Venue, clock: Clock, app: Any
    ) -> None:
        shift = venue.shift()
        person, friend = venue.sign_up(shift), venue.sign_up(shift)
        path = f"/q/c/{venue.code(shift)}"
        client.get(path)
        with client.session_transaction() as cookie:
            kept = dict(cookie["sealed_arrival"])
        at(client, person)
        with client.session_transaction() as cookie:
            cookie["sealed_arrival"] = kept  # as web/login.py carries it over a sign-in
        clock.forward(minutes=8)
        assert "您到场的时间已经记住" in text(client.get(path))
        assert client.post(path).status_code == 303
        with client.session_transaction() as cookie:
            assert "sealed_arrival" not in cookie
        other = at(app.test_client(), friend)
        with other.session_transaction() as cookie:
            cookie["sealed_arrival"] = kept
        assert other.post(path).status_code == 410

    def test_the_place_is_explained(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift(venue.task(checkin_radius_m=100, **HALL))
        person = venue.sign_up(shift)
        path = f"/q/c/{venue.code(shift)}"
        page = text(at(client, person).get(path))
        assert "data-locate" in page
        assert "只记“在不在”" in page
        answer = client.post(path)
        assert answer.status_code == 422
        assert "在名单上点名" in text(answer)
        assert client.post(path, data={"latitude": "x", "longitude": "1"}).status_code == 422
        assert client.post(path, data={"latitude": "34.7657", "longitude": "113.678"}).status_code == 303

    def test_who_only_came_along_finds_a_way_past_the_place(self, client: HouseClient, venue: Venue) -> None:
        shift, person = venue.shift(venue.task(checkin_radius_m=100, **HALL)), venue.person()
        far = {"join": "1", "latitude": "34.7857", "longitude": "113.678"}
        answer = at(client, person).post(f"/q/c/{venue.code(shift)}", data=far)
        assert answer.status_code == 422
        page = text(answer)
        assert "约 2220 米" in page
        assert "先报上名" in page  # a leader cannot scan who has no place
        to_task = re.search(r'href="(/tasks/[^"]+)"', page)
        assert to_task is not None
        assert "报名并签到" in text(client.get(unescape(to_task[1])))
        path = f"/tasks/{to_task[1].split('/')[2].split('?')[0]}/signups"
        assert client.post(path, data={"shift": shift.public_id}).status_code == 303
        done = at(client, venue.leader).post(f"/lead/{shift.public_id}/checkins", data={"code": person.personal_code})
        assert done.status_code == 303

    def test_leaving(self, client: HouseClient, venue: Venue, clock: Clock) -> None:
        shift = venue.checked_out_shift()
        person = venue.sign_up(shift)
        first = at(client, person).post(f"/q/c/{venue.code(shift)}")
        assert "走的时候请签退" in text(client.get(first.location))
        clock.forward(minutes=60)
        path = f"/q/c/{venue.code(shift, 'check_out')}"
        assert "签退" in text(client.get(path))
        receipt = text(client.get(client.post(path).location))
        assert "签退成功" in receipt
        assert "1 小时" in receipt


class TestScan:
    def test_the_ways_to_scan(self, client: HouseClient) -> None:
        page = client.get("/scan", headers={"User-Agent": "Mozilla MicroMessenger/8"})
        assert "回到微信首页" in text(page)
        assert "回到微信首页" not in text(client.get("/scan"))

    def test_what_was_read_leads_on(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        code = venue.code(shift)
        assert client.post("/scan", data={"code": code.lower()}).location == f"/q/c/{code}?typed=1"
        assert client.post("/scan", data={"code": "https://e.example/q/t/abc?x=1"}).location == "/q/t/abc"
        assert client.get("/scan", query_string={"code": code}).location == f"/q/c/{code}?typed=1"
        for nothing in ("http://[/q/", "https://e.example/q//evil"):
            answer = client.post("/scan", data={"code": nothing})
            assert answer.status_code == 303
            assert answer.location.startswith("/q/")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("", "还没有码：请扫码、拍照"),
            ("hello", "现在是 5 位"),
            ("x" * 5000, "现在是 5000 位"),
            ("https://e.example/", "不是我们平台的"),
            ("http://localhost/tasks", "这是我们平台上别的二维码"),
            ("ABCDEFGHJ0", "没有认出这个码"),
        ],
        ids=["nothing", "short", "long", "foreign", "another", "mistyped"],
    )
    def test_what_is_no_code_says_why_and_stays_in_the_field(self, client: HouseClient, typed: str, said: str) -> None:
        for answer in (client.post("/scan", data={"code": typed}), client.get("/scan", query_string={"code": typed})):
            if not typed and answer.request.method == "GET":
                continue
            assert answer.status_code == 422
            assert said in text(answer)
            assert f'value="{typed[:300]}"' in text(answer) or not typed

    def test_a_photograph_is_read_on_the_server(self, client: HouseClient, venue: Venue) -> None:
        code = venue.code(venue.shift())
        photo = (io.BytesIO(qr_png(f"http://localhost/q/c/{code}")), "qr.png")
        sent = client.post("/scan", data={"photo": photo}, content_type="multipart/form-data")
        assert sent.location == f"/q/c/{code}"
        nothing = (io.BytesIO(b"not a picture"), "qr.png")
        sent = client.post("/scan", data={"photo": nothing}, content_type="multipart/form-data")
        assert sent.status_code == 422
        assert "照片里没有找到二维码" in text(sent)

    def test_my_code(self, client: HouseClient, venue: Venue) -> None:
        person = venue.person()
        assert client.get("/me/code").status_code == 302
        page = text(at(client, person).get("/me/code"))
        code = person.personal_code
        assert f"{code[:4]} {code[4:8]} {code[8:]}" in page
        assert "<svg" in page


class TestPersonalCode:
    def test_a_leader_checks_in_whom_they_scan(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        page = text(at(client, venue.leader).get(f"/q/u/{person.personal_code}"))
        assert "王***" in page
        assert person.name not in page
        assert "给 TA 签到" in page
        posted = client.post(f"/lead/{shift.public_id}/checkins", data={"code": person.personal_code})
        assert posted.status_code == 303
        assert "签到成功，+20 分" in text(client.get(posted.location))

    def test_everybody_else_is_told_what_it_is(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        path = f"/q/u/{person.personal_code}"
        assert client.get(path).status_code == 302
        page = text(at(client, venue.person()).get(path))
        assert "只有场次负责人" in page
        assert "王" not in page.split("<main")[1].split("</main>")[0]
        assert "这是您自己的码" in text(at(client, person).get(path))
        assert at(client, person).get("/q/u/ABCDEFGHJK").status_code == 422


class TestLostCard:
    @pytest.fixture
    def lost(self, session: Session, venue: Venue, clock: Clock) -> tuple[str, Person]:
        """The code of a card that was reported lost, and whose it was."""
        person, code = venue.person(name="王小满"), new_code(PERSONAL_LENGTH)
        row = {"public_id": code, "code": code, "person_id": person.id, "issued_by_id": person.id}
        session.add(PersonalCard(**row, issued_at=clock.at, revoked_at=clock.at, revoked_by_id=venue.staff.id))
        session.commit()
        return code, person

    def test_it_is_said_and_not_whose_it_was(self, client: HouseClient, venue: Venue, lost: tuple[str, Person]) -> None:
        (code, person), shift = lost, venue.shift()
        at(client, venue.leader)
        assert client.post("/scan", data={"code": code}).location == f"/q/u/{code}"
        for page in (
            client.get(f"/q/u/{code}"),
            client.post(f"/lead/{shift.public_id}/checkins", data={"code": code}),
        ):
            said = text(page).split("<main")[1].split("</main>")[0]
            assert (page.status_code, "这张卡已经挂失" in said, "办一张新卡" in said) == (422, True, True)
            assert person.volunteer_number[-4:] not in said
            assert "王" not in said
        assert "这张卡已经挂失" in text(at(client, person).get(f"/q/u/{code}"))
        assert "可能已经换了新码" in text(client.get(f"/q/u/{new_code(10)}"))
        assert "没有认出这个码" in text(client.get("/q/u/ABCDEFGH12"))

    def test_a_program_reads_the_same_code_as_ever(
        self, client: HouseClient, venue: Venue, session: Session, lost: tuple[str, Person]
    ) -> None:
        path, leader = f"/api/v1/shifts/{venue.shift().public_id}/checkins", make.bearer(session, venue.leader)
        refused = client.post(path, json={"code": lost[0]}, headers=leader)
        assert (refused.status_code, refused.json["code"]) == (422, "code_invalid")
        assert "已经挂失" in refused.json["detail"]


class TestLeading:
    def test_who_opens_the_list(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        path = f"/lead/{shift.public_id}"
        assert client.get(path).status_code == 302
        assert at(client, person).get(path).status_code == 403
        assert at(client, venue.foreign_staff).get(path).status_code == 403
        assert at(client, venue.staff).get("/lead/none").status_code == 404
        by_leader = text(at(client, venue.leader).get(path))
        assert person.name in by_leader  # its leaders, in their time, call people by name
        by_staff = text(at(client, venue.staff).get(path))
        assert person.name not in by_staff
        assert person.volunteer_number[-4:] in by_staff

    def test_a_leader_outside_their_time_hears_when_it_is(
        self, client: HouseClient, venue: Venue, session: Session, clock: Clock
    ) -> None:
        task = venue.task()
        shift = venue.shift(task, starts_in=180)
        path, days = f"/lead/{shift.public_id}", f"/tasks/{task.public_id}?shift={shift.public_id}"
        make.grant(session, venue.leader, Role.GRID_LEADER, area=venue.areas["other"])
        at(client, venue.leader)
        for page in (client.get(path), client.post(f"{path}/checkins", data={"code": venue.leader.personal_code})):
            assert (page.status_code, "还没到时间" in text(page), "11月21日" in text(page)) == (403, True, True)
        refused = client.get(
            f"/api/v1/shifts/{shift.public_id}/checkin-code?action=check_in", headers=make.bearer(session, venue.leader)
        )
        assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")
        assert set(refused.json["facts"]) == {"opens_at", "closes_at"}
        pages = ("/me", "/me/tasks", days, "/console/checkin")
        assert [f'"{path}"' in text(client.get(page)) for page in pages] == [False] * 4, (
            "no link to what is not open yet"
        )
        assert "您负责这一场" in text(client.get(days))
        clock.forward(minutes=121)
        assert client.get(path).status_code == 200
        assert [f'"{path}"' in text(client.get(page)) for page in pages] == [True] * 4
        clock.forward(days=1, minutes=180)
        assert "已经过了时间" in text(at(client, venue.leader).get(path))
        assert "没有权限" in text(at(client, venue.person()).get(path)), "who has no part in it hears just that"

    def test_a_long_list_is_paged_who_has_not_come_first(
        self, client: HouseClient, venue: Venue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pointsapp.checkin.pages.leading.SHOWN", 2)
        shift = venue.shift()
        people = [venue.sign_up(shift) for _ in range(3)]
        venue.tick(venue.leader, people[0], shift)
        path = f"/lead/{shift.public_id}"
        first = text(at(client, venue.leader).get(path))
        following = re.findall(rf'href="({path}\?cursor=[^"]+)"', first)[0]
        second = text(client.get(following))
        pages = [[f"p-{each.public_id}" in page for page in (first, second)] for each in people]
        assert pages == [[False, True], [True, False], [True, False]]
        bad = client.post(f"{path}/checkins", data={"code": "??"})
        assert bad.status_code == 422
        assert 'value="??"' in text(bad)
        assert following in text(bad)  # the list under a refusal leads on by a page that can be opened

    def test_ticking_and_its_refusals(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        path = f"/lead/{shift.public_id}/checkins"
        at(client, venue.leader)
        assert client.post(path, data={"user_id": person.public_id, "action": "check_in"}).status_code == 303
        assert "已记分" in text(client.get(f"/lead/{shift.public_id}"))
        again = client.post(path, data={"user_id": person.public_id})
        assert "没有重复记" in text(client.get(again.location))
        stranger = client.post(path, data={"user_id": venue.person().public_id})
        assert (stranger.status_code, "请本人打开任务报名" in text(stranger)) == (403, True)
        assert client.post(path, data={}).status_code == 422
        assert client.post(path, data={"code": "ABC"}).status_code == 422
        photo = (io.BytesIO(qr_png(f"http://localhost/q/u/{person.personal_code}")), "qr.png")
        assert client.post(path, data={"photo": photo}, content_type="multipart/form-data").status_code == 303

    def test_the_list_can_be_searched(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        venue.sign_up(shift, venue.person(name="赵大山"))
        venue.sign_up(shift, venue.person(name="钱小河"))
        page = text(at(client, venue.leader).get(f"/lead/{shift.public_id}?q=赵"))
        assert "赵大山" in page
        assert "钱小河" not in page
        assert "没有找到这个人" in text(client.get(f"/lead/{shift.public_id}?q=孙"))

    def test_my_shifts(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift(venue.task(title="清扫楼道"))
        assert "清扫楼道" in text(at(client, venue.leader).get("/lead"))
        assert "清扫楼道" in text(at(client, venue.staff).get("/lead"))
        assert "清扫楼道" not in text(at(client, venue.sign_up(shift)).get("/lead"))


class TestScreen:
    def test_the_screen(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.checked_out_shift()
        person = venue.sign_up(shift)
        venue.tick(venue.leader, person, shift)
        path = f"/console/checkin/{shift.public_id}"
        answer = at(client, venue.leader).get(path)
        page = text(answer)
        code = venue.code(shift)
        assert f"{code[:4]} {code[4:]}" in page
        assert "http-equiv" in page
        assert "王***" in page
        assert person.name not in page
        assert 1 <= int(answer.headers["X-Live-After"]) <= 4
        assert venue.code(shift, "check_out")[:4] in text(client.get(path + "?action=check_out"))
        assert client.get(path + "?action=fly").status_code == 422
        assert at(client, person).get(path).status_code == 403

    def test_todays_shifts(self, client: HouseClient, venue: Venue) -> None:
        venue.shift(venue.task(title="清扫楼道"))
        path = "/console/checkin"
        assert client.get(path).status_code == 302
        assert at(client, venue.leader).get(path).status_code == 403
        assert "清扫楼道" not in text(at(client, venue.foreign_staff).get(path))
        assert "清扫楼道" in text(at(client, venue.staff).get(path))
        assert "清扫楼道" not in text(client.get(path + "?day=1"))
        assert client.get(path + "?day=x").status_code == 200
        assert client.get(path + "?day=99999999999").status_code == 200

    def test_a_day_is_paged_and_shows_what_one_leads_elsewhere(
        self, client: HouseClient, venue: Venue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pointsapp.checkin.pages.screens.SHOWN", 2)
        shifts = [venue.shift(starts_in=hours) for hours in (0, 0, 1)]
        first = text(at(client, venue.staff).get("/console/checkin"))
        following = re.findall(r'href="(/console/checkin\?cursor=[^"]+)"', first)[0]
        second = text(client.get(following))
        pages = [[each.public_id in page for page in (first, second)] for each in shifts]
        assert pages == [[True, False], [True, False], [False, True]]
        for bad in (encode_cursor("today", 1), encode_cursor("2026-11-21T00:00:00", 1), "x"):
            assert client.get(f"/console/checkin?cursor={bad}").status_code == 422
        foreign = at(client, venue.foreign_staff)
        assert shifts[0].public_id not in text(foreign.get("/console/checkin"))
        led = venue.shift(leaders=(venue.foreign_staff,))
        assert led.public_id in text(foreign.get("/console/checkin"))

    def test_the_poster_is_a_choice(self, client: HouseClient, venue: Venue) -> None:
        with_poster = venue.shift(venue.task(has_poster=True, **HALL))
        at(client, venue.staff)
        page = text(client.get(f"/console/checkin/{with_poster.public_id}/poster"))
        code = codes.code_for(with_poster.code_key, "check_in", codes.POSTER)
        assert f"{code[:4]} {code[4:]}" in page
        assert client.get(f"/console/checkin/{venue.shift().public_id}/poster").status_code == 409


class TestReview:
    def test_provisional_minutes(self, client: HouseClient, venue: Venue, clock: Clock) -> None:
        shift = venue.checked_out_shift()
        person = venue.sign_up(shift)
        venue.tick(venue.staff, person, shift)
        clock.forward(minutes=151)
        write(cut_off_due, now=clock.at)
        late = venue.sign_up(shift)
        venue.tick(venue.staff, late, shift)
        assert client.get("/console/review").status_code == 302
        assert at(client, venue.leader).get("/console/review").status_code == 403
        page = text(at(client, venue.staff).get("/console/review"))
        assert "忘记签退" in page
        assert "要由另一位确认" in page
        row = venue.attendance(person, shift)
        own = venue.attendance(late, shift)
        assert row is not None
        assert own is not None
        assert client.post(f"/attendances/{own.public_id}/confirmation").status_code == 403
        done = client.post(f"/attendances/{row.public_id}/confirmation", data={"back": "//evil.example"})
        assert (done.status_code, done.location) == (303, "/console/review")
        assert "已确认 120 分钟" in text(client.get("/console/review"))
        at(client, venue.other_staff)
        bad = client.post(f"/attendances/{own.public_id}/voiding", data={"reason": "x" * 301})
        assert bad.status_code == 422
        assert "x" * 301 in text(bad)  # what was typed survives
        assert "最多 300 个字" in text(bad)
        assert client.post(f"/attendances/{own.public_id}/voiding", data={"reason": "没来"}).status_code == 303
        assert venue.books(late) == (0, 0)

    def test_corrections(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        venue.tick(venue.staff, person, shift)
        signup: Signup = venue.signup(person, shift)
        path = f"/console/signups/{signup.public_id}/correction"
        assert client.get(path).status_code == 302
        assert at(client, venue.leader).get(path).status_code == 403
        assert at(client, venue.foreign_staff).get(path).status_code == 403
        assert at(client, venue.staff).get("/console/signups/none/correction").status_code == 404
        assert "应记时长" in text(client.get(path))
        for typed in ("999", "9999", "99999999999999999999"):
            bad = client.post(path, data={"minutes": typed, "reason": "纸质记录"})
            assert bad.status_code == 422
            assert "1440" not in text(bad)
        bad = client.post(path, data={"minutes": "9999", "reason": "纸质记录"})
        assert "计划时长）" in text(bad)
        assert "纸质记录" in text(bad)  # what was typed survives
        assert client.post(path, data={"minutes": "30", "reason": "纸质记录"}).status_code == 303
        page = text(client.get("/console/review"))
        assert "要由另一位复核" in page
        at(client, venue.other_staff)
        page = text(client.get("/console/review"))
        approval = page.split('action="/console/corrections/')[1].split('"')[0]
        done = client.post(f"/console/corrections/{approval}")
        assert done.status_code == 303
        assert venue.books(person) == (20, 30)

    def test_what_waits_is_paged_and_counted_whole(
        self, client: HouseClient, venue: Venue, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pointsapp.checkin.pages.review.SHOWN", 2)
        shift = venue.checked_out_shift()
        for _ in range(3):
            venue.tick(venue.staff, venue.sign_up(shift), shift)
        clock.forward(minutes=151)
        write(cut_off_due, now=clock.at)
        first = text(at(client, venue.staff).get("/console/review"))
        assert '<span class="muted num">3</span>' in first
        assert first.count("/confirmation") == 2
        following = re.findall(r'href="(/console/review\?cursor=[^"]+)"', first)
        assert text(client.get(following[0])).count("/confirmation") == 1
        assert client.get("/console/review?cursor=nonsense").status_code == 422

    def test_a_correction_is_sent_back(self, client: HouseClient, venue: Venue) -> None:
        shift = venue.shift()
        person = venue.sign_up(shift)
        venue.tick(venue.staff, person, shift)
        path = f"/console/signups/{venue.signup(person, shift).public_id}/correction"
        at(client, venue.staff).post(path, data={"minutes": "30", "reason": "纸质记录"})
        page = text(at(client, venue.other_staff).get("/console/review"))
        correction = page.split('action="/console/corrections/')[1].split("/")[0]
        bad = client.post(f"/console/corrections/{correction}/rejection", data={})
        assert bad.status_code == 422
        assert "必须填写" in text(bad)
        assert client.post(f"/console/corrections/{correction}/rejection", data={"reason": "无据"}).status_code == 303
        assert "没有待复核的更正" in text(client.get("/console/review"))
        assert venue.books(person) == (20, 120)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("person", "/q/c/{code}"),
        ("person", "/checkins/{attendance}"),
        ("leader", "/lead/{shift}"),
        ("leader", "/lead"),
        ("leader", "/q/u/{personal}"),
        ("staff", "/console/checkin"),
        ("staff", "/console/checkin/{shift}"),
        ("staff", "/console/review"),
    ],
)
def test_pages_ask_the_database_little(
    client: HouseClient, venue: Venue, session: Session, database: Any, who: str, path: str
) -> None:
    shift = venue.checked_out_shift(capacity=30)
    people = [venue.sign_up(shift) for _ in range(8)]
    for person in people[:5]:
        venue.tick(venue.leader, person, shift)
    for _ in range(4):
        venue.shift()
    row = venue.attendance(people[0], shift)
    assert row is not None
    facts = {
        "code": venue.code(shift),
        "attendance": row.public_id,
        "shift": shift.public_id,
        "personal": people[6].personal_code,
    }
    at(client, {"person": people[0], "leader": venue.leader, "staff": venue.staff}[who])
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")):
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert client.get(path.format(**facts)).status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert len(said) <= 12, "\n".join(said)
