"""The import of the tree, and the readings others rely on."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.errors import UnknownArea
from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.queries import area_options, areas_by_codes, district_of, find_area, require_area, subtree_ids
from pointsapp.areas.rules import AreaDraft
from pointsapp.areas.services import ImportedAreas, import_areas
from pointsapp.core import clock
from pointsapp.core.events import Event
from pointsapp.core.table_file import BadFile
from pointsapp.core.transaction import write
from tests.factories import make_tree

ROWS = [
    ("C1", "军区社区", "community", "S1"),
    ("D1", "金水区", "district", ""),
    ("S1", "经八路街道", "street", "D1"),
    ("S2", "杜岭街道", "street", "D1"),
    ("G1", "第一网格", "grid", "C1"),
]


def drafts(rows: list[tuple[str, str, str, str]]) -> list[AreaDraft]:
    return [
        AreaDraft(line=line, code=code, name=name, kind=kind, parent_code=parent)
        for line, (code, name, kind, parent) in enumerate(rows, start=2)
    ]


def bring(rows: list[tuple[str, str, str, str]]) -> ImportedAreas:
    return write(import_areas, drafts(rows), now=clock.now())


def by_code(session: Session, code: str) -> Area:
    return session.scalars(select(Area).where(Area.code == code).execution_options(populate_existing=True)).one()


def test_a_file_in_any_order_becomes_a_tree(session: Session) -> None:
    assert bring(ROWS) == ImportedAreas(added=5, changed=0, kept=0)
    district, street, community, grid = (by_code(session, code) for code in ("D1", "S1", "C1", "G1"))
    assert grid.path == f"/{district.id}/{street.id}/{community.id}/{grid.id}/"
    assert grid.parent_id == community.id
    assert district_of(grid.path) == district.path


def test_the_same_file_twice_changes_nothing(session: Session) -> None:
    bring(ROWS)
    before = session.scalar(select(func.count()).select_from(Event))
    ids = dict(session.execute(select(Area.code, Area.public_id)).all())
    assert bring(ROWS) == ImportedAreas(added=0, changed=0, kept=5)
    assert dict(session.execute(select(Area.code, Area.public_id)).all()) == ids
    assert session.scalar(select(func.count()).select_from(Event)) == before


def test_moving_an_area_moves_what_is_below_it(session: Session) -> None:
    bring(ROWS)
    assert bring([("C1", "军区社区", "community", "S2")]) == ImportedAreas(added=0, changed=1, kept=0)
    assert by_code(session, "G1").path.startswith(by_code(session, "S2").path)


def test_a_bad_row_writes_nothing(session: Session) -> None:
    with pytest.raises(BadFile) as bad:
        bring([*ROWS, ("X1", "没有", "community", "S9"), ("X2", "不对", "village", "S1")])
    assert [line for line, _ in bad.value.problems] == [7, 8]
    assert session.scalar(select(func.count()).select_from(Area)) == 0


def test_an_area_is_found_by_id_and_by_code(session: Session) -> None:
    tree = make_tree(session)
    street = tree["street"]
    for reference in (street.public_id, street.code):
        found = find_area(session, reference)
        assert found is not None
        assert (found.id, found.path) == (street.id, street.path)
    for nonsense in (None, "", "no such", "x" * 100_000, "%", "/1/"):
        assert find_area(session, nonsense) is None
    with pytest.raises(UnknownArea) as unknown:
        require_area(session, "no such", field="area_id")
    assert unknown.value.errors == {"area_id": ["没有这个区域"]}
    assert set(areas_by_codes(session, [street.code, "no such"])) == {street.code}


def test_below_is_the_area_itself_and_its_subtree(session: Session) -> None:
    tree = make_tree(session)
    below = set(session.scalars(subtree_ids(tree["street"].path)))
    assert below == {tree[name].id for name in ("street", "community", "other", "grid")}


def test_options_stand_in_tree_order_under_their_parent(session: Session) -> None:
    tree = make_tree(session)
    options = area_options(session, kinds=frozenset({AreaKind.COMMUNITY}))
    assert [(option.group, option.name) for option in options] == [
        ("经八路街道", "军区社区"),
        ("经八路街道", "建文社区"),
    ]
    assert [option.name for option in area_options(session, paths=[tree["community"].path])] == ["军区社区", "第一网格"]
    assert area_options(session, paths=[]) == []
