"""The gate: overload is refused early and politely, and those inside stay fast."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from pointsapp.web.gate import ALWAYS_OPEN, MOST_DRAINED, Gate, Turnstile
from tests.house.reading import the_app

WORK_S = 0.02


def test_who_comes_first_is_let_in_first() -> None:
    gate = Turnstile(working=1, waiting=5, within_s=5)
    assert gate.enter()
    order: list[int] = []

    def visit(number: int) -> None:
        assert gate.enter()
        order.append(number)
        gate.leave(WORK_S)

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=visit, args=[number]))
        threads[-1].start()
        _until(lambda number=number: gate.waiting == number + 1)
    assert not gate.enter(), "the waiting room is full"
    gate.leave(WORK_S)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_patience_ends_and_leaves_no_trace() -> None:
    gate = Turnstile(working=1, waiting=1, within_s=0.08)
    assert gate.enter()
    began = time.monotonic()
    assert not gate.enter()
    assert 0.04 < time.monotonic() - began < 1
    assert gate.waiting == 0
    gate.leave(WORK_S)
    assert gate.enter(), "the place was given back"


def test_never_more_inside_than_there_are_places() -> None:
    gate = Turnstile(working=3, waiting=100, within_s=5)
    inside, most, lock = 0, 0, threading.Lock()

    def visit(_number: int) -> bool:
        nonlocal inside, most
        if not gate.enter():
            return False
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.001)
        with lock:
            inside -= 1
        gate.leave(WORK_S)
        return True

    with ThreadPoolExecutor(40) as pool:
        assert all(pool.map(visit, range(400)))
    assert most == 3
    assert [gate.enter() for _ in range(3)] == [True] * 3


def _work(gate: Turnstile, times: int, seconds: float) -> None:
    for _ in range(times):
        assert gate.enter()
        gate.leave(seconds)


def test_the_longer_the_work_takes_the_shorter_is_the_wait() -> None:
    gate = Turnstile(working=8, waiting=8, within_s=0.16)
    before = gate.patience_s
    _work(gate, 60, 0.06)
    assert before > gate.patience_s > 0.08
    assert gate.patience_s + 0.06 == pytest.approx(0.16, abs=0.02), "together what was promised"
    _work(gate, 60, 1.0)
    assert gate.patience_s == 0.08, "the quick work among the slow is still worth a short wait"


def test_slow_work_is_let_in_by_fewer_and_quick_work_by_all_again() -> None:
    gate = Turnstile(working=8, waiting=8, within_s=0.16)
    _work(gate, 200, 0.3)
    assert gate.places == 2
    assert [gate.enter() for _ in range(2)] == [True, True]
    for _ in range(2):
        gate.leave(0.3)
    _work(gate, 1000, 0.004)
    assert gate.places == 8


def test_one_slow_page_in_a_hundred_changes_nothing() -> None:
    gate = Turnstile(working=8, waiting=8, within_s=0.16)
    for _ in range(20):
        _work(gate, 99, 0.01)
        _work(gate, 1, 3.0)
        assert gate.slow_s < 0.02
    assert gate.places == 8


def test_who_waits_comes_in_when_there_are_more_places() -> None:
    gate = Turnstile(working=4, waiting=8, within_s=20)
    gate.places = 2
    entered = [gate.enter(), gate.enter()]
    threads = [threading.Thread(target=lambda: entered.append(gate.enter())) for _ in range(3)]
    for thread in threads:
        thread.start()
    _until(lambda: gate.waiting == 3)
    gate.places = 4
    gate.leave(WORK_S)
    _until(lambda: len(entered) == 5)
    for thread in threads:
        thread.join()
    assert all(entered)
    assert gate.waiting == 0


def _until(is_so: Any) -> None:
    deadline = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


class Slow:
    """A stand-in for the application's inside: takes as long as a write does."""

    def __init__(self, app: Flask) -> None:
        self.config, self.wsgi_app = app.config, self._answer
        self.test_request_context, self.process_response, self.make_response = (
            app.test_request_context, app.process_response, app.make_response,
        )  # fmt: skip

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/broken":
            raise ZeroDivisionError
        time.sleep(WORK_S)
        start_response("200 OK", [])
        return [b"done"]


@pytest.fixture
def gate() -> Gate:
    return Gate(Slow(the_app()), Turnstile(working=4, waiting=8, within_s=0.15))  # type: ignore[arg-type]


def _load(gate: Gate, clients: int, seconds: float, path: str = "/api/v1/me") -> dict[int, list[float]]:
    """Let `clients` ask again and again, whatever they are told; return the times by status."""
    until, found = time.monotonic() + seconds, [(0, 0.0)][:0]

    def ask(_number: int) -> None:
        browser = Client(gate)
        while time.monotonic() < until:
            began = time.monotonic()
            status = browser.get(path).status_code
            found.append((status, time.monotonic() - began))
            if status == 503:
                time.sleep(WORK_S)  # a new visitor rather than the same one in a loop

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, range(clients)))
    return {status: sorted(took for each, took in found if each == status) for status in {each for each, _ in found}}


def test_at_twice_the_capacity_the_accepted_stay_fast(gate: Gate) -> None:
    alone = _load(gate, 4, 1.0)
    assert set(alone) == {200}
    crowd = _load(gate, 32, 2.0)
    assert set(crowd) == {200, 503}
    accepted, refused = crowd[200], crowd[503]
    assert len(accepted) / 2.0 > 0.6 * len(alone[200]), "the work goes on as before"
    assert accepted[int(len(accepted) * 0.99) - 1] < 0.25
    assert refused[len(refused) // 2] < WORK_S, "a refusal costs next to nothing"


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "现在人太多"), ("en-GB", "")])
def test_a_refusal_is_a_problem_or_a_page_and_says_when(gate: Gate, language: str, word: str) -> None:
    for _ in range(4):
        gate._turnstile.enter()
    gate._turnstile._within_s = 0.001
    head = {"Accept-Language": language}
    answer = Client(gate).get("/api/v1/me", headers=head)
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    body = answer.get_json()
    assert (body["code"], body["status"], answer.headers["Retry-After"]) == ("overloaded", 503, "5")
    assert word in body["title"]
    assert body["title"].isascii() == (language == "en-GB")
    page = Client(gate).get("/tasks", headers=head)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert page.content_type.startswith("text/html")
    assert word in page.text
    assert "Content-Security-Policy" in page.headers
    assert "Set-Cookie" not in page.headers
    for path in (*ALWAYS_OPEN, "/static/css/base.css"):
        assert Client(gate).get(path).status_code == 200


@pytest.mark.parametrize(("length", "left"), [(20, 0), (MOST_DRAINED, 0), (MOST_DRAINED + 1, MOST_DRAINED + 1)])
def test_a_short_body_is_read_before_the_refusal(gate: Gate, length: int, left: int) -> None:
    # Else the server closes the line while the body is still on its way, and the refusal is lost.
    for _ in range(4):
        gate._turnstile.enter()
    gate._turnstile._within_s = 0.001
    sent = BytesIO(b"x" * length)
    answer = Client(gate).post("/api/v1/checkins", input_stream=sent, content_length=length)
    assert answer.status_code == 503
    assert len(sent.read()) == left


def test_a_broken_request_gives_its_place_back(gate: Gate) -> None:
    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            Client(gate).get("/broken")
    assert Counter(gate._turnstile.enter() for _ in range(4)) == {True: 4}
