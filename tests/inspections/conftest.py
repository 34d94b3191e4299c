"""A street whose branches are inspected."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.inspections.things import Street, make_street


@pytest.fixture
def street(session: Session) -> Street:
    return make_street(session)
