"""Malloc's arenas: asked for where there are any, and never a reason to fail."""

from __future__ import annotations

import ctypes

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
