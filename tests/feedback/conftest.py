from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.feedback.things import Street


@pytest.fixture
def street(session: Session) -> Street:
    return Street(session)
