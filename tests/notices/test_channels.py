"""Each way out of the house against a post office on loopback: what arrives, and how each kind of no is told."""

from __future__ import annotations

import json
import socket
from base64 import urlsafe_b64encode
from dataclasses import replace
from email import message_from_string, policy
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from pointsapp.config import Settings
from pointsapp.notices.channels import ComeAgain, NobodyThere, NotTaken, Parcel, open_channels, outbound, ready_ways
from pointsapp.notices.channels.outbound import Unreached, post
from pointsapp.notices.channels.sms import fill
from tests.notices.posts import mail_office, web_office

PARCEL = Parcel(
    address="", title="任务取消了", text="「夜巡」不办了。", url="https://points.example/tasks/x", path="/tasks/x",
    settings_url="https://points.example/me/notices/settings", key="notice-1", brand="文明小站",
)  # fmt: skip


def text_of(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


class Browser:
    """A browser that has subscribed: its keys, and what it reads."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.secret = b"0123456789abcdef"

    def address(self, endpoint: str) -> str:
        return json.dumps({"endpoint": endpoint, "p256dh": text_of(self.public), "auth": text_of(self.secret)})

    def read(self, body: bytes) -> Any:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"))


def keys() -> dict[str, str]:
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = private.private_numbers().private_value.to_bytes(32, "big")
    return {"vapid_public_key": text_of(public), "vapid_private_key": text_of(secret)}


def channel(name: str, **settings: Any) -> Any:
    return open_channels(Settings(**settings))[name]


def test_the_settings_alone_say_which_ways_there_are() -> None:
    assert ready_ways(Settings()) == frozenset()
    assert open_channels(Settings()) == {}
    assert ready_ways(Settings(smtp_url="smtp://x", sms_url="http://x", **keys())) == {"push", "mail", "sms"}


# --- push


def test_a_push_is_read_by_its_browser_alone_and_signed_by_the_house() -> None:
    mine, browser = keys(), Browser()
    with web_office() as office:
        push = channel("push", **mine, push_inside=True, vapid_contact="mailto:me@example.org")
        push.send(replace(PARCEL, address=browser.address(f"{office.url}/s/1"), is_urgent=True))
        push.send(replace(PARCEL, address=browser.address(f"{office.url}/s/1")))
    path, headers, body = office.calls[0]
    assert path == "/s/1"
    said = browser.read(body)
    assert said == {"title": "任务取消了", "text": "「夜巡」不办了。", "url": "/tasks/x", "tag": "notice-1"}
    assert "夜巡".encode() not in body
    assert (headers["Content-Encoding"], headers["Urgency"], headers["TTL"]) == ("aes128gcm", "high", "86400")
    assert Vapid02.verify(headers["Authorization"])
    assert f"k={mine['vapid_public_key']}" in headers["Authorization"]
    # Tried twice it is one topic, encrypted anew.
    assert headers["Topic"] == office.calls[1][1]["Topic"]
    assert body != office.calls[1][2]


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (404, NobodyThere),
        (410, NobodyThere),
        (413, NotTaken),
        (400, NotTaken),
        (307, NotTaken),
        (429, ComeAgain),
        (503, ComeAgain),
    ],
)
def test_what_a_push_service_says(status: int, trouble: type[Exception]) -> None:
    with web_office() as office:
        office.usual, office.headers = status, {"Retry-After": "77", "Location": "http://127.0.0.1:1/"}
        with pytest.raises(trouble) as caught:
            channel("push", **keys(), push_inside=True).send(
                replace(PARCEL, address=Browser().address(f"{office.url}/s"))
            )
    assert type(caught.value) is trouble
    if isinstance(caught.value, ComeAgain):
        assert caught.value.after_s == 77
    assert len(office.calls) == 1  # a redirect is not followed


def test_a_push_service_inside_is_not_called_unless_the_operator_says_so() -> None:
    with web_office() as office:
        for endpoint in (f"{office.url}/s", f"https://127.0.0.1:{office.port}/s", "https://localhost/s"):
            with pytest.raises(NobodyThere):
                channel("push", **keys()).send(replace(PARCEL, address=Browser().address(endpoint)))
    assert office.calls == []


# --- calling out


def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(_host: str, port: int, **_kw: Any) -> list[Any]:
        good, bad = (socket.AF_INET, 1, 6, "", ("1.1.1.1", port)), (socket.AF_INET, 1, 6, "", ("10.0.0.1", port))
        return [good, bad]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(outbound.socket, "socket", lambda *_a: pytest.fail("called"))
    with pytest.raises(Unreached) as caught:
        post("https://push.example.org/", headers={}, body=b"")
    assert caught.value.is_forbidden


def test_who_does_not_answer_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "STEP_S", 0.2)
    with web_office() as office:
        office.sleeps_s = 1.0
        with pytest.raises(Unreached):
            post(office.url, headers={}, body=b"x", inside=True)


def test_who_drips_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "WHOLE_S", 0.2)
    with web_office() as office:
        office.sleeps_s = 1.0
        with pytest.raises(Unreached):
            post(office.url, headers={}, body=b"x", inside=True)


# --- e-mail


def test_a_letter_arrives() -> None:
    with mail_office() as office:
        mail = channel("mail", smtp_url=f"smtp://127.0.0.1:{office.port}", mail_from="points@points.example")
        mail.send(replace(PARCEL, address="zhang@example.org", title="任务\r\nBcc: x@example.org"))
    to, text = office.letters[0]
    letter = message_from_string(text, policy=policy.default)
    assert to == "zhang@example.org"
    assert letter["Bcc"] is None
    assert letter["Subject"] == "文明小站: 任务 Bcc: x@example.org"
    assert letter["Message-ID"] == "<notice-1@points.example>"
    assert letter["List-Unsubscribe"] == f"<{PARCEL.settings_url}>"
    words = letter.get_content()
    assert PARCEL.text in words
    assert PARCEL.url in words


@pytest.mark.parametrize(("code", "trouble"), [(550, NobodyThere), (554, NotTaken), (451, ComeAgain)])
def test_what_a_mail_server_says(code: int, trouble: type[Exception]) -> None:
    with mail_office() as office:
        office.usual = code
        with pytest.raises(trouble) as caught:
            channel("mail", smtp_url=f"smtp://127.0.0.1:{office.port}", mail_from="p@points.example").send(
                replace(PARCEL, address="zhang@example.org")
            )
    assert type(caught.value) is trouble
    assert "zhang" not in str(caught.value)
    assert office.letters == []


def test_a_mail_server_that_is_away_is_down_for_all() -> None:
    with mail_office() as office:
        port = office.port
    with pytest.raises(ComeAgain) as caught:
        channel("mail", smtp_url=f"smtp://127.0.0.1:{port}", mail_from="p@points.example").send(
            replace(PARCEL, address="zhang@example.org")
        )
    assert caught.value.whole


def test_a_password_goes_nowhere_unencrypted() -> None:
    with mail_office() as office, pytest.raises(ComeAgain):
        channel("mail", smtp_url=f"smtp://me:word@127.0.0.1:{office.port}", mail_from="p@points.example").send(
            replace(PARCEL, address="zhang@example.org")
        )
    assert office.letters == []


# --- SMS


def test_an_sms_is_what_the_template_says() -> None:
    template = '{"to": "+86{phone}", "msg": "{text}", "ref": "{id}", "sign": 7}'
    with web_office() as office:
        sms = channel("sms", sms_url=f"{office.url}/send", sms_template=template, sms_secret="key")
        sms.send(replace(PARCEL, address="13800000000", title='他说"好"', text="长" * 300))
    path, headers, body = office.calls[0]
    said = json.loads(body)
    assert (path, said["to"], said["ref"], said["sign"]) == ("/send", "+8613800000000", "notice-1", 7)
    assert said["msg"].startswith('【文明小站】他说"好"：长')
    assert len(said["msg"]) == 140
    assert headers["Authorization"] == "Bearer key"
    assert headers["Idempotency-Key"] == "notice-1"


@pytest.mark.parametrize(("status", "trouble"), [(400, NotTaken), (429, ComeAgain), (500, ComeAgain)])
def test_what_a_gateway_says(status: int, trouble: type[Exception]) -> None:
    with web_office() as office:
        office.usual = status
        with pytest.raises(trouble):
            channel("sms", sms_url=office.url).send(replace(PARCEL, address="13800000000"))


def test_a_title_cannot_break_the_body() -> None:
    assert json.loads(fill('{"a": "{text}"}', text='x", "b": "\n')) == {"a": 'x", "b": "\n'}
