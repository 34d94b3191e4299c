"""The pages of care: each says for whom, opens only after its button, and reads in both languages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.care.models import Act, HelpAct
from pointsapp.core import clock as clocks
from pointsapp.core import events
from pointsapp.core.transaction import write
from pointsapp.redemption.services import issue_voucher
from pointsapp.tasks.models import PointsMode, SignupState
from pointsapp.worker import deliver_events
from tests.conftest import Clock, HouseClient
from tests.factories import actor_of, make_shift, make_signup, make_task
from tests.merchants.shops import Shop, give_points, make_offer
from tests.people.people import make_person, make_staff


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def _given(client: HouseClient, shop: Shop, helper: Any, *, spend: bool = True) -> str:
    """Ask and agree by the pages; return the mandate's id."""
    client.sign_in(shop.resident)
    fields = {"who": helper.phone, "days": "30", **({"may_spend": "1"} if spend else {})}
    assert client.post("/me/helpers", data=fields).status_code == 303
    client.sign_in(helper)
    page = _text(client.get("/me/helpers"))
    mandate = page.split("/me/helpers/")[1].split("/acceptance")[0]
    assert client.post(f"/me/helpers/{mandate}/acceptance").status_code == 303
    return mandate


def _offer(session: Session, person_id: int, signup_id: int, shift_id: int, until: datetime) -> None:
    facts = {"shift_id": shift_id, "signup_id": signup_id, "offer_expires_at": until.isoformat()}
    subject = f"signup:{signup_id}"
    events.record(session, "tasks.place_offered", at=clocks.now(), subject=subject, person_id=person_id, **facts)


