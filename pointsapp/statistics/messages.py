"""Words of statistics: what each figure is called, in which unit, and what it counts."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.statistics.rules import LISTED_AGES, Period
from pointsapp.web.filters import month
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {}

GROUPS = {
    "people": _l("志愿者"),
    "ages": _l("年龄（登记的人）"),
    "active_ages": _l("年龄（参加的人）"),
    "work": _l("任务和时长"),
    "points": _l("积分"),
    "shops": _l("商户"),
    "settlements": _l("结算"),
}

_BANDS: dict[str, Any] = {
    "u18": _l("18 岁以下"),
    "18": _l("18–34 岁"),
    "35": _l("35–59 岁"),
    "60": _l("60–69 岁"),
    "70": _l("70–79 岁"),
    "80": _l("80 岁以上"),
    "unsaid": _l("没填或不单列"),
}
_AGES = {f"{prefix}age_{band}": word for prefix in ("", "active_") for band, word in _BANDS.items()}

FIGURES: dict[str, Any] = {
    "registered": _l("登记志愿者"),
    "joined": _l("新加入"),
    "active": _l("参加过的人"),
    **_AGES,
    "times": _l("参加人次"),
    "minutes": _l("服务时长（时:分）"),
    "tasks": _l("发布的任务"),
    "shifts": _l("办成场次"),
    "issued": _l("发放"),
    "spent": _l("兑换用掉"),
    "donated": _l("捐赠"),
    "lapsed": _l("到期"),
    "available": _l("期末能用的"),
    "held": _l("期末待核销"),
    "merchants": _l("商户数"),
    "active_merchants": _l("有核销的商户"),
    "redemptions": _l("核销次数"),
    "redeemed_points": _l("核销积分"),
    "settlements": _l("月结单"),
    "confirmed": _l("已确认"),
    "settled_points": _l("结算积分"),
    "settled_fen": _l("结算金额（元）"),
}

_AGES_NOTE = _l(
    "出生年份自愿填写，年龄按年份算。一处不到 5 人的年龄段不单列，先归进“没填或不单列”，合到上一级够 5 人再列出，列在“本级”那一行，那里的负数就是从各处“没填或不单列”里挪过来的人；“—”是不到 5 人，也可能没有人。"
)
NOTES = {
    "people": _l("按居民登记的社区算。参加过的人：这段时间有服务时长入账的，每人算一次。"),
    "ages": _AGES_NOTE,
    "active_ages": _AGES_NOTE,
    "work": _l(
        "人次和时长按居民的社区算，任务和场次按任务所在区域算。时长精确到分钟，各行相加等于合计。更正记在更正的那个月。"
    ),
    "points": _l("按居民登记的社区算。累计发放 = 能用 + 待核销 + 用掉 + 捐赠 + 到期，每一级都相等。"),
    "shops": _l("按商户所在区域算；核销撤销了的不算。"),
    "settlements": _l("按商户所在区域算，平台只记账，不经手钱。"),
}


def figure_words(name: str, amount: int) -> str:
    """Return a figure as people read it: minutes as hours and minutes (1,234:05), fen as yuan, the rest as it is.

    A band of ages in which nobody is listed is no nought: one to four people may be in it.
    """
    if amount == 0 and name in LISTED_AGES:
        return "—"
    if name == "minutes":
        hours, minutes = divmod(abs(amount), 60)
        return f"{'-' if amount < 0 else ''}{hours:,}:{minutes:02}"
    if name == "settled_fen":
        return f"{'-' if amount < 0 else ''}{abs(amount) // 100:,}.{abs(amount) % 100:02}"
    return f"{amount:,}"


def period_words(period: Period) -> str:
    """2026年11月, 2026年第4季度, 2026年"""
    if len(period.key) == 4:
        return _("%(year)s 年", year=period.key)
    if "Q" in period.key:
        return _("%(year)s 年第 %(n)s 季度", year=period.key[:4], n=period.key[-1])
    return month(period.first)
