"""What people hand in as a file, judged by its content: a few kinds are let in, each whole and nothing else beside it.

The name and the type a browser sends are believed in nothing. A picture is drawn anew, small and without what stands beside the
picture (place, camera, thumbnails); a document is kept byte by byte when it is one file of one kind: no archive hides behind it, it
unpacks to a bounded size, and it carries no macros, scripts or further files that we can see.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError

from pointsapp.core.errors import Overloaded
from pointsapp.core.file_kinds import FileKind

MOST_PIXELS = 80_000_000  # of a JPEG, which is decoded at a fraction of its size; a good phone takes 50 megapixels
MOST_PIXELS_WHOLE = 24_000_000  # of what is decoded whole, at up to 4 bytes a pixel
LONG_SIDE, QUALITY = 1600, 82  # a page of A4 at 190 dots an inch
MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 2000, 100 << 20, 200
MOST_NAME = 80
# Names in a PDF that run or carry something. What hides in its packed streams is not found; so it is never shown in a page of ours.
ACTIVE_PDF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
ACTIVE_OFFICE = ("vbaproject.bin", "/activex/", "/embeddings/oleobject", "macrosheets/")


class Flaw(StrEnum):
    """Why a file is not let in."""

    EMPTY = "empty"
    UNKNOWN = "unknown"  # none of the kinds
    DAMAGED = "damaged"
    DOUBLE = "double"  # two files in one
    BOMB = "bomb"  # small on the way, huge when opened
    ACTIVE = "active"  # runs something, or carries further files


class Unfit(Exception):
    """A file that is not let in, and why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """What is kept of a file: its true kind, its content, and the SHA-256 of that and of what was handed in."""

    kind: FileKind
    content: bytes
    sha256: str
    given_sha256: str


_one_at_a_time = Lock()  # a few pictures at once must not add up to the server's memory
PATIENCE_S = 5.0


def clean(content: bytes) -> Clean:
    """Return what is kept of a file; raises Unfit, or Overloaded where too many are being looked at."""
    if not content:
        raise Unfit(Flaw.EMPTY)
    judge = next((judge for starts, judge in _KINDS if content.startswith(starts)), None)
    if judge is None:
        raise Unfit(Flaw.UNKNOWN)
    kind, kept = judge(content)
    return Clean(
        kind=kind,
        content=kept,
        sha256=sha256(kept).hexdigest(),
        given_sha256=sha256(content).hexdigest(),
    )


def plain_name(name: str, kind: FileKind) -> str:
    """Return a name to show and to save under: no folders, nothing unseen, and the ending that is true."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in unicodedata.normalize("NFC", last) if unicodedata.category(char)[0] != "C")
    stem = "".join("_" if char in '<>:"|?*%' else char for char in seen).strip(" .")
    before, dot, ending = stem.rpartition(".")
    if dot and before.strip(" .") and len(ending) <= 5:
        stem = before
    stem = stem.strip(" .")[: MOST_NAME - len(kind.suffix)].strip(" .")
    return f"{stem or 'file'}{kind.suffix}"


def harmless(cell: str) -> str:
    """Return the text of a table's cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


Judged = tuple[FileKind, bytes]


def _picture(content: bytes) -> Judged:
    if not _one_at_a_time.acquire(timeout=PATIENCE_S):
        raise Overloaded()
    try:
        return FileKind.JPEG, _drawn_anew(content)
    finally:
        _one_at_a_time.release()


def _drawn_anew(content: bytes) -> bytes:
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
        is_scaled = image.format == "JPEG" and not image.info.get("progressive")
        if image.width * image.height > (MOST_PIXELS if is_scaled else MOST_PIXELS_WHOLE):
            raise Unfit(Flaw.BOMB)
        image.draft("RGB", (LONG_SIDE, LONG_SIDE))
        image.load()
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONG_SIDE, LONG_SIDE))
        paper = Image.new("RGB", upright.size, "white")
        seen = upright.convert("RGBA") if upright.mode in ("P", "PA", "LA", "RGBA") else upright.convert("RGB")
        paper.paste(seen, mask=seen if seen.mode == "RGBA" else None)
        drawn = io.BytesIO()
        paper.save(drawn, "JPEG", quality=QUALITY)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit(Flaw.BOMB) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, OverflowError, zlib.error):
        raise Unfit(Flaw.DAMAGED) from None
    return drawn.getvalue()


def _pdf(content: bytes) -> Judged:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise Unfit(Flaw.DAMAGED)
    if content[end + 5 :].strip() or zipfile.is_zipfile(io.BytesIO(content)):
        raise Unfit(Flaw.DOUBLE)
    if any(name in content for name in ACTIVE_PDF):
        raise Unfit(Flaw.ACTIVE)
    return FileKind.PDF, content


def _office(content: bytes) -> Judged:
    if content[-22:-18] != b"PK\x05\x06":  # the directory is not the last thing in the file
        raise Unfit(Flaw.DOUBLE if zipfile.is_zipfile(io.BytesIO(content)) else Flaw.DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive, len(content))
            return _office_kind(set(archive.namelist())), content
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError):
        raise Unfit(Flaw.DAMAGED) from None


def _check_parts(archive: zipfile.ZipFile, packed: int) -> None:
    """Judge by the directory alone: nothing is unpacked."""
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > min(MOST_UNPACKED, packed * MOST_RATIO):
        raise Unfit(Flaw.BOMB)
    if not parts or min(part.header_offset for part in parts) != 0:
        raise Unfit(Flaw.DOUBLE)
    if len(names) != len(set(names)) or any(part.flag_bits & 1 for part in parts):
        raise Unfit(Flaw.DAMAGED)  # twice the same part, or locked by a password
    if any(".." in name.split("/") or name.startswith(("/", "\\")) or ":" in name for name in names):
        raise Unfit(Flaw.ACTIVE)
    if any(word in f"/{name}" for name in names for word in ACTIVE_OFFICE):
        raise Unfit(Flaw.ACTIVE)


def _office_kind(names: set[str]) -> FileKind:
    if "[Content_Types].xml" in names:
        for kind, main in ((FileKind.DOCX, "word/document.xml"), (FileKind.XLSX, "xl/workbook.xml")):
            if main in names:
                return kind
    raise Unfit(Flaw.UNKNOWN)


# What a file of each kind begins with. A picture that only says RIFF is looked at like any other, and refused.
_KINDS: tuple[tuple[tuple[bytes, ...], Callable[[bytes], Judged]], ...] = (
    ((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"), _picture),
    ((b"%PDF-1.", b"%PDF-2."), _pdf),
    ((b"PK\x03\x04",), _office),
)
