"""The line before a SQLite file: one writer at a time, over threads and processes, and nobody is left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from sqlite3 import OperationalError

import pytest
from sqlalchemy import Engine, create_engine, text

from pointsapp.core import turns
from pointsapp.core.db import prepare_engine
from pointsapp.core.modes import writing
from pointsapp.core.turns import Turns

OTHER = """
import sys, time
from pathlib import Path
from pointsapp.core.turns import Turns
turns = Turns(Path(sys.argv[1]))
turns.take(me := object())
print("mine", flush=True)
time.sleep(60)
"""


def test_a_second_thread_waits_and_then_has_its_turn(tmp_path: Path) -> None:
    line, one, two = Turns(tmp_path / "a.db"), object(), object()
    line.take(one)
    came: list[object] = []
    waiting = threading.Thread(target=lambda: (line.take(two), came.append(line.holder), line.give(two)))
    waiting.start()
    line.give(two)  # not theirs yet: nothing happens
    time.sleep(0.05)
    assert came == []
    line.give(one)
    waiting.join(timeout=60)
    assert came == [two]
    assert line.holder is None


def test_who_waits_too_long_hears_that_it_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_S", 0.05)
    line, one = Turns(tmp_path / "a.db"), object()
    line.take(one)
    with pytest.raises(OperationalError, match="database is locked"):
        line.take(object())
    line.give(one)
    line.take(one)


def test_another_process_waits_and_a_killed_one_is_no_obstacle(tmp_path: Path) -> None:
    line, me = Turns(tmp_path / "a.db"), object()
    with subprocess.Popen([sys.executable, "-c", OTHER, str(tmp_path / "a.db")], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"mine\n"
        taken: list[float] = []
        waiting = threading.Thread(target=lambda: (line.take(me), taken.append(time.monotonic())))
        waiting.start()
        time.sleep(0.1)
        assert taken == []
        other.kill()
        waiting.join(timeout=60)
    assert taken
    line.give(me)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    prepare_engine(made)
    with made.begin() as connection:
        connection.execute(text("CREATE TABLE thing (n INTEGER PRIMARY KEY)"))
    return made


def test_the_turn_is_given_back_however_the_transaction_ends(engine: Engine) -> None:
    token = writing.set(True)
    try:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO thing VALUES (1)"))
        with pytest.raises(ZeroDivisionError), engine.begin():
            raise ZeroDivisionError
        connection = engine.connect()
        connection.execute(text("INSERT INTO thing VALUES (2)"))
        connection.invalidate()
        connection.close()
        with engine.begin() as connection:
            assert connection.execute(text("SELECT COUNT(*) FROM thing")).scalar() == 1
    finally:
        writing.reset(token)


def test_readers_do_not_wait(engine: Engine) -> None:
    token = writing.set(True)
    with engine.begin() as writer:
        writer.execute(text("INSERT INTO thing VALUES (1)"))
        writing.reset(token)
        with engine.begin() as reader:
            assert reader.execute(text("SELECT COUNT(*) FROM thing")).scalar() == 0