class TestActing:
    def test_opens_by_a_button_says_for_whom_and_does_things(
        self, client: HouseClient, shop: Shop, session: Session
    ) -> None:
        helper = make_person(session, shop.tree["community"], name="李小兰")
        give_points(session, shop.resident, 70)
        offer = make_offer(shop)
        shift = make_shift(session, make_task(session, session.merge(shop.tree["community"]), title="包饺子"))
        mandate = _given(client, shop, helper)
        closed = _text(client.get(f"/for/{mandate}/tasks"))
        assert "开始替他办" in closed
        assert "包饺子" not in closed
        assert client.post(f"/for/{mandate}/opening").status_code == 303
        for path in ("", "/tasks", "/offers"):
            assert f"您正在替 {shop.resident.name} 办事" in _text(client.get(f"/for/{mandate}{path}"))
        assert "包饺子" in _text(client.get(f"/for/{mandate}/tasks"))
        assert client.post(f"/for/{mandate}/signups", data={"shift": shift.public_id}).status_code == 303
        assert client.post(f"/for/{mandate}/offers/{offer.public_id}/vouchers").status_code == 303
        page = _text(client.get(f"/for/{mandate}"))
        assert "包饺子" in page
        assert "烩面一碗" in page
        voucher = page.split("/vouchers/")[1].split("/cancellation")[0]
        printed = client.post(f"/for/{mandate}/prints", data={"what": "printed_voucher", "voucher": voucher})
        sheet = _text(client.get(printed.headers["Location"]))
        assert "<svg" in sheet
        statement = client.post(f"/for/{mandate}/prints", data={"what": "printed_statement"})
        paper = _text(client.get(statement.headers["Location"]))
        assert shop.resident.volunteer_number in paper
        earned, held, left = (
            int(re.findall(rf"{words} (\d+)", paper)[0]) for words in ("一共挣得", "兑换码占用", "还剩可用")
        )
        assert earned == held + left  # what is printed adds up
        deliver_events(clocks.now())
        client.sign_in(shop.resident)
        told = _text(client.get("/me/notices"))
        assert "用您的积分换了「烩面一碗」" in told
        mine = _text(client.get("/me/helpers"))
        assert "李小兰" in mine
        assert "代为报名" in mine
        acts = session.scalars(select(HelpAct.act).order_by(HelpAct.id)).all()
        assert acts == [Act.OPENED, Act.SIGNED_UP, Act.TOOK_VOUCHER, Act.PRINTED_VOUCHER, Act.PRINTED_STATEMENT]

    def test_what_an_hour_pays_is_not_shown_as_what_one_gets(
        self, client: HouseClient, shop: Shop, session: Session
    ) -> None:
        helper = make_person(session, shop.tree["community"], name="李小兰")
        home = session.merge(shop.tree["community"])
        make_shift(
            session, make_task(session, home, points=15, points_mode=PointsMode.PER_HOUR, check_out_required=True)
        )
        mandate = _given(client, shop, helper)
        client.post(f"/for/{mandate}/opening")
        assert "15 分/时" in _text(client.get(f"/for/{mandate}/tasks"))

    def test_each_sign_up_shows_what_can_be_done_about_it_now(
        self, client: HouseClient, shop: Shop, session: Session
    ) -> None:
        helper = make_person(session, shop.tree["community"], name="李小兰")
        task = make_task(session, session.merge(shop.tree["community"]), cancel_until_minutes=120)
        soon, later = make_shift(session, task), make_shift(session, task, starts_at=clocks.now() + timedelta(days=2))
        sure = make_signup(session, soon, shop.resident, created_at=clocks.now() - timedelta(days=1))
        until = clocks.now() + timedelta(minutes=30)
        offered = make_signup(session, later, shop.resident, SignupState.OFFERED, offer_expires_at=until)
        mandate = _given(client, shop, helper)
        client.post(f"/for/{mandate}/opening")
        page = _text(client.get(f"/for/{mandate}"))
        assert f"名额留到 {clocks.to_local(until):%H:%M}" in page
        assert f"{sure.public_id}/cancellation" not in page
        free = _text(client.get(f"/for/{mandate}/tasks"))
        assert "已报名" in free  # signed up for once more, nothing would happen and the page would thank for it
        assert f"名额留到 {clocks.to_local(until):%H:%M}" in free
        assert 'value="' + soon.public_id not in free
        short = client.post(f"/for/{mandate}/signups/{sure.public_id}/leave", data={"reason": "病"})
        assert short.status_code == 422
        assert "病</textarea>" in _text(short)
        assert client.post(f"/for/{mandate}/signups/{offered.public_id}/acceptance").status_code == 303
        done = client.post(f"/for/{mandate}/signups/{sure.public_id}/leave", data={"reason": "发烧了"})
        page = _text(client.get(done.headers["Location"]))
        assert "替他请了假" in page
        assert f"{offered.public_id}/cancellation" in page

    def test_news_of_an_offered_place_leads_to_where_it_is_taken(
        self, client: HouseClient, shop: Shop, session: Session, clock: Clock
    ) -> None:
        helper = make_person(session, shop.tree["community"], name="李小兰")
        shift = make_shift(session, make_task(session, session.merge(shop.tree["community"]), title="包饺子"))
        until = clocks.now() + timedelta(minutes=30)
        offered = make_signup(session, shift, shop.resident, SignupState.OFFERED, offer_expires_at=until)
        mandate = _given(client, shop, helper)
        write(_offer, shop.resident.id, offered.id, shift.id, until)
        deliver_events(clocks.now())
        deliver_events(clocks.now())
        page = _text(client.get("/me/notices"))
        assert "给您照看的人留了一个名额" in page
        assert "他候补的「包饺子」" in page
        assert f'href="/for/{mandate}"' in page
        client.post(f"/for/{mandate}/opening")
        assert "替他接受名额" in _text(client.get(f"/for/{mandate}"))

    def test_a_refusal_is_said_of_the_other_where_the_helper_stands(
        self, client: HouseClient, shop: Shop, session: Session
    ) -> None:
        """It was a page of its own that spoke of "you" and led to the helper's own tasks."""
        helper = make_person(session, shop.tree["community"])
        mandate = _given(client, shop, helper)
        task = make_task(session, session.merge(shop.tree["community"]), title="包饺子")
        taken, clash = make_shift(session, task), make_shift(session, task)
        make_signup(session, taken, shop.resident)
        clash_id = clash.public_id
        client.post(f"/for/{mandate}/opening")
        refused = client.post(f"/for/{mandate}/signups", data={"shift": clash_id})
        assert refused.status_code == 409
        page = _text(refused)
        assert "这段时间他已有别的安排" in page
        assert "您已有别的安排" not in page
        assert f"您正在替 {shop.resident.name} 办事" in page
        dear = make_offer(shop)
        refused = client.post(f"/for/{mandate}/offers/{dear.public_id}/vouchers")
        assert "他的积分不够" in _text(refused)
        assert f"您正在替 {shop.resident.name} 办事" in _text(refused)

    def test_closes_by_a_button_by_time_and_when_it_is_taken_back(
        self, client: HouseClient, shop: Shop, session: Session, clock: Clock
    ) -> None:
        helper = make_person(session, shop.tree["community"])
        mandate = _given(client, shop, helper)
        client.post(f"/for/{mandate}/opening")
        assert client.post(f"/for/{mandate}/closing").status_code == 303
        assert "开始替他办" in _text(client.get(f"/for/{mandate}"))
        client.post(f"/for/{mandate}/opening")
        clock.forward(hours=2, minutes=1)
        assert "开始替他办" in _text(client.get(f"/for/{mandate}"))
        client.sign_in(shop.resident)
        client.post(f"/me/helpers/{mandate}/ending")
        client.sign_in(helper)
        refused = client.post(f"/for/{mandate}/opening")
        assert refused.status_code == 410
        assert "授权已经结束" in _text(refused)
        ended = client.get(f"/for/{mandate}")
        assert "授权已经结束" in ended.text
        assert '<a class="button button--main button--wide" href="/me/helpers"' in ended.text, "and a way on"

    def test_a_wrong_number_is_told_at_the_field(self, client: HouseClient, shop: Shop) -> None:
        client.sign_in(shop.resident)
        refused = client.post("/me/helpers", data={"who": "13999990000", "days": "30"})
        assert refused.status_code == 422
        assert "没有找到这个人" in _text(refused)
        assert "13999990000" in _text(refused)


