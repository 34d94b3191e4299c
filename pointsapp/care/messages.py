"""Words of care."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.care.models import Act, Consent, MandateState, MoveState
from pointsapp.web.messages import Message

HELPER_UNKNOWN = _l("没有找到这个人。请核对手机号或 11 位志愿者编号；对方要先注册。")
NOT_ONESELF = _l("请填别人的号码，自己不用授权。")

MESSAGES: dict[str, Message] = {
    "mandate_over": Message(
        _l("授权已经结束"),
        _l("对方收回了授权，或者到期了。要接着办，请他重新授权，或一起到社区窗口登记。"),
        (_l("看我的授权"), "care.show_mandates"),
    ),
    "mandate_exists": Message(
        _l("已经有授权了"),
        _l("这个人已经可以替您办，或者正在等他答应。要改，请先结束原来的授权。"),
        (_l("看我的授权"), "care.show_mandates"),
    ),
    "spending_not_allowed": Message(
        _l("授权里没有“换东西”"), _l("这份授权只能查看和报名，不能用积分。请本人重新授权时勾上，或到社区窗口办理。")
    ),
    "own_shop": Message(_l("不能在自己店里替人换"), _l("您在这家店工作，替别人在这里用积分要请另一个人来办。")),
    "too_many_cards": Message(_l("卡片够用了"), _l("同时最多 %(most)s 张有效。旧卡丢了，请先把它作废，再打印新的。")),
    "name_known": Message(_l("这个名字记过"), _l("以前记过同名、没有账号的人，请看看是不是同一位。")),
    "move_waiting": Message(
        _l("已经有一份申请在等答复"),
        _l("请等那边社区答复；填错了可以先撤回。"),
        (_l("看我的申请"), "care.show_move"),
    ),
    "same_community": Message(_l("已经在这个社区"), _l("请选要搬去的社区。")),
    "move_answered": Message(_l("这份申请已经有结果"), _l("可能同事刚答复过，或者本人撤回了。")),
}

# What other features say to "you", said of whom one acts for.
OF_ANOTHER = {
    "time_conflict": _l("这段时间他已有别的安排，不能同时参加；可先替他取消那一场。"),
    "insufficient_points": _l("他的积分不够换这一样，请选别的。"),
}

ACTS = {
    Act.OPENED: _l("开始代办"),
    Act.SIGNED_UP: _l("代为报名"),
    Act.CANCELLED: _l("代为取消报名"),
    Act.TOOK_VOUCHER: _l("代为兑换"),
    Act.GAVE_BACK: _l("代为退回"),
    Act.PRINTED_VOUCHER: _l("打印了兑换码"),
    Act.PRINTED_STATEMENT: _l("打印了对账单"),
    Act.PRINTED_CARD: _l("打印了个人卡"),
}
CONSENTS = {
    Consent.OWN: _l("本人在手机上授权"),
    Consent.SPOKEN: _l("本人当面口头同意"),
    Consent.WRITTEN: _l("本人书面同意，已存档"),
}
MANDATE_STATES = {
    MandateState.OFFERED: _l("等对方答应"),
    MandateState.OPEN: _l("有效"),
    MandateState.ENDED: _l("已结束"),
}
MOVE_STATES = {
    MoveState.ASKED: _l("等答复"),
    MoveState.ACCEPTED: _l("已转入"),
    MoveState.REJECTED: _l("没有同意"),
    MoveState.WITHDRAWN: _l("已撤回"),
}
