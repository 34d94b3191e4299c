"""Reads the QR in an uploaded photograph: for phones on which a page cannot open the camera. Nothing is kept."""

from __future__ import annotations

from threading import Lock
from typing import IO

import zxingcpp
from PIL import Image, UnidentifiedImageError

from pointsapp.core.errors import Overloaded

MOST_PIXELS = 80_000_000  # a good phone takes 50 megapixels; above it is a bomb
MOST_PIXELS_WHOLE = 24_000_000  # of what is decoded whole, at up to 4 bytes a pixel: screenshots, saved codes
DRAFT = (1600, 1600)
FULL = (3200, 3200)
MOST_TEXT = 300
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


_one_at_a_time = Lock()  # a few uploads at once must not add up to the server's memory
PATIENCE_S = 5.0


def read_qr(photo: IO[bytes]) -> str | None:
    """Return the text of the first QR in `photo`, None when there is none or it is no picture."""
    if not _one_at_a_time.acquire(timeout=PATIENCE_S):
        raise Overloaded()
    try:
        return _read(photo)
    finally:
        _one_at_a_time.release()


def _read(photo: IO[bytes]) -> str | None:
    for size in (DRAFT, FULL):  # a small, quick look first
        photo.seek(0)
        image = _open(photo, size)
        if image is None:
            return None
        found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        if found:
            return str(found[0].text)[:MOST_TEXT]
        if max(image.size) < min(DRAFT):
            return None
    return None


def _open(photo: IO[bytes], size: tuple[int, int]) -> Image.Image | None:
    try:
        image = Image.open(photo, formats=("JPEG", "PNG", "WEBP", "GIF", "BMP"))
        is_scaled = image.format == "JPEG" and not image.info.get("progressive")
        if image.width * image.height > (MOST_PIXELS if is_scaled else MOST_PIXELS_WHOLE):
            return None
        image.draft("L", size)  # a JPEG is decoded at a fraction of its size, in grey
        grey = image.convert("RGBA").convert("L") if image.mode in ("P", "PA") else image.convert("L")
        grey.thumbnail(size)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, *BOMBS):
        return None
    return grey
