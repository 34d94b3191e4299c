"""Likeness of pictures: a number of 64 bits that stays nearly the same when a picture is made smaller, brighter or saved again.

It says where a picture is lighter than right beside it (a difference hash), so two photographs of one heap of leaves differ and a
screenshot of the first does not. Pictures without anything on them have none: all black ones would be alike.
"""

from __future__ import annotations

import io

from PIL import Image

BITS, BANDS = 64, 4
FEWEST = 6  # bits set or not set: below it there is next to nothing in the picture
_SIDE = 8


def likeness_of(jpeg: bytes) -> int | None:
    """Return the number of a picture that `core.uploads` has let in; None where there is next to nothing on it."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
        image.draft("L", (_SIDE * 8, _SIDE * 8))
        small = image.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
    dots = small.tobytes()
    number = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            at = row * (_SIDE + 1) + column
            number = number << 1 | int(dots[at] > dots[at + 1])
    return number if FEWEST <= number.bit_count() <= BITS - FEWEST else None


def distance(one: int, other: int) -> int:
    """Return in how many of the 64 places two numbers differ."""
    return (one ^ other).bit_count()


def bands_of(number: int) -> tuple[int, ...]:
    """Return the number in four parts: two that differ in fewer places than there are parts have one part in common.

    So pictures nearly alike are found by an index over each part, and no row is compared with all.
    """
    width = BITS // BANDS
    return tuple(number >> width * part & (1 << width) - 1 for part in range(BANDS))


def to_column(number: int) -> int:
    """Return the number as a column of 64 bits holds it, which has a sign."""
    return number - (1 << BITS) if number >> BITS - 1 else number


def from_column(kept: int) -> int:
    """Return the number that `to_column` made one for a column of."""
    return kept % (1 << BITS)
