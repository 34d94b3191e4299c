"""The list that nearly everybody asks for is built once; it must say what the general one says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from pointsapp.core import clock
from pointsapp.core.paging import PageRequest
from pointsapp.tasks.models import Audience, TaskState
from pointsapp.tasks.queries import LISTED, TaskFilter, lists
from tests.factories import actor_of, make_person, make_shift, make_task, make_tree


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("area", [None, "other_street"])
def test_the_plain_list_says_what_the_general_one_says(session: Session, *, is_open: bool, area: str | None) -> None:
    tree, now = make_tree(session), clock.now()
    for place in ("grid", "community", "other", "other_street", "district"):
        for audience in Audience:
            task = make_task(session, tree[place], audience=audience)
            make_shift(session, task, capacity=1, taken=audience is Audience.AREA and place == "other")
    make_shift(session, make_task(session, tree["grid"], state=TaskState.DRAFT))
    make_shift(session, make_task(session, tree["grid"], waitlist=True), capacity=1, taken=1)
    make_shift(session, make_task(session, tree["grid"], signup_opens_at=now + timedelta(hours=1)))
    wanted = TaskFilter(area=tree[area].code if area else None, is_open=is_open, states=LISTED)
    seen = set()
    for home in (tree["grid"], tree["other"], tree["street"], None):
        actor = actor_of(session, make_person(session, home))
        for after in (None, 10**9):
            page = PageRequest(limit=50, after=(after,) if after else None)
            plain = lists.tasks_page(session, actor, wanted, page, now=now).items
            general = session.execute(lists._filtered(session, actor, wanted, now).order_by(lists.Task.id.desc())).all()
            assert [card.id for card in plain] == [row.id for row in general]
            seen.add(len(plain))
    assert max(seen) > 0
