"""Where files are kept: below the instance folder, named by their own SHA-256, so that the same file twice is one.

A file is kept before the row that names it is written, so a row never names what is not there; where the row is then refused, nobody
names the file, and `sweep` puts it aside after a day. Nothing else is ever changed or taken away there, and no name that people gave
reaches the disk. A backup takes the whole folder along.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from pointsapp.core.errors import Gone

GRACE, ASIDE = timedelta(days=1), timedelta(days=30)
AT_ONCE = 500
Named = Callable[[list[str]], Collection[str]]
_MARK = ".swept-"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileLost(Gone):
    """A row names a file that is not in the attic: it was restored without it, or the disk lost it."""

    code = "file_lost"


class Attic:
    """The files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Keep `content` and return its SHA-256; a crash leaves the whole file or none."""
        digest = sha256(content).hexdigest()
        path = self._path(digest)
        with suppress(FileNotFoundError):
            os.utime(path)  # young again: whoever hands it in now is about to name it
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(partial)
        return digest

    def path_of(self, digest: str) -> Path:
        """Return where the file is; raises FileLost when it is not there."""
        path = self._path(digest)
        if not path.is_file():
            raise FileLost()
        return path

    def sweep(self, named: Named, *, now: datetime, share: tuple[int, int] = (0, 1)) -> int:
        """Put aside the files that nobody names and that were handed in longer than a day ago; return how many.

        `named` tells which of these digests a row names. It is asked again once files lie aside, so a row that was written meanwhile
        brings its file back; whoever hands the same file in later finds none and keeps it anew. What lies aside is taken away after 30
        days; until then it comes back when a row names it, as after a database was put back. `share` (k, n): the k-th of n parts.
        """
        count, shelves = 0, sorted(path for path in self._folder.glob("[0-9a-f][0-9a-f]") if path.is_dir())
        for shelf in shelves:
            if int(shelf.name, 16) % share[1] == share[0]:
                count += self._sweep_shelf(shelf, named, now)
        return count

    def _sweep_shelf(self, shelf: Path, named: Named, now: datetime) -> int:
        young, waits = (now - GRACE).timestamp(), (now - ASIDE).timestamp()
        old = {path.name for path in shelf.iterdir() if _DIGEST.fullmatch(path.name) and path.stat().st_mtime < young}
        unnamed = old - _asked(named, old)
        for digest in unnamed:
            os.replace(shelf / digest, shelf / f"{_MARK}{digest}")
            os.utime(shelf / f"{_MARK}{digest}", (now.timestamp(), now.timestamp()))
        aside = {path.name.removeprefix(_MARK) for path in shelf.glob(f"{_MARK}*")}
        again = _asked(named, aside)
        for digest in again:
            os.replace(shelf / f"{_MARK}{digest}", shelf / digest)
        for path in shelf.glob(".*"):  # a file that a crash left half written is hidden, too
            if path.stat().st_mtime < (waits if path.name.startswith(_MARK) else young):
                path.unlink()
        return len(unnamed - again)

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("no digest")
        return self._folder / digest[:2] / digest


def _asked(named: Named, digests: Collection[str]) -> set[str]:
    ordered = sorted(digests)
    return {digest for start in range(0, len(ordered), AT_ONCE) for digest in named(ordered[start : start + AT_ONCE])}
