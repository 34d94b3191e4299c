"""Letters that nobody can see or that turn a line around: no name and no title may hold them, whichever door it comes by."""

from __future__ import annotations

# Signs that change the direction of what follows (Unicode TR9): a name with one is read as another.
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
# Tag letters carry text that nobody sees.
_TAGS = range(0xE0000, 0xE0080)
# Letters by their kind that are blank to the eye: the fillers of Hangul, the empty cell of Braille.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_fit(text: str, *, lines: bool = False) -> bool:
    """Tell whether every character may be kept and shown: no control (but newline and tab where `lines`), no half of a surrogate
    pair, nothing that turns or hides."""
    return not any(
        (code < 32 and not (lines and char in "\n\t")) or 0xD800 <= code <= 0xDFFF or code in _TURNING or code in _TAGS
        for char in text
        for code in (ord(char),)
    )


def is_seen(text: str) -> bool:
    """Tell whether there is anything in `text` that a reader sees."""
    return any(char.isprintable() and not char.isspace() and char not in _BLANK for char in text)
