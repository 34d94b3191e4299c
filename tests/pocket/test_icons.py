"""The icons in the tree are what build_hooks/icons.py draws."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops

from build_hooks.icons import FOLDER, ICONS, draw


@pytest.mark.parametrize("name", sorted(ICONS))
def test_an_icon_is_the_drawn_one(name: str) -> None:
    drawn = draw(*ICONS[name]).convert("RGBA")
    kept = Image.open(FOLDER / name).convert("RGBA")
    assert kept.size == (ICONS[name][0],) * 2
    # Another Pillow may smooth an edge otherwise by a shade.
    assert max(high for _, high in ImageChops.difference(drawn, kept).getextrema()) <= 8


def test_a_phone_may_cut_a_circle_out_of_the_maskable_one() -> None:
    picture = Image.open(FOLDER / "app-maskable-512.png").convert("RGB")
    paper = picture.getpixel((0, 0))
    outside = [
        (x, y)
        for x in range(0, 512, 4)
        for y in range(0, 512, 4)
        if (x - 256) ** 2 + (y - 256) ** 2 > (0.4 * 512) ** 2 and picture.getpixel((x, y)) != paper
    ]
    assert outside == []
