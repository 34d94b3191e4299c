"""Words of boards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

PERIODS = {"week": _l("本周"), "month": _l("本月"), "quarter": _l("本季"), "year": _l("今年"), "all": _l("累计")}

MESSAGES: dict[str, Message] = {}
