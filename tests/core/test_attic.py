"""Files that nobody names are put aside after a day, come back when somebody does, and never go while a row names them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pointsapp.core.attic import Attic, FileLost

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


class Rows:
    """The rows that name files, and how often they were asked."""

    def __init__(self, *digests: str) -> None:
        self.digests = set(digests)
        self.asked = 0

    def __call__(self, digests: list[str]) -> set[str]:
        self.asked += 1
        return self.digests & set(digests)


@pytest.fixture
def attic(tmp_path: Path) -> Attic:
    return Attic(tmp_path / "proofs")


def kept(attic: Attic, content: bytes, *, at: datetime = NOW - timedelta(days=2)) -> str:
    digest = attic.keep(content)
    os.utime(attic.path_of(digest), (at.timestamp(), at.timestamp()))
    return digest


def test_only_what_is_old_and_unnamed_goes(attic: Attic) -> None:
    named, unnamed = kept(attic, b"named"), kept(attic, b"unnamed")
    young = kept(attic, b"young", at=NOW - timedelta(hours=23))
    assert attic.sweep(Rows(named), now=NOW) == 1
    assert attic.path_of(named).read_bytes() == b"named"
    assert attic.path_of(young).read_bytes() == b"young"
    with pytest.raises(FileLost):
        attic.path_of(unnamed)
    assert attic.sweep(Rows(named), now=NOW) == 0


def test_handing_it_in_again_makes_it_young(attic: Attic) -> None:
    digest = kept(attic, b"again")
    assert attic.keep(b"again") == digest  # now, by the system's clock
    later = datetime.now(tz=UTC) + timedelta(hours=23)
    assert attic.sweep(Rows(), now=later) == 0
    assert attic.path_of(digest)


def test_a_row_that_is_written_meanwhile_brings_it_back(attic: Attic) -> None:
    digest = kept(attic, b"raced")

    class Late(Rows):
        def __call__(self, digests: list[str]) -> set[str]:
            found = super().__call__(digests)
            self.digests.add(digest)  # committed after the first look
            return found

    rows = Late()
    assert attic.sweep(rows, now=NOW) == 0
    assert rows.asked == 2
    assert attic.path_of(digest).read_bytes() == b"raced"


def test_for_thirty_days_it_comes_back_when_a_row_names_it(attic: Attic, tmp_path: Path) -> None:
    first, second = kept(attic, b"first"), kept(attic, b"second")
    assert attic.sweep(Rows(), now=NOW) == 2
    assert attic.sweep(Rows(first), now=NOW + timedelta(days=29)) == 0
    assert attic.path_of(first).read_bytes() == b"first"
    assert attic.sweep(Rows(first), now=NOW + timedelta(days=31)) == 0
    assert {path.name for path in (tmp_path / "proofs").rglob("*") if path.is_file()} == {first}
    assert attic.keep(b"second") == second
    assert attic.path_of(second).read_bytes() == b"second"


def test_what_a_crash_left_half_written_goes(attic: Attic) -> None:
    digest = kept(attic, b"whole")
    torn = attic.path_of(digest).parent / ".torn"
    torn.write_bytes(b"ha")
    assert attic.sweep(Rows(digest), now=datetime.now(tz=UTC)) == 0
    assert torn.exists()
    os.utime(torn, ((NOW - timedelta(days=2)).timestamp(),) * 2)
    attic.sweep(Rows(digest), now=NOW)
    assert not torn.exists()


def test_each_part_is_swept_in_its_turn(attic: Attic) -> None:
    for n in range(40):
        kept(attic, b"%d" % n)
    assert sum(attic.sweep(Rows(), now=NOW, share=(part, 24)) for part in range(24)) == 40
    assert attic.sweep(Rows(), now=NOW) == 0


def test_where_nothing_was_ever_kept_there_is_nothing_to_sweep(attic: Attic) -> None:
    assert attic.sweep(Rows(), now=NOW) == 0
