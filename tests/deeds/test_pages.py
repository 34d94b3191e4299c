"""The pages and calls of deeds: a phone without scripts hands in, the desk decides, whoever may not see gets nothing."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import pytest
from PIL import Image

from pointsapp.deeds.services import Approve, Refuse, approve_deed, reject_deed
from pointsapp.ledger.queries import person_balance
from pointsapp.worker import deliver_events
from tests.conftest import Clock, HouseClient
from tests.databases import Clone
from tests.deeds.conftest import Street, do, drawn
from tests.factories import bearer
from tests.home.counting import MOST, counted


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def form(number: int = 1, **over: Any) -> dict[str, Any]:
    typed = {"kind": "tidy", "words": "把楼门口扫干净了", "place": "3 号楼", "request_id": f"r{number}"}
    return {**typed, "picture": (io.BytesIO(drawn(number)), "a.jpg"), **over}


def handed_in(client: HouseClient, street: Street, number: int = 1) -> str:
    client.sign_in(street.doer)
    answer = client.post("/me/deeds", data=form(number))
    assert answer.status_code == 303, text_of(answer)
    return str(answer.location.rsplit("/", 1)[1])


class TestPhone:
    def test_the_limits_stand_there_before_anything_is_handed_in(self, client: HouseClient, street: Street) -> None:
        page = text_of(client.sign_in(street.doer).get("/me/deeds"))
        assert "一件最多 5 分，一个月最多 30 分。" in page
        assert "还能得 30 分" in page
        assert "2 个工作日内看完" in page

    def test_a_deed_is_handed_in_once_however_often_one_taps(self, client: HouseClient, street: Street) -> None:
        key = handed_in(client, street)
        again = client.post("/me/deeds", data=form(1))
        assert (again.status_code, again.location.rsplit("/", 1)[1]) == (303, key)
        page = client.get(f"/me/deeds/{key}")
        assert "等社区看" in text_of(page)
        assert "把楼门口扫干净了" in text_of(client.get("/me/deeds"))
        picture = client.get(f"/deeds/{key}/picture")
        assert picture.mimetype == "image/jpeg"
        assert picture.headers["Cache-Control"].startswith("private")
        assert Image.open(io.BytesIO(picture.data)).size == (640, 480)

    @pytest.mark.parametrize(
        ("over", "said"),
        [
            ({"words": "扫"}, "4 到 300 个字"),
            ({"words": ""}, "必须填写"),
            ({"kind": "trade"}, "只能是"),
            ({"picture": (io.BytesIO(b"%PDF-1.4 no"), "a.jpg")}, "没有看到照片"),
            ({"picture": (io.BytesIO(b""), "")}, "没有看到照片"),
        ],
    )
    def test_what_was_typed_survives_a_mistake(
        self, client: HouseClient, street: Street, over: dict[str, Any], said: str
    ) -> None:
        typed = form(1, **over)
        typed["picture"] = (io.BytesIO(typed["picture"][0].getvalue()), typed["picture"][1])
        answer = client.sign_in(street.doer).post("/me/deeds", data=typed)
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert said in text_of(answer)
        assert "请重新选一次照片" in page
        assert "3 号楼" in page

    def test_the_same_picture_again_is_said_to_be_the_same(self, client: HouseClient, street: Street) -> None:
        handed_in(client, street)
        answer = client.post("/me/deeds", data=form(1, request_id="r9"))
        assert answer.status_code == 409
        assert "这张照片交过了" in text_of(answer)

    def test_one_takes_it_back_before_anybody_has_looked(self, client: HouseClient, street: Street) -> None:
        key = handed_in(client, street)
        assert client.post(f"/me/deeds/{key}/withdrawal", data={"request_id": "w"}).status_code == 303
        assert "已撤回" in text_of(client.get(f"/me/deeds/{key}"))

    def test_nobody_else_opens_it_or_its_picture(self, client: HouseClient, street: Street) -> None:
        key = handed_in(client, street)
        client.sign_in(street.neighbour)
        assert client.get(f"/me/deeds/{key}").status_code == 404
        assert client.get(f"/deeds/{key}/picture").status_code == 404
        client.sign_in(street.staff)
        assert client.get(f"/deeds/{key}/picture").status_code == 200

    def test_the_news_and_the_book_lead_to_it_and_say_why(
        self, client: HouseClient, street: Street, clock: Clock
    ) -> None:
        key = handed_in(client, street)
        do(approve_deed, street.actor(street.staff), Approve(deed_id=key, points=3))
        refused = handed_in(client, street, 2)
        do(reject_deed, street.actor(street.staff), Refuse(deed_id=refused, reason="看不出做了什么"))
        deliver_events(clock.at)
        news = client.get("/me/notices").get_data(as_text=True)
        assert "给您 3 分，已经到账" in news
        assert "原因：看不出做了什么" in news
        assert f"/me/deeds/{key}" in news
        book = client.get("/me/points").get_data(as_text=True)
        entry = re.search(r'href="(/me/points/\w{12})"', book)
        assert entry is not None
        why = client.get(entry[1])
        assert "社区看过照片和说明，给 3 分" in text_of(why)
        assert f"/me/deeds/{key}" in why.get_data(as_text=True)
        page = text_of(client.get(f"/me/deeds/{refused}"))
        assert "看不出做了什么" in page
        assert "不满意，去说明" in page


class TestDesk:
    def test_one_decides_without_scripts_and_comes_back_to_the_list(self, client: HouseClient, street: Street) -> None:
        key, other = handed_in(client, street), handed_in(client, street, 2)
        client.sign_in(street.staff)
        page = client.get("/console/deeds").get_data(as_text=True)
        assert 'data-key="a"' in page
        assert 'data-key="r"' in page
        assert "data-rows" in page
        assert street.doer.name not in page
        yes = client.post(f"/console/deeds/{key}/approval", data={"points": "3", "from": "list", "request_id": "a"})
        assert (yes.status_code, yes.location) == (303, "/console/deeds")
        assert "通过了，给了 3 分" in text_of(client.get(yes.location))
        assert person_balance(street.session, street.doer.id) == 3
        bad = client.post(f"/console/deeds/{other}/rejection", data={"reason": "", "from": "list", "request_id": "b"})
        assert bad.status_code == 422
        assert "必须填写" in text_of(bad)
        no = client.post(
            f"/console/deeds/{other}/rejection", data={"reason": "看不出做了什么", "from": "list", "request_id": "c"}
        )
        assert no.status_code == 303
        assert "看不出做了什么" in text_of(client.get(f"/console/deeds/{other}"))
        assert "没有要看的" in text_of(client.get("/console/deeds"))
        assert "把楼门口扫干净了" in text_of(client.get("/console/deeds?view=rejected"))

    def test_a_refusal_of_the_service_stands_on_the_page(self, client: HouseClient, street: Street) -> None:
        key = handed_in(client, street)
        client.sign_in(street.staff)
        answer = client.post(f"/console/deeds/{key}/approval", data={"points": "6", "from": "list", "request_id": "a"})
        assert answer.status_code == 422
        assert "一件最多 5 分" in text_of(answer)

    def test_a_picture_used_elsewhere_is_seen_before_one_decides(self, client: HouseClient, street: Street) -> None:
        key = handed_in(client, street)
        client.sign_in(street.neighbour)
        assert client.post("/me/deeds", data=form(1)).status_code == 303
        client.sign_in(street.staff)
        assert text_of(client.get("/console/deeds")).count("这张照片在别处也出现过") == 2
        assert "同一个文件" in text_of(client.get(f"/console/deeds/{key}"))

    def test_somebody_else_looks_again(self, client: HouseClient, street: Street) -> None:
        key = handed_in(client, street)
        do(approve_deed, street.actor(street.staff), Approve(deed_id=key))
        assert "取消通过" not in text_of(client.sign_in(street.staff).get(f"/console/deeds/{key}"))
        client.sign_in(street.admin)
        assert "取消通过" in text_of(client.get(f"/console/deeds/{key}"))
        answer = client.post(f"/console/deeds/{key}/revocation", data={"reason": "照片用过多次", "request_id": "a"})
        assert (answer.status_code, answer.location) == (303, f"/console/deeds/{key}")
        assert person_balance(street.session, street.doer.id) == 0

    def test_the_list_asks_little_however_long_it_is(
        self, client: HouseClient, street: Street, database: Clone
    ) -> None:
        keys = [handed_in(client, street, number) for number in range(5)]
        asked = [(street.staff, "/console/deeds"), (street.staff, f"/console/deeds/{keys[0]}")]
        asked += [(street.doer, "/me/deeds"), (street.doer, f"/me/deeds/{keys[0]}")]
        for person, path in asked:
            client.sign_in(person)
            with counted(database.engine) as seen:
                assert client.get(path).status_code == 200
            assert len(seen) <= MOST, path


class TestApi:
    def test_a_resident_hands_in_and_staff_decide(self, client: HouseClient, street: Street) -> None:
        mine, theirs = bearer(street.session, street.doer), bearer(street.session, street.staff)
        typed = {"kind": "tidy", "words": "把楼门口扫干净了", "picture": base64.b64encode(drawn(1)).decode()}
        headers = {**mine, "Idempotency-Key": "k1"}
        made = [client.post("/api/v1/deeds", json=typed, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in made] == [201, 201]
        key = made[0].json["id"]
        assert made[1].json["id"] == key
        assert [deed["id"] for deed in client.get("/api/v1/me/deeds", headers=mine).json["items"]] == [key]
        waiting = client.get("/api/v1/deeds", headers=theirs).json["items"]
        assert [(deed["id"], deed["state"], "*" in deed["name"]) for deed in waiting] == [(key, "waiting", True)]
        assert client.get("/api/v1/deeds", headers=mine).status_code == 403
        assert client.get(f"/api/v1/deeds/{key}/picture", headers=theirs).mimetype == "image/jpeg"
        for _ in range(2):
            yes = client.post(f"/api/v1/deeds/{key}/approval", json={}, headers=theirs)
            assert (yes.status_code, yes.json) == (200, {"id": key, "state": "approved", "points": 5})
        told = client.get(f"/api/v1/deeds/{key}", headers=mine).json
        assert (told["deed"]["points"], [one["decision"] for one in told["reviews"]]) == (5, ["approved"])
        rules = client.get("/api/v1/deed-rules", headers=mine).json
        assert (rules["points_each"], rules["left_this_month"], rules["left_today"]) == (5, 25, 4)

    @pytest.mark.parametrize("picture", ["", "no base64!", "aGVsbG8="])
    def test_what_is_no_picture_says_so(self, client: HouseClient, street: Street, picture: str) -> None:
        typed = {"kind": "tidy", "words": "把楼门口扫干净了", "picture": picture}
        answer = client.post("/api/v1/deeds", json=typed, headers=bearer(street.session, street.doer))
        assert (answer.status_code, answer.json["code"]) == (422, "deed_picture_unreadable")
