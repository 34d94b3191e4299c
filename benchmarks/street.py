"""The demo street as a database to measure on: built once into benchmarks/out, copied for each run."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from pointsapp import create_app
from pointsapp.config import Settings
from pointsapp.core.db import db
from pointsapp.demo import load_demo_once

OUT = Path(__file__).resolve().parent / "out"


def settings(file: Path, database_url: str = "") -> Settings:
    return Settings(database_url=database_url or f"sqlite:///{file}", instance=str(file.parent / "instance"), demo=True)


def build(file: Path) -> Path:
    """Migrate and load the demo street into `file`."""
    app = create_app(settings(file))
    with app.app_context():
        upgrade()
        load_demo_once(lambda said: print(said, flush=True))
        db.session.remove()
        db.engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # who copies the file has all of it
    return file


@contextmanager
def demo_app(folder: Path = OUT, *, fresh: bool = False) -> Iterator[Flask]:
    """Yield an application on a copy of the demo street, built into `folder` when it is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    kept, copy = folder / "demo.db", folder / "run.db"
    if fresh or not kept.exists():
        for suffix in ("", "-wal", "-shm"):
            kept.with_name(kept.name + suffix).unlink(missing_ok=True)
        build(kept)
    shutil.copyfile(kept, copy)
    app = create_app(settings(copy))
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
