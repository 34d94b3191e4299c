"""What a process keeps of its answers: read-only, the same for everybody with the same key, and at most two seconds old.

Nothing kept ever decides a write or a refusal; it only saves reading the same thing again while a crowd asks for it. The age is
reckoned from the moment before the reading began, by the process's own clock, which nobody can set back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from itertools import islice
from typing import Any, Generic, TypeVar

from pointsapp.core.modes import lagging

T = TypeVar("T")
LONGEST_S = 2.0  # issue 3: caches of read-only answers are at most 2 s old

_life_s = LONGEST_S
_source: Callable[[], float] = time.monotonic


def use_life(seconds: float) -> None:
    """Set how old kept things may be, at most LONGEST_S; 0 keeps nothing. Called once, by `create_app`."""
    global _life_s
    _life_s = min(seconds, LONGEST_S)


def use_source(source: Callable[[], float] | None) -> None:
    """Tell the age from `source` (a test's own clock); None goes back to the system's."""
    global _source
    _source = source or time.monotonic


def life_s() -> float:
    """Return how old what is kept may be, in seconds."""
    return _life_s


def moment() -> float:
    """Return the second that ages are reckoned from."""
    return _source()


class _Place(Generic[T]):
    """One key's value with the moment its reading began; `making` is held by the one thread that reads it anew."""

    __slots__ = ("found", "making")

    def __init__(self) -> None:
        self.found: tuple[float, T] | None = None
        self.making = threading.Lock()


class Kept(Generic[T]):
    """Values by key, at most `most` of them; of many who ask for the same at once, one reads and the others wait for it.

    From half its life on, a value is read anew by the first who comes, while the others are still given the old one. What fails is
    not kept: the next in line tries for themself.
    """

    def __init__(self, *, most: int = 512) -> None:
        self._most = most
        self._places: dict[Hashable, _Place[T]] = {}
        self._guard = threading.Lock()
        _all.append(self)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under `key`, or what `make` reads now."""
        if _life_s <= 0:
            return make()
        came = moment()
        place = self._place((lagging.get(), key))
        found = place.found
        if found is not None and came - found[0] < _life_s / 2:
            return found[1]
        is_young = found is not None and came - found[0] < _life_s
        if not place.making.acquire(blocking=not is_young):
            assert found is not None
            return found[1]
        try:
            found = place.found
            begun = moment()
            # Read while we waited: what began after we came is as new as what we would read ourselves.
            if found is not None and (found[0] >= came or (not is_young and begun - found[0] < _life_s)):
                return found[1]
            value = make()
            place.found = begun, value
            return value
        finally:
            place.making.release()

    def peek(self, key: Hashable) -> T | None:
        """Return what is kept under `key` if it is young enough, None otherwise; never reads anything."""
        place = self._places.get((lagging.get(), key))
        found = place.found if place is not None else None
        return found[1] if found is not None and moment() - found[0] < _life_s else None

    def last(self, key: Hashable) -> T | None:
        """Return what was last found under `key`, however old: to make the next one from, never to be shown."""
        place = self._places.get((lagging.get(), key))
        return place.found[1] if place is not None and place.found is not None else None

    def forget(self) -> None:
        """Keep nothing of what was kept so far."""
        with self._guard:
            self._places = {}

    def __len__(self) -> int:
        return len(self._places)

    def _place(self, key: Hashable) -> _Place[T]:
        place = self._places.get(key)
        if place is not None:
            return place
        with self._guard:
            if len(self._places) >= self._most:
                self._sweep()
            return self._places.setdefault(key, _Place())

    def _sweep(self) -> None:
        """Let go of what is too old; where that is not enough, of everything: a crowd will soon have asked again."""
        end = moment() - _life_s
        left = {key: place for key, place in self._places.items() if place.found is not None and place.found[0] > end}
        self._places = left if len(left) < self._most else {}


class Beside(Generic[T]):
    """What was made of frozen things that stay the same object while they say the same: kept until `most` later ones have come.

    It has no age: of another thing, however alike, it is made anew. The thing is held as long as what was made of it, so nothing else
    can be taken for it.
    """

    def __init__(self, *, most: int = 512) -> None:
        self._most = most
        self._found: dict[tuple[int, Hashable], tuple[Any, T]] = {}  # the longest there first
        self._guard = threading.Lock()
        _all.append(self)

    def get(self, source: Any, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under `key` of this very `source`, or what `make` makes of it now."""
        place = id(source), key
        found = self._found.get(place)
        if found is not None:
            return found[1]
        value = make()
        if _life_s > 0:
            with self._guard:
                self._found[place] = source, value
                while len(self._found) > self._most:
                    del self._found[next(iter(self._found))]
        return value

    def forget(self) -> None:
        """Keep nothing of what was kept so far."""
        with self._guard:
            self._found = {}

    def __len__(self) -> int:
        return len(self._found)


_all: list[Any] = []


def forget_all() -> None:
    """Keep nothing of what was kept so far, anywhere in this process."""
    for each in _all:
        each.forget()


K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_OLD, _OF_LATE_S = 0.75, 10.0


class _Seen(Generic[V]):
    __slots__ = ("begun", "used", "value")

    def __init__(self, value: V, begun: float, used: float) -> None:
        self.value, self.begun, self.used = value, begun, used


class KeptEach(Generic[K, V]):
    """One small value for each of many: who asks for theirs has the oldest of the others read along in the same look.

    In a crowd everybody asks again every few seconds, and each would need a look of their own; a look for a hundred costs little more
    than one for one. Read along is whose value is about to be too old, and who asked in the last ten seconds.
    """

    def __init__(self, *, most: int = 20_000, along: int = 100) -> None:
        self._most, self._along = most, along
        self._seen: dict[K, _Seen[V]] = {}  # in the order of reading
        self._guard = threading.Lock()
        _all.append(self)

    def peek(self, key: K) -> V | None:
        """Return what is kept of `key` if it is young enough, None otherwise; never reads anything."""
        seen, came = self._seen.get(key), moment()
        if seen is None or came - seen.begun >= _life_s:
            return None
        seen.used = came
        return seen.value

    def get(self, key: K, read: Callable[[list[K]], dict[K, V]]) -> V | None:
        """Return what is kept of `key`, or what `read` finds of it now; None where there is no such thing."""
        found = self.peek(key)
        if found is not None:
            return found
        keys = [key, *self._old_ones(key)]
        begun = moment()
        values = read(keys)
        if _life_s > 0:
            self._remember(keys, values, begun)
        return values.get(key)

    def forget(self) -> None:
        with self._guard:
            self._seen = {}

    def __len__(self) -> int:
        return len(self._seen)

    def _old_ones(self, key: K) -> list[K]:
        """Return whom to read along; who has not asked of late is let go of."""
        found: list[K] = []
        if _life_s <= 0:
            return found
        came = moment()
        with self._guard:
            for other in list(islice(self._seen, 2 * self._along)):
                seen = self._seen[other]
                if came - seen.begun < _OLD * _life_s or len(found) == self._along:
                    break
                del self._seen[other]
                if other != key and came - seen.used < _OF_LATE_S:
                    found.append(other)
                    self._seen[other] = seen  # now the last in the queue: the next who comes takes others along
        return found

    def _remember(self, keys: list[K], values: dict[K, V], begun: float) -> None:
        with self._guard:
            if len(self._seen) + len(keys) > self._most:
                self._seen.clear()
            for number, key in enumerate(keys):
                before = self._seen.pop(key, None)
                if key in values:
                    used = begun if number == 0 or before is None else before.used
                    self._seen[key] = _Seen(values[key], begun, used)
