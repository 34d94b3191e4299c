"""The world of the contract tests, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.conftest import Clock, HouseClient
from tests.contract.world import World


@pytest.fixture
def world(session: Session, client: HouseClient, clock: Clock) -> World:
    return World(session, client, clock)
