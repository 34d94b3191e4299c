"""What a process keeps is at most two seconds old, read once for a crowd, and never an error."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pointsapp.core import kept
from pointsapp.core.kept import Beside, Kept, KeptEach
from pointsapp.core.modes import lagging
from tests.conftest import Stopwatch


class Reader:
    """Answers 1, 2, 3 …: how often it was really read."""

    times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def test_what_is_kept_is_gone_after_two_seconds(watch: Stopwatch) -> None:
    room, read = Kept[int](), Reader()
    assert [room.get("a", read), room.get("a", read)] == [1, 1]
    watch.at += 1.99
    assert room.peek("a") == 1
    watch.at += 0.01
    assert room.peek("a") is None
    assert room.get("a", read) == 2


def test_the_age_is_reckoned_from_before_the_reading_began(watch: Stopwatch) -> None:
    room = Kept[int]()

    def slow() -> int:
        watch.at += 1.5
        return 7

    assert room.get("a", slow) == 7
    watch.at += 0.6
    assert room.peek("a") is None


def test_from_half_its_life_on_the_first_who_comes_reads_anew(watch: Stopwatch) -> None:
    room, read = Kept[int](), Reader()
    room.get("a", read)
    watch.at += 1.2
    inside: list[int] = []

    def again() -> int:
        with ThreadPoolExecutor(1) as other:  # who comes meanwhile is given the old one at once
            inside.append(other.submit(room.get, "a", read).result(timeout=60))
        return 50

    assert room.get("a", again) == 50
    assert inside == [1]
    assert room.get("a", read) == 50


def test_a_crowd_that_comes_at_once_reads_once(watch: Stopwatch) -> None:
    room, read, at_once = Kept[int](), Reader(), threading.Barrier(8)
    gate = threading.Event()

    def slow() -> int:
        gate.wait(60)
        return read()

    def ask() -> int:
        at_once.wait(60)
        return room.get("a", slow)

    with ThreadPoolExecutor(8) as crowd:
        asked = [crowd.submit(ask) for _ in range(8)]
        gate.set()
        assert {each.result(timeout=60) for each in asked} == {1}
    assert read.times == 1


def test_what_fails_is_not_kept(watch: Stopwatch) -> None:
    room, read = Kept[int](), Reader()

    def fail() -> int:
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            room.get("a", fail)
    assert room.get("a", read) == 1


def test_keys_and_the_state_of_a_replica_are_kept_apart(watch: Stopwatch) -> None:
    room, read = Kept[int](), Reader()
    assert [room.get("a", read), room.get("b", read)] == [1, 2]
    token = lagging.set(True)
    try:
        assert room.get("a", read) == 3
    finally:
        lagging.reset(token)
    assert room.get("a", read) == 1


def test_it_never_grows_beyond_its_bound(watch: Stopwatch) -> None:
    room, read = Kept[int](most=10), Reader()
    for number in range(100):
        room.get(number, read)
        assert len(room) <= 10


def test_nothing_is_kept_where_the_life_is_nothing_and_no_life_is_longer_than_two_seconds(watch: Stopwatch) -> None:
    room, read = Kept[int](), Reader()
    kept.use_life(0)
    assert [room.get("a", read), room.get("a", read)] == [1, 2]
    kept.use_life(60)
    assert kept.life_s() == 2.0


class Looks:
    """Answers each key with itself, and notes what was asked in one look."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def __call__(self, keys: list[int]) -> dict[int, int]:
        self.asked.append(keys)
        return {key: key for key in keys if key >= 0}


def test_who_asks_for_theirs_has_the_old_ones_read_along(watch: Stopwatch) -> None:
    room, read = KeptEach[int, int](along=3), Looks()
    for key in range(6):
        assert room.get(key, read) == key
    assert read.asked == [[0], [1], [2], [3], [4], [5]]
    watch.at += 2
    assert room.get(4, read) == 4
    assert read.asked[-1] == [4, 0, 1, 2]
    assert [room.peek(key) for key in range(6)] == [0, 1, 2, None, 4, None]
    watch.at += 1.4
    assert room.get(0, read) == 0
    assert len(read.asked) == 7
    watch.at += 0.6
    assert [room.peek(key) for key in range(6)] == [None] * 6


def test_who_has_not_asked_of_late_is_let_go_of(watch: Stopwatch) -> None:
    room, read = KeptEach[int, int](), Looks()
    for key in range(3):
        room.get(key, read)
    watch.at += 11
    room.get(9, read)
    assert read.asked[-1] == [9]
    assert len(room) == 1


def test_what_does_not_exist_is_not_kept(watch: Stopwatch) -> None:
    room, read = KeptEach[int, int](), Looks()
    assert [room.get(-1, read), room.get(-1, read)] == [None, None]
    assert (len(read.asked), len(room)) == (2, 0)


def test_each_of_many_is_kept_within_a_bound(watch: Stopwatch) -> None:
    room, read = KeptEach[int, int](most=10), Looks()
    for key in range(100):
        room.get(key, read)
        assert len(room) <= 10
    kept.use_life(0)
    room.get(99, read)
    room.get(99, read)
    assert read.asked[-2:] == [[99], [99]]


class Thing:
    """Two of them are alike and not the same."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)

    __hash__ = None  # type: ignore[assignment]


def test_what_was_made_of_a_thing_is_kept_as_long_as_it_is_that_thing(watch: Stopwatch) -> None:
    room, make, one, other = Beside[int](), Reader(), Thing(), Thing()
    assert [room.get(one, "a", make), room.get(one, "a", make), room.get(one, "b", make)] == [1, 1, 2]
    watch.at += 3600
    assert room.get(one, "a", make) == 1
    assert room.get(other, "a", make) == 3


def test_a_new_thing_is_never_taken_for_one_that_is_gone(watch: Stopwatch) -> None:
    room = Beside[int](most=3)
    for number in range(500):  # each may lie where the one before it lay
        assert room.get(Thing(), "a", lambda number=number: number) == number  # type: ignore[misc]
        assert len(room) <= 3


def test_beside_things_nothing_is_kept_where_the_life_is_nothing(watch: Stopwatch) -> None:
    room, make, one = Beside[int](), Reader(), Thing()
    kept.use_life(0)
    assert [room.get(one, "a", make), room.get(one, "a", make)] == [1, 2]
    assert len(room) == 0
    kept.forget_all()
