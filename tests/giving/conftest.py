from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.core import clock as clock_module
from pointsapp.core.actor import Actor, Role
from pointsapp.core.transaction import write
from pointsapp.giving.services import OpenFund, open_fund
from pointsapp.people.models import Person
from tests.conftest import Clock
from tests.factories import actor_of, grant, make_person, make_tree
from tests.merchants.shops import give_points


def do(fn: Callable[..., Any], *args: Any) -> Any:
    """Run a service in a transaction of its own at the test's moment."""
    return write(fn, *args, now=clock_module.now())


@dataclass
class Street:
    """Two verified neighbours, the first with 200 points, an office, and the fund it opened."""

    session: Session
    giver: Person
    receiver: Person
    officer: Person
    fund: str

    def actor(self, person: Person) -> Actor:
        return actor_of(self.session, person)


@pytest.fixture
def street(session: Session, clock: Clock) -> Street:
    return make_street(session)


def make_street(session: Session) -> Street:
    tree = make_tree(session)
    giver, receiver, officer = (make_person(session, tree["community"]) for _ in range(3))
    grant(session, officer, Role.STAFF, area=tree["community"])
    give_points(session, giver, 200)
    command = OpenFund(area=tree["community"].code, name="暖心午餐", purpose="为独居老人送午饭")
    fund = do(open_fund, actor_of(session, officer), command)
    for person in (giver, receiver, officer):  # a page's request ends the session: what was read of them stays readable
        session.refresh(person)
        session.expunge(person)
    return Street(session, giver, receiver, officer, fund.public_id)
