"""A deployment goes into a file and comes out of it: on both databases, while people work, and after every fault as it was."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pointsapp.backup.archive import MANIFEST
from pointsapp.backup.checks import known_revisions
from pointsapp.config import ROOT
from pointsapp.core.attic import Attic
from tests import databases
from tests.backup.conftest import House, make_house
from tests.migrations.schema import describe, differences

LARGE = 6_000_000  # a picture that is larger than the database


@pytest.fixture
def file(house: House, tmp_path: Path) -> Path:
    path = tmp_path / "street.backup"
    code, output = house.run("backup", str(path))
    assert code == 0, output
    return path


def rewritten(file: Path, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """Return a backup with honest digests over what `change` made of its manifest and parts."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop(MANIFEST))
    change(manifest, parts)
    for name, part in manifest["parts"].items():
        if name in parts:
            part.update(bytes=len(parts[name]), sha256=sha256(parts[name]).hexdigest())
    path = file.with_name("rewritten.backup")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**parts, MANIFEST: json.dumps(manifest).encode()}.items():
            archive.writestr(name, content)
    return path


class TestRoundTrip:
    def test_into_an_empty_place(self, house: House, other: House, file: Path) -> None:
        code, output = other.run("restore", str(file))
        assert code == 0, output
        told = json.loads(output)
        assert (told["ok"], told["pictures"], told["ledger"]["entries"], told["ledger"]["seals"]) == (True, 2, 3, 1)
        assert other.state() == house.state()
        assert differences(describe(house.clone.engine), describe(other.clone.engine)) == []
        assert [each.name for each in other.instance.iterdir() if each.name.startswith(".")] == []
        assert other.run("ledger", "verify", "--seals")[0] == 0

    def test_what_was_handed_in_comes_along(self, house: House, other: House, tmp_path: Path) -> None:
        digest = Attic(house.instance / "proofs").keep(b"a document")
        assert house.run("backup", str(tmp_path / "handed-in"))[0] == 0
        assert other.run("restore", str(tmp_path / "handed-in"))[0] == 0
        assert Attic(other.instance / "proofs").path_of(digest).read_bytes() == b"a document"

    def test_the_file_tells_what_it_is(self, house: House, file: Path, tmp_path: Path) -> None:
        code, output = house.run("backup", str(tmp_path / "again"))
        told = json.loads(output)
        assert (code, told["kind"], told["entries"], told["postings"], told["pictures"]) == (
            0,
            house.clone.dialect,
            3,
            4,
            2,
        )
        assert told["sha256"] == sha256((tmp_path / "again").read_bytes()).hexdigest()
        assert told["revision"] == known_revisions()[-1]

    def test_into_a_migrated_place_without_anybody(self, house: House, file: Path, tmp_path: Path) -> None:
        place = make_house(house.clone.dialect, tmp_path / "migrated")
        try:
            assert place.count("point_rule"), "the migrations bring rows, and yet it is nobody's"
            assert place.run("restore", str(file))[0] == 0
            assert place.state() == house.state()
        finally:
            databases.give_back(place.clone)

    def test_work_goes_on_after_it(self, house: House, other: House, file: Path) -> None:
        """Numbers go on where they stood, and what nobody may change nobody may change there either."""
        assert other.run("restore", str(file))[0] == 0
        house.book("next")
        other.book("next")
        ids = "SELECT MAX(id) FROM entry"
        with other.clone.engine.connect() as there, house.clone.engine.connect() as here:
            assert there.scalar(text(ids)) == here.scalar(text(ids))
        with pytest.raises(DBAPIError, match="append-only"), other.clone.engine.begin() as connection:
            connection.execute(text("DELETE FROM posting"))
        assert other.run("ledger", "verify", "--seals")[0] == 0

    def test_a_number_that_was_given_out_is_not_given_out_again(
        self, house: House, other: House, tmp_path: Path
    ) -> None:
        if house.clone.dialect == "postgresql":
            with house.clone.engine.begin() as connection:
                connection.execute(text("SELECT setval(pg_get_serial_sequence('entry', 'id'), 5000)"))
        else:
            house.book("only")  # SQLite numbers by the rows themselves
        house.run("backup", str(tmp_path / "later"))
        other.run("restore", str(tmp_path / "later"))
        other.book("next")
        with other.clone.engine.connect() as connection:
            last = connection.scalar(text("SELECT MAX(id) FROM entry"))
        assert last == (5001 if house.clone.dialect == "postgresql" else 5)

    def test_what_was_there_is_gone_when_that_was_asked_for(self, house: House, file: Path) -> None:
        before = house.state()
        house.book("later")
        house.picture("photos/2026/later.jpg", b"later")
        house.picture("new/folder.jpg", b"x")
        assert house.run("restore", str(file))[0] == 1
        code, output = house.run("restore", "--replace", str(file))
        assert code == 0, output
        assert house.state() == before
        assert house.run("restore", "--replace", str(file))[0] == 0

    def test_loose_and_hidden_files_are_left_alone(self, house: House, other: House, tmp_path: Path) -> None:
        (house.instance / "secret_key").write_text("key of the demo")
        house.picture(".cache/x", b"x")
        house.run("backup", str(tmp_path / "file"))
        with zipfile.ZipFile(tmp_path / "file") as archive:
            assert [name for name in archive.namelist() if name.startswith("pictures/")] == [
                "pictures/evidence/two.png",
                "pictures/photos/2026/一.jpg",
            ]
        assert b"key of the demo" not in (tmp_path / "file").read_bytes()

    def test_while_people_work(self, house: House, other: House, tmp_path: Path) -> None:
        stop, errors = threading.Event(), []

        def work() -> None:
            number = 0
            try:
                while not stop.is_set():
                    house.book(f"crowd:{number}", 1)
                    number += 1
            except Exception as error:
                errors.append(error)

        worker = threading.Thread(target=work)
        worker.start()
        try:
            results = [house.run("backup", str(tmp_path / f"busy{at}")) for at in range(3)]
        finally:
            stop.set()
            worker.join()
        assert errors == []
        assert [code for code, _ in results] == [0, 0, 0], results
        told = json.loads(results[-1][1])
        assert other.run("restore", str(tmp_path / "busy2"))[0] == 0
        assert other.count("entry") == told["entries"] <= house.count("entry")
        assert told["entries"] > 3


