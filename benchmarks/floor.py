"""The floor: what Flask costs when nothing is done. A JSON echo, served by granian as the application is, without any of it."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, jsonify, request

from tests.server import free_port

ROOT = Path(__file__).resolve().parents[1]
WORKERS, THREADS, PATIENCE_S = 2, 8, 30

app = Flask(__name__)


@app.post("/echo")
def echo() -> Response:
    return jsonify(request.get_json())


@app.get("/ready")
def ready() -> Response:
    return jsonify(True)


@dataclass(frozen=True)
class Echo:
    """The served echo."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def serving(folder: Path) -> Iterator[Echo]:
    """Serve the echo until the block ends."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--no-access-log", "benchmarks.floor:app",
    ]  # fmt: skip
    with (folder / "floor.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url)
        yield Echo(url, process)
    finally:
        process.terminate()
        process.wait(timeout=15)


def _wait(url: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(f"{url}/ready", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
