"""Schemes side by side: each has its own branches, and what would put a branch into two of them is refused with its line."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.core import clock as clocks
from pointsapp.core.table_file import BadFile
from pointsapp.core.transaction import write
from pointsapp.stars.models import Branch
from pointsapp.stars.queries import (
    VersionLife,
    judge_draft,
    latest_rounds,
    newest_round,
    running_rounds,
    scheme_versions,
    standings,
)
from pointsapp.stars.rules.branches import BranchDraft
from pointsapp.stars.services import ImportedScheme, import_branches, import_scheme, turn_rounds
from tests.conftest import Clock, HouseClient
from tests.factories import make_area, make_tree
from tests.stars.things import SMALL_SCHEME, make_branches

LINES = {
    ("scheme",): 1,
    ("succeeds",): 4,
    ("applies_to",): 4,
    ("applies_to", "branches", 0): 5,
    ("applies_to", "areas", 0): 6,
}
NEXT = date(2027, 1, 1)
LATER = date(2027, 4, 1)


@pytest.fixture
def tree(session: Session, clock: Clock) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["street"], tree["community"], tree["other"], tree["grid"])
    return tree


def store(code: str, applies_to: dict[str, Any] | None, starts_on: date | None = None, **over: Any) -> ImportedScheme:
    document = {**deepcopy(SMALL_SCHEME), "scheme": code, "name": code, **over}
    if applies_to is not None:
        document["applies_to"] = applies_to
    return write(import_scheme, document, LINES, starts_on=starts_on, now=clocks.now())


def sides(session: Session) -> dict[str, set[str]]:
    """Return scheme -> codes of the areas whose branches take part in its newest round."""
    found: dict[str, set[str]] = {}
    for one in latest_rounds(session):
        if one.scheme.code not in found:
            rows = standings(session, one, now=clocks.now())
            found[one.scheme.code] = {row.branch.code.removeprefix("b-") for row in rows}
    return found


def codes(tree: dict[str, Area], *places: str) -> set[str]:
    return {tree[place].code for place in places}


def test_two_schemes_share_the_branches_out(session: Session, tree: dict[str, Area]) -> None:
    store("rural", {"areas": [tree["community"].code]})
    store("urban", {"branches": [f"b-{tree['other'].code}"], "area_kinds": ["street"]})
    assert sides(session) == {"rural": codes(tree, "community", "grid"), "urban": codes(tree, "other", "street")}


def test_the_general_scheme_is_for_whom_no_other_names(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    store("urban", None)
    assert store("rural", {"areas": [tree["community"].code]}, NEXT).round_starts_on is None
    assert sides(session) == {"urban": codes(tree, "street", "community", "other", "grid")}
    clock.forward(days=45)
    write(turn_rounds, now=clock.now())
    assert sides(session) == {"urban": codes(tree, "street", "other"), "rural": codes(tree, "community", "grid")}
    late = tree["community"]
    make_branches(session, late)  # the same again changes nothing
    assert sides(session)["urban"] == codes(tree, "street", "other")
    newest = newest_round(session, now=clock.now())
    assert newest is not None
    assert newest.scheme.code == "urban", "the one that came first is what a board shows"
    of_branch = newest_round(session, now=clock.now(), branch=f"b-{late.code}")
    assert of_branch is not None
    assert of_branch.scheme.code == "rural"


def test_a_board_offers_the_quarters_of_every_scheme(session: Session, clock: Clock, tree: dict[str, Area]) -> None:
    store("rural", {"areas": [tree["community"].code]})
    store("urban", None)
    for _ in range(4):
        clock.forward(days=92)
        write(turn_rounds, now=clock.now())
    offered = [(one.starts_on.isoformat(), one.scheme.code) for one in latest_rounds(session, 2)]
    assert offered == [(day, code) for day in ("2027-10-01", "2027-07-01") for code in ("rural", "urban")]
    assert [one.scheme.code for one in running_rounds(session, now=clock.now())] == ["rural", "urban"]


def test_a_branch_in_two_schemes_at_once_is_refused_with_its_line(session: Session, tree: dict[str, Area]) -> None:
    store("rural", {"areas": [tree["community"].code]})
    code = f"b-{tree['grid'].code}"
    with pytest.raises(BadFile, match=f"line 4: {code} would be in two schemes at once: rural version 1 names them"):
        store("urban", {"branches": [code]}, NEXT)
    with pytest.raises(BadFile, match="two schemes at once"):
        store("urban", {"area_kinds": ["grid", "street"]})
    assert set(sides(session)) == {"rural"}


def test_a_running_quarter_keeps_its_branches(session: Session, tree: dict[str, Area]) -> None:
    store("urban", None)
    code = f"b-{tree['grid'].code}"
    with pytest.raises(
        BadFile, match=f"line 4: {code} take part in the round of urban that has begun: name 2027-01-01"
    ):
        store("rural", {"branches": [code]})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"branches": ["nobody"]}, "line 5: there is no branch 'nobody'"),
        ({"areas": ["nowhere"]}, "line 6: there is no area 'nowhere'"),
        ({"area_kinds": ["village"]}, "line 4: there is no kind of area 'village'; there are district"),
        ({"streets": ["x"]}, "line 4: unknown key 'streets'"),
        ({}, "line 4: expected branches, areas, area_kinds"),
        ("everybody", "line 4: expected branches, areas, area_kinds"),
    ],
)
def test_what_leads_nowhere_is_named(session: Session, tree: dict[str, Area], said: Any, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        store("rural", said)


def test_two_that_are_for_everybody_are_refused(session: Session, tree: dict[str, Area]) -> None:
    store("urban", None)
    for day in (None, NEXT, LATER):
        with pytest.raises(
            BadFile,
            match="line 1: urban version 1 is for every branch, too, and is in force from 2026-10-01: two versions cannot",
        ):
            store("yearly", None, day)
    assert set(sides(session)) == {"urban"}, "a refusal changes nothing"
    document = {**deepcopy(SMALL_SCHEME), "scheme": "yearly"}
    trial = judge_draft(session, document, LINES, now=clocks.now())
    warned = "urban version 1 is for every branch, too, and is in force from 2026-10-01"
    assert [line for line, words in trial.warnings if words.startswith(warned)] == [1], (
        "trying it out is free, and says so"
    )
    assert store("urban", None).is_repeat


class TestSuccession:
    def test_a_scheme_follows_another_with_its_first_quarter(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        store("urban", None)
        follower = store("yearly", None, succeeds="urban")
        assert (follower.starts_on, follower.round_starts_on) == (NEXT, None), (
            "the quarter that runs goes on to its end"
        )
        assert store("yearly", None, succeeds="urban").is_repeat
        assert {one.code: one.life for one in scheme_versions(session, now=clock.now())} == {
            "urban": VersionLife.IN_FORCE, "yearly": VersionLife.COMING,
        }  # fmt: skip
        clock.forward(days=45)
        write(turn_rounds, now=clock.now())
        begun = [one.scheme.code for one in latest_rounds(session) if one.starts_on == NEXT]
        assert begun == ["yearly"]
        assert sides(session)["yearly"] == codes(tree, "street", "community", "other", "grid")
        assert {one.code: one.life for one in scheme_versions(session, now=clock.now())} == {
            "urban": VersionLife.PAST, "yearly": VersionLife.IN_FORCE,
        }  # fmt: skip

    def test_later_versions_stand_alone_and_the_first_may_come_back(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        store("urban", None)
        store("yearly", None, succeeds="urban")
        clock.forward(days=45)
        write(turn_rounds, now=clock.now())
        assert store("yearly", None, version=2, succeeds="urban").starts_on == LATER
        with pytest.raises(BadFile, match="yearly version 2 is for every branch, too"):
            store("urban", None, version=2)
        assert store("urban", None, date(2027, 7, 1), version=2, succeeds="yearly").starts_on == date(2027, 7, 1)
        clock.at += timedelta(days=200)
        write(turn_rounds, now=clock.now())
        assert newest_round(session, now=clock.now()).scheme.code == "urban"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("succeeds", "day", "words"),
        [
            ("nobody", None, "line 4: there is no scheme nobody in force on 2027-01-01 to succeed; there are urban"),
            (
                "urban",
                date(2026, 10, 1),
                "the round of urban from 2026-10-01 has begun and goes on to its end: name 2027",
            ),
            ("yearly", None, "line 4: a scheme succeeds another one"),
            ("No Code", None, "line 4: succeeds must be"),
        ],
    )
    def test_what_cannot_be_followed_is_named(
        self, session: Session, tree: dict[str, Area], succeeds: str, day: date | None, words: str
    ) -> None:
        store("urban", None)
        with pytest.raises(BadFile, match=words):
            store("yearly", None, day, succeeds=succeeds)


class TestBranchesThatComeLater:
    def test_one_that_two_schemes_would_name_is_refused_with_its_line(
        self, session: Session, tree: dict[str, Area]
    ) -> None:
        store("rural", {"areas": [tree["community"].code]})
        store("estates", {"area_kinds": ["micro_grid"]})
        late = make_area(session, tree["grid"], AreaKind.MICRO_GRID)  # below the community, and of that kind
        with pytest.raises(BadFile, match=f"line 2: b-{late.code} would be in two schemes at once: .* name it"):
            make_branches(session, late)
        assert session.scalars(select(Branch).where(Branch.code == f"b-{late.code}")).all() == []

    def test_also_one_that_only_later_versions_would_both_name(self, session: Session, tree: dict[str, Area]) -> None:
        store("rural", {"areas": [tree["community"].code]})
        store("estates", {"area_kinds": ["micro_grid"]}, NEXT)
        with pytest.raises(BadFile, match="two schemes at once"):
            make_branches(session, make_area(session, tree["grid"], AreaKind.MICRO_GRID))

    def test_one_that_moves_to_another_schemes_area_stays_for_the_quarter(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        store("urban", {"areas": [tree["other"].code]})
        store("rural", {"areas": [tree["community"].code]})
        moved = BranchDraft(
            line=2, code=f"b-{tree['other'].code}", name="搬来的党支部", kind="branch", parent_code="",
            area_code=tree["grid"].code,
        )  # fmt: skip
        write(import_branches, [moved], now=clock.now())
        assert tree["other"].code in sides(session)["urban"]
        assert tree["other"].code not in sides(session)["rural"]
        clock.forward(days=45)
        write(turn_rounds, now=clock.now())
        assert sides(session) == {"urban": set(), "rural": codes(tree, "community", "grid", "other")}

    def test_an_area_that_changes_puts_no_branch_into_two_rounds(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        store("rural", {"areas": [tree["community"].code]})
        store("estates", {"area_kinds": ["micro_grid"]})
        grid = session.get_one(Area, tree["grid"].id)
        grid.kind = AreaKind.MICRO_GRID  # now both name its branch, and no import was asked
        session.commit()
        clock.forward(days=45)
        write(turn_rounds, now=clock.now())
        assert sides(session) == {"rural": codes(tree, "community", "grid"), "estates": set()}


def test_the_board_lets_one_choose_and_a_branch_opens_in_its_own_scheme(
    session: Session, client: HouseClient, tree: dict[str, Area]
) -> None:
    store("urban", {"area_kinds": ["street"]})
    store("rural", {"areas": [tree["community"].code]})
    page = client.get("/stars").get_data(as_text=True)
    assert 'aria-label="选择方案"' in page
    assert [page.count(f">{code}</a>") for code in ("rural", "urban")] == [1, 1]
    assert f"b-{tree['grid'].code}" not in page
    assert client.get(f"/stars/b-{tree['grid'].code}").status_code == 200
    assert client.get(f"/stars/b-{tree['street'].code}").status_code == 200
