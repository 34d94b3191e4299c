"""What several processes of one test run need and only one of them makes: the loaded demo street, the list of its pages."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from benchmarks.pages import PageTime, walk
from benchmarks.street import build
from pointsapp.core import kept


def common(factory: pytest.TempPathFactory) -> Path:
    """Return the run's own folder, the same for every process of it."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[], Any]) -> Any:
    """Return what `make` gives, as JSON holds it; made by whoever of the run's processes asks first, while the others wait."""
    folder = common(factory)
    file = folder / f"{name}.json"
    with _alone(folder, name):
        if not file.exists():
            half = file.with_suffix(".half")
            half.write_text(json.dumps(make(), ensure_ascii=False))
            half.replace(file)
    return json.loads(file.read_text())


def the_demo(factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a new folder `name` of the caller's own with a copy of the loaded demo street (`demo.db`) and its pictures."""
    loaded = common(factory) / "the-demo"

    def load() -> str:
        loaded.mkdir()
        return str(build(loaded / "demo.db"))

    once(factory, "the-demo", load)
    mine = factory.mktemp(name)
    shutil.copytree(loaded, mine, dirs_exist_ok=True)
    return mine


def pages_of(demo: Flask, factory: pytest.TempPathFactory) -> list[PageTime]:
    """Return every page of the demo as every role, a guest included, found by following links; its process keeps what a server's does."""

    def walked() -> list[dict[str, Any]]:
        kept.use_life(kept.LONGEST_S)
        try:
            return [asdict(row) for row in walk(demo, times=1)]
        finally:
            kept.use_life(0)

    return [PageTime(**row) for row in once(factory, "pages", walked)]
