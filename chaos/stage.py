"""Where a fault strikes: the proof's place, but every process of it under a keeper, and the database one of our own."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from flask_migrate import upgrade

from chaos.cluster import Cluster, clustered
from chaos.disks import Disk, small_disk
from chaos.keeper import Kept
from chaos.machine import CLUSTER, DISK, HERE, free_for_long, new_postgres
from pointsapp import create_app
from pointsapp.core.db import db
from proof.place import WORKERS, Place
from proof.street import Street, build
from proof.trial import NotPrepared
from tests import databases
from tests.server import Server, environment

START_S = 120.0
SINGLE = 2  # threads; a process that answers has more
DISK_MB = {"sqlite": 32, "postgresql": 160}


@dataclass
class Stage:
    """A running street whose server, workers and database can be struck."""

    place: Place
    street: Street
    server: Kept
    worker: Kept
    database: Kept | None  # None: SQLite, a file, or a cluster
    disk: Disk | None = None
    cluster: Cluster | None = None
    more: list[Kept] = field(default_factory=list)  # what a fault started beside

    @property
    def port(self) -> int:
        return self.place.port

    @property
    def dialect(self) -> str:
        return self.place.dialect

    def is_ready(self) -> bool:
        """Ask the server, as a proxy does, whether it can work."""
        try:
            with urllib.request.urlopen(f"{self.place.server.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def is_whole(self) -> bool:
        """Tell whether everything runs again: the server with all its processes, the worker, the database."""
        kept = [self.server, self.worker, *self.more, *([self.database] if self.database else [])]
        runs = all(each.pid for each in kept) and (self.cluster is None or self.cluster.is_whole())
        return runs and len(self.processes()) >= WORKERS and self.is_ready()

    def processes(self) -> list[psutil.Process]:
        """Return the server's processes that answer people, oldest first; one that still loads has a single thread."""
        found = []
        for each in self.server.children():
            try:
                if "resource_tracker" not in " ".join(each.cmdline()) and each.num_threads() > SINGLE:
                    found.append(each)
            except psutil.Error:
                continue
        return sorted(found, key=lambda each: each.pid)

    def wait_until_whole(self, seconds: float = START_S) -> bool:
        until = time.monotonic() + seconds
        while not self.is_whole():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def beside(self, *command: str) -> Kept:
        """Keep another `pointsapp …` running until `forget()`."""
        kept = self._kept(f"{command[0]}-{len(self.more) + 2}", *command)
        self.more.append(kept)
        return kept

    def forget(self) -> None:
        while self.more:
            self.more.pop().end()

    def change_environment(self, **settings: str) -> None:
        """Restart server and worker with `settings` on top of their own; with none, as they were."""
        for kept in (self.server, self.worker):
            kept.environment = {**self.place.server.environment, **settings}
            kept.leave()
        if not self.wait_until_whole():
            raise NotPrepared("the server never became ready with other settings")

    def _kept(self, name: str, *command: str) -> Kept:
        log = self.place.folder / f"{name}.log"
        return Kept([sys.executable, "-m", "pointsapp", *command], log, self.place.server.environment).begin()


@contextmanager
def staged(dialect: str, residents: int, *, ground: str = HERE) -> Iterator[Stage]:
    """Serve a built street on `dialect` until the block ends, however it ends."""
    with ExitStack() as ending:
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        disk = ending.enter_context(small_disk(folder / "disk", DISK_MB[dialect])) if ground == DISK else None
        store = disk.folder if disk else folder
        cluster, more = None, {"POINTSAPP_LOG_REQUESTS": "notable"}
        if ground == CLUSTER:
            cluster = clustered(folder, new_postgres(folder / "pg"), ending)
            database, more = None, {**more, **cluster.layout.addresses()}
            url = more["POINTSAPP_DATABASE_URL"]
        elif dialect == "sqlite":
            database, url = None, f"sqlite:///{_copied(store)}"
        else:
            database, url = postgres(store / "pg", folder / "postgres.log", ending)
        app = create_app(databases.settings_for(url))
        own = databases.Clone(dialect, url, app, url)
        ending.callback(own.engine.dispose)
        if dialect == "postgresql":
            _migrate(own)
        port = free_for_long()
        address = f"http://127.0.0.1:{port}"
        server = Server(address, environment(address, url, folder, **more), None)  # type: ignore[arg-type]
        place = Place(dialect, own, server, folder)
        command = [sys.executable, "-m", "pointsapp"]
        serve = Kept([*command, "serve", "--port", str(port), "--workers", str(WORKERS)], folder / "server.log", server.environment)  # fmt: skip
        worker = Kept([*command, "worker"], folder / "worker.log", server.environment)
        for kept in (serve, worker):
            ending.callback(kept.begin().end)
        stage = Stage(place, Street(place), serve, worker, database, disk, cluster)
        ending.callback(stage.forget)
        if not stage.wait_until_whole():
            raise AssertionError(f"the server never became ready: {(folder / 'server.log').read_text()[-2000:]}")
        stage.street = build(place, residents)
        yield stage


def _copied(folder: Path) -> Path:
    """Return a migrated, empty SQLite file in `folder`."""
    return Path(shutil.copyfile(databases.template("sqlite"), folder / "pointsapp.db"))


def _migrate(own: databases.Clone) -> None:
    with own.app.app_context():
        upgrade()
        db.session.remove()


def postgres(folder: Path, log: Path, ending: ExitStack) -> tuple[Kept, str]:
    """Keep a PostgreSQL server of our own running on `folder`; return it and its database's URL."""
    programs = new_postgres(folder, "CREATE DATABASE pointsapp;")
    # Small segments, so that the log, too, meets the end of a small disk.
    options = ["-c", "listen_addresses=", "-c", "max_wal_size=64MB", "-c", "min_wal_size=32MB"]
    command = [str(programs.folder / "postgres"), "-D", str(folder), "-k", str(folder), *options]
    kept = Kept(command, log, {"LC_ALL": "C"}, user=programs.user).begin()
    ending.callback(kept.end)
    until = time.monotonic() + START_S
    while not (folder / ".s.PGSQL.5432").exists():
        if time.monotonic() > until:
            raise AssertionError(f"PostgreSQL never started: {log.read_text()[-2000:]}")
        time.sleep(0.05)
    return kept, f"postgresql+psycopg://postgres@/pointsapp?host={folder}"
