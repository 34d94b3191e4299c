"""What promises still have to finish before a quarter is closed: those said to be kept that nobody has confirmed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.contest.metrics import KEPT
from pointsapp.contest.queries.unfinished import promises_of
from pointsapp.core.unfinished import Waits

WAITS = (
    Waits(
        key="promises",
        name=_l("说兑现了、还没有人核实的承诺"),
        endpoint="contest.show_contest",
        rows=promises_of,
        gives=lambda _row: {KEPT: 1},
    ),
)