class TestTheDesk:
    def test_acts_on_the_spot_prints_a_card_and_reports_a_phone(
        self, client: HouseClient, shop: Shop, session: Session
    ) -> None:
        client.sign_in(shop.staff)
        path = f"/console/people/{shop.resident.public_id}"
        silent = client.post(f"{path}/visits", data={"note": ""})
        assert silent.status_code == 422
        assert '<a href="#f-note-visit">' in _text(silent)
        assert _text(silent).count('aria-describedby="h-note-visit e-note-visit"') == 1
        begun = client.post(f"{path}/visits", data={"note": "本人在窗口"})
        assert begun.status_code == 303
        assert f"您正在替 {shop.resident.name} 办事" in _text(client.get(begun.headers["Location"]))
        card = client.post(f"{path}/cards")
        assert "<svg" in _text(client.get(card.headers["Location"]))
        assert _text(client.get(card.headers["Location"] + "?size=a4")).count("<svg") >= 6
        assert client.post(f"{card.headers['Location']}/revocation").status_code == 303
        assert client.get(card.headers["Location"]).status_code == 404
        give_points(session, shop.resident, 40)
        write(issue_voucher, actor_of(session, shop.resident), make_offer(shop).public_id, now=clocks.now())
        assert client.post(f"{path}/lost-phone").status_code == 303
        assert "1 张兑换码都换了新的" in _text(client.get(f"{path}/care"))

    def test_a_visit_ends_with_its_button_and_is_not_opened_again(
        self, client: HouseClient, shop: Shop, session: Session
    ) -> None:
        """The word was given at the window: who closed a visit could open it for the rest of the hour, nobody standing there."""
        client.sign_in(shop.staff)
        care = f"/console/people/{shop.resident.public_id}/care"
        person = client.post(care.replace("/care", "/visits"), data={"note": "本人在窗口"}).headers["Location"]
        closed = client.post(f"{person}/closing")
        assert closed.headers["Location"].endswith(care)
        assert client.post(f"{person}/opening").status_code == 410
        assert "开始替他办" not in _text(client.get(person))
        assert client.post(f"{person}/closing").status_code == 303  # pressed twice

    def test_records_a_consent_and_ends_it(self, client: HouseClient, shop: Shop, session: Session) -> None:
        helper = make_person(session, shop.tree["community"], name="李小兰")
        client.sign_in(shop.staff)
        path = f"/console/people/{shop.resident.public_id}"
        fields = {"who": helper.phone, "consent": "written", "note": "存档第 3 号", "days": "180"}
        assert client.post(f"{path}/mandates", data={**fields, "consent": ""}).status_code == 422
        assert client.post(f"{path}/mandates", data=fields).status_code == 303
        page = _text(client.get(f"{path}/care"))
        assert "李小兰" in page
        assert "存档第 3 号" in page
        mandate = page.split(f"{path}/mandates/")[1].split("/ending")[0]
        assert client.post(f"{path}/mandates/{mandate}/ending").status_code == 303

    def test_who_may_not_help_reads_why(self, client: HouseClient, shop: Shop) -> None:
        client.sign_in(shop.staff)
        page = _text(client.get(f"/console/people/{shop.staff.public_id}/care"))
        assert "自己的也不能自己办" in page


