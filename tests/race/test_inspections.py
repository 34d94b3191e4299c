"""Real commits from many threads: a draw is drawn once, whatever values are entered at the same moment."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.inspections.models import DrawOutcome, Inspection
from pointsapp.inspections.services import announce_draw, cancel_draw, reveal_draw
from tests.databases import Clone
from tests.inspections.things import make_street
from tests.race.crowd import at_once

pytestmark = pytest.mark.race
MANY = 10


def _announced(live: Clone) -> tuple[str, object, object]:
    """Return the draw's id, the office, and a moment at which the value is out."""
    with live.app.app_context():
        street = make_street(db.session)
        office = street.actor("office")
        made = write(announce_draw, office, street.announcement(), now=clock.now())
        return made.public_id, office, clock.now() + timedelta(hours=21)


def test_of_many_values_one_draws(live: Clone) -> None:
    draw_id, office, later = _announced(live)
    acts = [partial(write, reveal_draw, office, draw_id, f"3 7 {n}", "网上", now=later) for n in range(MANY)]
    assert Counter(at_once(live, acts)) == {"done": 1, "draw_is_over": MANY - 1}
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(DrawOutcome)) == 1
        assert db.session.scalar(select(func.count()).select_from(Inspection)) == 6


def test_the_same_value_many_times_is_one_draw(live: Clone) -> None:
    draw_id, office, later = _announced(live)
    acts = [partial(write, reveal_draw, office, draw_id, "3 7 9", "网上", now=later)] * MANY
    assert Counter(at_once(live, acts)) == {"done": 1, "repeat": MANY - 1}
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Inspection)) == 6


def test_drawn_or_cancelled_but_not_both(live: Clone) -> None:
    draw_id, office, later = _announced(live)
    reveal = partial(write, reveal_draw, office, draw_id, "3 7 9", "网上", now=later)
    cancel = partial(write, cancel_draw, office, draw_id, "名单有误", now=later)
    found = at_once(live, [reveal, cancel] * 4)
    assert Counter(found)["done"] == 1
    assert set(found) <= {"done", "repeat", "draw_is_over"}
    with live.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(DrawOutcome)) == 1


def test_two_draws_at_once_are_one_open_draw(live: Clone) -> None:
    with live.app.app_context():
        street = make_street(db.session)
        office, command = street.actor("office"), street.announcement()
    acts = [partial(write, announce_draw, office, command, now=clock.now())] * 6
    assert Counter(at_once(live, acts)) == {"done": 1, "draw_still_open": 5}
