"""Words of the manifest: what a phone writes under the icon."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {}
SHIPPED_NAME = _l("文明小站")
DESCRIPTION = _l("抢任务、挣积分、换优惠：身边的志愿服务都在这里。")
SHORTCUTS = {
    "checkin.show_scan": _l("扫一扫"),
    "redemption.show_vouchers": _l("我的兑换码"),
    "checkin.show_my_code": _l("我的码"),
}


def name_of(brand: str) -> str:
    """Return the name under the icon: ours is translated, an operator's own stays as written."""
    return _(brand)
