"""How this process asks the system for memory."""

from __future__ import annotations

import ctypes

ARENAS = 2
_M_ARENA_MAX = -8  # malloc.h of the GNU C library


def share_arenas(most: int = ARENAS) -> bool:
    """Let all threads share `most` arenas of malloc; return whether the C library here knows how.

    Left alone, glibc gives each thread one of its own and keeps what it once held there: with eight threads a server process
    was measured to grow by 30 MB more over the same pages. Processes forked later inherit it.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, most))
    except (AttributeError, OSError):  # another C library
        return False
