"""Text no database stores and JSON no parser survives are refused at the door, on both databases, for every feature."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from marshmallow import ValidationError
from PIL import Image
from sqlalchemy.orm import Session

from pointsapp.core.errors import Overloaded
from pointsapp.core.paging import encode_cursor
from pointsapp.web import qr_reader
from pointsapp.web.schemas import LocalMoment, Moment, is_storable
from pointsapp.web.security import MAX_JSON
from tests import factories
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


@pytest.mark.parametrize("part", ["\0", "\ud800"])
def test_a_made_up_cursor_is_422(client: HouseClient, session: Session, part: str) -> None:
    answer = client.get("/api/v1/areas", query_string={"cursor": encode_cursor(part)})
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["cursor"])


@pytest.mark.parametrize("body", [b'{"a": "\\ud800"}', b"[" * 100_000])
def test_a_call_without_arguments_survives_any_body(client: HouseClient, session: Session, body: bytes) -> None:
    head = {**factories.bearer(session, factories.make_person(session)), "Idempotency-Key": "k"}
    answer = client.post("/api/v1/tasks/none/publication", data=body, headers=head, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "validation_failed")


def test_a_body_that_is_not_json_is_415(client: HouseClient, session: Session) -> None:
    answer = client.post("/api/v1/sessions", data="phone=1", content_type="text/plain")
    assert (answer.status_code, answer.get_json()["code"]) == (415, "unsupported_media_type")
    assert client.post("/api/v1/sessions").status_code == 422  # nothing sent: the fields are what is missing


def test_a_huge_json_body_is_413(client: HouseClient, session: Session) -> None:
    answer = client.post("/api/v1/sessions", data=b" " * (MAX_JSON + 1), content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")


def test_a_request_id_that_no_database_stores_is_422(client: HouseClient, session: Session) -> None:
    client.sign_in(factories.make_person(session))
    assert client.post("/signups/none/cancellation", data={"request_id": "a\0b"}).status_code == 422


@pytest.mark.parametrize("text", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_year_without_utc_is_out_of_range(text: str) -> None:
    for field, suffix in ((LocalMoment(), ""), (Moment(), ":00+08:00"), (Moment(), ":00-08:00")):
        with pytest.raises(ValidationError):
            field.deserialize(text + suffix)


def _bomb(width: int, height: int) -> io.BytesIO:
    """A PNG of few bytes that unpacks to `width` x `height` black pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))


def test_a_picture_that_unpacks_to_hundreds_of_megabytes_is_never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "convert", lambda *_: pytest.fail("unpacked"))
    assert qr_reader.read_qr(_bomb(8900, 8900)) is None
    assert qr_reader.read_qr(_bomb(30_000, 30_000)) is None
    progressive = io.BytesIO()
    Image.new("L", (6000, 6000)).save(progressive, "JPEG", progressive=True)
    assert qr_reader.read_qr(progressive) is None


def test_pictures_are_read_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qr_reader, "PATIENCE_S", 0.01)
    with qr_reader._one_at_a_time, pytest.raises(Overloaded):
        qr_reader.read_qr(io.BytesIO(b""))
    assert qr_reader.read_qr(io.BytesIO(b"no picture")) is None


def test_every_field_error_is_a_list_of_lines_in_the_readers_language(client: HouseClient, session: Session) -> None:
    body = {
        "title": "\u200b",
        "audience": "x",
        "points": "5",
        "shifts": [],
        "latitude": float("nan"),
        "safeguards": 1,
    }
    head = factories.bearer(session, factories.make_person(session))
    for language, words in (("zh-CN", "只能是：district, area"), ("en", "Only one of: district, area")):
        answer = client.post("/api/v1/tasks", json=body, headers={**head, "Accept-Language": language})
        errors = answer.get_json()["errors"]
        assert {"title", "audience", "points", "shifts", "latitude"} <= set(errors)
        assert all(isinstance(lines, list) for lines in errors.values())
        assert errors["audience"] == [words]
        english = [line for lines in errors.values() for line in lines if line.isascii()]
        assert not english or language == "en"


def test_a_form_from_another_site_is_not_offered_again(client: HouseClient, session: Session) -> None:
    sent = client.post("/console/tasks/new", data={"title": "theirs"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert sent.status_code == 403
    assert "theirs" not in sent.text
    assert "Set-Cookie" not in sent.headers  # it would push the reader's own session out of the browser
    typed = client.post("/console/tasks/new", data={"title": "mine"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert "mine" in typed.text
