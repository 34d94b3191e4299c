"""What a resident's phone shows of tasks: the map, the filters in force, places left while the page lies open, the calendar, leave."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import AreaKind
from pointsapp.core import policy
from pointsapp.core.actor import Role
from pointsapp.core.transaction import write
from pointsapp.tasks.models import NoShow, NoShowState, Signup, Task
from pointsapp.tasks.policies import NO_SHOW_LIMIT, PROMOTION_STOPS_MINUTES, WAITLIST_OFFER_MINUTES
from pointsapp.tasks.services import MoveShift, move_shift, note_no_shows
from tests import factories as make
from tests.conftest import Clock, HouseClient
from tests.tasks.test_pages import MOST_QUERIES, Street, bar

HALL = {"latitude": 34.7657, "longitude": 113.6780}
WECHAT = {"User-Agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50"}


@pytest.fixture
def street(session: Session, client: HouseClient) -> Street:
    return Street(session, client)


def somewhere(street: Street, title: str, **over: Any) -> Task:
    task = make.make_task(street.session, street.community, title=title, **over)
    make.make_shift(street.session, task)
    return task


class TestMap:
    def test_numbers_on_the_sketch_are_those_of_the_list(self, street: Street) -> None:
        somewhere(street, "花园大扫除", **HALL)
        somewhere(street, "图书角", latitude=34.7757, longitude=113.6880)
        page = street.read("/tasks?view=map", street.resident)
        assert 'href="#t-1" aria-label="1 花园大扫除"' in page
        assert 'href="#t-2" aria-label="2 图书角"' in page
        assert re.search(r'id="t-1".*?花园大扫除', page, re.S)
        assert "没有标在地图上的" in page  # the patrol says no coordinates
        assert "示意图" in page
        assert "leaflet" not in page  # no tiles, no map of streets

    def test_what_is_narrowed_stays_narrowed(self, street: Street) -> None:
        somewhere(street, "花园大扫除", category="environment", **HALL)
        page = street.read("/tasks?view=map&category=environment", street.resident)
        assert "花园大扫除" in page
        assert "红专路夜巡" not in page
        assert 'href="/tasks?category=environment"' in page  # back to the list, still narrowed
        assert 'name="view" value="map"' in page

    def test_a_map_with_nothing_on_it_is_a_list(self, street: Street) -> None:
        page = street.read("/tasks?view=map")
        assert "红专路夜巡" in page
        assert "<figure" not in page

    def test_tiles_are_asked_for_in_their_own_system(self, street: Street) -> None:
        somewhere(street, "花园大扫除", **HALL)
        app = street.client.application
        settings = app.config["SETTINGS"]
        app.config["SETTINGS"] = replace(
            settings, tile_url="https://tiles.example/{z}/{x}/{y}.png", tile_coordinates="gcj02", tile_credit="©图"
        )
        try:
            answer = street.client.get("/tasks?view=map")
            page = answer.text
        finally:
            app.config["SETTINGS"] = settings
        assert "https://tiles.example;" in answer.headers["Content-Security-Policy"]
        assert 'data-near-latitude="34.7657"' in page
        drawn = re.search(r'data-latitude="([\d.]+)" data-longitude="([\d.]+)"', page)
        assert drawn is not None
        assert 0.0005 < abs(float(drawn.group(2)) - 113.6780) < 0.01
        assert 'data-credit="©图"' in page

    def test_it_asks_the_database_little(self, street: Street) -> None:
        for number in range(30):
            somewhere(street, f"任务{number}", latitude=34.76 + number / 1000, longitude=113.67)
        street.client.sign_in(street.resident)
        street.read("/tasks?view=map")
        with street.counted() as seen:
            street.read("/tasks?view=map")
        assert len(seen) <= MOST_QUERIES


def test_each_filter_in_force_is_one_tap_from_gone(street: Street) -> None:
    page = street.read(f"/tasks?area={street.code}&category=patrol&free=1&q=夜巡", street.resident)
    for word, gone in (("军区社区", "area"), ("平安巡逻", "category"), ("还有名额的", "free"), ("“夜巡”", "q")):
        chip = re.search(rf'<a class="chip" href="([^"]+)" aria-label="去掉筛选：{re.escape(word)}"', page)
        assert chip is not None, word
        assert f"{gone}=" not in chip.group(1)
        assert chip.group(1).count("=") == 3


class TestOpenPage:
    def test_the_stamp_changes_with_the_button(self, street: Street, clock: Clock) -> None:
        page = street.read(street.page, street.resident)
        stamp = re.search(r'data-live-url="([^"]+)"[^>]*data-stamp="([^"]+)"', page)
        assert stamp is not None
        now = street.read(stamp.group(1))
        assert f'data-stamp="{stamp.group(2)}"' in now
        assert "还剩 2 个名额" in now or "只剩 2 个名额" in now
        for person in (street.other, street.leader):
            make.make_signup(street.session, street.shift, person)
        now = street.read(stamp.group(1))
        assert "名额已满" in now
        assert f'data-stamp="{stamp.group(2)}"' not in now
        street.change(Task, street.task.id, waitlist=True)
        assert 'data-stamp="queue-0-' in street.read(stamp.group(1))
        make.make_signup(street.session, street.shift, street.resident, state="waitlisted")
        assert 'data-stamp="waiting-1-' in street.read(stamp.group(1))

    def test_a_guest_and_a_stranger_to_a_draft(self, street: Street) -> None:
        assert street.client.get(f"/shifts/{street.shift.public_id}/places").status_code == 200
        street.change(Task, street.task.id, state="draft")
        street.read(f"/shifts/{street.shift.public_id}/places", street.resident, status=404)
        street.read(f"/shifts/{street.shift.public_id}/calendar", status=404)

    def test_it_is_a_short_look(self, street: Street) -> None:
        street.client.sign_in(street.resident)
        here = f"/shifts/{street.shift.public_id}/places"
        street.read(here)
        with street.counted() as seen:
            street.read(here)
        assert len(seen) <= 4


class TestCalendar:
    def test_the_file(self, street: Street) -> None:
        answer = street.client.get(f"/shifts/{street.shift.public_id}/calendar")
        assert answer.mimetype == "text/calendar"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "SUMMARY:红专路夜巡" in answer.text
        assert "DTSTART:20261120T173000Z" in answer.text

    def test_who_signed_up_is_offered_it_and_inside_wechat_the_words(self, street: Street) -> None:
        make.make_signup(street.session, street.shift, street.resident)
        page = street.read(street.page, street.resident)
        assert "加到手机日历" in page
        inside = street.client.get(street.page, headers=WECHAT).text
        assert "加到手机日历" not in inside
        assert "复制" in inside
        assert "data-copy=" in inside


class TestWaiting:
    def test_the_terms_are_said_while_one_waits_and_the_stop_opens_the_place(
        self, street: Street, clock: Clock
    ) -> None:
        for each, value in ((WAITLIST_OFFER_MINUTES, 120), (PROMOTION_STOPS_MINUTES, 30)):
            policy.set_value(street.session, each, value, now=clock.at)
        street.change(Task, street.task.id, waitlist=True)
        for person in (street.other, street.leader):
            make.make_signup(street.session, street.shift, person)
        street.send(f"{street.page}/signups", street.resident, shift=street.shift.public_id)
        page = street.read(street.page)
        assert "名额为您留 2 小时" in page
        clock.forward(minutes=31)
        mine = street.session.scalars(select(Signup.public_id).where(Signup.person_id == street.other.id)).one()
        street.send(f"/signups/{mine}/cancellation", street.other)
        page = street.read(street.page, street.resident)
        assert "有空位，现在报名" in bar(page)
        assert street.send(f"{street.page}/signups", shift=street.shift.public_id).status_code == 303
        assert "去签到" in bar(street.read(street.page))


class TestMoved:
    def test_who_signed_up_for_the_new_time_reads_of_no_change(self, street: Street, clock: Clock) -> None:
        sign_up = {"shift": street.shift.public_id}
        assert street.send(f"{street.page}/signups", street.resident, **sign_up).status_code == 303
        start = clock.at + timedelta(days=2)
        command = MoveShift(starts_at=start, ends_at=start + timedelta(hours=2))
        write(move_shift, make.actor_of(street.session, street.staff), street.shift.public_id, command, now=clock.at)
        assert "时间有改动" in street.read(street.page, street.resident)
        assert street.send(f"{street.page}/signups", street.other, **sign_up).status_code == 303
        assert "时间有改动" not in street.read(street.page, street.other)
        assert "时间有改动" not in street.read(street.page, street.leader)

    def test_what_was_stands_by_its_day_over_both_pages(self, street: Street, clock: Clock) -> None:
        days = [5, 3, 9, 1, 7, *range(11, 31)]  # in the order of signing up, which is not that of the days
        for ago in days:
            task = make.make_task(street.session, street.community, title=f"{ago} 天前的事")
            shift = make.make_shift(street.session, task, starts_at=clock.at - timedelta(days=ago))
            make.make_signup(street.session, shift, street.resident)
        first = street.read("/me/tasks", street.resident)
        after = re.search(r"/me/tasks\?cursor=([\w-]+)", first)
        assert after is not None
        both = first + street.read(f"/me/tasks?cursor={after[1]}")
        assert [int(ago) for ago in re.findall(r"(\d+) 天前的事", both)] == sorted(days)


class TestNoShowPages:
    def test_the_rule_stands_on_the_page_before_one_signs_up(self, street: Street, clock: Clock) -> None:
        assert "不影响报名、积分和排名" in street.read(street.page)
        policy.set_value(street.session, NO_SHOW_LIMIT, 3, now=clock.at)
        street.session.commit()
        assert "无故没来满 3 次" in street.read(street.page)

    def test_leave_from_the_tasks_page(self, street: Street, clock: Clock) -> None:
        street.change(Task, street.task.id, cancel_until_minutes=600)
        signup = make.make_signup(street.session, street.shift, street.resident)
        page = street.read(street.page, street.resident)
        assert "来不了了，请假" in page
        assert f'href="{street.page}?shift={street.shift.public_id}#mine"' in street.read("/me/tasks")
        answer = street.send(f"/signups/{signup.public_id}/excuse", reason="")
        assert answer.status_code == 422
        answer = street.send(f"/signups/{signup.public_id}/excuse", reason="临时加班")
        assert answer.status_code == 303
        page = street.read(answer.location)
        assert "临时加班" in page
        assert "按规则直接通过" in page
        assert "请了假" in street.read("/me/tasks")

    def test_from_missing_to_the_appeal(self, street: Street, clock: Clock) -> None:
        signup = make.make_signup(street.session, street.shift, street.resident)
        clock.at = street.shift.ends_at + timedelta(hours=25)
        write(note_no_shows, now=clock.at)
        page = street.read("/me/no-shows", street.resident)
        assert "说明原因" in page
        street.send(f"/signups/{signup.public_id}/excuse", reason="孩子发烧")
        assert "等回复" in street.read("/me/no-shows")
        key = street.session.scalars(select(NoShow.public_id)).one()
        table = street.read("/console/no-shows", street.staff)
        assert "孩子发烧" in table
        assert "王**" in table or "王*" in table
        refused = street.send(f"/console/no-shows/{key}/decision", about="excuse", accepted="0", answer="")
        assert refused.status_code == 422
        assert "请写明理由" in refused.text
        street.send(f"/console/no-shows/{key}/decision", about="excuse", accepted="0", answer="没有提前说")
        assert "没有提前说" in street.read("/me/no-shows", street.resident)
        street.send(f"/no-shows/{key}/appeal", reason="当时在医院")
        table = street.read("/console/no-shows", street.staff)
        assert "当时在医院" in table
        assert "没有经手过的人" in table
        assert f"/console/no-shows/{key}/decision" not in table
        second = make.make_staff(street.session, street.community)
        table = street.read("/console/no-shows", second)
        assert f"/console/no-shows/{key}/decision" in table
        street.send(f"/console/no-shows/{key}/decision", about="appeal", accepted="1", answer="")
        assert street.session.scalar(select(NoShow.state)) is NoShowState.EXCUSED

    def test_a_typed_reason_survives_an_expired_sign_in(self, street: Street) -> None:
        signup = make.make_signup(street.session, street.shift, street.resident)
        answer = street.send(f"/signups/{signup.public_id}/excuse", reason="孩子发烧要去医院")
        assert answer.status_code == 401
        assert "孩子发烧要去医院" in answer.text

    def test_nothing_on_record_is_said_kindly(self, street: Street) -> None:
        assert "没有爽约" in street.read("/me/no-shows", street.resident)
        assert "没有等答复的" in street.read("/console/no-shows", street.staff)

    def test_a_long_record_asks_little(self, street: Street, clock: Clock) -> None:
        end = clock.at - timedelta(hours=30)
        for number in range(25):
            start = end - timedelta(hours=2, minutes=number)
            make.make_signup(
                street.session,
                make.make_shift(street.session, street.task, starts_at=start, ends_at=end),
                street.resident,
            )
        write(note_no_shows, now=clock.at)
        street.session.execute(update(NoShow).values(state=NoShowState.EXCUSE_ASKED, excuse="病了"))
        street.session.commit()
        for path, who in (("/me/no-shows", street.resident), ("/console/no-shows", street.staff)):
            street.client.sign_in(who)
            first = street.read(path)
            with street.counted() as seen:
                street.read(path)
            assert len(seen) <= MOST_QUERIES
            assert "cursor=" in first


class TestPlace:
    def test_right_here(self, street: Street) -> None:
        here = f"/console/tasks/{street.task.public_id}/place"
        assert "还没有定" in street.read(here, street.staff)
        vague = street.send(here, latitude="34.7657", longitude="113.678", accuracy_m="900")
        assert vague.status_code == 409
        assert "900 米" in vague.text
        nothing = street.send(here)
        assert nothing.status_code == 422
        assert "没有拿到位置" in nothing.text
        assert street.send(here, latitude="34.7657", longitude="113.678", accuracy_m="35").status_code == 303
        assert "34.765700, 113.678000 · WGS-84" in street.read(here)

    def test_who_leads_a_shift_sets_it_standing_there_and_only_then(
        self, street: Street, session: Session, clock: Clock
    ) -> None:
        here = f"/console/tasks/{street.task.public_id}/place"
        spot = {"latitude": "34.7657", "longitude": "113.678"}
        below = make.make_person(session, street.community, name="网格员")
        grid = make.make_area(session, street.community, kind=AreaKind.GRID)
        make.grant(session, below, Role.GRID_LEADER, area=grid)
        elsewhere = make.make_person(session, street.community)
        make.make_shift(session, street.task, leaders=(below,), starts_at=clock.at + timedelta(hours=2))
        make.make_shift(session, somewhere(street, "别的任务"), leaders=(elsewhere,))
        street.read(here, below, status=403)  # not yet: an hour before it begins
        assert street.send(here, **spot, accuracy_m="35").status_code == 403
        clock.forward(hours=1)
        page = street.read(here)
        assert "就在这里" in page
        assert "或者填经纬度" not in page
        assert street.send(here, **spot).status_code == 403  # read off a map
        assert street.send(here, **spot, accuracy_m="900").status_code == 409
        assert street.send(here, **spot, accuracy_m="35").status_code == 303
        assert "34.765700, 113.678000 · WGS-84" in street.read(here)
        for other in (elsewhere, street.resident):
            assert street.send(here, other, **spot, accuracy_m="35").status_code == 403
            street.read(here, other, status=403)
        clock.forward(hours=3, minutes=1)  # its end is over: nobody arrives there any more
        assert street.send(here, below, **spot, accuracy_m="35").status_code == 403

    def test_who_leads_a_shift_mends_a_place_that_is_set_and_does_not_move_it(
        self, street: Street, session: Session
    ) -> None:
        here = f"/console/tasks/{street.task.public_id}/place"
        leader = make.make_person(session, street.community)
        make.make_shift(session, street.task, leaders=(leader,))
        session.execute(update(Task).where(Task.id == street.task.id).values(checkin_radius_m=100))
        session.commit()
        set_by_staff = {"latitude": "34.7657", "longitude": "113.678"}
        assert street.send(here, street.staff, **set_by_staff).status_code == 303
        assert "要换地方请联系社区工作人员" not in street.read(here)
        assert "要换地方请联系社区工作人员" in street.read(here, leader)
        away = street.send(here, longitude="113.678", latitude="34.7682", accuracy_m="35")  # some 280 m to the north
        assert away.status_code == 409
        assert "您离定好的地点约 278 米" in away.text
        assert "请联系社区工作人员来改" in away.text
        assert "34.765700, 113.678000" in street.read(here)
        near = street.send(
            here, longitude="113.678", latitude="34.7668", accuracy_m="35"
        )  # some 120 m: 100 and 35 allow it
        assert near.status_code == 303
        assert "34.766800, 113.678000" in street.read(here)
        far = street.send(here, street.staff, longitude="113.678", latitude="34.9", accuracy_m="35")
        assert far.status_code == 303

    def test_figures_from_a_map_in_china_are_kept_as_they_were_and_answered_as_wgs84(self, street: Street) -> None:
        here = f"/console/tasks/{street.task.public_id}/place"
        street.send(
            here, street.staff, latitude="39.91640428150164", longitude="116.41024449916938", coordinate_system="gcj02"
        )
        assert " · GCJ-02" in street.read(here)
        headers = make.bearer(street.session, street.resident)
        found = street.client.get(f"/api/v1/tasks/{street.task.public_id}", headers=headers).get_json()
        assert (round(found["latitude"], 6), round(found["longitude"], 6)) == (39.915, 116.404)
        assert found["place_as_given"]["coordinate_system"] == "gcj02"
        assert found["place_as_given"]["latitude"] == 39.91640428150164
