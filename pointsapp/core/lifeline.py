"""A process that must not outlive the one that started it: left alone, it would hold the port while nobody could stop or restart it.

Who starts such processes says so with `tie()`, and they call `hold_on()` when they begin. On Linux the kernel ends them the moment
their parent dies, however it dies; elsewhere they look once a second.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PARENT = "POINTSAPP_PARENT"  # in the environment of who is tied: the number of the process it must not outlive
PR_SET_PDEATHSIG = 1
LOOK_S = 1.0


def tie() -> None:
    """Tie whatever this process starts from now on to it."""
    os.environ[PARENT] = str(os.getpid())


def hold_on() -> None:
    """End when the parent does, if it asked for that. SIGKILL: what is half done is rolled back, and its sender asks again."""
    parent = int(os.environ.get(PARENT) or 0)
    if parent in (0, os.getpid()):
        return
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=[parent], daemon=True).start()
    if os.getppid() != parent:  # it died before the kernel knew
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os.kill(os.getpid(), signal.SIGKILL)
