"""The pages and calls of giving: two steps for a gift, a public fund, the office's desk."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pointsapp.ledger.queries import person_balance
from tests.conftest import Clock, HouseClient
from tests.factories import bearer
from tests.giving.conftest import Street


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


class TestFunds:
    def test_a_guest_sees_what_it_is_for_and_is_asked_to_sign_in(self, client: HouseClient, street: Street) -> None:
        assert "暖心午餐" in text_of(client.get("/funds"))
        page = text_of(client.get(f"/funds/{street.fund}"))
        assert "为独居老人送午饭" in page
        assert "登录后捐赠" in page
        assert client.get("/funds/nobody").status_code == 404

    def test_a_donation_comes_back_to_the_fund_with_thanks(self, client: HouseClient, street: Street) -> None:
        client.sign_in(street.giver)
        answer = client.post(f"/funds/{street.fund}/donations", data={"points": "30", "request_id": "r1"})
        assert answer.status_code == 303
        again = client.post(f"/funds/{street.fund}/donations", data={"points": "30", "request_id": "r1"})
        assert again.status_code == 303
        assert person_balance(street.session, street.giver.id) == 170  # the same form sent twice is one donation
        page = text_of(client.get(answer.location))
        assert "谢谢您！捐出 30 分" in page
        assert "您上一次捐给它 30 分，刚刚" in page

    def test_whose_answer_was_lost_reads_that_the_donation_arrived(
        self, client: HouseClient, street: Street, clock: Clock
    ) -> None:
        client.sign_in(street.giver)
        assert "您上一次捐给它" not in text_of(client.get(f"/funds/{street.fund}"))
        assert (
            client.post(f"/funds/{street.fund}/donations", data={"points": "30", "request_id": "r1"}).status_code == 303
        )
        clock.forward(minutes=5)
        assert "您上一次捐给它 30 分，5 分钟前" in text_of(client.get(f"/funds/{street.fund}"))
        client.sign_in(street.receiver)
        assert "您上一次捐给它" not in text_of(client.get(f"/funds/{street.fund}"))

    @pytest.mark.parametrize("typed", ["", "0", "-3", "1.5", "много", "99999999999"])
    def test_what_is_no_number_of_points_is_said_at_the_field(
        self, client: HouseClient, street: Street, typed: str
    ) -> None:
        client.sign_in(street.giver)
        answer = client.post(f"/funds/{street.fund}/donations", data={"points": typed, "request_id": "r1"})
        assert answer.status_code == 422
        assert 'id="e-points"' in answer.get_data(as_text=True)
        assert person_balance(street.session, street.giver.id) == 200


class TestGifts:
    def test_one_sees_who_it_is_before_one_gives(self, client: HouseClient, street: Street) -> None:
        client.sign_in(street.giver)
        asked = f"/me/giving?volunteer_number={street.receiver.volunteer_number}&points=20"
        page = client.get(asked)
        assert "是这位邻居吗？" in text_of(page)
        assert street.receiver.name not in page.get_data(as_text=True)
        data = {"volunteer_number": street.receiver.volunteer_number, "points": "20", "request_id": "r1"}
        assert client.post("/me/giving", data=data).status_code == 303
        assert client.post("/me/giving", data=data).status_code == 303
        assert person_balance(street.session, street.receiver.id) == 20
        assert "送给 王" in text_of(client.get("/me/giving"))

    @pytest.mark.parametrize(
        ("number", "points", "said"),
        [
            ("00000000000", "5", "没有找到这位志愿者"),
            ("self", "5", "不能送给自己"),
            ("receiver", "51", "超过赠送上限"),
            ("12", "5", "志愿者编号是 11 位数字"),
        ],
    )
    def test_the_first_step_says_what_is_wrong(
        self, client: HouseClient, street: Street, number: str, points: str, said: str
    ) -> None:
        client.sign_in(street.giver)
        known = {"self": street.giver.volunteer_number, "receiver": street.receiver.volunteer_number}
        page = text_of(client.get(f"/me/giving?volunteer_number={known.get(number, number)}&points={points}"))
        assert said in page
        assert "确认送出" not in page

    def test_the_form_says_the_most_of_one_gift_and_the_rest_of_the_month(
        self, client: HouseClient, street: Street
    ) -> None:
        client.sign_in(street.giver)
        data = {"volunteer_number": street.receiver.volunteer_number, "points": "10", "request_id": "r1"}
        client.post("/me/giving", data=data)
        assert "一次最多送 50 分，这个月一共还能送 90 分" in text_of(client.get("/me/giving"))
        english = text_of(client.get("/me/giving?lang=en"))
        assert "One gift may have up to 50; this month you may still give 90 in all." in english

    def test_a_refusal_of_the_second_step_shows_its_reason(self, client: HouseClient, street: Street) -> None:
        client.sign_in(street.giver)
        data = {"volunteer_number": street.receiver.volunteer_number, "points": "51", "request_id": "r1"}
        answer = client.post("/me/giving", data=data)
        assert answer.status_code == 422
        assert "这次最多还能送 50 分" in text_of(answer)


class TestDesk:
    def test_the_office_opens_tells_and_ends(self, client: HouseClient, street: Street, clock: Clock) -> None:
        client.sign_in(street.giver)
        client.post(f"/funds/{street.fund}/donations", data={"points": "30", "request_id": "r1"})
        assert client.get("/console/funds").status_code == 403
        client.sign_in(street.officer)
        page = client.get("/console/funds")
        area = re.search(r'<select[^>]*name="area".*?<option value="(\w{12})"', page.get_data(as_text=True), re.S)
        assert area is not None
        opened = client.post(
            "/console/funds", data={"area": area[1], "name": "寒衣", "purpose": "给需要的家庭", "request_id": "r2"}
        )
        assert opened.status_code == 303
        told = {"fund_id": street.fund, "points": "31", "used_on": "2026-11-21", "words": "午饭", "request_id": "r3"}
        refused = client.post("/console/funds/uses", data=told)
        assert refused.status_code == 422
        assert "还有 30 分没有说明用途" in text_of(refused)
        assert client.post("/console/funds/uses", data={**told, "points": "30", "request_id": "r4"}).status_code == 303
        assert client.post(f"/console/funds/{street.fund}/end", data={"request_id": "r5"}).status_code == 303
        shown = text_of(client.get(f"/funds/{street.fund}"))
        assert "已结束" in shown
        assert "午饭" in shown
        assert "寒衣" in text_of(client.get("/funds"))


class TestApi:
    def test_donating_and_giving_with_a_key_happen_once(self, client: HouseClient, street: Street) -> None:
        headers = {**bearer(street.session, street.giver), "Idempotency-Key": "k1"}
        for status in (201, 201):
            answer = client.post(f"/api/v1/funds/{street.fund}/donations", json={"points": 10}, headers=headers)
            assert answer.status_code == status
            assert answer.json["points_balance"] == 190
        headers["Idempotency-Key"] = "k2"
        typed = {"volunteer_number": street.receiver.volunteer_number, "points": 10}
        for _ in range(2):
            answer = client.post("/api/v1/gifts", json=typed, headers=headers)
            assert (answer.status_code, answer.json["points_balance"]) == (201, 180)
        listed = client.get("/api/v1/funds").json["items"]
        assert [(fund["name"], fund["donated"], fund["donors"]) for fund in listed] == [("暖心午餐", 10, None)]

    def test_a_refusal_carries_its_code(self, client: HouseClient, street: Street) -> None:
        typed = {"volunteer_number": street.giver.volunteer_number, "points": 10}
        answer = client.post("/api/v1/gifts", json=typed, headers=bearer(street.session, street.giver))
        assert (answer.status_code, answer.json["code"]) == (422, "gift_to_oneself")


def test_the_line_of_ones_points_adds_up(client: HouseClient, street: Street) -> None:
    client.sign_in(street.giver)
    to = street.receiver.volunteer_number
    client.post(f"/funds/{street.fund}/donations", data={"points": "30", "request_id": "r1"})
    client.post("/me/giving", data={"volunteer_number": to, "points": "20", "request_id": "r2"})
    page = text_of(client.get("/me/points"))
    assert "一共挣得 200 分，捐给基金 30，送给邻居 20，还剩可用 150" in re.sub(r"\s+(?=，)|(?<=，)\s+", "", page)
    client.sign_in(street.receiver)
    assert "一共挣得 0 分，邻居送来 20，还剩可用 20" in re.sub(
        r"\s+(?=，)|(?<=，)\s+", "", text_of(client.get("/me/points"))
    )
