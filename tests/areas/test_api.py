"""GET /api/v1/areas: for everybody, paged, by code."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.conftest import HouseClient
from tests.factories import make_tree


def test_a_guest_reads_the_tree(client: HouseClient, session: Session) -> None:
    tree = make_tree(session)
    body = client.get("/api/v1/areas").get_json()
    assert body["next_cursor"] is None
    found = {item["code"]: item for item in body["items"]}
    assert len(found) == 6
    assert found[tree["street"].code] == {
        "id": tree["street"].public_id,
        "code": tree["street"].code,
        "name": "经八路街道",
        "kind": "street",
        "parent_id": tree["district"].public_id,
    }
    assert found[tree["district"].code]["parent_id"] is None


def test_pages_follow_one_another(client: HouseClient, session: Session) -> None:
    make_tree(session)
    first = client.get("/api/v1/areas?limit=4").get_json()
    second = client.get(f"/api/v1/areas?limit=4&cursor={first['next_cursor']}").get_json()
    codes = [item["code"] for item in first["items"] + second["items"]]
    assert codes == sorted(codes)
    assert len(codes) == 6
    assert second["next_cursor"] is None


def test_a_kind_can_be_asked_for(client: HouseClient, session: Session) -> None:
    make_tree(session)
    items = client.get("/api/v1/areas?kind=community").get_json()["items"]
    assert {item["kind"] for item in items} == {"community"}
    assert len(items) == 2


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=%00", "cursor=W10", "kind=village", "cursor=" + "A" * 9000]
)
def test_bad_arguments_are_422(client: HouseClient, session: Session, query: str) -> None:
    answer = client.get(f"/api/v1/areas?{query}")
    assert answer.status_code == 422
    assert answer.get_json()["code"] == "validation_failed"
