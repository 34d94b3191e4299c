"""The one mapping: problem+json under /api/, a page elsewhere, in the request's language."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.conftest import HouseClient
from tests.factories import make_person


def test_an_unknown_api_address_is_a_problem_in_chinese(client: HouseClient) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    body = answer.get_json()
    assert body["code"] == "not_found"
    assert body["status"] == 404
    assert body["title"] == "没有找到"
    assert set(body) >= {"type", "title", "status", "code", "detail"}


def test_a_page_that_is_not_there_leads_home_once(client: HouseClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.text.count("回首页") == 1


def test_a_file_that_is_too_large_leads_back_to_its_form(
    client: HouseClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(client.application.config, "MAX_CONTENT_LENGTH", 1000)
    client.sign_in(make_person(session))

    def send(referrer: str) -> Any:
        typed = {"words": "扫了楼道", "picture": (io.BytesIO(b"0" * 2000), "a.jpg")}
        headers = {"Referer": referrer}
        return client.post("/me/deeds", data=typed, content_type="multipart/form-data", headers=headers)

    answer = send("http://localhost/me/deeds?x=1")
    assert answer.status_code == 413
    assert 'href="/me/deeds?x=1" data-back' in answer.text
    for strange in ("https://evil.example/me/deeds", "http://[", ""):
        assert 'href="/" data-back' in send(strange).text


@pytest.mark.parametrize("path", ["/api//v1/offers?q=1", "/tasks//x", "/tasks////x?next=//y"])
def test_a_doubled_slash_leads_on_in_this_house(client: HouseClient, path: str) -> None:
    """The host of the address is whatever the request claimed: it must not come back in an answer."""
    answer = client.get(path, base_url="http://evil.example", headers={"Host": "evil.example"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == path.replace("////", "/").replace("s//", "s/").replace("i//", "i/")
    assert "evil" not in answer.text
