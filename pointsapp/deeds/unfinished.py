"""What small good deeds still have to finish before a quarter is closed: those that nobody has looked at."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.unfinished import Waits
from pointsapp.deeds.metrics import DEEDS
from pointsapp.deeds.queries.unfinished import deeds_of

WAITS = (
    Waits(
        key="deeds",
        name=_l("还没有看过的随手做志愿"),
        endpoint="deeds.show_review",
        rows=deeds_of,
        gives=lambda _row: {DEEDS: 1},
    ),
)
