"""Which version is in force when, and what a draft would change: no finished or running quarter changes its rules."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.core import clock as clocks
from pointsapp.core import policy
from pointsapp.core.actor import Role
from pointsapp.core.table_file import BadFile
from pointsapp.core.transaction import write
from pointsapp.stars.models import Round, SchemeVersion
from pointsapp.stars.policies import COUNTED_SHARE_PERCENT
from pointsapp.stars.queries import judge_draft, preview, standings
from pointsapp.stars.services import Assess, ImportedScheme, SetAims, assess, import_scheme, set_aims, turn_rounds
from tests.conftest import Clock
from tests.factories import actor_of, make_staff, make_tree
from tests.stars.things import SMALL_SCHEME, make_branches, open_small_round, report, this_round

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
THIS, NEXT, AFTER = date(2026, 10, 1), date(2027, 1, 1), date(2027, 4, 1)


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    tree = make_tree(session)
    make_branches(session, tree["community"], tree["other"])
    return tree


def version(number: int, **over: Any) -> dict[str, Any]:
    return {**deepcopy(SMALL_SCHEME), "version": number, "name": f"第{number}版", **over}


def store(number: int, starts_on: date | None = None, **over: Any) -> ImportedScheme:
    lines = {("version",): 2, ("replaces",): 3}
    return write(import_scheme, version(number, **over), lines, starts_on=starts_on, now=clocks.now())


class TestInForce:
    def test_each_quarter_opens_under_the_version_then_in_force(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        assert store(1).starts_on == THIS
        assert store(2).starts_on == NEXT
        assert store(3, date(2027, 7, 1)).round_starts_on is None
        for months, number in ((0, 1), (45, 2), (90, 2), (90, 3), (90, 3)):
            clock.forward(days=months)
            write(turn_rounds, now=clock.now())
            assert this_round(session).scheme.version == number

    def test_a_scheme_may_begin_later(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        assert store(1, NEXT).round_starts_on is None
        write(turn_rounds, now=clock.now())
        assert session.scalar(select(func.count(Round.id))) == 0
        clock.forward(days=45)
        write(turn_rounds, now=clock.now())
        assert (this_round(session).starts_on, this_round(session).scheme.version) == (NEXT, 1)

    def test_a_version_that_has_not_begun_can_be_replaced(
        self, session: Session, clock: Clock, tree: dict[str, Area]
    ) -> None:
        store(1)
        store(2)
        assert store(3, replaces=2).starts_on == NEXT
        clock.forward(days=45)
        write(turn_rounds, now=clock.now())
        assert this_round(session).scheme.version == 3

    @pytest.mark.parametrize(
        ("number", "starts_on", "over", "reason"),
        [
            (3, NEXT, {}, "line 2: version 2 is in force from 2027-01-01, too: two versions cannot be in force at once"),
            (3, None, {}, "line 2: version 2 is in force from 2027-01-01, too"),
            (3, THIS, {}, "line 2: the round from 2026-10-01 has begun and keeps its rules: name 2027-01-01 or later"),
            (3, date(2026, 7, 1), {}, "line 2: the quarter from 2026-07-01 is over, and no finished quarter is rewritten"),
            (3, date(2027, 2, 15), {}, "2027-02-15 is none: name 2027-01-01 or 2027-04-01"),
            (3, AFTER, {"replaces": 1}, "line 3: version 1 has been in force: a version is only replaced before it begins"),
            (4, AFTER, {"replaces": 3}, "line 3: there is no version 3 to replace; there are 1, 2"),
            (2, AFTER, {}, "line 2: version 2 is in force from 2027-01-01; another date is a new version"),
            (2, None, {"name": "别的"}, "line 2: version 2 of small stands with other content"),
        ],
    )  # fmt: skip
    def test_what_cannot_stand_beside_the_others(
        self, session: Session, tree: dict[str, Area], number: int, starts_on: date | None, over: dict[str, Any], reason: str
    ) -> None:  # fmt: skip
        store(1)
        store(2)
        with pytest.raises(BadFile) as bad:
            store(number, starts_on, **over)
        assert reason in str(bad.value)
        assert session.scalar(select(func.count(SchemeVersion.id))) == 2

    def test_a_higher_version_cannot_begin_before_a_lower_one(self, session: Session, tree: dict[str, Area]) -> None:
        store(1)
        store(2, AFTER)
        with pytest.raises(BadFile, match="version 2 begins later, on 2027-04-01"):
            store(3, NEXT)

    def test_the_database_itself_knows_no_two_in_force(self, session: Session, tree: dict[str, Area]) -> None:
        store(1)
        twin = session.scalars(select(SchemeVersion)).one()
        row = {
            "code": twin.code,
            "version": 9,
            "name": "x",
            "digest": "x",
            "definition": {},
            "imported_at": clocks.now(),
        }
        session.add(SchemeVersion(**row, starts_on=THIS))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()

    def test_the_same_file_twice_changes_nothing(self, session: Session, clock: Clock, tree: dict[str, Area]) -> None:
        store(1)
        clock.forward(days=200)
        assert store(1).is_repeat


class TestPreview:
    """Two branches with half of the quarter gone. Under version 1: 完成任务 gives 2.5 for one task, 10 for three; 三会一课 by hand, at most 10.

    community: 1 task (2.5), 三会一课 9: 11.5. other: 3 tasks (10), 三会一课 1: 11. Version 2 gives 三会一课 at most 6 and 2.5 for nothing
    but four tasks: community 0 + 6 = 6, other 0 + 1 = 1.
    """

    @pytest.fixture
    def scored(self, session: Session, tree: dict[str, Area]) -> dict[str, Area]:
        found = open_small_round(session)
        report(session, "tasks.closed", tree["community"], participants=3)
        for _ in range(3):
            report(session, "tasks.closed", tree["other"], participants=3)
        office = actor_of(session, make_staff(session, tree["district"], Role.STREET_ADMIN))
        for area, score in (("community", 900), ("other", 100)):
            branch = f"b-{tree[area].code}"
            command = Assess(
                round_id=found.public_id, branch_id=branch, indicator="party_life", score=score, reason="看过"
            )
            write(assess, office, command, now=clocks.now())
        return tree

    def changed(self) -> dict[str, Any]:
        document = version(2, total=36)
        first, second = document["stars"]
        first["indicators"][1]["max"] = 6
        second["indicators"][1]["formula"]["bands"] = [{"at_least": 4, "score": 10}]
        document["tiers"] = [{"name": "新", "total": 5}, {"name": "旧"}]
        return document

    def test_both_sides_of_every_branch(self, session: Session, scored: dict[str, Area]) -> None:
        draft = judge_draft(session, self.changed(), {}, now=clocks.now())
        shown = preview(session, draft, now=clocks.now())
        table = {
            row.branch.code: (
                row.before.rank,
                row.before.score.total,
                row.after.rank,
                row.after.score.total,
                row.after.score.tier,
            )
            for row in shown.rows
        }
        assert table == {
            f"b-{scored['community'].code}": (1, 1150, 1, 600, "新"),
            f"b-{scored['other'].code}": (2, 1100, 2, 100, "旧"),
        }
        assert shown.cut == ("三会一课",)
        assert shown.unassessed == ()
        assert not any(row.is_same for row in shown.rows)

    def test_it_changes_nothing(self, session: Session, scored: dict[str, Area]) -> None:
        before = standings(session, this_round(session), now=clocks.now())
        preview(session, judge_draft(session, self.changed(), {}, now=clocks.now()), now=clocks.now())
        assert standings(session, this_round(session), now=clocks.now()) == before
        assert session.scalar(select(func.count(SchemeVersion.id))) == 1

    def test_the_rules_as_they_are_change_no_branch(self, session: Session, scored: dict[str, Area]) -> None:
        shown = preview(session, judge_draft(session, version(2), {}, now=clocks.now()), now=clocks.now())
        assert [row.is_same for row in shown.rows] == [True, True]

    def test_a_new_star_is_aimed_for_and_a_new_indicator_waits(self, session: Session, scored: dict[str, Area]) -> None:
        secretary = actor_of(session, make_staff(session, scored["community"], Role.BRANCH_SECRETARY))
        command = SetAims(
            round_id=this_round(session).public_id, branch_id=f"b-{scored['community'].code}", stars=("first",)
        )
        write(set_aims, secretary, command, now=clocks.now())
        document = version(2, total=50)
        fresh = {"key": "idea", "name": "创新", "max": 10, "source": "assessed"}
        document["stars"].append({"key": "third", "name": "创新", "colour": "blue", "lit_at": 5, "indicators": [fresh]})
        shown = preview(session, judge_draft(session, document, {}, now=clocks.now()), now=clocks.now())
        row = next(row for row in shown.rows if row.branch.area_id == scored["community"].id)
        assert row.after.aims == ("first", "third")
        assert shown.unassessed == ("创新",)

    def test_before_the_first_round_there_is_nothing_to_compare_with(
        self, session: Session, tree: dict[str, Area]
    ) -> None:
        shown = preview(session, judge_draft(session, version(1), {}, now=clocks.now()), now=clocks.now())
        assert (shown.round, shown.rows) == (None, ())


def test_the_share_that_the_platform_may_count_is_a_policy(session: Session, tree: dict[str, Area]) -> None:
    # 30 of 40 points of the small scheme are counted.
    assert any("the platform counts 30 of 40 points, more than 40 %" in words for _, words in store(1).warnings)
    write(lambda session: policy.set_value(session, COUNTED_SHARE_PERCENT, 75, now=clocks.now()))
    assert not any("the platform counts" in words for _, words in store(2).warnings)


class TestCommands:
    def run(self, app: Flask, *args: str) -> Result:
        return app.test_cli_runner().invoke(args=["stars", *args])

    @pytest.mark.parametrize("name", ["henan-urban", "henan-rural", "five-hundreds", "eight-indicators"])
    def test_every_example_is_imported_cleanly(
        self, app: Flask, session: Session, tree: dict[str, Area], name: str
    ) -> None:
        path = str(EXAMPLES / "stars" / f"{name}.yaml")
        checked = self.run(app, "check", path)
        assert (checked.exit_code, checked.stderr) == (0, ""), checked.output
        assert checked.stdout.endswith("is sound, in force from 2026-10-01\n")
        assert session.scalar(select(func.count(SchemeVersion.id))) == 0
        done = self.run(app, "import", path)
        assert (done.exit_code, done.stderr) == (0, "")
        assert "the round from 2026-10-01 is open" in done.stdout
        assert len(standings(session, this_round(session), now=clocks.now())) == 2

    def test_the_next_version_is_previewed_and_then_dated(
        self, app: Flask, session: Session, tree: dict[str, Area]
    ) -> None:
        self.run(app, "import", str(EXAMPLES / "henan-urban.yaml"))
        path = str(EXAMPLES / "stars" / "henan-urban.yaml")
        shown = self.run(app, "preview", path, "--from", "2027-01-01")
        assert shown.exit_code == 0, shown.output
        head, *rows = shown.stdout.splitlines()
        assert head == "2026 年第 4 季度, henan-urban version 1 -> henan-urban version 2"
        code = tree["community"].code
        # Nothing is done yet; below the pass mark of version 2 there is no tier.
        assert f"* b-{code} 军区社区党支部: 1. 0.00, 0 lit, 创建中 -> 1. 0.00, 0 lit, -" in rows
        wrong = self.run(app, "import", path, "--from", "2026-10-01")
        assert wrong.exit_code == 1
        assert (
            wrong.stderr
            == "line 5: the round from 2026-10-01 has begun and keeps its rules: name 2027-01-01 or later\n"
        )
        done = self.run(app, "import", path, "--from", "2027-04-01")
        assert done.stdout == "henan-urban version 2 imported; it counts from the round of 2027-04-01 on\n"

    def test_a_warning_names_its_line_and_stops_nothing(self, app: Flask, session: Session, tmp_path: Path) -> None:
        text = (EXAMPLES / "henan-urban.yaml").read_text().replace("least: 5", "least: 2")
        (tmp_path / "s.yaml").write_text(text)
        done = self.run(app, "import", str(tmp_path / "s.yaml"))
        lines = dict(enumerate(text.splitlines(), 1))
        share = next(n for n, words in lines.items() if "least: 2" in words)
        heads = [n for n, words in lines.items() if "kind: per_head" in words]  # without a least
        assert done.exit_code == 0
        assert (
            done.stderr.splitlines()[0]
            == f"warning: line {share}: a share of fewer than 3 people would be luck; least is 2"
        )
        per_head = "a figure per head of fewer than 20 residents would be luck; least is 1: "
        assert [words.partition(per_head)[0] for words in done.stderr.splitlines()[1:]] == [
            f"warning: line {n}: " for n in heads
        ]

    def test_mistakes_are_named_and_nothing_is_stored(self, app: Flask, session: Session, tmp_path: Path) -> None:
        text = (
            (EXAMPLES / "stars" / "eight-indicators.yaml")
            .read_text()
            .replace("percent: 20", "percent: 120")
            .replace("total: 85", "total: 111")
        )
        (tmp_path / "s.yaml").write_text(text)
        for command in ("check", "preview", "import"):
            done = self.run(app, command, str(tmp_path / "s.yaml"))
            assert done.exit_code == 1
            assert [line.split(": ", 1)[0] for line in done.stderr.splitlines()] == ["line 64", "line 64", "line 66"]
        assert session.scalar(select(func.count(SchemeVersion.id))) == 0
