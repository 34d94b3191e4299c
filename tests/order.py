"""In which order the files run: two processes share them, and neither shall sit idle while the other is at a long one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.house.reading import ROOT

# What takes longest, the longest first. Of the files that need the demo street only one stands here: it loads the street, and by the
# time the others come to it, it is there.
SLOW = (
    "tests/demo/test_pages.py",
    "tests/migrations/test_migrations.py",
    "tests/contract/test_door_matrix.py",
    "tests/contract/test_server.py",
    "tests/backup/test_round_trip.py",
    "tests/chaos/test_chaos.py",
    "tests/contract/test_fuzz.py",
    "tests/web/test_doors.py",
    "tests/browser/test_staff_journeys.py",
    "tests/browser/test_shop_journeys.py",
)


def slow_first(items: list[pytest.Item]) -> None:
    """Sort `items` by file: the slow ones as above, then those with the most tests. `make test` hands files out in this order."""
    sizes = Counter(item.path for item in items)
    rank = {ROOT / name: number for number, name in enumerate(SLOW)}
    place: dict[Path, int] = {}
    for item in items:
        place.setdefault(item.path, len(place))
    items.sort(key=lambda item: (rank.get(item.path, len(rank)), -sizes[item.path], place[item.path]))
