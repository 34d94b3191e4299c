"""What is measured of the board: pages beside check-ins, one check-in alone, a round counted anew, the nightly work, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request as Asked
from urllib.request import urlopen

from benchmarks import cores
from benchmarks.soak import _processes
from benchmarks.stars.city import City, Say, Size, build, standing
from benchmarks.world import API
from benchmarks.wrk import Load, Request, load
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.db import db
from pointsapp.core.transaction import write
from pointsapp.people.queries import load_actor
from pointsapp.stars.queries import every_round
from pointsapp.stars.services import Publish, freeze_round, publish_round, take_snapshot, turn_rounds
from tests.house.reading import ROOT

READERS, COMERS = 4, 4  # clients
READS, READS_PER_S, COMES_PER_S = 6, 15, 20
PATIENCE_S = 120.0
WARMING, PATIENCE = 8, 20  # looks at each page before anything is measured; how often to come again
EXAMPLE = ROOT / "docs" / "examples" / "stars" / "five-hundreds.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One page or call beside check-ins; times in ms on the clock. `others` are answers that were not 200."""

    name: str
    p50_ms: float
    p99_ms: float
    kilobytes: float
    answers: int
    others: int
    checkin_p50_ms: float
    checkin_p99_ms: float
    checkins: int
    load_average: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work over the whole round: seconds on the clock, the most memory of its process (0: not a process of its own)."""

    name: str
    seconds: float
    most_mb: float
    load_average: float
    told: str = ""


@dataclass
class Result:
    at: datetime
    size: Size
    gigabytes: float = 0.0
    evidence: int = 0
    version: str = ""
    reads: list[Read] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    resident_mb: dict[str, list[float]] = field(
        default_factory=dict
    )  # process -> at the begin, after the reads, at the end
    above: int = 0  # branches above the one check-in's area
    touched: int = 0  # branches that were counted anew after it


def measured(size: Size, seconds: int, url: str | None, say: Say) -> Result:
    """Build the city where there is none, and measure it: some minutes beside the building."""
    result = Result(datetime.now(UTC), size)
    with standing(url) as place:
        city = build(place, size, checkins=READS * seconds * COMES_PER_S + 50, say=say)
        with place.working() as worker:
            seconds_ready = _until_counted(city)
            say(f"all counted after {seconds_ready:.1f} s")
            result.version = str(place.rows("SELECT current_setting('server_version') AS v")[0]["v"]).split(" ")[0]
            watched = _processes(place, worker)
            for read in _reads(city) * WARMING:
                _look(city, read)  # a process that has just begun has nothing ready, and there are several
            _remember(result, watched)
            for read in _reads(city):
                result.reads.append(_beside_checkins(city, read, seconds))
                say(_told(result.reads[-1]))
            result.jobs.append(_job("until the last check-in is counted", lambda: _until_counted(city)))
            _remember(result, watched)
            _one_checkin(city, result)
            result.jobs.append(_recount(city, worker))
            say(f"a round counted anew in {result.jobs[-1].seconds:.1f} s")
            _remember(result, watched)
        _alone(city, result, say)
        result.gigabytes = place.rows("SELECT pg_database_size(current_database()) AS n")[0]["n"] / 1e9
        result.evidence = place.rows("SELECT count(*) AS n FROM evidence")[0]["n"]
    return result


def _reads(city: City) -> list[Request]:
    """Return what is looked at, the first page of the board first."""
    token = city.office.token
    standings = f"{API}/five-star/rounds/{city.round_id}/standings"
    return [
        Request(method="GET", path="/stars"),
        Request(method="GET", path="/wall?from=700"),
        Request(method="GET", path=f"/stars/{city.branch_id}"),
        Request(method="GET", path=f"{standings}?limit=20", token=token),
        Request(method="GET", path=f"{standings}?limit=100", token=token),
        Request(method="GET", path=f"{standings}/{city.branch_id}", token=token),
    ]


def _look(city: City, read: Request) -> int:
    """Return how many bytes one answer has."""
    headers = {"Authorization": f"Bearer {read.token}"} if read.token else {}
    for left in range(PATIENCE, -1, -1):
        try:
            with urlopen(Asked(city.place.server.url + read.path, headers=headers), timeout=60) as answer:
                return len(answer.read())
        except HTTPError as refused:
            if refused.code != 503 or not left:  # a crowded machine asks to come again
                raise
            time.sleep(1)
    raise AssertionError("unreachable")


def _beside_checkins(city: City, read: Request, seconds: int) -> Read:
    """Let some read one page, at a steady pace, while others check in at one."""
    kilobytes = _look(city, read) / 1000
    comers = city.checkins(seconds * COMES_PER_S)
    url, folder = city.place.server.url, city.place.folder
    for part in ("reads", "comes"):
        (folder / part).mkdir(exist_ok=True)
    before = os.getloadavg()[0]
    with ThreadPoolExecutor(2) as two:
        coming = two.submit(
            load, url, comers, clients=COMERS, seconds=seconds, folder=folder / "comes", expected=201, per_s=COMES_PER_S
        )
        reading = two.submit(
            load, url, [read] * READERS, clients=READERS, seconds=seconds, folder=folder / "reads", goes_round=True,
            per_s=READS_PER_S,
        )  # fmt: skip
        came: Load = coming.result()
        seen: Load = reading.result()
    return Read(
        name=read.path.replace(city.round_id, "<round>").replace(city.branch_id, "<branch>").removeprefix(API),
        p50_ms=seen.p50_ms,
        p99_ms=seen.p99_ms,
        kilobytes=kilobytes,
        answers=seen.answers,
        others=seen.answers - seen.statuses[200],
        checkin_p50_ms=came.p50_ms,
        checkin_p99_ms=came.p99_ms,
        checkins=came.statuses[201],
        load_average=before,
    )


def _told(read: Read) -> str:
    return (
        f"{read.name:45} {read.p50_ms:6.1f} ms median {read.p99_ms:6.1f} p99 {read.kilobytes:6.1f} KB, {read.checkins} check-ins "
        f"beside it ({read.checkin_p50_ms:.0f}/{read.checkin_p99_ms:.0f} ms), load {read.load_average:.1f}"
    )


_WAITING = """SELECT (SELECT count(*) FROM event_delivery WHERE done_at IS NULL AND tries = 0 AND subscriber = 'stars.evidence')
    + (SELECT count(*) FROM stale_area) + (SELECT count(*) FROM branch_tally WHERE is_stale)
    + (SELECT count(*) FROM round_branch b WHERE NOT EXISTS
        (SELECT 1 FROM branch_tally t WHERE t.round_id = b.round_id AND t.branch_id = b.branch_id)) AS n"""


def _until_counted(city: City) -> float:
    """Return after how many seconds nothing waits to be counted."""
    begun = time.monotonic()
    while city.place.rows(_WAITING)[0]["n"]:
        if time.monotonic() - begun > PATIENCE_S:
            raise TimeoutError("the worker does not come to an end")
        time.sleep(0.1)
    return time.monotonic() - begun


def _counted(city: City) -> dict[int, str]:
    rows = city.place.rows(
        "SELECT branch_id, CAST(figures AS text) AS figures FROM branch_tally JOIN star_round ON star_round.id = round_id WHERE public_id = :r",
        r=city.round_id,
    )
    return {row["branch_id"]: row["figures"] for row in rows}


def _one_checkin(city: City, result: Result) -> None:
    """Let one person come, and see which branches are counted anew: only those above the area may be."""
    before, request = _counted(city), city.checkins(1)
    begun = time.monotonic()
    load(city.place.server.url, request, clients=1, seconds=3, folder=city.place.folder, expected=201)
    until = time.monotonic() + 30
    while not (changed := [key for key, at in _counted(city).items() if at != before[key]]):
        if time.monotonic() > until:
            raise TimeoutError("the check-in was never counted")
        time.sleep(0.1)
    seconds = time.monotonic() - begun
    _until_counted(city)
    changed = [key for key, at in _counted(city).items() if at != before[key]]
    rows = city.place.rows(
        "SELECT branch.id FROM branch JOIN area ON area.id = branch.area_id JOIN round_branch rb ON rb.branch_id = branch.id "
        "JOIN star_round r ON r.id = rb.round_id WHERE r.public_id = :r AND "
        "(SELECT a.path FROM evidence e JOIN area a ON a.id = e.area_id ORDER BY e.id DESC LIMIT 1) LIKE area.path || '%'",
        r=city.round_id,
    )
    above = {row["id"] for row in rows}
    if not set(changed) <= above:
        raise AssertionError("a check-in made branches stale that do not stand above its area")
    result.above, result.touched = len(above), len(changed)
    result.jobs.append(
        Job(name="one check-in, until its branches are counted", seconds=seconds, most_mb=0, load_average=os.getloadavg()[0],
            told=f"{len(changed)} of {len(before)} branches")
    )  # fmt: skip


def _recount(city: City, worker: int) -> Job:
    """Let the worker count every branch of every open round anew."""
    city.place.change("INSERT INTO stale_area (area_id) VALUES (NULL)")
    begun, most = time.monotonic(), 0.0
    while city.place.rows(_WAITING)[0]["n"]:
        most = max(most, cores.resident_mb(worker))
        if time.monotonic() - begun > PATIENCE_S:
            raise TimeoutError("the round is not counted")
        time.sleep(0.1)
    return Job(
        name="every branch counted anew",
        seconds=time.monotonic() - begun,
        most_mb=most,
        load_average=os.getloadavg()[0],
    )


def _job(name: str, act: Callable[[], Any], told: str = "") -> Job:
    begun = time.monotonic()
    act()
    return Job(name=name, seconds=time.monotonic() - begun, most_mb=0, load_average=os.getloadavg()[0], told=told)


def _alone(city: City, result: Result, say: Say) -> None:
    """Do what nobody waits for: the proof, the preview of another scheme, the day's snapshot, the change of quarters."""
    for name, args in (
        ("`stars verify`", ("stars", "verify")),
        ("`stars preview` of another scheme", ("stars", "preview", str(EXAMPLE))),
    ):
        result.jobs.append(_command(city, name, args))
        say(f"{name}: {result.jobs[-1].seconds:.1f} s, {result.jobs[-1].most_mb:.0f} MB")
    city.place.change("DELETE FROM standing_snapshot")
    result.jobs.append(
        _job("the day's snapshot", lambda: city.place.inside(lambda: write(take_snapshot, now=clock.now())))
    )
    for name, act in (
        ("the finished quarter published", _publish),
        ("the finished quarter frozen", _freeze),
        ("a new quarter opened", _turn),
    ):
        result.jobs.append(_job(name, lambda act=act: city.place.inside(lambda: act(city))))  # type: ignore[misc]
        say(f"{name}: {result.jobs[-1].seconds:.1f} s")
    result.jobs.append(_command(city, "`stars verify`, with a frozen quarter", ("stars", "verify")))


