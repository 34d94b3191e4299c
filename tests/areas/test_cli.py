"""`pointsapp areas import`: every bad row is named, nothing half done."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area

GOOD = "code,name,kind,parent_code\nD1,金水区,district,\nS1,经八路街道,street,D1\nC1,军区社区,community,S1\n"


def run(app: Flask, path: Path, content: bytes):
    path.write_bytes(content)
    return app.test_cli_runner().invoke(args=["areas", "import", str(path)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_good_file(app: Flask, session: Session, tmp_path: Path, encoding: str) -> None:
    done = run(app, tmp_path / "areas.csv", GOOD.encode(encoding))
    assert done.exit_code == 0, done.output
    assert done.stdout == "3 added, 0 changed, 0 unchanged\n"
    again = run(app, tmp_path / "areas.csv", GOOD.replace("\n", "\r\n").encode())
    assert again.stdout == "0 added, 0 changed, 3 unchanged\n"


def test_every_bad_row_is_named_and_nothing_written(app: Flask, session: Session, tmp_path: Path) -> None:
    done = run(
        app, tmp_path / "areas.csv", (GOOD + "C2,某社区,community,S9\nC3,,community,S1\nC4,甲,village\n").encode()
    )
    assert done.exit_code == 1
    assert "line 6: name is empty" in done.stderr
    assert "line 7: 3 cells, the header has 4" in done.stderr
    assert session.scalar(select(func.count()).select_from(Area)) == 0
    done = run(app, tmp_path / "areas.csv", (GOOD + "C2,某社区,community,S9\nC3,乙,street,C1\n").encode())
    assert done.stderr == "line 5: parent_code 'S9' is not known\nline 6: a street does not stand below a community\n"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"code,name\n", b"code,name,kind,parent_code,more\n", b"code,name,kind,kind\n", b'"a\n' * 9],
)
def test_a_strange_file_is_one_clear_refusal(app: Flask, session: Session, tmp_path: Path, content: bytes) -> None:
    done = run(app, tmp_path / "areas.csv", content)
    assert done.exit_code == 1
    assert "line 1:" in done.stderr
