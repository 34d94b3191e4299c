"""Words of disputes: kinds, states, what happened to a voucher, and refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.disputes.models import DisputeKind, DisputeState, Side
from pointsapp.disputes.queries.story import Happening
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "too_late_to_dispute": Message(
        _l("已过争议期"), _l("核销后 %(days)s 天内可以提出争议；已经过期的，请直接联系社区工作人员。")
    ),
    "redemption_undone": Message(_l("这笔核销已经撤销"), _l("兑换码又能用了，或者积分已经退回，不用再提争议。")),
    "dispute_decided": Message(_l("争议已经结束"), _l("这个争议已经处理或撤回，处理结果和原因在这一页。")),
    "too_many_statements": Message(_l("说明太多了"), _l("每一方最多写 %(most)s 条说明，请等社区处理。")),
    "dispute_partial": Message(_l("要由另一个人处理"), _l("您是这笔核销的当事人或店里的人，请由其他工作人员处理。")),
}

KINDS = {
    DisputeKind.NOT_ME: _l("不是我本人用的"),
    DisputeKind.NOTHING_GIVEN: _l("核销了，东西没给我"),
    DisputeKind.NOT_AS_PROMISED: _l("给的和写的不一样"),
    DisputeKind.OTHER: _l("其他"),
}

STATES = {
    DisputeState.OPEN: _l("处理中"),
    DisputeState.UPHELD: _l("争议成立，积分已退回"),
    DisputeState.REJECTED: _l("争议不成立"),
    DisputeState.WITHDRAWN: _l("已撤回"),
}

KINDS_OF_STATE = {
    DisputeState.OPEN: "wait",
    DisputeState.UPHELD: "yes",
    DisputeState.REJECTED: "no",
    DisputeState.WITHDRAWN: "plain",
}

SIDES = {Side.RESIDENT: _l("居民", n=1), Side.SHOP: _l("商户", n=1)}

HAPPENINGS = {
    Happening.ISSUED: _l("换到兑换码"),
    Happening.REFUSED: _l("扫码被拒"),
    Happening.OUT_OF_STOCK: _l("店里说没货"),
    Happening.USED: _l("已核销"),
    Happening.UNDONE: _l("撤回核销"),
}
