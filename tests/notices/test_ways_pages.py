"""The page where a person says what reaches them where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.notices import queries
from pointsapp.notices.models import Address, Sending
from pointsapp.notices.rules import code_of
from tests.conftest import Clock, HouseClient
from tests.factories import make_person

ALL = {
    "smtp_url": "smtp://127.0.0.1:1", "mail_from": "p@points.example", "sms_url": "http://127.0.0.1:1",
    "vapid_public_key": "BPublic", "vapid_private_key": "private",
}  # fmt: skip
PUSH = {"endpoint": "https://push.example.org/s/1", "p256dh": "A" * 87, "auth": "A" * 22}
PAGE = "/me/notices/settings"
CHROME = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"}


@pytest.fixture
def ways(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **ALL))


def test_where_nothing_is_set_up_the_page_says_so(client: HouseClient, session: Session) -> None:
    page = client.sign_in(make_person(session)).get(PAGE).get_data(as_text=True)
    assert "这里只有站内消息" in page
    assert "验证码" not in page
    refused = client.post("/me/notices/addresses", data={"channel": "mail", "address": "a@example.org"})
    assert refused.status_code == 409
    assert "没有开通" in refused.get_data(as_text=True)


@pytest.mark.usefixtures("ways")
def test_an_address_is_noted_proved_and_removed(
    client: HouseClient, session: Session, clock: Clock, app: Flask
) -> None:
    me = make_person(session, phone="13812345678")
    client.sign_in(me)
    assert 'value="13812345678"' in client.get(PAGE).get_data(as_text=True)
    form = {"channel": "sms", "address": "+86 138-1234-5678"}
    answer = client.post("/me/notices/addresses", data=form)
    assert answer.status_code == 303
    confirmation = answer.location
    asked = client.get(confirmation).get_data(as_text=True)
    assert "138****5678" in asked
    assert "13812345678" not in asked
    row = session.scalars(select(Address)).one()
    assert row.address == "13812345678"
    wrong = client.post(confirmation, data={"code": "12345"})
    assert wrong.status_code == 422
    assert "6 位数字" in wrong.get_data(as_text=True)
    code = code_of(app.config["SECRET_KEY"], row.public_id, clock.at)
    guessed = client.post(confirmation, data={"code": f"{(int(code) + 1) % 1_000_000:06d}"})
    assert guessed.status_code == 422
    assert "还可以试 4 次" in guessed.get_data(as_text=True)
    soon = client.post(f"{confirmation}/code")
    assert soon.status_code == 429
    assert client.post(confirmation, data={"code": code}).location.endswith(PAGE)
    assert client.get(confirmation).status_code == 302
    page = client.get(PAGE).get_data(as_text=True)
    assert "能收到" in page
    client.post(f"{confirmation}/removal")
    assert "138****5678" not in client.get(PAGE).get_data(as_text=True)


@pytest.mark.usefixtures("ways")
@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("mail", "a@b"),
        ("mail", "a b@example.org"),
        ("mail", "a@example.org\nBcc: x@y.org"),
        ("sms", "12345"),
        ("push", "x"),
        ("sms", ""),
    ],
)
def test_wrong_addresses_are_told(client: HouseClient, session: Session, channel: str, address: str) -> None:
    client.sign_in(make_person(session))
    answer = client.post("/me/notices/addresses", data={"channel": channel, "address": address})
    assert answer.status_code == 422
    assert session.scalars(select(Sending)).all() == []


@pytest.mark.usefixtures("ways")
def test_a_browser_is_noted_under_its_name(client: HouseClient, session: Session) -> None:
    me = make_person(session)
    client.sign_in(me)
    assert client.post("/me/notices/push", data=PUSH, headers=CHROME).status_code == 303
    (line,) = queries.addresses_of(session, me.id)
    assert (line.label, line.is_verified) == ("Chrome · Android", True)
    for wrong in (
        {"endpoint": "https://10.0.0.1/"},
        {"endpoint": "http://push.example.org/"},
        {"p256dh": "A"},
        {"auth": "é" * 22},
        {"endpoint": ""},
    ):
        assert client.post("/me/notices/push", data={**PUSH, **wrong}).status_code == 422


@pytest.mark.usefixtures("ways")
def test_what_is_wanted_is_kept(client: HouseClient, session: Session) -> None:
    me = make_person(session)
    client.sign_in(me)
    form = {"wants": ["tasks:sms", "account:mail", "nothing:x"], "quiet_from": "22:30", "quiet_until": "07:00"}
    assert client.post("/me/notices/wishes", data={**form, "urgent_passes": "1"}).status_code == 303
    kept = queries.wishes_of(session, me.id)
    assert kept.wants == {"tasks": ("sms",), "points": (), "treats": (), "account": ("mail",), "other": ()}
    assert (kept.quiet_from, kept.quiet_until, kept.urgent_passes) == (1350, 420, True)
    page = client.get(PAGE).get_data(as_text=True)
    assert 'value="22:30"' in page
    assert client.post("/me/notices/wishes", data=form).status_code == 303
    assert queries.wishes_of(session, me.id).urgent_passes is False
    assert client.post("/me/notices/wishes", data={**form, "quiet_from": "25:00"}).status_code == 422


@pytest.mark.usefixtures("ways")
def test_inside_wechat_push_is_not_offered_but_the_others_are(client: HouseClient, session: Session) -> None:
    client.sign_in(make_person(session))
    page = client.get(PAGE, headers={"User-Agent": "MicroMessenger/8.0"}).get_data(as_text=True)
    assert "手机推送（微信里收不到）" in page
    assert "微信里收不到推送" in page
    assert "data-push-start" not in page
    assert "也可以在下面改用短信或邮件" in page
    assert 'type="tel"' in page
    assert 'type="email"' in page


def test_somebody_elses_address_does_not_exist(client: HouseClient, session: Session, clock: Clock) -> None:
    from pointsapp.core.transaction import write
    from pointsapp.notices.services import AddPush, add_push
    from tests.factories import actor_of

    owner = make_person(session)
    push = AddPush(endpoint="https://p.example/1", p256dh="k", auth="a", label="Chrome")
    made = write(add_push, actor_of(session, owner), push, ready={"push"}, now=clock.at).public_id
    client.sign_in(make_person(session))
    for address in (f"/me/notices/addresses/{made}", f"/me/notices/addresses/{made}/removal"):
        assert client.post(address, data={"code": "123456"}).status_code == 404
    assert client.get(f"/me/notices/addresses/{made}").status_code == 404
