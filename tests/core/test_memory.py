"""Memory of a server process: malloc's arenas, and the libraries it does without."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pointsapp.core.memory import share_arenas


def test_the_c_library_is_asked_once_for_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []

    class Library:
        def mallopt(self, what: int, value: int) -> int:
            asked.append((what, value))
            return 1

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: Library())
    assert share_arenas(3)
    assert asked == [(-8, 3)]


def test_another_c_library_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert share_arenas() is False


def test_a_server_process_loads_nothing_of_migrations_and_workbooks(tmp_path: Path) -> None:
    asks = (
        "import sys, pointsapp.wsgi; print(sorted({'alembic', 'flask_migrate', 'mako', 'openpyxl'} & set(sys.modules)))"
    )
    environment = {**os.environ, "POINTSAPP_INSTANCE": str(tmp_path), "POINTSAPP_ENV": "development"}
    run = subprocess.run([sys.executable, "-c", asks], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
