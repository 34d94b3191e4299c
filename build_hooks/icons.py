"""Draw the application's icons: `python -m build_hooks.icons` writes static/img/app-*.png from the vest of favicon.svg.

They are files of the tree, so that no server process draws; `tests/pocket/test_icons.py` draws them again and compares.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "static" / "img"
PAPER, VEST, SEAM, BAND = "#f6f2ee", "#c8321f", "#ffffff", "#f2b33d"
FINE = 4  # drawn so much larger, then made smaller: smooth edges
BOX = 48  # the side of favicon.svg
# name -> (side, how much of it the vest's box takes, corners rounded)
ICONS = {
    "app-192.png": (192, 0.86, True),
    "app-512.png": (512, 0.86, True),
    "app-maskable-512.png": (512, 0.66, False),  # a phone may cut any shape out of it: the middle 80 % is safe
    "app-180.png": (180, 0.76, False),  # iPhones round the corners themselves
}
Point = tuple[float, float]
# The outline of favicon.svg: each piece is a straight line (1 point) or a cubic curve (3 points), in absolute figures.
START: Point = (16, 6)
OUTLINE: tuple[tuple[Point, ...], ...] = (
    ((17, 11), (20, 14.5), (24, 16.5)),
    ((28, 14.5), (31, 11), (32, 6)),
    ((38, 9.2),),
    ((36.8, 15.2), (37.6, 20.2), (41, 24)),
    ((41, 39),),
    ((41, 40.66), (39.66, 42), (38, 42)),
    ((10, 42),),
    ((8.34, 42), (7, 40.66), (7, 39)),
    ((7, 24),),
    ((10.4, 20.2), (11.2, 15.2), (10, 9.2)),
    ((16, 6),),
)


def outline(steps: int = 24) -> list[Point]:
    """Return the vest as a polygon in the figures of favicon.svg."""
    points = [START]
    for piece in OUTLINE:
        if len(piece) == 1:
            points.append(piece[0])
            continue
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[-1], *piece
        for step in range(1, steps + 1):
            t, u = step / steps, 1 - step / steps
            a, b, c, d = u**3, 3 * u * u * t, 3 * u * t * t, t**3
            points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return points


def draw(side: int, share: float, is_rounded: bool) -> Image.Image:
    """Return one icon of `side` pixels whose vest takes `share` of it."""
    large = side * FINE
    picture = Image.new("RGBA", (large, large), (0, 0, 0, 0) if is_rounded else PAPER)
    pen = ImageDraw.Draw(picture)
    if is_rounded:
        pen.rounded_rectangle((0, 0, large - 1, large - 1), radius=large * 0.22, fill=PAPER)
    unit = large * share / BOX
    edge = (large - BOX * unit) / 2

    def at(x: float, y: float) -> Point:
        return (edge + x * unit, edge + y * unit)

    pen.polygon([at(*point) for point in outline()], fill=VEST)
    pen.line([at(7.5, 31.5), at(40.5, 31.5)], fill=BAND, width=round(4 * unit))
    pen.line([at(24, 16.5), at(24, 42)], fill=SEAM, width=round(2 * unit))
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def as_png(name: str) -> bytes:
    out = io.BytesIO()
    draw(*ICONS[name]).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    for name in ICONS:
        (FOLDER / name).write_bytes(as_png(name))


if __name__ == "__main__":
    main()
