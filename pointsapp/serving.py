"""The server: granian with our processes and threads, once the port is free."""

from __future__ import annotations

import contextlib
import errno
import os
import time

from pointsapp import config
from pointsapp.core import lifeline
from pointsapp.core.memory import share_arenas

REFUSING_THREADS = 4
STOP_WITHIN_S = 15  # a process that does not hear that it is to stop would keep the whole server from starting anew
NEARBY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to knock when a server is to listen everywhere
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the name is the library's


class CannotListen(RuntimeError):
    """The port is taken, or the address is none of this machine's."""


def count_across_processes(settings: config.Settings, port: int) -> None:
    """Give the server's processes one folder for their counts; must stand before prometheus_client is imported."""
    if not settings.metrics or METRICS_FOLDER in os.environ:
        return
    folder = settings.instance_path / f".metrics-{port}"  # hidden: no picture, so no backup keeps it
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ[METRICS_FOLDER] = str(folder.resolve())


def run_server(host: str, port: int, workers: int, settings: config.Settings) -> None:
    """Serve until stopped, restarting a process that dies; CannotListen when nobody can listen there."""
    count_across_processes(settings, port)
    share_arenas()
    from granian import Granian
    from granian.constants import Interfaces

    from pointsapp.web.arrival import AT_ONCE
    from pointsapp.web.journal import log_plan

    _wait_for_port(host, port)
    lifeline.tie()
    Granian(
        "pointsapp.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        # Those that work, those that wait at the gate, some that only say 503 (web/gate.py), and those that read bodies before it.
        blocking_threads=settings.threads + settings.waiting + REFUSING_THREADS + AT_ONCE,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN_S,
        working_dir=config.ROOT,
        log_access=False,
        log_dictconfig=log_plan(settings),
    ).serve()


def _wait_for_port(host: str, port: int, seconds: float = 3) -> None:
    """Raise CannotListen when the port stays taken, instead of a server that dies and is restarted for ever."""
    until = time.monotonic() + seconds
    while error := _refused_port(host, port):
        if time.monotonic() > until:
            raise CannotListen(f"cannot listen on {host}:{port}: {error}")
        time.sleep(0.2)


def _refused_port(host: str, port: int) -> str | None:
    """Return why nobody can listen there, None where one can: answers of a killed server that linger in the kernel hinder nobody."""
    import socket

    with contextlib.suppress(OSError), socket.create_connection((NEARBY.get(host, host), port), timeout=1):
        return os.strerror(errno.EADDRINUSE)
    with socket.socket() as probe:
        for option in ("SO_REUSEADDR", "SO_REUSEPORT"):  # the server asks for the second, where there is one
            if hasattr(socket, option):
                probe.setsockopt(socket.SOL_SOCKET, getattr(socket, option), 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror
    return None
