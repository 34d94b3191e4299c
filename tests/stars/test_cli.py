"""The commands of stars: every bad row is named with its line, nothing half done, the same file twice changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.stars.models import AreaHeadcount, Branch, Membership, Round, RoundBranch, SchemeVersion
from tests.factories import make_person, make_tree

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "henan-urban.yaml"
BRANCHES = "code,name,kind,parent_code,area_code\n"


@pytest.fixture
def tree(session: Session) -> dict[str, Area]:
    return make_tree(session)


def run(app: Flask, path: Path, content: str, *command: str) -> Result:
    path.write_text(content)
    return app.test_cli_runner().invoke(args=[*command, str(path)])


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_branches_and_the_round(app: Flask, session: Session, tmp_path: Path, tree: dict[str, Area]) -> None:
    street, community = tree["street"].code, tree["community"].code
    rows = f"P1,第一支部,branch,W,{community}\nW,街道党工委,committee,,{street}\n"
    done = run(app, tmp_path / "b.csv", BRANCHES + rows, "branches", "import")
    assert (done.exit_code, done.stdout) == (0, "2 added, 0 changed, 0 unchanged\n"), done.output
    parent = session.scalar(select(Branch.parent_id).where(Branch.code == "P1"))
    assert parent == session.scalar(select(Branch.id).where(Branch.code == "W"))
    again = run(app, tmp_path / "b.csv", BRANCHES + rows, "branches", "import")
    assert again.stdout == "0 added, 0 changed, 2 unchanged\n"
    renamed = run(app, tmp_path / "b.csv", BRANCHES + rows.replace("第一", "头一"), "branches", "import")
    assert renamed.stdout == "0 added, 1 changed, 1 unchanged\n"

    opened = app.test_cli_runner().invoke(args=["stars", "import", str(EXAMPLE)])
    assert opened.exit_code == 0, opened.output
    assert "the round from 2026-10-01 is open" in opened.stdout
    assert (count(session, Round), count(session, RoundBranch)) == (1, 1)
    again = app.test_cli_runner().invoke(args=["stars", "import", str(EXAMPLE)])
    assert "here already, nothing changed" in again.stdout
    assert (count(session, Round), count(session, SchemeVersion)) == (1, 1)


def test_bad_branches_are_named_and_none_is_written(
    app: Flask, session: Session, tmp_path: Path, tree: dict[str, Area]
) -> None:
    community = tree["community"].code
    rows = f"P1,一,branch,,{community}\nP2,二,club,,{community}\nP3,三,branch,P9,moon\n"
    done = run(app, tmp_path / "b.csv", BRANCHES + rows, "branches", "import")
    assert done.exit_code == 1
    assert done.stderr == (
        "line 3: unknown kind 'club'; known: committee, general_branch, branch, group\n"
        "line 4: unknown area 'moon'\nline 4: unknown parent 'P9'\n"
    )
    assert count(session, Branch) == 0


def test_members(app: Flask, session: Session, tmp_path: Path, tree: dict[str, Area]) -> None:
    phone = make_person(session, tree["community"]).phone
    run(app, tmp_path / "b.csv", f"{BRANCHES}P1,一,branch,,{tree['community'].code}\n", "branches", "import")
    good = f"phone,branch_code\n{phone},P1\n"
    assert run(app, tmp_path / "m.csv", good, "members", "import").stdout == "1 added, 0 changed, 0 unchanged\n"
    assert run(app, tmp_path / "m.csv", good, "members", "import").stdout == "0 added, 0 changed, 1 unchanged\n"
    bad = run(app, tmp_path / "m.csv", f"{good}13900000000,P1\n{phone},P2\n", "members", "import")
    assert bad.exit_code == 1
    assert bad.stderr == "line 3: nobody has the phone 13900000000\nline 4: unknown branch 'P2'\n"
    assert count(session, Membership) == 1


def test_members_with_their_first_day_and_those_who_only_report(
    app: Flask, session: Session, tmp_path: Path, tree: dict[str, Area]
) -> None:
    phones = [make_person(session, tree["community"]).phone for _ in range(3)]
    run(app, tmp_path / "b.csv", f"{BRANCHES}P1,一,branch,,{tree['community'].code}\n", "branches", "import")
    header = "phone,branch_code,starts_on,reporting\n"
    good = f"{header}{phones[0]},P1,2026-07-01,\n{phones[1]},P1,,yes\n{phones[2]},P1,,no\n"
    for said in ("3 added, 0 changed, 0 unchanged\n", "0 added, 0 changed, 3 unchanged\n"):
        assert run(app, tmp_path / "m.csv", good, "members", "import").stdout == said
    rows = session.execute(select(Membership.starts_at, Membership.is_reporting).order_by(Membership.id)).all()
    assert [(starts_at and starts_at.isoformat(), reports) for starts_at, reports in rows] == [
        ("2026-06-30T16:00:00+00:00", False), (None, True), (None, False),
    ]  # fmt: skip
    bad = run(app, tmp_path / "m.csv", f"{header}{phones[0]},P1,July,\n{phones[1]},P1,,maybe\n", "members", "import")
    assert [line.split(" must")[0] for line in bad.stderr.splitlines()] == ["line 2: starts_on", "line 3: reporting"]
    ahead = run(app, tmp_path / "m.csv", f"{header}{phones[0]},P1,2030-01-01,\n", "members", "import")
    assert ahead.stderr == "line 2: starts_on 2030-01-01 lies ahead\n"
    strange = run(app, tmp_path / "m.csv", "phone,branch_code,since\n", "members", "import")
    assert strange.exit_code == 1


def test_headcounts(app: Flask, session: Session, tmp_path: Path, tree: dict[str, Area]) -> None:
    header, code = "area_code,people,counted_on,source\n", tree["community"].code
    good = f"{header}{code},5100,2026-10-01,社区年报\n"
    assert run(app, tmp_path / "h.csv", good, "stars", "headcounts").stdout.startswith("1 added")
    assert run(app, tmp_path / "h.csv", good, "stars", "headcounts").stdout.startswith("0 added")
    bad = run(
        app,
        tmp_path / "h.csv",
        f"{header}{code},0,2026-10-02,x\n{code},5,today,x\n{code},²,2026-10-03,x\n",
        "stars",
        "headcounts",
    )
    assert bad.exit_code == 1
    assert [line.split(" must")[0] for line in bad.stderr.splitlines()] == [
        "line 2: people",
        "line 3: counted_on",
        "line 4: people",
    ]
    assert count(session, AreaHeadcount) == 1


def test_every_mistake_of_a_scheme_is_named_with_its_line(app: Flask, session: Session, tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("max: 8", "max: 9", 1).replace("of: participants", "of: log_ins")
    lines = text.splitlines()
    done = run(app, tmp_path / "s.yaml", text, "stars", "import")
    assert done.exit_code == 1
    line = next(number for number, words in enumerate(lines, 1) if "log_ins" in words)
    assert done.stderr == f"line {line}: log_ins is for information only and never scores\n"
    done = run(app, tmp_path / "s.yaml", text.replace("of: log_ins", "of: participants"), "stars", "import")
    line = next(number for number, words in enumerate(lines, 1) if words.startswith("total:"))
    assert done.stderr == f"line {line}: total is 100, but the indicators add up to 101\n"
    assert count(session, SchemeVersion) == 0


def test_a_file_that_is_not_yaml(app: Flask, session: Session, tmp_path: Path) -> None:
    done = run(app, tmp_path / "s.yaml", "stars: [\n", "stars", "import")
    assert done.exit_code == 1
    assert done.stderr.startswith("line 2: not YAML")
