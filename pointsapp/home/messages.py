"""Words of home: greetings, levels and refusals."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

GREETINGS = {
    "early": _l("早上好"),
    "morning": _l("上午好"),
    "afternoon": _l("下午好"),
    "evening": _l("晚上好"),
}
LEVELS = (_l("新邻居"), _l("热心邻居"), _l("暖心邻居"), _l("骨干邻居"), _l("榜样邻居"))


def level_name(number: int) -> str:
    """Return the name of the n-th level; one beyond the names is said by its number."""
    return str(LEVELS[number - 1]) if number <= len(LEVELS) else _("%(n)s 级邻居", n=number)


MESSAGES: dict[str, Message] = {}
