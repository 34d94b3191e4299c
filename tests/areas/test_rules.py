"""The tree's rules, as a table."""

from __future__ import annotations

import pytest

from pointsapp.areas.rules import AreaDraft, Standing, judge_areas

STANDING = {
    "D": Standing(kind="district", parent_code=""),
    "S": Standing(kind="street", parent_code="D"),
    "C": Standing(kind="community", parent_code="S"),
    "G": Standing(kind="grid", parent_code="C"),
}


def row(line: int, code: str, kind: str, parent: str = "", name: str = "名字") -> AreaDraft:
    return AreaDraft(line=line, code=code, name=name, kind=kind, parent_code=parent)


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        pytest.param([row(2, "S2", "street", "D"), row(3, "C2", "community", "S2")], [], id="一个新街道和它的社区"),
        pytest.param([row(2, "C2", "community", "S2"), row(3, "S2", "street", "D")], [], id="孩子写在前面"),
        pytest.param([row(2, "G2", "special_grid", "S")], [], id="街道直接带专属网格"),
        pytest.param([row(2, "C2", "community", "nowhere")], [(2, "is not known")], id="上级不存在"),
        pytest.param([row(2, "X", "village", "S")], [(2, "kind 'village' is none of")], id="没有这种"),
        pytest.param([row(2, "S2", "street", "C")], [(2, "a street does not stand below a community")], id="倒挂"),
        pytest.param([row(2, "G2", "grid", "G")], [(2, "a grid does not stand below a grid")], id="同级"),
        pytest.param([row(2, "G2", "grid")], [(2, "a grid needs a parent_code")], id="网格没有上级"),
        pytest.param([row(2, "S", "street", "S")], [(2, "would stand below itself")], id="自己是自己的上级"),
        pytest.param(
            [row(2, "A", "community", "B"), row(3, "B", "community", "A")],
            [(2, "would stand below itself"), (3, "would stand below itself")],
            id="互为上级",
        ),
        pytest.param([row(2, "D", "district", "G")], [(2, "would stand below itself")], id="移到自己下面"),
        pytest.param(
            [row(2, "A", "street", "D"), row(3, "A", "street", "D")], [(3, "stands on line 2 already")], id="写了两遍"
        ),
        pytest.param([row(2, "C", "micro_grid", "S")], [(2, "'G' below it is a grid")], id="改了类型，下面的不合适"),
        pytest.param([row(2, "C2", "community", "S", name="长" * 61)], [(2, "name is longer")], id="名字太长"),
        pytest.param([row(2, "a b", "community", "S")], [(2, "code holds spaces")], id="代码有空格"),
        pytest.param([row(2, "c" * 41, "community", "S")], [(2, "code is longer")], id="代码太长"),
    ],
)
def test_judgement(rows: list[AreaDraft], reasons: list[tuple[int, str]]) -> None:
    problems = judge_areas(rows, STANDING)
    assert [line for line, _ in problems] == [line for line, _ in reasons]
    for (_, reason), (_, expected) in zip(problems, reasons, strict=True):
        assert expected in reason
