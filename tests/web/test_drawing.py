"""What was drawn of a row is drawn once: per language and arguments, and anew as soon as the row is another one."""

from __future__ import annotations

from typing import Any

from flask import Flask
from markupsafe import Markup

from pointsapp.web.drawing import kept_of
from tests.conftest import Stopwatch


class Card:
    """A macro that says how often it was called."""

    def __init__(self) -> None:
        self.drawn: list[Any] = []

    def __call__(self, row: Any, *args: Any) -> Markup:
        self.drawn.append(row)
        return Markup("<b>{}</b> {}").format(len(self.drawn), args)


def test_a_row_is_drawn_once_for_everybody(app: Flask, watch: Stopwatch) -> None:
    card, row, other = Card(), ["a row that is no key"], ["a row that is no key"]
    with app.test_request_context("/"):
        first = kept_of(row, card, True)
        assert kept_of(row, card, True) is first
        assert kept_of(row, card, False) != first
        assert kept_of(other, card, True) != first
    with app.test_request_context("/?lang=en"):
        assert kept_of(row, card, True) != first
    assert len(card.drawn) == 4
    watch.at += 3600
    with app.test_request_context("/"):
        assert kept_of(row, card, True) is first


def test_only_the_row_that_changed_is_drawn_anew(app: Flask, watch: Stopwatch) -> None:
    card = Card()
    with app.test_request_context("/"):
        rows = [["one"], ["two"], ["three"]]
        "".join(kept_of(row, card) for row in rows)
        rows[1] = ["two and a half"]
        "".join(kept_of(row, card) for row in rows)
    assert card.drawn == [["one"], ["two"], ["three"], ["two and a half"]]
