"""A panel in a hurry: two scores of one person at once, a score against the closing, two panels called for one branch."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from pointsapp.contest.models import Panel, PanelScore
from pointsapp.contest.queries import find_panel, results_of, sheet_of
from pointsapp.contest.services import close_panel, give_score
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from tests.contest.things import make_world
from tests.databases import Clone
from tests.race.crowd import at_once

pytestmark = pytest.mark.race


def test_two_scores_at_once_are_both_kept_and_one_counts(live: Clone) -> None:
    with live.app.app_context():
        world = make_world(db.session)
        people = world.panellists(3)
        panel_id, branch = world.call(people), world.branch
        actor = world.actor(people[0])
        acts = [
            lambda score=score: write(give_score, actor, panel_id, branch, score, now=clock.now())
            for score in (300, 400, 500, 600) * 3
        ]
        assert set(at_once(live, acts)) <= {"done", "repeat"}
        kept = db.session.scalars(select(PanelScore.score_hundredths).order_by(PanelScore.id)).all()
        assert all(one != other for one, other in pairwise(kept))  # the same again was a repeat
        given = sheet_of(db.session, find_panel(db.session, panel_id), now=clock.now()).given
        assert list(given.values()) == [kept[-1]]


def test_no_score_slips_in_behind_the_closing(live: Clone) -> None:
    with live.app.app_context():
        world = make_world(db.session)
        people = world.panellists(3)
        panel_id = world.call(people)
        actors, chair = [world.actor(one) for one in people], world.actor(world.admin)
        branches = (world.branch, world.other_branch)
        for actor in actors:
            for branch in branches:
                write(give_score, actor, panel_id, branch, 500, now=clock.now())
        acts = [lambda: write(close_panel, chair, panel_id, now=clock.now())]
        acts += [
            lambda actor=actor, branch=branch: write(give_score, actor, panel_id, branch, 900, now=clock.now())  # type: ignore[misc]
            for actor in actors
            for branch in branches
        ]
        came = Counter(at_once(live, acts))
        assert came.keys() <= {"done", "panel_closed"}
        assert came["done"] >= 1
        # What was published is what stood: every score kept is older than the closing.
        panel = find_panel(db.session, panel_id)
        sheet = sheet_of(db.session, panel, now=clock.now())
        for row in results_of(db.session, panel):
            assert list(row.scores) == sorted(sheet.scores_of(row.branch.id))


def test_one_branch_is_called_before_one_panel(live: Clone) -> None:
    with live.app.app_context():
        world = make_world(db.session)
        crews = [world.panellists(3) for _ in range(6)]
        came = Counter(at_once(live, [lambda crew=crew: world.call(crew) for crew in crews], lambda _id: "done"))
        assert came == {"done": 1, "branch_on_panel": 5}
        assert db.session.scalar(select(func.count()).select_from(Panel)) == 1
