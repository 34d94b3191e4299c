"""A zip written while it is sent: one part after the other, each in chunks, so that memory stays flat however long the dossier is.

Names inside are made here from numbers and cleaned titles; nothing of this machine stands in it. Last come the manifest with the
SHA-256 of each part, and the same as a list that `sha256sum -c` reads.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
CHUNK = 1 << 16
Part = tuple[str, Iterable[bytes], bool]  # name, content, whether it would not get smaller


class _Sink(io.RawIOBase):
    """Takes what the zip writes and hands it on; it cannot be wound back, so sizes stand behind each part."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, chunk: Any) -> int:
        self._chunks.append(bytes(chunk))
        return len(chunk)

    def drain(self) -> bytes:
        content, self._chunks = b"".join(self._chunks), []
        return content


def stream(parts: Iterable[Part], about: dict[str, Any], *, now: datetime) -> Iterator[bytes]:
    """Yield the zip of `parts` and, last, the manifest that says `about` and each part's size and digest."""
    sink, told = _Sink(), {}
    stamp = (max(now.year, 1980), now.month, now.day, now.hour, now.minute, now.second)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, chunks, is_packed in parts:
            digest, size = sha256(), 0
            with archive.open(_entry(name, stamp, is_packed), "w", force_zip64=True) as entry:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    entry.write(chunk)
                    yield sink.drain()
            told[name] = {"bytes": size, "sha256": digest.hexdigest()}
        sums = "".join(f"{part['sha256']}  {name}\n" for name, part in told.items())
        archive.writestr(_entry(SUMS, stamp, False), sums)
        manifest = {**about, "parts": told}
        archive.writestr(_entry(MANIFEST, stamp, False), json.dumps(manifest, ensure_ascii=False, indent=1))
    yield sink.drain()


def _entry(name: str, stamp: tuple[int, int, int, int, int, int], is_packed: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, stamp)
    entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
