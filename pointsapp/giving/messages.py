"""Words of giving: refusals, and the sentences in the books."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.giving import memos
from pointsapp.ledger.memos import declare
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "fund_closed": Message(_l("这个基金已经结束"), _l("它不再接受捐赠，用途和明细仍然公开。您的积分没有变动。")),
    "fund_has_less": Message(_l("没有这么多积分可用"), _l("这个基金还有 %(left)s 分没有说明用途，请核对数字。")),
    "gift_to_oneself": Message(_l("不能送给自己"), _l("这是您自己的志愿者编号。")),
    "gift_too_large": Message(
        _l("超过赠送上限"),
        _l("这次最多还能送 %(left)s 分。积分是对劳动的感谢，不是钱，所以赠送有小额上限。"),
    ),
    "receiver_has_enough": Message(
        _l("对方这个月收得够多了"), _l("这个月最多还能收 %(left)s 分，下个月一号起重新计算。您的积分没有变动。")
    ),
    "receiver_unknown": Message(
        _l("没有找到这位志愿者"), _l("请核对 11 位志愿者编号；对方要先核实身份才能收积分。您的积分没有变动。")
    ),
}

NOT_YET = _l("不能晚于今天")
TOO_EARLY = _l("不能早于基金开设那天")
ELEVEN_DIGITS = _l("志愿者编号是 11 位数字")

declare(memos.DONATED, _l("捐给「%(fund)s」"))
declare(memos.GIVEN, _l("送给邻居"))
declare(memos.RECEIVED, _l("收到邻居的赠送"))
