from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.checkin.venue import Venue


@pytest.fixture
def venue(session: Session) -> Venue:
    return Venue(session)
