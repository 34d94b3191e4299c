"""A place is grabbed in few round trips, and a sold-out shift is answered by reading alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from tests import factories as make
from tests.conftest import HouseClient
from tests.databases import Clone
from tests.home.counting import counted


def test_a_place_and_its_refusal_are_few_round_trips(client: HouseClient, session: Session, database: Clone) -> None:
    community = make.make_tree(session)["community"]
    first, second = (make.bearer(session, make.make_person(session, community)) for _ in range(2))
    shift = make.make_shift(session, make.make_task(session, community), capacity=1)
    path = f"/api/v1/shifts/{shift.public_id}/signups"
    far = database.dialect == "postgresql"

    def call(headers: dict[str, Any]) -> tuple[int, list[str]]:
        with counted(database.engine) as sent:
            return client.post(path, headers=headers).status_code, sent

    status, sent = call(first)
    # Token, numbers of the operator, lock, look, both rows at once. SQLite also looks before it asks for the writer's lock.
    assert (status, len(sent)) == (201, 5 if far else 7), "\n".join(sent)
    call(second)
    status, sent = call(second)  # the shift is known to be full: token, numbers, look, and no transaction
    assert (status, len(sent)) == (409, 3), "\n".join(sent)
    assert not [statement for statement in sent if statement.startswith(("INSERT", "UPDATE", "WITH"))]
