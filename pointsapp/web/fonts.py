"""Which font a picture is written with. None is shipped: the machine's own, by setting or by where it usually lies."""

from __future__ import annotations

from functools import cache
from pathlib import Path

# (file, which face of a collection): the first that is there. Chinese as written on the mainland.
USUAL = (
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/STHeiti Medium.ttc", 1),
    ("C:/Windows/Fonts/msyh.ttc", 0),
)


@cache
def chinese_font(named: str = "") -> tuple[str, int] | None:
    """Return file and face of a font that has Chinese; `named` goes first. None: this machine has none that we know."""
    places = ((named, 0), *USUAL) if named else USUAL
    return next(((file, face) for file, face in places if Path(file).is_file()), None)
