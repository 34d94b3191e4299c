"""What the desk itself has waiting: people who do not know of a change yet."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.duties import Duties
from pointsapp.desk.queries import to_be_reached

DUTIES = (
    Duties(
        key="desk.reach",
        name=_l("通知没读到的人"),
        endpoint="desk.show_reach",
        arg="task",
        waiting=to_be_reached,
    ),
)
