"""Words of ledger: enum labels and refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.ledger.memos import (
    CLAIM_SET_OFF,
    ERASED,
    LAPSED,
    MERGED_IN,
    MERGED_MINUTES_IN,
    MERGED_MINUTES_OUT,
    MERGED_OUT,
    declare,
)
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "insufficient_points": Message(
        _l("积分不够"),
        _l("需要 %(needed)s 分，您现在可用 %(balance)s 分。"),
        (_l("去抢任务"), "tasks.show_tasks"),
    ),
    "insufficient_budget": Message(
        _l("积分预算不够"), _l("需要 %(needed)s 分，本区域和上级的预算里没有一处够用（最多 %(balance)s 分）。")
    ),
}

declare(CLAIM_SET_OFF, _l("抵扣待扣回积分，还剩 %(left)s 分"))
declare(LAPSED, _l("积分到期（%(on)s）"))
declare(ERASED, _l("账号注销，剩下的积分作废"))
declare(MERGED_OUT, _l("并入本人的另一个账号"))
declare(MERGED_IN, _l("从本人的另一个账号并入"))
declare(MERGED_MINUTES_OUT, _l("时长并入本人的另一个账号"))
declare(MERGED_MINUTES_IN, _l("从本人的另一个账号并入的时长"))
