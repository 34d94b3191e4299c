"""A voucher as a picture to keep in the phone's album: shop, offer, QR, number and date, black on white.

Pillow is loaded where a picture is drawn and nowhere else: a server process that draws none is smaller by it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pointsapp.web.qr import qr_png

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw as Pen

WIDTH, EDGE = 900, 60
QR_SIDE = 740
RED, WHITE, INK, MUTED = "#b32a19", "#ffffff", "#1f1b18", "#5f5750"
MOST_LINES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """What is written on the picture. `font` is (file, face), None where the machine has no Chinese: then only `plain` words stand."""

    payload: str
    shop: str
    title: str
    code: str  # in groups
    until: str  # words
    plain_until: str  # digits only
    foot: str
    font: tuple[str, int] | None


def draw_voucher(face: Face) -> bytes:
    """Return the picture as PNG."""
    from PIL import Image, ImageDraw

    large, middle, small = _font(face, 58), _font(face, 38), _font(face, 28)
    has_words = face.font is not None
    probe = ImageDraw.Draw(Image.new("1", (1, 1)))
    room = WIDTH - 2 * EDGE
    head = (
        [(face.shop, middle)] + [(line, large) for line in _lines(probe, face.title, large, room)] if has_words else []
    )
    foot = [(line, small) for line in _lines(probe, face.foot, small, room)] if has_words else []
    code = [(face.code, large), (face.until if has_words else face.plain_until, middle)]
    head_height = 2 * EDGE + sum(_height(font) for _, font in head) if head else 0
    height = head_height + QR_SIDE + sum(_height(font) for _, font in code + foot) + 2 * EDGE
    picture = Image.new("RGB", (WIDTH, height), WHITE)
    pen = ImageDraw.Draw(picture)
    if head:
        pen.rectangle((0, 0, WIDTH, head_height - EDGE // 4), fill=RED)
    _write(pen, head, EDGE, WHITE)
    with Image.open(io.BytesIO(qr_png(face.payload, 1))) as code_picture:
        # Each square gets the same whole number of pixels: a code that was smoothed is harder to read.
        side = QR_SIDE // code_picture.width * code_picture.width
        square = code_picture.convert("L").resize((side, side), Image.Resampling.NEAREST)
        picture.paste(square, ((WIDTH - side) // 2, head_height + (QR_SIDE - side) // 2))
    y = _write(pen, code, head_height + QR_SIDE, INK)
    _write(pen, foot, y + EDGE // 2, MUTED)
    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(face: Face, size: int) -> Any:
    from PIL import ImageFont

    if face.font is None:
        return ImageFont.load_default(size)
    file, number = face.font
    return ImageFont.truetype(file, size, index=number)


def _height(font: Any) -> int:
    return round(font.size * 1.5)


def _write(pen: Pen, lines: list[tuple[str, Any]], top: int, colour: str) -> int:
    """Write each line in the middle; return where the next one would begin."""
    for text, font in lines:
        pen.text((WIDTH / 2, top), text, fill=colour, font=font, anchor="ma")
        top += _height(font)
    return top


def _lines(pen: Pen, text: str, font: Any, room: int) -> list[str]:
    """Break `text` where the room ends, at most twice: what is longer ends in an ellipsis."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < MOST_LINES:
        fits = len(rest)
        while fits > 1 and pen.textlength(rest[:fits], font=font) > room:
            fits -= 1
        gap = rest.rfind(" ", 0, fits + 1) if fits < len(rest) else -1
        cut = gap if gap > fits // 2 else fits
        lines.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    if rest:
        lines[-1] = f"{lines[-1][:-1]}…"
    return lines
