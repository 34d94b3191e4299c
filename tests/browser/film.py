"""A film for Chromium's fake camera: a still QR code held up to it, as raw YUV 4:2:0 frames."""

from __future__ import annotations

from pathlib import Path

import qrcode
from qrcode.constants import ERROR_CORRECT_M

WIDTH, HEIGHT, FRAMES = 640, 480, 10
PAPER, INK, GREY = 235, 16, 128


def write_film(payload: str, path: Path) -> Path:
    """Write a second of `payload` in the middle of a sheet of paper; Chromium plays it over and over."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(payload)
    code.make(fit=True)
    matrix = code.get_matrix()
    scale = (HEIGHT - 40) // len(matrix)
    size = scale * len(matrix)
    left, top = (WIDTH - size) // 2, (HEIGHT - size) // 2
    picture = [bytearray([PAPER]) * WIDTH for _ in range(HEIGHT)]
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                for line in range(top + y * scale, top + (y + 1) * scale):
                    picture[line][left + x * scale : left + (x + 1) * scale] = bytes([INK]) * scale
    frame = b"FRAME\n" + b"".join(picture) + bytes([GREY]) * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES)
    return path
