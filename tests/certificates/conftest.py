from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.certificates.things import Scene, make_scene


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)
