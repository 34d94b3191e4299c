"""The pages of feedback: as a guest, as its author, at the desk; and the link on every page."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from pointsapp.core import clock as time
from pointsapp.core.actor import Role
from pointsapp.core.masking import mask_name
from pointsapp.core.policy import set_value
from pointsapp.core.transaction import write
from pointsapp.feedback.policies import ADDRESS_PER_HOUR, GUESTS_PER_HOUR
from pointsapp.feedback.services import Verdict, answer_feedback, give_verdict
from pointsapp.web.filters import last_day, moment
from tests.conftest import HouseClient
from tests.factories import bearer, kept, make_clerk, make_merchant, make_staff
from tests.feedback.things import Street

LINK = 'class="say-so"><a href="/feedback?page=%s"'


def _typed(street: Street, **over: str) -> dict[str, str]:
    return {"kind": "suggestion", "text": "楼道太暗，想加盏灯", "area": street.areas["community"].code, **over}


def _codes(page: str) -> list[str]:
    return re.findall(r'<dd class="num" translate="no">([0-9A-Z\u2009 \-]+)</dd>', page)


def test_a_guest_says_it_and_follows_it_from_another_device(street: Street, client: HouseClient, app: Flask) -> None:
    answer = client.post("/feedback", data=_typed(street, contact="老王 13900000000"))
    assert answer.status_code == 303
    there = answer.headers["Location"]
    page = client.get(there).get_data(as_text=True)
    number, secret = _codes(page)
    assert client.get(there).status_code == 200  # a refresh shows it again
    other: HouseClient = app.test_client()  # type: ignore[assignment]
    assert other.get(there).headers["Location"] == "/feedback"
    found = other.post("/feedback/find", data={"number": number.lower(), "code": secret})
    assert found.headers["Location"] == there
    said = other.get(there).get_data(as_text=True)
    assert "楼道太暗" in said
    assert secret not in said


def test_a_wrong_secret_finds_nothing_and_says_why(street: Street, client: HouseClient) -> None:
    said = street.guest_says()
    answer = client.post("/feedback/find", data={"number": said.number, "code": "0000000000"})
    assert answer.status_code == 404
    assert "有一个不对就查不到" in answer.get_data(as_text=True)
    mistyped = client.post("/feedback/find", data={"number": said.number, "code": "ABC"})
    assert mistyped.status_code == 422


def test_a_guest_who_is_refused_keeps_what_they_wrote(street: Street, client: HouseClient) -> None:
    set_value(street.session, GUESTS_PER_HOUR, 0, now=time.now())
    street.session.commit()
    answer = client.post("/feedback", data=_typed(street))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "楼道太暗，想加盏灯" in page
    assert 'href="/sign-in' in page


def test_one_public_address_is_heard_so_often_an_hour(street: Street, client: HouseClient) -> None:
    set_value(street.session, ADDRESS_PER_HOUR, 1, now=time.now())
    street.session.commit()
    stranger = {"REMOTE_ADDR": "8.8.4.4"}
    assert client.post("/feedback", data=_typed(street), environ_base=stranger).status_code == 303
    assert client.post("/feedback", data=_typed(street), environ_base=stranger).status_code == 429
    # A private address is a proxy's or a whole street's: it is not counted.
    assert client.post("/feedback", data=_typed(street)).status_code == 303


def test_what_is_missing_is_named(street: Street, client: HouseClient) -> None:
    page = client.post("/feedback", data={"kind": "suggestion", "text": "短"})
    assert page.status_code == 422
    assert "5 到 1000 个字" in page.get_data(as_text=True)


def test_the_page_it_was_said_from_is_kept_without_its_query(street: Street, client: HouseClient) -> None:
    page = client.get("/feedback", headers={"Referer": "http://localhost/tasks?q=secret"}).get_data(as_text=True)
    assert 'name="page" value="/tasks"' in page
    for broken in ("http://[", "//[::1"):
        assert client.get("/feedback", headers={"Referer": broken}).status_code == 200
    elsewhere = client.get("/feedback", headers={"Referer": "http://evil.example/tasks"}).get_data(as_text=True)
    assert 'name="page" value=""' in elsewhere


def test_author_and_desk_meet(street: Street, client: HouseClient, app: Flask) -> None:
    number = street.say()
    client.sign_in(street.resident)
    mine = client.get("/feedback").get_data(as_text=True)
    assert f"/feedback/{number}" in mine
    desk: HouseClient = app.test_client()  # type: ignore[assignment]
    desk.sign_in(street.staff)
    assert f"/console/feedback/{number}" in desk.get("/console/feedback?view=mine").get_data(as_text=True)
    assert desk.get(f"/console/feedback/{number}/timeline").status_code == 302  # no reason given yet
    opened = desk.post(f"/console/feedback/{number}/opening", data={"why": "核对昨晚的签到"})
    timeline = desk.get(opened.headers["Location"])
    assert timeline.status_code == 200
    done = desk.post(f"/console/feedback/{number}/answer", data={"text": "查过了，明天补上。"})
    assert done.status_code == 303
    page = client.get(f"/feedback/{number}").get_data(as_text=True)
    assert "查过了，明天补上。" in page
    assert "核对昨晚的签到" in page
    blank = client.post(f"/feedback/{number}/verdict", data={"is_satisfied": "false", "text": ""})
    assert blank.status_code == 422
    assert "请写一写哪里没有解决" in blank.get_data(as_text=True)
    client.post(f"/feedback/{number}/verdict", data={"is_satisfied": "false", "text": "还是没到"})
    assert street.office.name in client.get(f"/feedback/{number}").get_data(as_text=True)


def test_a_name_is_whole_for_who_answers_or_says_why(street: Street, client: HouseClient) -> None:
    number, whole = street.say(), street.resident.name
    here = f"/console/feedback/{number}"
    client.sign_in(street.staff)
    assert whole not in client.get("/console/feedback?view=mine").text, "a list of everybody's complaints names nobody"
    assert whole in client.get(here).text, "named for it"
    client.sign_in(street.office)
    page = client.get(here).text
    assert (mask_name(whole) in page, whole in page) == (True, False)
    client.post(f"{here}/opening", data={"why": "核对昨晚的签到"})
    assert whole in client.get(here).text


def test_a_guests_contact_is_shown_to_who_answers(street: Street, client: HouseClient) -> None:
    here = f"/console/feedback/{street.guest_says(contact='13800000001').number}"
    assert "13800000001" in client.sign_in(street.staff).get(here).text, "named for it"
    above = client.sign_in(street.office).get(here).text
    assert ("13800000001" in above, "只给承办人看" in above) == (False, True)
    client.post(f"{here}/taking")
    assert "13800000001" in client.get(here).text


def test_who_had_it_before_hears_where_it_went(street: Street, client: HouseClient) -> None:
    number, clerk = street.say(), kept(street.session, make_staff(street.session, street.areas["other"]))
    write(answer_feedback, street.actor(street.staff), number, "查过了，已经补上。", now=time.now())
    verdict = Verdict(number=number, is_satisfied=False, text="还是没到")
    write(give_verdict, street.actor(street.resident), verdict, None, now=time.now())
    here, program = f"/console/feedback/{number}", f"/api/v1/feedback/{number}"
    moved = client.sign_in(street.staff).get(here)
    assert (moved.status_code, f"现在由{street.areas['street'].name}办理" in moved.text) == (403, True)
    refused = client.get(program, headers=bearer(street.session, street.staff))
    assert (refused.status_code, refused.json["code"]) == (403, "feedback_moved")
    assert client.sign_in(clerk).get(here).status_code == 404, "who never had it learns nothing"
    assert client.sign_in(street.resident).get("/console/feedback/NOSUCH22").status_code == 403


def test_a_hand_over_says_the_last_day_and_not_the_midnight_after_it(street: Street, client: HouseClient) -> None:
    due_at = street.row(street.say()).due_at
    page = client.sign_in(street.office).get(f"/console/people/{street.staff.public_id}/hand-over").text
    assert "昨晚夜巡的积分没到" in page
    assert last_day(due_at) in page
    assert moment(due_at) not in page


def test_a_neighbour_hears_nothing_of_it(street: Street, client: HouseClient) -> None:
    number = street.say()
    client.sign_in(street.office)
    assert client.get(f"/feedback/{number}").status_code == 302
    assert client.post(f"/feedback/{number}/verdict", data={"is_satisfied": "true"}).status_code == 404
    assert client.get("/feedback/nosuch").status_code == 302


@pytest.mark.parametrize(
    "path", ["/", "/tasks", "/offers", "/sign-in", "/wall", "/nowhere", "/api/docs", "/statement", "/ranks"]
)
def test_every_page_leads_there_for_guests(street: Street, client: HouseClient, path: str) -> None:
    _leads_there(client, path)


def _leads_there(client: HouseClient, path: str) -> None:
    assert LINK % path in client.get(path).text.replace("%2F", "/"), (
        "and says which page it is: WeChat drops the referrer"
    )


def test_every_layout_leads_there(street: Street, client: HouseClient) -> None:
    shop = make_merchant(street.session, street.areas["community"])
    clerk = make_clerk(street.session, shop, Role.MERCHANT_CLERK)
    client.sign_in(clerk)
    _leads_there(client, "/till")
    client.sign_in(street.staff)
    for path in ("/console", "/me", "/console/feedback"):
        _leads_there(client, path)


def test_it_can_be_read_in_english(street: Street, client: HouseClient) -> None:
    page = client.get("/feedback?lang=en").get_data(as_text=True)
    assert "Feedback and complaints" in page
    assert "意见" not in page
