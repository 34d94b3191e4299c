"""Work is reported while two workers count: each piece of evidence is in every count above it exactly once."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import func, select

from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, BranchTally, Evidence, Membership, StaleArea
from pointsapp.stars.queries import wrong_tallies
from pointsapp.stars.services import count_stale
from tests.databases import Clone
from tests.factories import make_person, make_tree
from tests.race.crowd import while_working
from tests.stars.things import make_branches, open_small_round, report, report_work, this_round

pytestmark = pytest.mark.race
REPORTERS, EACH = 3, 12


def test_two_workers_count_while_work_is_reported(live: Clone) -> None:
    with live.app.app_context():
        session = db.session
        tree = make_tree(session)  # type: ignore[arg-type]
        make_branches(session, *(tree[place] for place in ("street", "community", "other", "grid")))  # type: ignore[arg-type]
        open_small_round(session)  # type: ignore[arg-type]
        people = [make_person(session, tree["grid"]).id for _ in range(REPORTERS)]  # type: ignore[arg-type]
        # The first is a member: where they come, the branch is counted from its evidence.
        branch = session.scalars(select(Branch).where(Branch.area_id == tree["community"].id)).one()
        session.add(Membership(person_id=people[0], branch_id=branch.id, recorded_at=clock.now()))
        session.commit()
        for area in tree.values():
            session.refresh(area)
            session.expunge(area)
        session.remove()

    def reports(number: int) -> None:
        dice, person = random.Random(number), db.session.get_one(Person, people[number])
        db.session.expunge(person)
        for _ in range(EACH):
            area = tree[dice.choice(["community", "other", "grid"])]
            if dice.random() < 0.3:
                report(
                    db.session,
                    "checkin.corrected",
                    area,
                    person,
                    minutes_before=30,
                    minutes=0,
                    points_before=0,
                    points=0,
                )  # type: ignore[arg-type]
            else:
                report_work(db.session, area, person, dice.choice([0, 30]))  # type: ignore[arg-type]

    def counts() -> None:
        write(count_stale, now=clock.now())

    reporters = [lambda number=number: reports(number) for number in range(REPORTERS)]  # type: ignore[misc]
    while_working(live, reporters, [counts, counts])
    with live.app.app_context():
        while write(count_stale, now=clock.now()):
            pass
        assert (db.session.scalar(select(func.count()).select_from(Evidence)) or 0) > REPORTERS * EACH
        assert db.session.scalar(select(func.count()).select_from(StaleArea)) == 0
        assert db.session.scalar(select(func.count()).select_from(BranchTally).where(BranchTally.is_stale)) == 0
        assert wrong_tallies(db.session, [this_round(db.session)], now=clock.now()) == []  # type: ignore[arg-type]
        db.session.remove()
