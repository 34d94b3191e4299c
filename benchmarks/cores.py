"""Whose processor time it was: processes of the server, the database, the worker, by what the kernel keeps in /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
BESIDE_COMM = 2  # fields of /proc/PID/stat that stand before the state
STATE, PARENT, USER, SYSTEM, OF_CHILDREN = 0, 1, 11, 12, (13, 14)


def _stat(pid: int) -> list[str]:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []  # it has ended, or this system keeps no /proc


def parent(pid: int) -> int:
    """Return the parent of `pid`; 0 when it is not known."""
    stat = _stat(pid)
    return int(stat[PARENT]) if stat else 0


def family(pid: int) -> list[int]:
    """Return `pid` and every process below it."""
    below: dict[int, list[int]] = {}
    for entry in PROC.glob("[0-9]*"):
        below.setdefault(parent(int(entry.name)), []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += below.get(each, [])
    return found


def used_s(pids: Iterable[int]) -> float:
    """Return the processor time that `pids` have used so far; what their ended children used is counted, too."""
    total = 0
    for pid in pids:
        stat = _stat(pid)
        total += sum(int(stat[field]) for field in (USER, SYSTEM, *OF_CHILDREN)) if stat else 0
    return total * TICK_S


def resident_mb(pid: int) -> float:
    """Return how much memory of `pid` is in use; 0 when it is not known."""
    try:
        pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory_gb() -> float:
    """Return how much memory this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
