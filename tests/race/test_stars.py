"""Work is reported while two workers count, and an item is accepted while what shows it is withdrawn: one of the two is first."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from pointsapp.stars.models import Branch, BranchTally, Evidence, Membership, StaleArea
from pointsapp.stars.queries import wrong_tallies
from pointsapp.stars.services import (
    AddItem,
    GiveProof,
    ItemDraft,
    accept_item,
    add_item,
    count_stale,
    give_proof,
    set_progress,
    withdraw_proof,
)
from tests.databases import Clone
from tests.factories import make_person, make_tree
from tests.race.crowd import at_once, while_working
from tests.stars.things import code, make_branches, officer, open_small_round, report, report_work, this_round

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


def test_an_item_is_accepted_or_what_shows_it_withdrawn_never_both(live: Clone) -> None:
    with live.app.app_context():
        session: Session = db.session
        tree = make_tree(session)
        make_branches(session, tree["community"])
        open_small_round(session)
        area, now = tree["community"], clock.now()
        secretary, office = officer(session, area, Role.BRANCH_SECRETARY), officer(session, area, Role.ASSESSOR)
        acts: list[Callable[[], Any]] = []
        for number in range(6):
            draft = ItemDraft(
                star="second", indicator=None, title=f"第 {number} 件", lead_unit="居委会", responsible_unit="物业",
                person_id=None, due_on=clock.local_day(now) + timedelta(days=5),
            )  # fmt: skip
            found = this_round(session).public_id
            item = write(
                add_item, secretary, AddItem(round_id=found, branch_id=code(area), item=draft), now=now
            ).item_id
            assert item is not None
            note = GiveProof(
                round_id=found, branch_id=code(area), title=f"第 {number} 份", words="原件在柜里",
                happened_on=clock.local_day(now), uses=(f"item:{item}",),
            )  # fmt: skip
            piece = write(give_proof, secretary, note, now=now).public_id
            write(set_progress, secretary, code(area), item, 100, now=now)
            acts.append(partial(write, accept_item, office, code(area), item, now=now))
            acts.append(partial(write, withdraw_proof, secretary, code(area), piece, "放错了", now=now))
        session.rollback()
    came = at_once(live, acts)
    for accepted, withdrawn in zip(came[::2], came[1::2], strict=True):
        assert (accepted, withdrawn) in {("done", "plan_item_accepted"), ("item_unproven", "done")}
