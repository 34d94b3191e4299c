"""Many hands earn while two workers fold: each posting counts once, and no reader sees one twice or not at all."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from pointsapp.boards.models import UnfoldedPosting
from pointsapp.boards.queries import board_for, month_statement, ranking, verify_boards
from pointsapp.boards.services import fold
from pointsapp.core import clock
from pointsapp.core.db import db
from pointsapp.core.paging import PageRequest
from pointsapp.core.transaction import write
from pointsapp.people.models import Person
from tests.boards.things import earn
from tests.databases import Clone
from tests.factories import make_person, make_tree
from tests.race.crowd import while_working

pytestmark = pytest.mark.race
PEOPLE, EACH, POINTS = 6, 15, 10


def test_two_workers_fold_while_people_earn(live: Clone) -> None:
    with live.app.app_context():
        tree = make_tree(db.session)  # type: ignore[arg-type]
        people = [make_person(db.session, tree["community"]) for _ in range(PEOPLE)]  # type: ignore[arg-type]
        code, ids = tree["community"].code, [person.id for person in people]
        db.session.remove()

    def earns(person_id: int) -> None:
        person = db.session.get_one(Person, person_id)
        mine = 0
        for _ in range(EACH):
            earn(db.session, person, POINTS)  # type: ignore[arg-type]
            mine += POINTS
            board = board_for(db.session, None, code, "all", now=clock.now())
            found = ranking(db.session, board, PageRequest(limit=100), me=person_id)
            shown = {row.person_id: row.points for row in found.page.items}
            # One's own act is on the board the moment it is answered: not missing, not twice, folded or not.
            assert (found.me.points, shown[person_id]) == (mine, mine)
            assert all(points % POINTS == 0 and points <= EACH * POINTS for points in shown.values())
            assert [row.points for row in found.page.items] == sorted(shown.values(), reverse=True)
            db.session.rollback()

    def folds() -> None:
        write(fold, now=clock.now(), limit=9)

    def reads() -> None:
        now = clock.now()
        found = month_statement(db.session, clock.local_day(now).replace(day=1), now=now)
        assert found.issued == found.accounted
        assert verify_boards(db.session, now=now).problems == ()
        db.session.rollback()

    earners = [lambda person_id=person_id: earns(person_id) for person_id in ids]  # type: ignore[misc]
    while_working(live, earners, [folds, folds, reads])
    with live.app.app_context():
        while write(fold, now=clock.now()):
            pass
        assert db.session.scalar(select(func.count()).select_from(UnfoldedPosting)) == 0
        now = clock.now()
        assert verify_boards(db.session, now=now).problems == ()
        board = board_for(db.session, None, code, "week", now=now)
        page = ranking(db.session, board, PageRequest(limit=100), me=ids[0]).page
        assert [(row.rank, row.points) for row in page.items] == [(1, EACH * POINTS)] * PEOPLE
        db.session.remove()
