"""The one mapping: problem+json under /api/, a page elsewhere, in the request's language."""

from __future__ import annotations

from tests.conftest import HouseClient


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
