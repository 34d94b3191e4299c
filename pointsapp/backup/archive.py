"""The backup file: a zip of parts and, last, a manifest with the SHA-256 of each. Written once, in a stream; read with distrust.

Nothing is believed of a file that comes from outside: names, sizes and digests are all checked before anything is changed.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
CHUNK = 1 << 20
MANIFEST, README = "manifest.json", "README.txt"
DATABASE, PICTURES = "database/", "pictures/"
MANIFEST_MOST = 256 << 20
_ABOUT = Path(__file__).with_name("about.txt")  # for whoever opens the file


class BackupRefused(Exception):
    """Why a backup is not made or not put back; the message is the one clear line the operator sees."""


class Writer:
    """Puts parts into the file one after the other and remembers what each was."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._zip = archive
        self.parts: dict[str, dict[str, Any]] = {}

    def add(self, name: str, chunks: Iterable[bytes], *, is_packed: bool = False) -> None:
        """Write one part from `chunks`; `is_packed` for what would not get smaller (photographs)."""
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        digest, size = sha256(), 0
        with self._zip.open(entry, "w", force_zip64=True) as part:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                part.write(chunk)
        self.parts[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def finish(self, manifest: dict[str, Any]) -> None:
        self._zip.writestr(README, _ABOUT.read_text(encoding="utf-8"))
        self._zip.writestr(
            MANIFEST, json.dumps({"format": FORMAT, **manifest, "parts": self.parts}, ensure_ascii=False)
        )


@contextmanager
def new_file(path: Path) -> Iterator[Writer]:
    """Open a new backup; the file has its name only when it is whole and read back, and only its owner may read it.

    Raises BackupRefused when the name is taken; whatever goes wrong, no half file is left.
    """
    if path.exists():
        raise BackupRefused(f"{path} exists already; choose another name")
    if not path.parent.is_dir():
        raise BackupRefused(f"there is no folder {path.parent}")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(handle, "w+b") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
        ):
            yield Writer(archive)
            archive.close()  # writes the directory of the zip: without it the file is none
            file.flush()
            os.fsync(file.fileno())
        with opened(partial) as kept:
            kept.verify()
        partial.rename(path)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            partial.unlink()


class Reader:
    """A backup that was found to be one: its manifest, and its parts, each read no further than the manifest says."""

    def __init__(self, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self._zip = archive
        self.manifest = manifest
        self.parts: dict[str, dict[str, Any]] = manifest["parts"]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a part; BackupRefused when they are not what the manifest says, at the latest at the end."""
        expected, digest, size = self.parts[name], sha256(), 0
        try:
            with self._zip.open(name) as part:
                while chunk := part.read(CHUNK):
                    size += len(chunk)
                    if size > expected["bytes"]:
                        raise BackupRefused(f"{name} is longer than the manifest says: the file was changed")
                    digest.update(chunk)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise BackupRefused(f"{name} is damaged: {error}") from error
        if (size, digest.hexdigest()) != (expected["bytes"], expected["sha256"]):
            raise BackupRefused(f"{name} is not what the manifest says: the file was changed")

    def verify(self) -> None:
        """Read everything once and compare every digest."""
        for name in self.parts:
            for _chunk in self.chunks(name):
                pass

    @property
    def size(self) -> int:
        """What all parts take when unpacked, in bytes."""
        return sum(part["bytes"] for part in self.parts.values())


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Open a backup for reading; BackupRefused with the true reason when it is none, was cut off or is from a newer program."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise BackupRefused(f"there is no file {path}") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BackupRefused(f"{path} is no backup, or was cut off: {error}") from error
    with archive:
        yield Reader(archive, _checked(archive, path))


def _checked(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    names = [entry.filename for entry in archive.infolist()]
    if MANIFEST not in names:
        raise BackupRefused(f"{path} is no backup of pointsapp: it has no manifest")
    if len(names) != len(set(names)):
        raise BackupRefused("a part stands in the file twice: it was changed")
    manifest = _manifest(archive)
    if manifest.get("format") != FORMAT:
        raise BackupRefused(
            f"the file has format {manifest.get('format')!r}; this program reads {FORMAT}: update it first"
        )
    parts = manifest.get("parts")
    if not isinstance(parts, dict) or not all(_is_part(part) for part in parts.values()):
        raise BackupRefused("the manifest does not say what is in the file")
    if set(parts) != set(names) - {MANIFEST, README}:
        wrong = sorted(set(parts) ^ (set(names) - {MANIFEST, README}))
        raise BackupRefused(f"the manifest and the file differ: {wrong[0][:200]!r} is in one of them only")
    for name in parts:
        if not is_safe(name):
            raise BackupRefused(f"a part would be written outside its folder: {name[:200]!r}")
        if archive.getinfo(name).file_size != parts[name]["bytes"]:
            raise BackupRefused(f"{name} is not as long as the manifest says: the file was changed")
    return manifest


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        if archive.getinfo(MANIFEST).file_size > MANIFEST_MOST:
            raise BackupRefused("the manifest is too large to be one")
        manifest = json.loads(archive.read(MANIFEST))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        RecursionError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise BackupRefused(f"the manifest is damaged: {error}") from error
    if not isinstance(manifest, dict):
        raise BackupRefused("the manifest is damaged: it is no object")
    return manifest


def _is_part(part: Any) -> bool:
    return (
        isinstance(part, dict)
        and type(part.get("bytes")) is int
        and part["bytes"] >= 0
        and isinstance(part.get("sha256"), str)
    )


def is_safe(name: str) -> bool:
    """Tell whether a part's name stays below its folder on every system."""
    if not name.startswith((DATABASE, PICTURES)) or len(name) > 1000 or "\\" in name or ":" in name:
        return False
    if any(ord(char) < 32 for char in name) or any(len(step.encode()) > 255 for step in name.split("/")):
        return False
    steps = name.split("/")
    return (
        len(steps) >= 2 and not any(step in ("", ".", "..") for step in steps) and not PurePosixPath(name).is_absolute()
    )


def file_chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = sha256()
    with path.open("rb") as file:
        for chunk in file_chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
