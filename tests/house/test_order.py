"""The slow files run first, and a file's tests together, however the rest was shuffled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import order
from tests.house.reading import ROOT


@dataclass(frozen=True)
class Item:
    path: Path
    name: str


def test_every_slow_file_is_there() -> None:
    assert [name for name in order.SLOW if not (ROOT / name).is_file()] == []
    assert len(set(order.SLOW)) == len(order.SLOW)


@pytest.mark.parametrize("turn", [list, lambda items: items[::-1]])
def test_slow_files_stand_first_then_large_ones_each_whole(turn: Callable[[list[Item]], list[Item]]) -> None:
    slow, slower = ROOT / order.SLOW[1], ROOT / order.SLOW[0]
    small, large = ROOT / "tests/a.py", ROOT / "tests/b.py"
    items = turn([Item(small, "1"), Item(large, "1"), Item(slow, "1"), Item(large, "2"), Item(slower, "1")])
    order.slow_first(items)  # type: ignore[arg-type]
    assert [item.path for item in items] == [slower, slow, large, large, small]
