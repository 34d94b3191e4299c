"""Where one process counts calls per person: like the library's own memory, but old counters are swept on the way, now and then.

The library's memory starts a thread per hundredth of a second that walks over everybody who ever called; with a crowd of ten
thousand people that took a quarter of a core.
"""

from __future__ import annotations

import threading
import time

from limits.storage import Storage

from pointsapp.core import clock

SWEEP_EVERY_S = 30


class QuietMemory(Storage):
    """Fixed windows in a dictionary: key -> (count, end of its window by the process's own clock)."""

    STORAGE_SCHEME = ["quiet"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_options: str) -> None:
        self._windows: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._sweep_at = time.monotonic() + SWEEP_EVERY_S
        super().__init__(uri, wrap_exceptions=wrap_exceptions)

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count `amount` more in the window of `key`, opening one of `expiry` seconds where none is; return its count."""
        moment = time.monotonic()
        with self._lock:
            if moment >= self._sweep_at:
                self._sweep(moment)
            count, end = self._windows.get(key, (0, 0.0))
            if end <= moment:
                count, end = 0, moment + expiry
            self._windows[key] = count + amount, end
            return count + amount

    def get(self, key: str) -> int:
        count, end = self._windows.get(key, (0, 0.0))
        return count if end > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """Return the Unix second at which the window of `key` ends: what Retry-After is reckoned from."""
        left = self._windows.get(key, (0, 0.0))[1] - time.monotonic()
        return clock.now().timestamp() + max(left, 0.0)

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            number = len(self._windows)
            self._windows.clear()
            return number

    def clear(self, key: str) -> None:
        with self._lock:
            self._windows.pop(key, None)

    def _sweep(self, moment: float) -> None:
        self._windows = {key: window for key, window in self._windows.items() if window[1] > moment}
        self._sweep_at = moment + SWEEP_EVERY_S