class TestRefusals:
    """Each says its true reason, ends with 1, and changes nothing."""

    def refused(self, house: House, *words: str) -> str:
        before = house.state()
        code, output = house.run("restore", *words)
        assert code == 1, output
        assert house.state() == before
        assert [each.name for each in house.instance.iterdir() if each.name.startswith(".")] == []
        return output

    def test_a_place_in_use(self, house: House, file: Path) -> None:
        assert "--replace" in self.refused(house, str(file))

    def test_pictures_that_are_there(self, house: House, file: Path, tmp_path: Path) -> None:
        place = make_house(house.clone.dialect, tmp_path / "migrated")
        try:
            place.picture("photos/x.jpg", b"x")
            assert "there are pictures" in self.refused(place, str(file))
        finally:
            databases.give_back(place.clone)

    def test_another_kind_of_database(self, house: House, file: Path, tmp_path: Path) -> None:
        dialect = "sqlite" if house.clone.dialect == "postgresql" else "postgresql"
        place = make_house(dialect, tmp_path / "kind")
        try:
            assert f"is of a {house.clone.dialect} database" in self.refused(place, str(file))
        finally:
            databases.give_back(place.clone)

    def test_a_newer_one(self, house: House, file: Path) -> None:
        newer = rewritten(file, lambda manifest, _parts: manifest.update(revision="9999"))
        assert "update pointsapp first" in self.refused(house, "--replace", str(newer))

    def test_another_file_than_the_one_whose_digest_was_kept(self, house: House, file: Path) -> None:
        digest = sha256(file.read_bytes()).hexdigest()
        assert "SHA-256" in self.refused(house, "--replace", "--sha256", "0" * 64, str(file))
        assert house.run("restore", "--replace", "--sha256", digest.upper(), str(file))[0] == 0

    def test_a_truncated_one(self, house: House, file: Path) -> None:
        file.write_bytes(file.read_bytes()[:-100])
        assert "cut off" in self.refused(house, "--replace", str(file))

    def test_a_damaged_one(self, house: House, file: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            part = max(archive.infolist(), key=lambda each: each.compress_size)
        broken = bytearray(file.read_bytes())
        broken[part.header_offset + 200] ^= 0xFF
        file.write_bytes(bytes(broken))
        assert any(word in self.refused(house, "--replace", str(file)) for word in ("damaged", "changed"))

    def test_one_that_would_write_elsewhere(self, house: House, file: Path) -> None:
        def change(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
            parts["pictures/../../evil"] = b"x"
            manifest["parts"]["pictures/../../evil"] = {}
            manifest["pictures"]["files"] += 1

        assert "outside its folder" in self.refused(house, "--replace", str(rewritten(file, change)))

    def test_rows_that_are_not_as_many_as_said(self, house: House, file: Path) -> None:
        wrong = rewritten(file, lambda manifest, _parts: manifest["tables"].update(person=7))
        assert "person holds 2 rows, the manifest says 7" in self.refused(house, "--replace", str(wrong))

    def test_a_picture_too_few(self, house: House, file: Path) -> None:
        wrong = rewritten(file, lambda manifest, _parts: manifest["pictures"].update(files=3))
        assert "as many pictures" in self.refused(house, "--replace", str(wrong))

    def test_a_manifest_that_is_not_whole(self, house: House, file: Path) -> None:
        before = house.state()
        for missing in ("kind", "revision", "tables", "pictures", "made_at"):
            wrong = rewritten(file, lambda manifest, _parts, name=missing: manifest.pop(name) and None)
            code, output = house.run("restore", "--replace", str(wrong))
            assert (code, len(output.splitlines())) == (1, 1), (missing, output)
        assert house.state() == before

    def test_content_that_is_no_database(self, house: House, file: Path) -> None:
        """The digests are honest, the content is not."""

        def change(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
            name = "database/pointsapp.db" if house.clone.dialect == "sqlite" else "database/person.copy"
            parts[name] = b"no rows of ours\n" * 300

        said = self.refused(house, "--replace", str(rewritten(file, change)))
        assert any(word in said for word in ("damaged", "database refused", "not pointsapp's"))

    def test_names_in_the_manifest_that_are_no_names(self, house: House, file: Path) -> None:
        if house.clone.dialect == "sqlite":
            # There a name in the manifest only ever stands beside a count.
            wrong = rewritten(
                file, lambda manifest, _parts: manifest["tables"].update({'x"; DROP TABLE person; --': 0})
            )
            assert "the manifest says 0" in self.refused(house, "--replace", str(wrong))
            return
        wrong = rewritten(
            file, lambda manifest, _parts: manifest["columns"]["person"].append('id"; DROP TABLE person; --')
        )
        assert "names a table or column that is none" in self.refused(house, "--replace", str(wrong))

    def test_books_that_do_not_hold(self, house: House, file: Path, tmp_path: Path) -> None:
        """Somebody changed a sealed amount before the backup was made."""
        with house.clone.engine.begin() as connection:
            if house.clone.dialect == "postgresql":
                connection.execute(text("ALTER TABLE posting DISABLE TRIGGER USER"))
            else:
                connection.execute(text("DROP TRIGGER posting_no_update"))
            connection.execute(text("UPDATE posting SET amount = amount + 1 WHERE entry_id = 1"))
            if house.clone.dialect == "postgresql":
                connection.execute(text("ALTER TABLE posting ENABLE TRIGGER USER"))
        house.run("backup", str(tmp_path / "wrong"))
        said = self.refused(house, "--replace", str(tmp_path / "wrong"))
        assert "do not hold" in said
        code, output = house.run("restore", "--replace", "--even-if-wrong", str(tmp_path / "wrong"))
        assert code == 1
        assert "entry 1 was changed" in output
        assert json.loads(output)["ok"] is False

    def test_while_somebody_works(self, house: House, file: Path) -> None:
        """The old database is not taken away from under a running server."""
        engine = house.clone.engine
        if house.clone.dialect == "sqlite":
            import sqlite3

            with closing(sqlite3.connect(house.clone.name)) as busy:
                busy.execute("SELECT COUNT(*) FROM person").fetchall()
                assert "is in use: stop" in self.refused(house, "--replace", str(file))
        else:
            url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(url) as busy:
                busy.execute("SELECT COUNT(*) FROM person")
                assert "is in use: stop" in self.refused(house, "--replace", str(file))
        assert house.run("restore", "--replace", str(file))[0] == 0


class TestFaults:
    def command(self, house: House, *words: str, most: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own, whose files may not grow beyond `most` bytes: a full disk."""
        environ = {
            **os.environ,
            "POINTSAPP_DATABASE_URL": house.clone.url,
            "POINTSAPP_INSTANCE": str(house.instance),
        }
        limit = None if most is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        return subprocess.run(
            [sys.executable, "-m", "pointsapp", *words],
            cwd=ROOT, env=environ, capture_output=True, text=True, check=False, preexec_fn=limit,
        )  # fmt: skip

    def test_a_full_disk_leaves_no_half_backup(self, house: House, tmp_path: Path) -> None:
        place = tmp_path / "place"
        place.mkdir()
        house.picture("photos/large.jpg", os.urandom(LARGE))
        done = self.command(house, "backup", str(place / "file"), most=LARGE - 1_000_000)
        assert done.returncode == 1
        assert "the backup was not made" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert list(place.iterdir()) == []

    def test_a_full_disk_leaves_the_old_state(self, house: House, tmp_path: Path) -> None:
        house.picture("photos/large.jpg", os.urandom(LARGE))
        assert house.run("backup", str(tmp_path / "file"))[0] == 0
        house.book("later")
        before = house.state()
        house.clone.engine.dispose()
        done = self.command(house, "restore", "--replace", str(tmp_path / "file"), most=LARGE - 1_000_000)
        assert done.returncode == 1
        assert "nothing was changed" in done.stderr
        assert house.state() == before

    def test_pictures_that_cannot_be_put_in_place_leave_the_database(self, house: House, file: Path) -> None:
        """A loose file bears the name of a folder of the backup; by then the new database is built and checked."""
        house.book("later")
        house.picture("photos/later.jpg", b"later")
        (house.instance / "evidence" / "two.png").unlink()
        (house.instance / "evidence").rmdir()
        (house.instance / "evidence").write_text("in the way")
        before = house.state()
        code, output = house.run("restore", "--replace", str(file))
        assert code == 1, output
        assert "nothing was changed" in output
        assert house.state() == before

    def test_a_database_that_cannot_be_put_in_place_leaves_the_pictures(
        self, house: House, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The very last step fails: on SQLite the rename; PostgreSQL refuses a name that is in its way before that."""
        house.book("later")
        house.picture("photos/later.jpg", b"later")
        if house.clone.dialect == "postgresql":
            with house.clone.engine.begin() as connection:
                connection.execute(text("CREATE VIEW outsider AS SELECT * FROM person"))
        before = house.state()
        real = os.replace

        def fail(source: Any, target: Any) -> None:
            if str(target) == house.clone.name:
                raise OSError(5, "Input/output error")
            real(source, target)

        monkeypatch.setattr(os, "replace", fail)
        code, output = house.run("restore", "--replace", str(file))
        assert code == 1, output
        assert house.state() == before

    def test_a_database_that_is_none_any_more(self, house: House, file: Path) -> None:
        """A broken file is replaced; a broken PostgreSQL schema is not torn down blindly: a new database is the way out."""
        before = house.state()
        if house.clone.dialect == "sqlite":
            house.clone.engine.dispose()
            Path(house.clone.name).write_bytes(b"garbage" * 1000)
            code, output = house.run("restore", "--replace", str(file))
            assert code == 0, output
            assert house.state() == before
            return
        with house.clone.engine.begin() as connection:
            connection.execute(text("DROP TABLE posting CASCADE"))
            connection.execute(text("CREATE TABLE posting (entry_id bigint)"))
        code, output = house.run("restore", "--replace", str(file))
        assert code == 1
        assert "pointsapp: " in output
        assert house.count("person") == 2

    def test_a_killed_backup_leaves_no_file_of_that_name(self, house: House, tmp_path: Path) -> None:
        house.picture("photos/large.jpg", os.urandom(30_000_000))
        environ = {**os.environ, "POINTSAPP_DATABASE_URL": house.clone.url, "POINTSAPP_INSTANCE": str(house.instance)}
        process = subprocess.Popen(
            [sys.executable, "-m", "pointsapp", "backup", str(tmp_path / "file")], cwd=ROOT, env=environ
        )
        while process.poll() is None and not list(tmp_path.glob(".file.*.partial")):
            pass
        process.kill()
        process.wait()
        assert not (tmp_path / "file").exists() or process.returncode == 0
        assert house.run("backup", str(tmp_path / "file2"))[0] == 0

    def test_a_backup_among_the_pictures_is_refused(self, house: House) -> None:
        code, output = house.run("backup", str(house.instance / "photos" / "file"))
        assert code == 1
        assert "lies among the pictures" in output

    def test_a_place_without_a_database(self, other: House, tmp_path: Path) -> None:
        code, output = other.run("backup", str(tmp_path / "file"))
        assert code == 1
        assert "no database yet" in output or "not pointsapp's" in output
