"""Making a backup: the database first, so that no row is in it whose picture is not, then the pictures."""

from __future__ import annotations

import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask

from pointsapp.backup import pictures, postgres, sqlite
from pointsapp.backup.archive import BackupRefused, file_digest, new_file
from pointsapp.core.db import db


def kind_of(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


def database_of(kind: str) -> ModuleType:
    """Return the room that knows this kind of database."""
    return {"sqlite": sqlite, "postgresql": postgres}[kind]


def back_up(app: Flask, path: Path, *, now: datetime) -> dict[str, Any]:
    """Write the deployment into the new file `path`, read it back, and return what is in it. Raises BackupRefused."""
    instance, kind = Path(app.instance_path), kind_of(app)
    path = path.absolute()
    if any(path.resolve().is_relative_to(folder.resolve()) for folder in pictures.folders(instance)):
        raise BackupRefused(
            f"{path} lies among the pictures and would be in every later backup; choose a place outside"
        )
    try:
        with new_file(path) as writer:
            # Beside the file: where the backup has room, its copy of a SQLite file has most likely room too.
            with tempfile.TemporaryDirectory(prefix=".pointsapp-", dir=path.parent) as scratch:
                told = database_of(kind).add_database(app, writer, Path(scratch))
            count, size = pictures.add_all(writer, instance)
            writer.finish(
                {
                    "kind": kind,
                    "version": version("pointsapp"),
                    "made_at": now.isoformat(),
                    **told,
                    "pictures": {"files": count, "bytes": size},
                }
            )
    except OSError as error:
        raise BackupRefused(f"the backup was not made: {error.strerror or error}") from error
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "sha256": file_digest(path),
        "kind": kind,
        "revision": told["revision"],
        "rows": sum(told["tables"].values()),
        "entries": told["tables"].get("entry", 0),
        "postings": told["tables"].get("posting", 0),
        "pictures": count,
    }
