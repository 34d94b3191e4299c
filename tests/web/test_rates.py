"""Counting calls in one process: a window counts, ends, and is swept."""

from __future__ import annotations

import threading

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from pointsapp.core import clock
from pointsapp.web import rates
from pointsapp.web.rates import QuietMemory


class Time:
    at = 1000.0

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Time:
    standing = Time()
    monkeypatch.setattr(rates, "time", standing)
    return standing


def test_a_window_counts_and_ends(moment: Time) -> None:
    kept = QuietMemory()
    assert [kept.incr("a", 60), kept.incr("a", 60), kept.incr("b", 60)] == [1, 2, 1]
    assert kept.get_expiry("a") == pytest.approx(clock.now().timestamp() + 60, abs=5)
    moment.at = 1060
    assert kept.get("a") == 0
    assert kept.incr("a", 60) == 1


def test_what_has_ended_is_swept(moment: Time) -> None:
    kept = QuietMemory()
    for number in range(100):
        kept.incr(f"person:{number}", 10)
    moment.at = 1000 + rates.SWEEP_EVERY_S
    kept.incr("new", 10)
    assert kept.reset() == 1


def test_the_limit_is_exact_under_many_threads() -> None:
    limiter, item, passed = FixedWindowRateLimiter(QuietMemory()), RateLimitItemPerMinute(50), []

    def call() -> None:
        passed.extend(limiter.hit(item, "person:1") for _ in range(20))

    threads = [threading.Thread(target=call) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert passed.count(True) == 50
