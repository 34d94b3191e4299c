"""Words of stars: labels of kinds, states and metrics, and the refusals."""

from __future__ import annotations

from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.stars.models import BranchKind, RoundState
from pointsapp.stars.rules.plans import ItemState
from pointsapp.stars.rules.scheme import Source
from pointsapp.stars.rules.score import Gap, StarState
from pointsapp.web.messages import Message

BRANCH_KINDS = {
    BranchKind.COMMITTEE: _l("党委（党工委）"),
    BranchKind.GENERAL_BRANCH: _l("党总支"),
    BranchKind.BRANCH: _l("党支部"),
    BranchKind.GROUP: _l("党小组"),
}

ROUND_STATES = {RoundState.OPEN: _l("正在进行"), RoundState.CLOSED: _l("已结束")}

STAR_STATES = {
    StarState.LIT: _l("已点亮"),
    StarState.ON_COURSE: _l("进行中"),
    StarState.AT_RISK: _l("有风险"),
    StarState.NOT_AIMED: _l("未申报"),
}

SOURCES = {Source.AUTOMATIC: _l("自动取证"), Source.ASSESSED: _l("人工评定")}

GAPS = {
    Gap.NOT_ASSESSED: _l("还没有评定，暂按 0 分计"),
    Gap.NO_HEADCOUNT: _l("还没有官方人口数，暂按 0 分计"),
    Gap.TOO_FEW: _l("人数太少，算不出可靠的比例，暂按 0 分计"),
}


def round_name(starts_on: date) -> str:
    """Return what a quarter is called, in the reader's language."""
    return _("%(year)s 年第 %(quarter)s 季度", year=starts_on.year, quarter=(starts_on.month - 1) // 3 + 1)


def speaks_english() -> bool:
    """Tell whether the reader is spoken to in English: then a scheme's own English names are used, where it has them."""
    locale = get_locale()
    return locale is not None and locale.language == "en"


ITEM_STATES = {
    ItemState.DONE: _l("已完成"),
    ItemState.ON_COURSE: _l("正常推进"),
    ItemState.AT_RISK: _l("有风险"),
    ItemState.OVERDUE: _l("已逾期"),
    ItemState.WITHDRAWN: _l("已撤下"),
}

# What a line of a plan's trace changed.
PLAN_FIELDS = {
    "aims": _l("争创目标"),
    "created": _l("列入计划"),
    "star": _l("星"),
    "indicator": _l("对应指标"),
    "title": _l("事项"),
    "lead_unit": _l("牵头部门"),
    "responsible_unit": _l("责任单位"),
    "person": _l("责任人"),
    "due_on": _l("完成时限"),
    "progress": _l("进度"),
    "evidence": _l("佐证"),
    "withdrawn": _l("撤下"),
}

NOT_ON_DUTY_HERE = _l("请从名单里选：责任人要在本支部辖区任职")
UNKNOWN_STAR = _l("这一轮的方案里没有这颗星")
UNKNOWN_INDICATOR = _l("这一轮的方案里没有这个指标")

MESSAGES: dict[str, Message] = {
    "own_branch": Message(_l("不能给自己打分"), _l("您是这个支部的书记或党员，请由其他工作人员来评定。")),
    "round_closed": Message(_l("本轮已经结束"), _l("结束的轮次不再改动；新的评定请记到正在进行的轮次。")),
    "plan_frozen": Message(_l("计划已经定格"), _l("这一轮已经结束，计划和基数保持结束时的样子，不能再改。")),
    "plan_item_withdrawn": Message(_l("事项已经撤下"), _l("撤下的事项不再改动；需要时请另列一项。")),
    "due_outside_round": Message(
        _l("时限不在本轮内"), _l("完成时限应在 %(starts_on)s 到 %(ends_on)s 之间，请重新填写。")
    ),
    "evidence_elsewhere": Message(
        _l("不是本支部的佐证"), _l("这条记录属于别的支部或别的季度，不能用作这个事项的佐证。")
    ),
    "score_above_max": Message(_l("超过满分"), _l("这个指标的满分是 %(most)s 分，请重新填写。")),
    "counted_by_platform": Message(
        _l("由平台自动计算"), _l("这个指标由平台按实际记录自动计算，不能人工打分；记录有误请走更正。")
    ),
}
