"""The application documents itself: a valid OpenAPI 3.1 document, and a page of it for people."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from pointsapp.web.guard import is_public
from pointsapp.web.messages import known_codes
from tests.conftest import HouseClient
from tests.house.reading import the_app

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    answer = the_app().test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    ]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_json_door_is_in_the_document(document: dict[str, Any]) -> None:
    said = {(path, method) for path, method, _ in _operations(document)}
    doors = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in the_app().url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert doors - said == set()


def test_every_call_says_what_it_does_and_what_it_answers(document: dict[str, Any]) -> None:
    vague = []
    for path, method, operation in _operations(document):
        good = [status for status in operation["responses"] if status < "400"]
        if not operation.get("summary") or not good or not operation["tags"]:
            vague.append(f"{method} {path}")
    assert vague == []


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    counted = Counter(operation["operationId"] for _, _, operation in _operations(document))
    assert [name for name, times in counted.items() if times > 1] == []


def test_every_tag_says_what_its_feature_is(document: dict[str, Any]) -> None:
    assert [tag["name"] for tag in document["tags"] if not tag.get("description")] == []


def test_security_is_said_as_the_guard_does_it(document: dict[str, Any]) -> None:
    app = the_app()
    endpoints = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method.lower()): rule.endpoint
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    wrong = [
        f"{method} {path}"
        for path, method, operation in _operations(document)
        if (operation.get("security") == []) != is_public(app, endpoints[(path, method)])
        or (
            ("401" in operation["responses"]) == is_public(app, endpoints[(path, method)])
            and operation["operationId"] not in OPEN_WITH_401
        )
    ]
    assert wrong == []


# A guest may call it, and be told that name and password do not fit, or that this very file is not for guests.
OPEN_WITH_401 = {"create_session", "post_session", "sign_in", "open_session", "post_sessions", "save_piece_file"}


def test_refusals_are_problems_with_known_codes(document: dict[str, Any]) -> None:
    for path, method, operation in _operations(document):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], f"{method} {path} {status}"
                assert set(re.findall(r"`(\w+)`", answer["description"])) <= known_codes()


def test_the_page_shows_every_call_and_every_code(client: HouseClient, document: dict[str, Any]) -> None:
    for language, words in (("zh", "接口文档"), ("en", "API documentation")):
        page = client.get(f"/api/docs?lang={language}").get_data(as_text=True)
        assert words in page
        for _, _, operation in _operations(document):
            assert f'id="{operation["operationId"]}"' in page
        for code in ("validation_failed", "not_signed_in", "not_found"):
            assert f'id="{code}"' in page


def test_no_name_on_the_page_leads_nowhere(client: HouseClient) -> None:
    page = client.get("/api/docs").get_data(as_text=True)
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert {target for target in re.findall(r'href="#([^"]+)"', page) if target not in anchors} == set()
