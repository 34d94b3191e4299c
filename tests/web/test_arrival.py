"""Bodies are read before the gate: a slow line holds no place, a broken one is told so, and too many at once hear when to come."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from pointsapp.web.arrival import AT_ONCE, PIECE, with_arrival
from pointsapp.web.gate import with_gate
from tests import databases

SIGN_IN = "/api/v1/sessions"


@pytest.fixture
def door() -> Iterator[Client]:
    """An application with a single place and nobody waiting, as `pointsapp serve` puts it together."""
    own = databases.clone("sqlite", threads=1, waiting=0)
    try:
        yield Client(with_arrival(with_gate(own.app)))
    finally:
        own.drop()


class SlowLine:
    """A body of which nothing comes until `come` is set."""

    def __init__(self, body: bytes) -> None:
        self._body, self.is_asked, self.come = io.BytesIO(body), threading.Event(), threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.is_asked.set()
        assert self.come.wait(20)
        return self._body.read(size)


def _answer(door: Client, environ: dict[str, Any]) -> int:
    """Not by `door.open`, which would read the body itself."""
    return int(run_wsgi_app(door.application, environ)[1][:3])


def _send(door: Client, line: SlowLine, length: int, answers: list[int]) -> threading.Thread:
    environ = EnvironBuilder(SIGN_IN, method="POST", content_type="application/json").get_environ()
    environ |= {"wsgi.input": line, "CONTENT_LENGTH": str(length)}
    thread = threading.Thread(target=lambda: answers.append(_answer(door, environ)))
    thread.start()
    assert line.is_asked.wait(20)
    return thread


def test_slow_lines_hold_no_place_and_one_too_many_hears_when_to_come(door: Client) -> None:
    answers: list[int] = []
    lines = [SlowLine(b'{"phone": "1"}') for _ in range(AT_ONCE)]
    threads = [_send(door, line, 14, answers) for line in lines]
    assert door.get("/sign-in").status_code == 200, "the only place is free"
    refused = door.post(SIGN_IN, json={"phone": "1"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.get_json()["code"] == "overloaded"
    assert door.post("/sign-in", data={"account": "1"}).status_code == 503
    for line, thread in zip(lines, threads, strict=True):
        line.come.set()
        thread.join(20)
    assert set(answers) <= {422, 503}, "each was answered when its body had come, by the one place"
    assert 422 in answers
    assert door.post(SIGN_IN, json={"phone": "1"}).status_code == 422, "all have left"


def test_one_body_too_many_at_a_full_gate_hears_when_to_come(door: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[int] = []
    lines = [SlowLine(b'{"phone": "1"}') for _ in range(AT_ONCE)]
    threads = [_send(door, line, 14, answers) for line in lines]
    with monkeypatch.context() as full:
        full.setattr("pointsapp.web.gate.Turnstile.enter", lambda _gate: False)
        for path in (SIGN_IN, "/sign-in"):
            refused = door.post(path, data={"account": "1"})
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5"), path
    for line, thread in zip(lines, threads, strict=True):
        line.come.set()
        thread.join(20)


def test_a_body_that_breaks_off_is_400(door: Client) -> None:
    for sent in (b"", b'{"phone": "1", "password": "2"}'):
        answers: list[int] = []
        line = SlowLine(sent)
        line.come.set()
        _send(door, line, 60, answers).join(20)
        assert answers == [400]


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [(SIGN_IN, 3 * PIECE, 422), (SIGN_IN, 1024 * 1024 + 1, 413), ("/sign-in", 2 * PIECE, 422)],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_long_bodies_are_read_whole_or_refused_by_their_length(
    door: Client, path: str, size: int, status: int, is_chunked: bool
) -> None:
    """Of no announced length, too; then what is too long is cut off where it may end, and cannot be read."""
    body = b'{"phone": "' + b"1" * (size - 13) + b'"}'
    kind = "application/json" if path == SIGN_IN else "application/x-www-form-urlencoded"
    environ: dict[str, Any] = EnvironBuilder(path, method="POST", content_type=kind, data=body).get_environ()
    if is_chunked:
        del environ["CONTENT_LENGTH"]
        environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    assert _answer(door, environ) == (400 if is_chunked and status == 413 else status)


def test_a_disk_without_room_for_it_is_503(door: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.write", full)
    assert door.post(SIGN_IN, json={"phone": "1"}).status_code == 503
