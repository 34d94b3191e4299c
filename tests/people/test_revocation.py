"""What was revoked is gone at once, in every process: no server believes a token or a role longer than one call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from pointsapp import create_app
from pointsapp.core import clock
from pointsapp.core.actor import Role
from pointsapp.core.db import db
from pointsapp.people.models import ApiToken, RoleGrant
from tests import factories as make
from tests.databases import SECRET, Clone, settings_for

pytestmark = pytest.mark.race


@pytest.fixture
def second(live: Clone) -> Iterator[Flask]:
    """A second server on the same database, with memory of its own."""
    app = create_app(settings_for(live.url, secret_key=SECRET))
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_a_revoked_token_and_an_ended_role_are_gone_in_the_other_process_too(live: Clone, second: Flask) -> None:
    other = second.test_client()
    here = live.app.test_client()
    with live.app.app_context():
        community = make.make_tree(db.session)["community"]  # type: ignore[arg-type]
        staff = make.make_staff(db.session, community, Role.STREET_ADMIN)  # type: ignore[arg-type]
        headers, place, number = make.bearer(db.session, staff), community.code, staff.id  # type: ignore[arg-type]
    grant = {"area_id": place, "points": 10, "memo": "开年"}
    for client in (here, other):
        assert client.get("/api/v1/me", headers=headers).get_json()["roles"]
        assert client.post("/api/v1/budget-grants", json=grant, headers=headers).status_code == 201
    past = clock.now() - timedelta(seconds=1)
    with live.app.app_context():
        db.session.execute(update(RoleGrant).where(RoleGrant.person_id == number).values(ended_at=past))
        db.session.commit()
    for client in (here, other):
        assert client.get("/api/v1/me", headers=headers).get_json()["roles"] == []
        assert client.post("/api/v1/budget-grants", json=grant, headers=headers).status_code == 403
    with live.app.app_context():
        db.session.execute(update(ApiToken).where(ApiToken.person_id == number).values(revoked_at=past))
        db.session.commit()
    for client in (here, other):
        assert client.get("/api/v1/me", headers=headers).status_code == 401
        assert client.post("/api/v1/budget-grants", json=grant, headers=headers).status_code == 401
