"""Styles and scripts travel packed, and mean the same as before; pages only where no other site made the browser ask."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from pointsapp.web import packing
from pointsapp.web.etags import conditional
from pointsapp.web.packing import init_packing, packed_copy
from tests.house.reading import ROOT, the_app

STYLE = ROOT / "static" / "css" / "base.css"
PACKED = {"Accept-Encoding": "br;q=0.9, gzip"}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    app = the_app()
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    return app


class Closing(FlaskClient):
    """A browser that reads each answer to its end."""

    def open(self, *args: Any, **kw: Any) -> Any:
        answer = super().open(*args, **kw)
        answer.get_data()
        answer.close()
        return answer


@pytest.fixture
def browser(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr(app, "test_client_class", Closing)
    return app.test_client()


def test_a_style_goes_packed_to_who_can_unpack_it(browser: FlaskClient) -> None:
    answer = browser.get("/static/css/base.css?v=1", headers=PACKED)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "text/css"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) < STYLE.stat().st_size / 3
    assert gzip.decompress(answer.data) == STYLE.read_bytes()


@pytest.mark.parametrize(
    "headers", [{}, {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip;q=0"}, {**PACKED, "Range": "bytes=0-99"}]
)
def test_everybody_else_gets_it_plain(browser: FlaskClient, headers: dict[str, str]) -> None:
    answer = browser.get("/static/css/base.css", headers=headers)
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert STYLE.read_bytes().startswith(answer.data[:100])


def test_who_has_it_is_not_sent_it_again(browser: FlaskClient) -> None:
    mark = browser.get("/static/css/base.css", headers=PACKED).headers["ETag"]
    assert browser.get("/static/css/base.css", headers={**PACKED, "If-None-Match": mark}).status_code == 304


def test_it_is_packed_once_and_anew_when_it_changes(tmp_path: Path) -> None:
    style, folder = tmp_path / "a.css", tmp_path / "packed"
    style.write_text("a { color: red }\n" * 100)
    first = packed_copy(style, 1, folder)
    assert first is not None
    packed_copy.cache_clear()
    began = first.stat().st_mtime_ns
    assert packed_copy(style, 1, folder) == first
    assert first.stat().st_mtime_ns == began
    style.write_text("a { color: blue }\n" * 100)
    second = packed_copy(style, 2, folder)
    assert second is not None
    assert gzip.decompress(second.read_bytes()) == style.read_bytes()
    assert {file.name for file in folder.iterdir()} == {first.name, second.name}  # nothing half done is left


def test_a_full_disk_only_costs_the_packing(browser: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kw: object) -> None:
        raise OSError("no space left")

    packed_copy.cache_clear()
    monkeypatch.setattr(packing.tempfile, "mkstemp", full)
    answer = browser.get("/static/css/phone.css", headers=PACKED)
    packed_copy.cache_clear()
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("site", ["same-origin", "none"])
@pytest.mark.parametrize("path", ["/privacy", "/no-such-page"])
def test_a_page_goes_packed_to_who_came_by_themself(browser: FlaskClient, path: str, site: str) -> None:
    answer = browser.get(path, headers={**PACKED, "Sec-Fetch-Site": site})
    plain = browser.get(path)
    assert answer.status_code == plain.status_code
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "text/html"
    assert answer.content_length == len(answer.data) < len(plain.data) * 0.7
    assert "</html>" in gzip.decompress(answer.data).decode()
    for each in (answer, plain):
        assert {"accept-encoding", "sec-fetch-site"} <= set(each.vary.as_set())


@pytest.mark.parametrize(
    "headers",
    [
        PACKED,  # a browser too old to say where it came from
        {**PACKED, "Sec-Fetch-Site": "cross-site"},
        {**PACKED, "Sec-Fetch-Site": "same-site"},
        {**PACKED, "Sec-Fetch-Site": "nonsense"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "none", "Accept-Encoding": "gzip;q=0"},
    ],
)
def test_a_page_that_another_site_asks_for_tells_nothing_by_its_length(
    browser: FlaskClient, headers: dict[str, str]
) -> None:
    answer = browser.get("/privacy", headers=headers)
    assert "Content-Encoding" not in answer.headers
    assert answer.data.rstrip().endswith(b"</html>")


def test_a_page_that_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    board = Flask("board", instance_path=str(tmp_path))
    board.secret_key = "k" * 40
    init_packing(board)

    @board.get("/board")
    def show() -> Response:
        return conditional(Response("<p>板上的字</p>" * 100, mimetype="text/html"))

    headers = {**PACKED, "Sec-Fetch-Site": "none"}
    first = board.test_client().get("/board", headers=headers)
    assert first.headers["Content-Encoding"] == "gzip"
    again = board.test_client().get("/board", headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in again.headers


@pytest.mark.parametrize("ending", [".js", ".css", ""])
def test_a_name_longer_than_any_file_s_is_no_file(browser: FlaskClient, ending: str) -> None:
    assert browser.get(f"/static/{'a' * 300}{ending}", headers=PACKED).status_code == 404


def test_pictures_small_things_and_answers_to_programs_go_as_they_are(browser: FlaskClient) -> None:
    for path in ("/static/vendor/leaflet/images/layers.png", "/static/css/copy.css", "/healthz"):
        answer = browser.get(path, headers=PACKED)
        assert "Content-Encoding" not in answer.headers, path
    assert browser.get("/static/css/none.css", headers=PACKED).status_code == 404
    assert browser.get("/static/../pointsapp/config.py", headers=PACKED).status_code == 404
