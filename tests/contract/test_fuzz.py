"""Hostile and odd input, made from the application's own document by schemathesis: the answer is never a 500."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own dependencies' deprecations
    import schemathesis

from tests.contract.world import API, World
from tests.databases import Clone

EXAMPLES = 10


def _known(world: World) -> dict[str, list[str]]:
    """Return real names for the places in addresses, so that the fuzz also reaches what lies behind a 404."""
    task = world.task()
    shift = task["shifts"][0]["id"]
    signup = world.sign_up("resident", shift)
    offer = world.offer()
    return {
        "task_id": [task["id"]],
        "shift_id": [shift],
        "signup_id": [signup["id"]],
        "offer_id": [offer["id"]],
        "person_id": [world.person("resident").public_id, world.person("staff").public_id],
        "merchant_id": [world.shop.public_id],
    }


@pytest.mark.filterwarnings("ignore")
def test_no_input_is_answered_with_a_500(world: World, database: Clone) -> None:
    known = _known(world)
    tokens = [world.token(who) for who in ("platform_admin", "staff", "resident", "manager", "clerk")]
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", world.client.application)
    operations = [found.ok() for found in schema.get_all_operations()]
    # Every operation on one of the two databases, whatever the clock says: a fuzz that tried little says little.
    for operation in operations[database.dialect == "postgresql" :: 2]:
        if operation.label == f"DELETE {API}/sessions/current":
            continue  # it ends the very token it is asked with

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), token=st.sampled_from(tokens), real=st.booleans())
        def try_it(case: Any, token: str, real: bool) -> None:
            for name in case.path_parameters or {}:
                if real and name in known:
                    case.path_parameters[name] = known[name][0]
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code < 500, f"{case.method} {case.path}: {answer.text[:300]}"
            if answer.status_code >= 400:
                assert "problem+json" in answer.headers["content-type"][0]

        try_it()
    assert len(operations) > 100
