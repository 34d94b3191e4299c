from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.watch.things import Street


@pytest.fixture
def street(session: Session) -> Street:
    return Street(session)
