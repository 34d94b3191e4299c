"""A street with two branches and a round that runs; the catalogue of metrics is handed in as the wiring does, also without an application."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core.actor import Actor, Role
from pointsapp.stars.queries import RoundRow
from pointsapp.wiring import register_metrics
from tests.factories import make_tree
from tests.stars.things import make_branches, officer, open_small_round, this_round

register_metrics()


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    open_small_round(session)
    return tree


@pytest.fixture
def found(session: Session, tree: dict[str, Area]) -> RoundRow:
    return this_round(session)


@pytest.fixture
def admin(session: Session, tree: dict[str, Area]) -> Actor:
    return officer(session, tree["street"], Role.STREET_ADMIN)
