"""Words of areas: the kinds of the tree, and what is said of an area that is not in it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.areas.models import AreaKind
from pointsapp.web.messages import Message

NO_SUCH_AREA = _l("没有这个区域")

KIND_NAMES = {
    AreaKind.DISTRICT: _l("区"),
    AreaKind.STREET: _l("街道"),
    AreaKind.COMMUNITY: _l("社区"),
    AreaKind.GRID: _l("网格", n=1),
    AreaKind.MICRO_GRID: _l("微网格"),
    AreaKind.SPECIAL_GRID: _l("专属网格"),
}

# Who looks after an area, in one word each.
LEADER_NAMES = {
    "grid_leader": _l("网格长"),
    "branch_secretary": _l("支部书记"),
    "staff": _l("社区工作者"),
    "street_admin": _l("街道管理员"),
}

MESSAGES: dict[str, Message] = {}