def _office(city: City) -> Actor:
    actor = load_actor(db.session, city.office.key, now=clock.now())
    assert actor is not None
    return actor


def _publish(city: City) -> None:
    first = min(every_round(db.session), key=lambda found: found.starts_on)
    write(publish_round, _office(city), Publish(round_id=first.public_id, reason="合成"), now=clock.now())


def _freeze(city: City) -> None:
    first = min(every_round(db.session), key=lambda found: found.starts_on)
    write(freeze_round, _office(city), first.public_id, now=clock.now() + timedelta(days=60))


def _turn(_city: City) -> None:
    later = clock.at_local(clock.next_quarter(clock.local_day(clock.now())))
    write(turn_rounds, now=later + timedelta(days=1))


def _command(city: City, name: str, args: Sequence[str]) -> Job:
    with (city.place.folder / "command.log").open("wb") as log:
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "pointsapp", *args],
            cwd=ROOT,
            env=city.place.server.environment,
            stdout=log,
            stderr=log,
        )
        _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise AssertionError(f"{name}: {Path(log.name).read_text()[-2000:]}")
    return Job(
        name=name, seconds=time.monotonic() - begun, most_mb=used.ru_maxrss / 1000, load_average=os.getloadavg()[0]
    )


def _remember(result: Result, watched: dict[str, int]) -> None:
    for name, pid in watched.items():
        result.resident_mb.setdefault(name, []).append(cores.resident_mb(pid))
