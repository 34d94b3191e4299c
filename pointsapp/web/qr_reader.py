"""Reads the QR in an uploaded photograph: for phones on which a page cannot open the camera. Nothing is kept."""

from __future__ import annotations

from typing import IO

import zxingcpp
from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 80_000_000  # a good phone takes 50 megapixels; above it is a bomb
DRAFT = (1600, 1600)
FULL = (3200, 3200)
MOST_TEXT = 300
BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def read_qr(photo: IO[bytes]) -> str | None:
    """Return the text of the first QR in `photo`, None when there is none or it is no picture."""
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
        if image.width * image.height > MOST_PIXELS:
            return None
        image.draft("L", size)  # a JPEG is decoded at a fraction of its size, in grey
        grey = image.convert("RGBA").convert("L") if image.mode in ("P", "PA") else image.convert("L")
        grey.thumbnail(size)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, *BOMBS):
        return None
    return grey
