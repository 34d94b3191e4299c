"""Rows of the contract: the residents' leaderboard and the five-star board."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from pointsapp.worker import deliver_events
from tests.contract.world import World, assert_has
from tests.house.reading import ROOT

EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.y*ml"))


class TestLeaderboard:
    def test_earned_not_held(self, world: World) -> None:
        world.voucher(points=30)
        board = world.get("resident", "/leaderboards/residents?period=all")
        assert_has(board, "items me next_cursor")
        assert assert_has(board["items"][0], "rank name points")["points"] == 100
        assert board["me"]["rank"] == 1
        assert board["me"]["points"] == 100

    def test_names_are_masked(self, world: World) -> None:
        world.earn("resident", 10)
        item = world.get("neighbour", f"/leaderboards/residents?area={world.areas['community'].code}&period=all")[
            "items"
        ][0]
        name = world.person("resident").name
        assert item["name"] == name[0] + "*" * (len(name) - 1)

    def test_above_the_community_only_who_chose_to_be(self, world: World) -> None:
        world.earn("resident", 10)
        board = world.get("resident", f"/leaderboards/residents?area={world.areas['street'].code}&period=all")
        assert board["items"] == []
        assert board["me"]["points"] == 10

    def test_without_an_area_it_is_the_own_community(self, world: World) -> None:
        world.earn("resident", 10)
        world.earn("neighbour", 20)
        board = world.get("resident", "/leaderboards/residents?period=all")
        assert [item["points"] for item in board["items"]] == [10]

    @pytest.mark.parametrize("period", ["week", "month", "quarter", "year", "all"])
    def test_periods(self, world: World, period: str) -> None:
        world.earn("resident", 10)
        assert world.get("resident", f"/leaderboards/residents?period={period}")["me"]["points"] == 10
        world.clock.forward(days=800)
        world.tokens.clear()
        later = world.get("resident", f"/leaderboards/residents?period={period}")["me"]["points"]
        assert later == (10 if period == "all" else 0)

    def test_an_unknown_period_is_refused(self, world: World) -> None:
        world.no("resident", "GET", "/leaderboards/residents?period=day", status=422, code="validation_failed")

    def test_who_earned_nothing_is_told_so(self, world: World) -> None:
        assert world.get("resident", "/leaderboards/residents")["me"]["points"] == 0
        assert world.get("homeless", "/leaderboards/residents")["me"]["points"] == 0


def _import(app: Flask, *args: str) -> Any:
    return app.test_cli_runner().invoke(args=list(args), catch_exceptions=False)


@pytest.fixture
def board(world: World, app: Flask, tmp_path: Path) -> World:
    """The world with two branches and the example scheme."""
    branches = tmp_path / "branches.csv"
    code = world.areas["community"].code
    branches.write_text(
        "code,name,kind,parent_code,area_code\n"
        f"gb,军区社区党总支,general_branch,,{code}\nb1,第一党支部,branch,gb,{code}\nb2,第二党支部,branch,gb,{world.areas['other'].code}\n"
    )
    members = tmp_path / "members.csv"
    members.write_text(f"phone,branch_code\n{world.person('resident').phone},b1\n")
    for args in (
        ("branches", "import", str(branches)),
        ("members", "import", str(members)),
        ("stars", "import", str(EXAMPLES[0])),
    ):
        done = _import(app, *args)
        assert done.exit_code == 0, done.output
    return world


class TestFiveStar:
    def test_the_first_import_opens_the_quarters_round(self, board: World) -> None:
        rounds = board.get("resident", "/five-star/rounds")["items"]
        assert len(rounds) == 1
        assert_has(rounds[0], "id name state starts_on ends_on")
        assert (rounds[0]["starts_on"], rounds[0]["ends_on"]) == ("2026-10-01", "2026-12-31")

    def test_every_branch_of_that_kind_stands_in_it(self, board: World) -> None:
        number = board.get("resident", "/five-star/rounds")["items"][0]["id"]
        items = board.get("resident", f"/five-star/rounds/{number}/standings")["items"]
        assert {item["branch"]["code"] for item in items} == {"b1", "b2"}
        for item in items:
            assert_has(item, "branch rank total lit_stars tier stars")
            assert_has(item["branch"], "id code name")
            assert len(item["stars"]) == 5
            assert_has(item["stars"][0], "key name score state")

    def test_work_done_counts_and_every_figure_opens(self, board: World) -> None:
        number = board.get("resident", "/five-star/rounds")["items"][0]["id"]
        path = f"/five-star/rounds/{number}/standings"
        board.earn("resident", 10)
        with board.client.application.app_context():
            deliver_events(board.clock.at)
        ids = {item["branch"]["code"]: item["branch"]["id"] for item in board.get("resident", path)["items"]}
        assert self._participants(board, f"{path}/{ids['b1']}") == 1
        assert self._participants(board, f"{path}/{ids['b2']}") == 0
        # One person alone is never shown to other residents; what one did oneself is no secret to oneself.
        for who, sees_rows in (("street_admin", True), ("resident", True), ("neighbour", False)):
            opened = [each["evidence"] for each in self._indicators(board, f"{path}/{ids['b1']}", who)]
            assert any(opened) == sees_rows

    def _indicators(self, board: World, path: str, who: str = "street_admin") -> list[dict[str, Any]]:
        found = [each for star in board.get(who, path)["stars"] for each in star["indicators"]]
        for each in found:
            assert_has(each, "key name max score source inputs evidence")
            assert each["source"] in ("automatic", "assessed")
        return found

    def _participants(self, board: World, path: str) -> int:
        return max(each["inputs"].get("participants", 0) for each in self._indicators(board, path))

    def test_unknown_rounds_and_branches_are_not_found(self, board: World) -> None:
        number = board.get("resident", "/five-star/rounds")["items"][0]["id"]
        board.no("resident", "GET", "/five-star/rounds/nosuchid0000/standings", status=404, code="not_found")
        board.no("resident", "GET", f"/five-star/rounds/{number}/standings/nosuchid0000", status=404, code="not_found")

    def test_importing_the_scheme_again_changes_nothing(self, board: World, app: Flask) -> None:
        before = board.get("resident", "/five-star/rounds")
        assert _import(app, "stars", "import", str(EXAMPLES[0])).exit_code == 0
        assert board.get("resident", "/five-star/rounds") == before
