"""Text no database stores and JSON no parser survives are refused at the door, on both databases, for every feature."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from pointsapp.web.schemas import is_storable
from tests.conftest import HouseClient


@pytest.mark.parametrize("path", ["/api/v1/areas?cursor=%00", "/api/v1/areas?%00=1", "/sign-in?next=/%00"])
def test_a_nul_in_a_query_is_422(client: HouseClient, session: Session, path: str) -> None:
    assert client.get(path).status_code == 422


def test_a_nul_in_a_path_is_404(client: HouseClient, session: Session) -> None:
    assert client.get("/api/v1/%00").status_code == 404
    assert client.get("/q/o/AB%00CD").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"phone": "1\\u0000"}', "phone"),
        (b'{"phone": {"a": ["\\ud800"]}}', "phone"),
        (b'{"a\\u0000": 1}', "_schema"),
    ],
)
def test_json_text_that_cannot_be_stored_names_its_field(
    client: HouseClient, session: Session, body: bytes, field: str
) -> None:
    answer = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b'{"phone": ' + b"1" * 9000 + b"}", b"{", b"\xff"])
def test_json_that_cannot_be_read_is_400(client: HouseClient, session: Session, body: bytes) -> None:
    answer = client.post("/api/v1/sessions", data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")


def test_a_whole_emoji_is_text() -> None:
    assert is_storable({"a": ["😀", None, 1.5, True]})
    assert not is_storable(["\ud83d"])
