"""Pictures: every folder below the instance folder, whatever features keep there. Hidden folders are not theirs, nor are loose files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pointsapp.backup.archive import PICTURES, BackupRefused, Reader, Writer, file_chunks, is_safe


def folders(instance: Path) -> list[Path]:
    """Return the folders that are kept, in the order of their names."""
    if not instance.is_dir():
        return []
    found = (each for each in instance.iterdir() if each.is_dir() and not each.is_symlink())
    return sorted(each for each in found if not each.name.startswith("."))


def add_all(writer: Writer, instance: Path) -> tuple[int, int]:
    """Write every picture; return how many, and their bytes. One that is taken away meanwhile is left out."""
    count = size = 0
    for folder in folders(instance):
        for path in _files(folder):
            name = PICTURES + path.relative_to(instance).as_posix()
            if not is_safe(name):
                raise BackupRefused(f"a picture has a name that no backup can carry: {name[:200]!r}")
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            with file:
                writer.add(name, file_chunks(file), is_packed=True)
            count, size = count + 1, size + writer.parts[name]["bytes"]
    return count, size


def _files(folder: Path) -> Iterator[Path]:
    for at, below, names in os.walk(folder):
        below.sort()
        for name in sorted(names):
            path = Path(at, name)
            if path.is_file() and not path.is_symlink():  # a link could lead to anything
                yield path


def unpack(reader: Reader, staging: Path) -> None:
    """Write all pictures of the backup below `staging`."""
    for name in reader.parts:
        if not name.startswith(PICTURES):
            continue
        path = staging / name.removeprefix(PICTURES)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            for chunk in reader.chunks(name):
                file.write(chunk)


class Swap:
    """Puts the folders of `staging` in the place of the instance's when told to; a block that fails puts the old ones back."""

    def __init__(self, instance: Path, staging: Path, aside: Path) -> None:
        self._instance, self._staging, self._aside = instance, staging, aside
        self._moved: list[tuple[Path, Path]] = []

    def put_in_place(self) -> None:
        self._aside.mkdir()
        for folder in folders(self._instance):
            self._move(folder, self._aside / folder.name)
        for folder in folders(self._staging):
            self._move(folder, self._instance / folder.name)

    def _move(self, here: Path, there: Path) -> None:
        here.rename(there)
        self._moved.append((here, there))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is not None:
            for here, there in reversed(self._moved):
                there.rename(here)
