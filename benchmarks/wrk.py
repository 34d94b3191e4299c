"""Runs Debian's `wrk` over prepared requests and reads what it kept: one client is one connection and one thread."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("walk.lua")
HOW_TO = "make bench needs wrk (Debian: apt-get install wrk)"


class CannotLoad(Exception):
    """The load could not be made; the message is one line for the operator."""


class NothingAnswered(CannotLoad):
    """The server had no answer ready before the load ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One prepared request; `token` is a bearer's, `cookie` a browser's."""

    method: str
    path: str
    token: str = ""
    cookie: str = ""
    body: Any = None

    @property
    def line(self) -> str:
        header = ("Authorization", f"Bearer {self.token}") if self.token else ("Cookie", self.cookie)
        body = "" if self.body is None else json.dumps(self.body, separators=(",", ":"))
        return "\t".join([self.method, self.path, *(header if header[1] else ("", "")), body])


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one load came to. Times in seconds unless named otherwise; `statuses` counts every answer, p50 and p99 the expected."""

    seconds: float
    statuses: Counter[int]
    p50_ms: float
    p99_ms: float
    cpu_s: float  # of the load generator itself

    @property
    def answers(self) -> int:
        return sum(self.statuses.values())


def is_there() -> bool:
    return shutil.which("wrk") is not None


def load(
    url: str,
    requests: Sequence[Request],
    *,
    clients: int,
    seconds: float,
    folder: Path,
    goes_round: bool = False,
    expected: int | Collection[int] = 200,
    per_s: float = 0,
) -> Load:
    """Let `clients` send `requests` for `seconds`, or until one of them has sent its share; `goes_round`: again and again.

    `per_s` is how many requests all clients send in a second, whatever comes back; 0: each sends as soon as it is answered.
    """
    if not is_there():
        raise CannotLoad(HOW_TO)
    if len(requests) < clients:
        raise CannotLoad(f"{len(requests)} requests for {clients} clients")
    plan, out = folder / "requests.tsv", folder / "answers.txt"
    plan.write_text("\n".join(request.line for request in requests) + "\n")
    out.unlink(missing_ok=True)
    whole = max(1, round(seconds))
    command = [
        "wrk", f"-t{clients}", f"-c{clients}", f"-d{whole}s", "--timeout", "30s", "-s", str(SCRIPT), url,
        "--", str(plan), str(out), str(clients), "round" if goes_round else "once",
        str(round(clients / per_s * 1e6) if per_s else 0),
    ]  # fmt: skip
    said = folder / "wrk.log"
    with said.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        _pid, status, used = os.wait4(process.pid, 0)  # what this one process used, not all there ever were
    process.returncode = os.waitstatus_to_exitcode(status)
    if not out.exists():
        raise CannotLoad(f"wrk: {said.read_text()[-300:]}")
    return read(out.read_text(), expected=expected, cpu_s=used.ru_utime + used.ru_stime)


def read(text: str, *, expected: int | Collection[int], cpu_s: float) -> Load:
    """Read lines of (when in µs, how long in µs, status, whether this client ran out of requests).

    Counted is what was answered while all clients were at work: until the first of them ran out. Times are those of
    the expected answers.
    """
    rows = [tuple(map(int, line.split())) for line in text.splitlines()]
    if not rows:
        raise NothingAnswered("nothing was answered in time; give the loads more --seconds")
    begun = min(at - took for at, took, _status, _out in rows)
    # A client that ran out is known by its flag; its rows stand together, so its last row is where its times fall back.
    ends = [row[0] for row, after in zip(rows, [*rows[1:], (0, 0, 0, 0)], strict=True) if row[3] and after[0] < row[0]]
    end = min(ends) if ends else max(row[0] for row in rows)
    counted = [row for row in rows if row[0] <= end]
    wanted = {expected} if isinstance(expected, int) else expected
    took = sorted(row[1] / 1000 for row in counted if row[2] in wanted) or [0.0]
    return Load(
        seconds=(end - begun) / 1e6,
        statuses=Counter(row[2] for row in counted),
        p50_ms=statistics.median(took),
        p99_ms=took[min(len(took) - 1, int(len(took) * 0.99))],
        cpu_s=cpu_s,
    )
