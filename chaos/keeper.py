"""A keeper starts a command again whenever it ends, as a unit file with `Restart=always` does; the harness only strikes."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tests.house.reading import ROOT

REST_S = 1.0  # RestartSec of deploy/systemd/
LEAVING_S = 15.0


class Kept:
    """One command that is kept running in a process group of its own until `end()`.

    `user` is whom it runs as (PostgreSQL refuses root). What a dead command leaves behind in its group is killed before the
    next start, as systemd does with a unit's control group.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        *,
        user: str | None = None,
        rest_s: float = REST_S,
    ) -> None:
        self.command, self.log, self.user = list(command), log, user
        self.environment = dict(environment)
        self.rest_s = rest_s  # between an end and the next start
        self.starts = 0
        self.sweeps = True  # False: nobody kills what a dead command left behind
        self._wanted = threading.Event()
        self._may_start = threading.Event()
        self._may_start.set()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def begin(self) -> Kept:
        self._wanted.set()
        self._thread.start()
        return self

    @property
    def pid(self) -> int:
        """Return the process's number, 0 while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else 0

    def children(self) -> list[psutil.Process]:
        """Return the processes this one started, living ones only."""
        try:
            found = psutil.Process(self.pid).children() if self.pid else []
            return [each for each in found if each.status() != psutil.STATUS_ZOMBIE]
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """Kill the process as `kill -9` does: no word of good-bye, and its own children are not asked either."""
        if pid := self.pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def leave(self) -> None:
        """Ask it to end; the keeper starts it again, with what stands in `environment` now."""
        process = self._process
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(LEAVING_S)

    def stay_away(self) -> None:
        """Do not start it again until `come_back()`."""
        self._may_start.clear()

    def come_back(self) -> None:
        self._may_start.set()

    def end(self) -> None:
        """Stop it for good."""
        self._wanted.clear()
        self._may_start.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
        self._thread.join(LEAVING_S)
        if self._thread.is_alive() and self._process is not None:
            self._process.kill()
            self._thread.join()

    def _keep(self) -> None:
        while self._wanted.is_set():
            self._may_start.wait()
            if not self._wanted.is_set():
                return
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self.command, cwd=ROOT if self.user is None else "/", env=self.environment, user=self.user,
                    group=self.user, extra_groups=[] if self.user else None, stdout=log, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )  # fmt: skip
            self.starts += 1
            self._process.wait()
            with suppress(ProcessLookupError, PermissionError):
                if self.sweeps:
                    os.killpg(self._process.pid, signal.SIGKILL)
            until = time.monotonic() + self.rest_s
            while self._wanted.is_set() and time.monotonic() < until:
                time.sleep(0.05)
