"""Edits race with the publication and with the freeze: each either stands in the edition or was refused, none slips in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from pointsapp.core import clock
from pointsapp.core.actor import Actor, Role
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.stars.models import Assessment, Objection, ObjectionState, Round, RoundEdition, RoundState, SchemeVersion
from pointsapp.stars.queries import find_round, standings, wrong_editions
from pointsapp.stars.services import (
    Answer,
    Assess,
    Object,
    Publish,
    answer_objection,
    assess,
    freeze_round,
    object_to,
    publish_round,
)
from pointsapp.stars.services.rounds import open_round
from tests.databases import Clone
from tests.factories import actor_of, make_person, make_platform_admin, make_staff, make_tree
from tests.race.crowd import at_once
from tests.stars.things import make_branches, open_small_round

pytestmark = pytest.mark.race
EDITORS = 6


def _finished(session: Any) -> tuple[str, str, Actor, list[Actor], dict[str, Any]]:
    """Make last quarter's round, which is past its cut-off by the system's clock; return it, a branch and who acts."""
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    scheme = session.scalars(select(SchemeVersion)).one()
    day = clock.quarter_of(clock.local_day(clock.now()))[0] - timedelta(days=30)
    found = write(lambda session: open_round(session, session.get_one(SchemeVersion, scheme.id), day, now=clock.now()))
    write(lambda session: session.execute(update(Round).where(Round.id == found.id).values(cut_off_at=clock.at_local(date(2026, 1, 5)))))  # fmt: skip
    admin = actor_of(session, make_platform_admin(session))
    editors = [actor_of(session, make_staff(session, tree["street"], Role.STREET_ADMIN)) for _ in range(EDITORS)]
    return found.public_id, f"b-{tree['community'].code}", admin, editors, tree


def _score(round_id: str, branch: str, score: int) -> Assess:
    return Assess(round_id=round_id, branch_id=branch, indicator="party_life", score=score, reason="台账")


def test_an_assessment_beside_the_publication_is_in_time_or_refused(live: Clone) -> None:
    with live.app.app_context():
        round_id, branch, admin, editors, _tree = _finished(db.session)
        acts: list[Callable[[], Any]] = [
            lambda actor=actor, n=n: write(assess, actor, _score(round_id, branch, n * 100), now=clock.now())  # type: ignore[misc]
            for n, actor in enumerate(editors, start=1)
        ]
        command = Publish(round_id=round_id, reason="不等了")
        acts.insert(EDITORS // 2, lambda: write(publish_round, admin, command, now=clock.now()))
        came = at_once(live, acts)
        publication = came.pop(EDITORS // 2)
        assert publication == "done"
        assert set(came) <= {"done", "round_published"}
        assert db.session.scalar(select(func.count()).select_from(Assessment)) == came.count("done")
        at = db.session.scalar(select(Round.published_at).where(Round.public_id == round_id))
        assert at is not None


def test_an_answer_beside_the_freeze_is_in_the_edition_or_keeps_the_round_open(live: Clone) -> None:
    with live.app.app_context():
        round_id, branch, admin, editors, tree = _finished(db.session)
        write(publish_round, admin, Publish(round_id=round_id, reason="不等了"), now=clock.now())
        neighbour = actor_of(db.session, make_person(db.session, tree["community"]))  # type: ignore[arg-type]
        for n in range(3):
            command = Object(round_id=round_id, branch_id=branch, indicator="party_life", text=f"少算了 {n}")
            write(object_to, neighbour, command, now=clock.now())
        over = clock.now() - timedelta(minutes=1)
        write(lambda session: session.execute(update(Round).where(Round.public_id == round_id).values(objections_until=over)))  # fmt: skip
        ids = list(db.session.scalars(select(Objection.public_id).order_by(Objection.id)))
        acts: list[Callable[[], Any]] = [
            lambda one=one, n=n: write(  # type: ignore[misc]
                answer_objection,
                editors[n],
                Answer(objection_id=one, is_upheld=True, answer="补记", score=(n + 1) * 100),
                now=clock.now(),
            )
            for n, one in enumerate(ids)
        ]
        acts += [lambda: write(freeze_round, admin, round_id, now=clock.now())] * 3
        came = at_once(live, acts)
        assert came[:3].count("done") == 3
        assert set(came[3:]) <= {"done", "repeat", "objections_open"}
        assert came[3:].count("done") <= 1
        write(freeze_round, admin, round_id, now=clock.now())  # whoever was refused may press again
        found = find_round(db.session, round_id)  # type: ignore[arg-type]
        assert found.state is RoundState.CLOSED
        assert db.session.scalar(select(func.count()).select_from(RoundEdition)) == 1
        assert db.session.scalar(select(func.count()).select_from(Objection).where(Objection.state == ObjectionState.OPEN)) == 0  # fmt: skip
        newest = db.session.scalars(select(Assessment.score_hundredths).order_by(Assessment.id.desc())).first()
        row = next(row for row in standings(db.session, found, now=clock.now()) if row.branch.code == branch)  # type: ignore[arg-type]
        stored = {one.indicator.key: one.score for star in row.score.stars for one in star.indicators}
        assert stored["party_life"] == newest
        assert wrong_editions(db.session) == []  # type: ignore[arg-type]
