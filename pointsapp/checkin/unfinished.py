"""What check-in still has to finish before a quarter is closed: minutes to confirm, lists not come in, arrivals not ended, corrections to decide."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.checkin.queries.unfinished import attendances_of, attended, corrected, corrections_of, lists_of
from pointsapp.core.unfinished import Waits

WAITS = (
    Waits(
        key="attendances",
        name=_l("待确认或没有结束的服务时长"),
        endpoint="checkin.show_review",
        rows=attendances_of,
        gives=attended,
    ),
    Waits(
        key="lists",
        name=_l("名单还没有传上来的名额"),
        endpoint="tasks.show_console_tasks",
        rows=lists_of,
        gives=attended,
    ),
    Waits(
        key="corrections",
        name=_l("待批准的更正"),
        endpoint="checkin.show_review",
        rows=corrections_of,
        gives=corrected,
    ),
)
