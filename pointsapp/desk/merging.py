"""Who still has to be told of a change is told by the account that goes on."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core.merging import whole_rows

CARRIES = (whole_rows("desk.reach", _l("%(n)s 条任务改动的通知"), ("desk_reach", "person_id")),)
