"""A real `pointsapp serve` in a process of its own on a database of its own, for the tests that need one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.house.reading import ROOT

PATIENCE_S = 60
# A machine that stands still for a moment must not make the server refuse what a test asks one by one.
UNHURRIED = {"POINTSAPP_WITHIN_MS": "60000"}
SECRET = "a-secret-for-a-test-server-0123456789"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def command(self, *args: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run `pointsapp …` on the server's database."""
        return subprocess.run(
            [sys.executable, "-m", "pointsapp", *args],
            cwd=ROOT, env=self.environment, input=typed, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip


def environment(url: str, database_url: str, folder: Path, **over: str) -> dict[str, str]:
    """Return what the server's process sees: none of our own POINTSAPP_ settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POINTSAPP_")}
    return {
        **kept,
        "POINTSAPP_DATABASE_URL": database_url,
        "POINTSAPP_SECRET_KEY": SECRET,
        "POINTSAPP_BASE_URL": url,
        "POINTSAPP_INSTANCE": str(folder),
        **over,
    }


@contextmanager
def serving(
    database_url: str, folder: Path, workers: int = 1, *, hurried: bool = False, **settings: str
) -> Iterator[Server]:
    """Serve `database_url` until the block ends. `hurried`: with the gate as shipped, which sends a crowd away."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = environment(url, database_url, folder, **({} if hurried else UNHURRIED), **settings)
    log = (folder / "server.log").open("wb")
    command = [sys.executable, "-m", "pointsapp", "serve", "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(url, process, folder / "server.log")
        yield Server(url, env, process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"the server never became ready: {log.read_text()[-2000:]}")
