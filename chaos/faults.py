"""Every fault of `make chaos`, in the order of the report."""

from __future__ import annotations

import shutil
import signal
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil

from chaos.failover import LEADER
from chaos.fault import Fault, Scene
from chaos.keeper import Kept
from chaos.machine import DISK, NotHere
from chaos.stage import Stage
from proof.street import now
from proof.trial import NotPrepared
from tests.server import free_port

FULL_S = 3.0
GONE_S = 3.0
CUT_S = 3.0
ORPHANS_S = 10.0
BACK_S, HOUR_S = 4.0, 3600
FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGKILL)
        process.wait(5)


def _kill_kept(*kept: Kept) -> None:
    """Kill all at the same moment and wait until none of these processes lives."""
    starts = [each.starts for each in kept]
    for each in kept:
        each.kill()
    while any(each.pid and each.starts == before for each, before in zip(kept, starts, strict=True)):
        time.sleep(0.005)


def kill_process(stage: Stage, scene: Scene) -> None:
    """Kill one of the server's processes."""
    first, *others = stage.processes()
    _kill(first)
    scene.noted.append(f"{len(others)} of {len(others) + 1} processes went on meanwhile")


def kill_processes(stage: Stage, scene: Scene) -> None:
    """Kill one of the server's processes, and as soon as there are two again, the other."""
    last = stage.processes()[-1]
    kill_process(stage, scene)
    stage.wait_until_whole()
    _kill(last)


def kill_server(stage: Stage, _scene: Scene) -> None:
    _kill_kept(stage.server)


def nobody_sweeps(stage: Stage) -> None:
    stage.server.sweeps = False


def kill_parent(stage: Stage, scene: Scene) -> None:
    """Kill `serve` alone, and see its processes end by themselves."""
    left, begun = stage.processes(), time.monotonic()
    stage.server.kill()
    _gone, alive = psutil.wait_procs(left, timeout=ORPHANS_S)
    if alive:
        raise NotPrepared(f"{len(alive)} processes outlived `serve` and hold its port")
    scene.noted.append(f"{len(left)} processes ended with it, within {time.monotonic() - begun:.2f} s")


def swept_again(stage: Stage) -> None:
    stage.server.sweeps = True


def kill_worker(stage: Stage, _scene: Scene) -> None:
    _kill_kept(stage.worker)


def kill_database(stage: Stage, _scene: Scene) -> None:
    assert stage.database is not None
    _kill_kept(stage.database)


def kill_connection(stage: Stage, scene: Scene) -> None:
    """Kill one process of PostgreSQL that serves us: it then ends all others itself and recovers."""
    assert stage.database is not None
    busy = [each for each in stage.database.children() if "pointsapp" in " ".join(each.cmdline())]
    _kill(scene.dice.choice(busy))


def kill_writers(stage: Stage, _scene: Scene) -> None:
    """SQLite has no server of its own: whoever writes is killed, all at once, in the middle of a write."""
    _kill_kept(stage.server, stage.worker)


def cut_line(_stage: Stage, scene: Scene) -> None:
    assert scene.line is not None
    scene.line.share = 0.3
    time.sleep(CUT_S)
    scene.line.share = 0.0
    if not scene.line.swallowed:
        raise NotPrepared("no answer was lost")
    scene.noted.append(f"{scene.line.swallowed} answers were lost on the way")


def fill_disk(stage: Stage, scene: Scene) -> None:
    assert stage.disk is not None
    stage.disk.fill()
    time.sleep(FULL_S)
    stage.disk.empty()
    scene.noted.append(f"room was made after {FULL_S:.0f} s")


def second_worker(stage: Stage) -> None:
    stage.beside("worker")
    time.sleep(2.5)  # its start


def kill_one_of_two(stage: Stage, _scene: Scene) -> None:
    time.sleep(2)
    _kill_kept(stage.worker)


def false_clock(stage: Stage) -> None:
    library = next(iter(sorted(Path("/").glob(FAKETIME.lstrip("/")))), None)
    if library is None:
        raise NotHere("libfaketime is not installed (Debian: apt-get install libfaketime)")
    # A role counts from when it was given: nobody may have been given theirs within the hour that is lived twice.
    stage.place.change("UPDATE role_grant SET starts_at = '2026-01-01 00:00:00+00:00'")
    _clock(stage).write_text("+0\n")
    stage.change_environment(
        LD_PRELOAD=str(library),
        FAKETIME_TIMESTAMP_FILE=str(_clock(stage)),
        FAKETIME_CACHE_DURATION="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )


def step_back(stage: Stage, scene: Scene) -> None:
    _clock(stage).write_text(f"-{HOUR_S}\n")
    time.sleep(BACK_S)
    _clock(stage).write_text("+0\n")
    late = stage.place.rows(
        "SELECT COUNT(*) AS n FROM stored_answer WHERE created_at < :then", then=now() - timedelta(seconds=HOUR_S / 2)
    )
    if not (acts := late[0]["n"]):
        raise NotPrepared("the clock never stepped back")
    scene.noted.append(f"one hour back for {BACK_S:.0f} s, then forward again; {acts} acts were done at the false hour")


def _clock(stage: Stage) -> Path:
    return stage.place.folder / "clock"


def with_redis(stage: Stage) -> None:
    program = shutil.which("redis-server")
    if program is None:
        raise NotHere("redis-server is not installed (Debian: apt-get install redis-server)")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(stage.place.folder)]
    stage.more.append(Kept(command, stage.place.folder / "redis.log", {}).begin())
    stage.change_environment(POINTSAPP_REDIS_URL=f"redis://127.0.0.1:{port}/0")