def test_a_line_in_the_queue_is_not_called_a_place(client: HouseClient, shop: Shop, session: Session) -> None:
    helper = make_person(session, shop.tree["community"], name="李小兰")
    task = make_task(session, session.merge(shop.tree["community"]), waitlist=True)
    shift = make_shift(session, task, capacity=1)
    make_signup(session, shift, make_person(session))
    mandate = _given(client, shop, helper)
    client.post(f"/for/{mandate}/opening")
    done = client.post(f"/for/{mandate}/signups", data={"shift": shift.public_id})
    said = _text(client.get(done.headers["Location"]))
    assert "替他排上了候补第 1 位" in said
    assert "替他报上名了" not in said


class TestMovingHouse:
    def test_asked_refused_with_a_reason_asked_again_and_taken_in(
        self, client: HouseClient, shop: Shop, session: Session
    ) -> None:
        there = make_staff(session, session.merge(shop.tree["other"]))
        client.sign_in(shop.resident)
        for _turn in range(2):
            offered = re.findall(r'<option value="([^"]+)"', _text(client.get("/me/move")))
            assert shop.tree["other"].public_id in offered
            assert shop.tree["community"].public_id not in offered  # one's own
            asked = client.post("/me/move", data={"area": shop.tree["other"].public_id, "words": "搬到建文小区"})
            assert asked.status_code == 303
            assert "等 建文社区 答复" in _text(client.get("/me/move"))
            client.sign_in(there)
            page = _text(client.get("/console/moves"))
            assert "搬到建文小区" in page
            move = page.split("/console/moves/")[1].split("/")[0]
            if _turn == 0:
                silent = client.post(f"/console/moves/{move}/refusal", data={"reason": ""})
                assert silent.status_code == 422
                assert f'<a href="#f-reason-{move}">' in _text(silent)
                assert f'<input class="input" id="f-reason-{move}" name="reason"' in _text(silent)
                assert client.post(f"/console/moves/{move}/refusal", data={"reason": "请带证明"}).status_code == 303
                client.sign_in(shop.resident)
                assert "请带证明" in _text(client.get("/me/move"))
            else:
                assert client.post(f"/console/moves/{move}/acceptance").status_code == 303
        assert shop.resident.name in _text(client.get("/console/moves?old=1"))
        client.sign_in(shop.resident)
        assert "已经转到 建文社区" in _text(client.get("/me/move"))
        deliver_events(clocks.now())
        assert "您现在属于建文社区" in _text(client.get("/me/notices"))


class TestTheRest:
    def test_a_lost_phone_signs_this_device_out_too(self, client: HouseClient, shop: Shop) -> None:
        client.sign_in(shop.resident)
        assert "全部换掉" in _text(client.get("/me/lost-phone"))
        assert client.post("/me/lost-phone").headers["Location"] == "/sign-in"
        assert client.get("/me").status_code == 302

    def test_a_leader_writes_a_name_down(self, client: HouseClient, shop: Shop, session: Session) -> None:
        task = make_task(session, session.merge(shop.tree["community"]))
        shift = make_shift(session, task, starts_at=clocks.now() - timedelta(minutes=5))
        client.sign_in(shop.staff)
        assert "记一位没有账号的人" in _text(client.get(f"/lead/{shift.public_id}"))
        assert client.post(f"/lead/{shift.public_id}/newcomer", data={"name": ""}).status_code == 422
        done = client.post(f"/lead/{shift.public_id}/newcomer", data={"name": "张奶奶"})
        assert done.status_code == 303
        assert "张奶奶 已经签到" in _text(client.get(done.headers["Location"]))
        asked = client.post(f"/lead/{shift.public_id}/newcomer", data={"name": "张奶奶"})
        assert asked.status_code == 409
        assert "是同一位吗" in _text(asked)
        keys = re.findall(r'name="who" value="(\w+)"', _text(asked))
        assert keys[-1] == "another"
        same = client.post(f"/lead/{shift.public_id}/newcomer", data={"name": "张奶奶", "who": keys[0]})
        assert "记在以前的编号" in _text(client.get(same.headers["Location"]))
        taken = client.post(f"/lead/{shift.public_id}/newcomer", data={"name": "李", "phone": shop.resident.phone})
        assert taken.status_code == 409

    def test_reads_in_english(self, client: HouseClient, shop: Shop) -> None:
        client.sign_in(shop.resident)
        words = {
            "/me/helpers": "Who may act for me",
            "/me/cards": "Make a new card",
            "/me/move": "Community to join",
            "/me/lost-phone": "My phone is lost",
            "/me/statement": "Statement",
            "/me/profile": "Safety and my records",
        }
        for path, word in words.items():
            assert word in _text(client.get(f"{path}?lang=en")), path
