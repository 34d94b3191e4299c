"""The worker's clock: each run plans the next, so that nothing is left out and nothing is warned of."""

from __future__ import annotations

import logging
import threading
import time
from itertools import pairwise

import pytest
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from pointsapp.worker import repeat

SHORT = 0.05


@pytest.fixture
def scheduler():
    made = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(1)}, job_defaults={"misfire_grace_time": None}, timezone="UTC"
    )
    made.start()
    yield made
    made.shutdown(wait=False)


def test_work_that_takes_longer_than_its_interval_runs_again_without_a_warning(scheduler, caplog):
    often_enough, runs = threading.Event(), []

    def slow() -> None:
        runs.append(time.monotonic())
        time.sleep(3 * SHORT)
        if len(runs) == 5:
            often_enough.set()

    with caplog.at_level(logging.WARNING, "apscheduler"):
        repeat(scheduler, "slow", SHORT, slow)
        assert often_enough.wait(10)
    assert caplog.messages == []
    assert all(after - before >= 3 * SHORT for before, after in pairwise(runs)), "never two at once"


def test_work_that_waits_in_line_is_neither_lost_nor_warned_of(scheduler, caplog):
    done = {"long": 0, "short": 0}
    enough = threading.Event()

    def count(name: str, seconds: float) -> None:
        time.sleep(seconds)
        done[name] += 1
        if min(done.values()) >= 3:
            enough.set()

    with caplog.at_level(logging.WARNING, "apscheduler"):
        repeat(scheduler, "long", SHORT, lambda: count("long", 4 * SHORT))
        repeat(scheduler, "short", SHORT, lambda: count("short", 0))
        assert enough.wait(10)
    assert caplog.messages == []


def test_work_that_breaks_is_tried_again(scheduler, caplog):
    tries, enough = [], threading.Event()

    def broken() -> None:
        tries.append(1)
        if len(tries) == 3:
            enough.set()
        raise ValueError("not today")

    repeat(scheduler, "broken", SHORT, broken)
    assert enough.wait(10)
    assert [record.levelname for record in caplog.records if "broken" in record.getMessage()], (
        "and is logged by its name"
    )