def lose_redis(stage: Stage, scene: Scene) -> None:
    (redis,) = stage.more
    redis.stay_away()
    _kill_kept(redis)
    time.sleep(GONE_S)
    redis.come_back()
    scene.noted.append(f"Redis was gone for {GONE_S:.0f} s; limits were counted by each process meanwhile")


def as_before(stage: Stage) -> None:
    stage.forget()
    stage.change_environment()


FAULTS = (
    Fault(
        key="server-process",
        title="A process of the server is killed",
        done="kill -9 to one of the two processes that answer people, and then to the other.",
        mended_by="`pointsapp serve` starts a new one",
        strike=kill_processes,
    ),
    Fault(
        key="server",
        title="The whole server is killed",
        done="kill -9 to `pointsapp serve` with all it has in hand.",
        mended_by="the unit file (here the keeper) starts it again",
        is_felt=True,
        strike=kill_server,
    ),
    Fault(
        key="parent",
        title="The first process of the server is killed alone",
        done="kill -9 to `pointsapp serve` only, without a supervisor that sweeps up: its processes must not go on without it, "
        "holding the port.",
        mended_by="the kernel ends the others at once; the unit file (here the keeper) starts it again",
        is_felt=True,
        ready=nobody_sweeps,
        strike=kill_parent,
        after=swept_again,
    ),
    Fault(
        key="worker",
        title="The worker is killed",
        done="kill -9 to `pointsapp worker`.",
        mended_by="the unit file (here the keeper) starts it again",
        strike=kill_worker,
    ),
    Fault(
        key="two-workers",
        title="Two workers at once",
        done="A second `pointsapp worker` works beside the first; then the first is killed.",
        mended_by="the other goes on; the unit file starts the first again",
        ready=second_worker,
        strike=kill_one_of_two,
        after=Stage.forget,
    ),
    Fault(
        key="database",
        title="The database is killed",
        done="kill -9 to PostgreSQL's first process; the others find themselves orphaned.",
        mended_by="the unit file (here the keeper) starts it again; PostgreSQL recovers from its log; the server reconnects",
        dialects=("postgresql",),
        is_felt=True,
        strike=kill_database,
    ),
    Fault(
        key="connection",
        title="A process of the database is killed",
        done="kill -9 to one process of PostgreSQL that serves the application.",
        mended_by="PostgreSQL ends all others and recovers by itself; the server reconnects",
        dialects=("postgresql",),
        is_felt=True,
        strike=kill_connection,
    ),
    Fault(
        key="writers",
        title="Everybody who writes the file is killed",
        done="SQLite has no server: kill -9 to server and worker at the same moment.",
        mended_by="the unit files (here the keepers) start them again; SQLite recovers from its log",
        dialects=("sqlite",),
        is_felt=True,
        strike=kill_writers,
    ),
    Fault(
        key="cut-line",
        title="The line is cut after the commit and before the answer",
        done="A proxy swallows three of ten answers and cuts the connection; people send again with their Idempotency-Key.",
        mended_by="nobody has to: the second sending is told the first answer",
        by_line=True,
        is_felt=True,
        strike=cut_line,
    ),
    Fault(
        key="full-disk",
        title="The disk is full",
        done="The disk under the database is filled to the last byte, and emptied again.",
        mended_by="somebody makes room; server and database go on by themselves",
        ground=DISK,
        is_felt=True,
        strike=fill_disk,
    ),
    Fault(
        key="clock-back",
        title="The clock steps back",
        done="The clock of server and worker steps back by an hour in the middle of work, and forward again (libfaketime).",
        mended_by="nobody has to",
        ready=false_clock,
        strike=step_back,
        after=as_before,
    ),
    Fault(
        key="redis",
        title="Redis is gone",
        done="Server and worker count limits in Redis; it is killed and stays away.",
        mended_by="the server counts by itself until Redis is back",
        ready=with_redis,
        strike=lose_redis,
        after=as_before,
    ),
    LEADER,
)
