from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.merchants.shops import Shop, make_shop


@pytest.fixture
def shop(session: Session) -> Shop:
    return make_shop(session)
