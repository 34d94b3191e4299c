"""Putting a backup back: everything is checked and built beside what stands there, then takes its place at once."""

from __future__ import annotations

import hmac
import shutil
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from pointsapp.backup import pictures
from pointsapp.backup.archive import DATABASE, BackupRefused, Reader, file_digest, opened
from pointsapp.backup.checks import LIVED_IN, check_revision
from pointsapp.backup.making import database_of, kind_of
from pointsapp.backup.postgres import part_of
from pointsapp.backup.sqlite import PART


def restore(
    app: Flask, path: Path, *, replace: bool = False, sha256: str | None = None, may_be_wrong: bool = False
) -> dict[str, Any]:
    """Put the backup `path` in the place of what stands there; return what was checked. Raises BackupRefused.

    `replace`: also where there are rows or pictures already. `sha256`: the whole file's, as it was printed when it was made.
    Whatever goes wrong, database and pictures stay as they were.
    """
    instance, kind = Path(app.instance_path), kind_of(app)
    try:
        with opened(path) as reader:
            if sha256 is not None and not hmac.compare_digest(file_digest(path), sha256.lower()):
                raise BackupRefused(f"{path} is not the file whose SHA-256 that is")
            _check_manifest(reader, kind)
            if not replace:
                _check_empty(app, instance, kind)
            instance.mkdir(parents=True, exist_ok=True)
            _check_room(reader, instance)
            reader.verify()
            with tempfile.TemporaryDirectory(prefix=".restore-", dir=instance) as folder:
                return _put_back(app, reader, Path(folder), may_be_wrong=may_be_wrong)
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise BackupRefused(f"nothing was changed: the database in the file cannot be used: {said}") from error
    except OSError as error:
        raise BackupRefused(f"nothing was changed: {error.strerror or error}") from error


def _put_back(app: Flask, reader: Reader, staging: Path, *, may_be_wrong: bool) -> dict[str, Any]:
    instance, manifest = Path(app.instance_path), reader.manifest
    fresh = staging / "pictures"
    fresh.mkdir()
    pictures.unpack(reader, fresh)
    database = database_of(manifest["kind"])
    # The swap is the outer one: should the database not take its place, the pictures go back to theirs.
    with (
        pictures.Swap(instance, fresh, staging / "old") as swap,
        database.restored(app, reader, staging, may_be_wrong=may_be_wrong) as checked,
    ):
        swap.put_in_place()
    return {
        "ok": checked["ok"],
        "made_at": manifest["made_at"],
        "kind": manifest["kind"],
        "revision": manifest["revision"],
        "rows": sum(manifest["tables"].values()),
        "pictures": manifest["pictures"]["files"],
        "ledger": checked,
    }


def _check_manifest(reader: Reader, kind: str) -> None:
    """Check that the file is for this kind of database, of a migration we know, and says everything that will be asked of it."""
    manifest = reader.manifest
    if manifest.get("kind") not in ("sqlite", "postgresql"):
        raise BackupRefused("the manifest does not say of which database it is")
    if manifest["kind"] != kind:
        raise BackupRefused(f"the file is of a {manifest['kind']} database, this one is {kind}")
    check_revision(manifest.get("revision"))
    tables, count = _counts(manifest.get("tables")), _counts(manifest.get("pictures"))
    if "files" not in count or not isinstance(manifest.get("made_at"), str):
        raise BackupRefused(UNSAID)
    expected = {PART} if kind == "sqlite" else {part_of(table) for table in _checked_columns(manifest, set(tables))}
    if {name for name in reader.parts if name.startswith(DATABASE)} != expected:
        raise BackupRefused("the file does not hold the whole database")
    if len(reader.parts) - len(expected) != count["files"]:
        raise BackupRefused("the file does not hold as many pictures as the manifest says")


UNSAID = "the manifest does not say what is in the file"


def _counts(found: Any) -> dict[str, int]:
    """Return a manifest's name -> number; BackupRefused when it is something else."""
    if not isinstance(found, dict) or not all(type(number) is int for number in found.values()):
        raise BackupRefused(UNSAID)
    return found


def _checked_columns(manifest: dict[str, Any], tables: set[str]) -> dict[str, list[str]]:
    """Return table -> columns; they go into SQL by name, so each must be a plain one."""
    columns, sequences = manifest.get("columns"), _counts(manifest.get("sequences"))
    if (
        not isinstance(columns, dict)
        or set(columns) != tables
        or not all(isinstance(row, list) for row in columns.values())
    ):
        raise BackupRefused(UNSAID)
    names = [*columns, *sequences, *(name for row in columns.values() for name in row)]
    if not all(isinstance(name, str) and name.isidentifier() and name.isascii() for name in names):
        raise BackupRefused("the manifest names a table or column that is none")
    return columns


def _check_empty(app: Flask, instance: Path, kind: str) -> None:
    there = database_of(kind).rows_there(app)
    filled = [name for name in LIVED_IN if there.get(name)]
    if filled:
        raise BackupRefused(
            f"the database is in use already ({filled[0]} holds rows); --replace puts the backup in its place"
        )
    if any(any(folder.iterdir()) for folder in pictures.folders(instance)):
        raise BackupRefused(f"there are pictures in {instance} already; --replace puts the backup in their place")


def _check_room(reader: Reader, instance: Path) -> None:
    free = shutil.disk_usage(instance).free
    if reader.size > free:
        raise BackupRefused(f"the backup takes {reader.size >> 20} MiB, {free >> 20} MiB are free in {instance}")
