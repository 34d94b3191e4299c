"""Words of stars: labels of kinds, states and metrics, and the refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.core.actor import Role
from pointsapp.core.metrics import Metric
from pointsapp.people.messages import ROLE_NAMES
from pointsapp.stars.messages import proofs, refusals, rounds
from pointsapp.stars.models import BranchKind, PaperState, RoundState
from pointsapp.stars.rules.check import shown
from pointsapp.stars.rules.figures import Gap
from pointsapp.stars.rules.plans import ItemState
from pointsapp.stars.rules.scheme import PANEL, ItemKind, Source
from pointsapp.stars.rules.score import StarState
from pointsapp.stars.rules.why import Step
from pointsapp.web.messages import Message
from pointsapp.web.plurals import beside

MESSAGES: dict[str, Message] = {**refusals.MESSAGES, **proofs.MESSAGES, **rounds.MESSAGES}

BRANCH_KINDS = {
    BranchKind.COMMITTEE: _l("党委（党工委）"),
    BranchKind.GENERAL_BRANCH: _l("党总支"),
    BranchKind.BRANCH: _l("党支部"),
    BranchKind.GROUP: _l("党小组"),
}

ROUND_STATES = {
    RoundState.OPEN: _l("正在进行"),
    RoundState.PUBLISHED: _l("公示中"),
    RoundState.CLOSED: _l("已定格"),
}

STAR_STATES = {
    StarState.LIT: _l("已点亮"),
    StarState.ON_COURSE: _l("进行中"),
    StarState.AT_RISK: _l("有风险"),
    StarState.NOT_AIMED: _l("未申报"),
    StarState.TAKEN_BACK: _l("已摘星"),
    StarState.UNLIT: _l("未点亮"),
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


ITEM_KINDS = {
    ItemKind.BONUS: _l("加分"),
    ItemKind.HONOUR: _l("荣誉"),
    ItemKind.DEDUCTION: _l("扣分"),
    ItemKind.VETO: _l("一票否决"),
}

PANEL_NAME = _l("亮赛比评审组")


def assessor_name(by: str) -> str:
    """Return who assesses, as a scheme's `by` names them: a role, or the panel."""
    return str(PANEL_NAME if by == PANEL else ROLE_NAMES[Role(by)])


# 「为什么是这个分」: the words of each step of rules/why.py.
STEPS = {
    "figure": _l("%(metric)s %(amount)s"),
    "figure_ratio": _l("%(metric)s %(amount)s ÷ %(base_metric)s %(base)s = %(figure)s%%"),
    "figure_per_head": _l("%(metric)s %(amount)s ÷ 官方人口数 %(heads)s 人 × %(per)s = %(figure)s"),
    "band": _l("达到 %(at_least)s，得 %(score)s 分"),
    "next_band": _l("达到 %(at_least)s 可得 %(score)s 分"),
    "below_bands": _l("还不到 %(lowest)s，不得分"),
    "line": _l("从 %(zero_at)s 到 %(full_at)s 按比例得 0 到 %(most)s 分，现得 %(score)s 分"),
    "line_full": _l("达到 %(full_at)s，得满分 %(most)s 分"),
    "rounded_down": _l("不足 0.01 分的部分舍去"),
    "too_few": _l("%(metric)s只有 %(base)s 人，不到 %(least)s 人，算不出可靠的比例，暂按 0 分计"),
    "no_headcount": _l("还没有官方人口数，暂按 0 分计"),
    "not_assessed": _l("还没有评定，满分 %(most)s 分，暂按 0 分计"),
    "given": _l("人工评定 %(score)s 分，满分 %(most)s 分"),
    "veto_applies": _l("已认定发生"),
    "veto_not": _l("没有发生"),
    "star_sum": _l("各项相加 %(score)s 分"),
    "star_added": _l("加分 %(score)s 分"),
    "star_taken": _l("扣分 %(score)s 分"),
    "star_full": _l("最多记满分 %(most)s 分"),
    "star_out": _l("因“%(veto)s”不能点亮"),
    "star_lit": _l("达到 %(lit_at)s 分，已点亮"),
    "star_lacks": _l("还差 %(score)s 分（满 %(lit_at)s 分点亮）"),
    "star_needs": _l("“%(indicator)s”至少要得 %(floor)s 分才能点亮"),
    "star_taken_back": _l("%(on)s 摘星：%(reason)s"),
    "corrected": _l("经第 %(number)s 版勘误更正"),
    "star_requires": _l("要先点亮“%(star)s”"),
    "total_stars": _l("各星合计 %(score)s 分"),
    "total_bonus": _l("加分 %(score)s 分"),
    "total_honour": _l("荣誉加分 %(score)s 分"),
    "total_deduction": _l("扣分 %(score)s 分"),
    "total_capped": _l("已到上限 %(cap)s 分"),
    "total_is": _l("总分 %(score)s 分"),
    "total_short": _l("总分不到 %(pass_at)s 分，没有等次"),
    "veto_tier": _l("因“%(veto)s”，最高为“%(tier)s”"),
    "veto_all": _l("因“%(veto)s”，本轮不点亮任何星，也没有等次"),
    "no_room": _l("已达到“%(tier)s”的条件，但名额已满"),
}
# Facts of a step that are scores; the others are figures, names or keys of metrics.
_SCORES = frozenset({"score", "most", "lit_at", "floor", "cap", "pass_at"})


def worded(step: Step, metrics: Mapping[str, Metric]) -> str:
    """Return a step in the reader's language."""
    facts: dict[str, str | int | None] = dict(step.facts)
    for key in ("metric", "base_metric"):
        metric = metrics.get(str(facts.get(key)))
        if metric is not None:
            amount = "amount" if key == "metric" else "base"
            facts |= {key: str(metric.name)}
            if step.key.startswith("figure") and amount in facts:
                facts[amount] = f"{facts[amount]} {beside(metric.unit, facts[amount])}"
    for key in _SCORES & facts.keys():
        facts[key] = shown(int(facts[key] or 0))
    return str(STEPS[step.key]) % facts


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
    "accepted": _l("验收"),
    "returned": _l("收回验收"),
}

PAPER_STATES = {
    PaperState.PENDING: _l("待复核"),
    PaperState.CONFIRMED: _l("已计入"),
    PaperState.REJECTED: _l("未通过"),
}
PAPER_LATER = _l("日期不能晚于今天")
BETWEEN_NAMES = _l("、")
PAPER_NOBODY = _l("没有找到这些人：%(who)s。请核对手机号或志愿者编号，没有登记的请先在居民页登记。")
PAPER_TWICE = _l("同一个人在这张单子上出现了两次：%(who)s")

MEMBER_NOBODY = _l("没有找到这个人：请核对手机号或志愿者编号，没有登记的请先在居民页登记。")
MEMBER_BEFORE = _l("转出日期不能早于入册日期")
NOT_ON_DUTY_HERE = _l("请从名单里选：责任人要在本支部辖区任职")
UNKNOWN_STAR = _l("这一轮的方案里没有这颗星")
UNKNOWN_INDICATOR = _l("这一轮的方案里没有这个指标")
