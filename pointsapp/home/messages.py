"""Words of home: greetings, levels and refusals."""

from __future__ import annotations

from typing import Any

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


PERIOD_NAMES = {"month": _l("本月"), "quarter": _l("本季"), "year": _l("今年")}
# Whose numbers they are, on the settings page; the key is the part of a policy's name before the dot.
FEATURE_NAMES = {
    "audit": _l("操作日志"),
    "badges": _l("勋章"),
    "care": _l("替人办事"),
    "certificates": _l("服务证明"),
    "checkin": _l("签到"),
    "contest": _l("亮赛比"),
    "core": _l("防止乱试"),
    "deeds": _l("随手做志愿"),
    "desk": _l("待办"),
    "disputes": _l("核销争议"),
    "feedback": _l("意见与投诉"),
    "giving": _l("爱心基金"),
    "home": _l("首页"),
    "inspections": _l("督查"),
    "ledger": _l("积分到期"),
    "merchants": _l("商户"),
    "notices": _l("消息"),
    "people": _l("居民与登录"),
    "privacy": _l("导出与注销"),
    "redemption": _l("兑换"),
    "rewards": _l("积分"),
    "settlements": _l("商户月结"),
    "stars": _l("五星"),
    "tasks": _l("任务"),
}
VALUE_HINTS = {
    "number": _l("一个整数"),
    "number_or_none": _l("一个整数；留空表示不限"),
    "switch": _l("是或否"),
    "numbers": _l("几个整数，由小到大，用逗号分开"),
    "words": _l("一段文字"),
}


def value_words(value: Any) -> str:
    """Return a policy's value as people read it."""
    if value is None:
        return _("不限")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return " · ".join(f"{part:,}" if isinstance(part, int) else str(part) for part in value) or "—"
    return f"{value:,}" if isinstance(value, int) else str(value)


MESSAGES: dict[str, Message] = {
    "policy_value_wrong": Message(
        _l("这个值不能用"), _l("请按输入框下面的说明填写；数字不能是负数，也不能超过一百万。")
    ),
}
