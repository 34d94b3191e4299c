"""/console/areas: the tree one looks after, with its people and who leads it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import area_tree, find_area
from pointsapp.core.actor import Role
from tests.conftest import HouseClient
from tests.factories import make_person, make_staff, make_tree


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    made = make_tree(session)
    for area in made.values():
        session.expunge(area)
    return made


def test_who_may_look(client: HouseClient, session: Session, tree: dict[str, Area]) -> None:
    assert client.get("/console/areas").location == "/sign-in?next=/console/areas"
    assert client.sign_in(make_person(session, tree["community"])).get("/console/areas").status_code == 403
    staff = make_staff(session, tree["community"], name="钱卫东")
    client.sign_in(staff)
    page = client.get("/console/areas")
    assert page.status_code == 200
    assert "军区社区" in page.text
    assert "钱卫东" in page.text
    assert "建文社区" not in page.text
    assert client.get(f"/console/areas?area={tree['grid'].code}").status_code == 200
    assert client.get(f"/console/areas?area={tree['other'].code}").status_code == 404
    assert client.get("/console/areas?area=nowhere").status_code == 422


def test_heads_are_counted_upwards(session: Session, tree: dict[str, Area]) -> None:
    for name in ("grid", "grid", "community", "other"):
        make_person(session, tree[name])
    make_staff(session, tree["grid"], Role.GRID_LEADER, name="孙丽")
    lines = {line.name: line for line in area_tree(session, [tree["street"].path]).lines}
    assert {name: line.people for name, line in lines.items()} == {
        "经八路街道": 5,
        "军区社区": 4,
        "第一网格": 3,
        "建文社区": 1,
    }
    assert lines["第一网格"].leaders == (("grid_leader", "孙丽"),)
    assert [line.level for line in lines.values()] == [0, 1, 2, 1]


def test_two_levels_are_shown_and_the_rest_opens_by_a_tap(session: Session, tree: Any) -> None:
    whole = area_tree(session, ["/"])
    assert "第一网格" not in {line.name for line in whole.lines}
    assert whole.total == 6
    chosen = area_tree(session, ["/"], find_area(session, tree["community"].code))
    assert [area.name for area in chosen.above] == ["金水区", "经八路街道", "军区社区"]
    assert [line.name for line in chosen.lines] == ["军区社区", "第一网格"]


def test_a_long_tree_shows_one_level(session: Session, tree: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pointsapp.areas.queries.tree.MOST_LINES", 3)
    street = area_tree(session, [tree["street"].path])
    assert [line.name for line in street.lines] == ["经八路街道", "军区社区", "建文社区"]
    assert street.total == 4
