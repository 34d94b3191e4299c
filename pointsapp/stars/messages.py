"""Words of stars: labels of kinds, states and metrics, and the refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.core.metrics import Metric
from pointsapp.stars.models import BranchKind, PaperState, RoundState
from pointsapp.stars.rules.check import Reason, shown
from pointsapp.stars.rules.plans import ItemState
from pointsapp.stars.rules.scheme import ItemKind, Source
from pointsapp.stars.rules.score import Gap, StarState
from pointsapp.stars.rules.why import Step
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


ITEM_KINDS = {
    ItemKind.BONUS: _l("加分"),
    ItemKind.HONOUR: _l("荣誉"),
    ItemKind.DEDUCTION: _l("扣分"),
    ItemKind.VETO: _l("一票否决"),
}

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
                facts[amount] = f"{facts[amount]} {metric.unit}"
    for key in _SCORES & facts.keys():
        facts[key] = shown(int(facts[key] or 0))
    return str(STEPS[step.key]) % facts


# What is wrong with a scheme file, by what the command line says in English (rules/check, queries/drafts.py).
MISTAKES = {
    "expected {keys}": _l("这里应写 %(keys)s"),
    "unknown key {key!r}; known here: {known}": _l("不认识“%(key)s”；这里可以写 %(known)s"),
    "{key} is missing": _l("缺少 %(key)s"),
    "{key} must be a list with at least one item": _l("%(key)s 应是至少有一项的列表"),
    "{key} has more than 100 items": _l("%(key)s 超过 100 项"),
    "{text!r} is not a text": _l("“%(text)s”不是文字"),
    "{key} must be a text of 1 to {most} characters": _l("%(key)s 应是 1 到 %(most)s 个字"),
    "{key} must be {words}": _l("%(key)s 的写法不对：只用小写字母、数字和规定的符号"),
    "{key} must be one of {known}": _l("%(key)s 应是其中之一：%(known)s"),
    "{key} must be a whole number from {least} to {most}": _l("%(key)s 应是 %(least)s 到 %(most)s 的整数"),
    "{key} must be above 0, at most {most}, with at most two decimals": _l(
        "%(key)s 应大于 0，不超过 %(most)s，最多两位小数"
    ),
    "{key} must be 0 or more, at most {most}, with at most two decimals": _l(
        "%(key)s 应不小于 0，不超过 %(most)s，最多两位小数"
    ),
    "{metric} is for information only and never scores": _l("%(metric)s 只供了解，不能计分"),
    "unknown metric {metric!r}; known: {known}": _l("没有“%(metric)s”这个统计指标；有：%(known)s"),
    "there is no star {text!r}; there are {known}": _l("没有“%(text)s”这颗星；有：%(known)s"),
    "there is no tier {text!r}; there are {known}": _l("没有“%(text)s”这个等次；有：%(known)s"),
    "there is no assessing role {text!r}; there are {known}": _l("“%(text)s”不能评定；可以写 %(known)s"),
    "there is no indicator of this star {text!r}; there are {known}": _l(
        "这颗星里没有“%(text)s”这个指标；有：%(known)s"
    ),
    "star {key} stands twice": _l("星 %(key)s 写了两次"),
    "indicator {key} stands twice": _l("指标 %(key)s 写了两次"),
    "tier {key} stands twice": _l("等次“%(key)s”写了两次"),
    "a figure is either a share (to) or per head (per)": _l(
        "一个数字要么是比例（to），要么按人头平摊（per），不能都写"
    ),
    "least goes with a share (to) or a figure per head (per)": _l("least 只和比例（to）或按人头平摊（per）一起用"),
    "full_at and zero_at are the same: there is no line between them": _l(
        "full_at 和 zero_at 相同，中间没有线可按比例计分"
    ),
    "less is better, so zero_at must be above full_at {full}; it is {zero}": _l(
        "写的是越少越好，zero_at 应大于 full_at（%(full)s），现在是 %(zero)s"
    ),
    "more is better, so full_at must be above zero_at {zero}; it is {full}": _l(
        "写的是越多越好，full_at 应大于 zero_at（%(zero)s），现在是 %(full)s"
    ),
    "score {score} is above the indicator's max {most}": _l("这一档 %(score)s 分，超过了指标的满分 %(most)s 分"),
    "below {ends} is not above at_least {begins}": _l("below（%(ends)s）应大于 at_least（%(begins)s）"),
    "two bands begin at the same figure": _l("有两档从同一个数开始"),
    "this band begins at {following}, but the one from {begins} goes up to {ends}: they overlap": _l(
        "这一档从 %(following)s 开始，可从 %(begins)s 开始的那一档到 %(ends)s 才结束：重叠了"
    ),
    "nothing is said of figures from {ends} to below {following}": _l(
        "从 %(ends)s 到 %(following)s 之间没有规定得几分"
    ),
    "nothing is said of figures from {ends} on: leave below out of the last band": _l(
        "%(ends)s 及以上没有规定得几分：最后一档不要写 below"
    ),
    "the scores of the bands go up and down: more or less is better, not both": _l(
        "各档的分数忽高忽低：应是越多越好，或者越少越好"
    ),
    "{wanted} is better, but the bands give more points for {found}": _l(
        "better 写的是 %(wanted)s，可各档分数是 %(found)s 的得分高"
    ),
    "less is better, but nothing is said of figures below {begins}": _l("越少越好，可 %(begins)s 以下没有规定得几分"),
    "a version replaces an earlier one, and this is version {version}": _l("只能替换更早的版本，这是第 %(version)s 版"),
    "lit_at is {score}, but the indicators add up to {most}": _l(
        "%(score)s 分才点亮，可这颗星的指标加起来只有 %(most)s 分"
    ),
    "max is {score}, but the star's indicators add up to {most}": _l(
        "满分写的是 %(score)s，可这颗星的指标加起来是 %(most)s"
    ),
    "an automatic indicator needs a formula": _l("自动计分的指标要写 formula"),
    "nobody assesses an automatic indicator": _l("自动计分的指标没有人评定，不要写 by"),
    "an assessed indicator has no formula": _l("人工评定的指标没有 formula"),
    "each goes with an assessed item; a counted one has its formula": _l(
        "each 只用在人工评定的项目里，自动计分的用 formula"
    ),
    "max {most} is not a whole number of times {each}": _l("上限 %(most)s 不是每次 %(each)s 分的整数倍"),
    "a quota is either a percent of the branches or a number of branches": _l(
        "名额要么写占支部的百分之几（percent），要么写几个（branches）"
    ),
    "total is {score}, but the indicators add up to {most}": _l("总分写的是 %(score)s，可各项指标加起来是 %(most)s"),
    "nobody can reach {score}: at most {most}": _l("没有支部能达到 %(score)s 分：最多 %(most)s 分"),
    "nobody can reach {score}: the max of {key} is {most}": _l(
        "没有支部能达到 %(score)s 分：%(key)s 的满分是 %(most)s 分"
    ),
    "nobody can reach {score}: the scheme's total is {most}": _l("没有支部能达到 %(score)s 分：总分是 %(most)s 分"),
    "nobody can reach {score}: the scheme's total is {most}, with bonuses and honours {extra}": _l(
        "没有支部能达到 %(score)s 分：总分是 %(most)s 分，连加分也只有 %(extra)s 分"
    ),
    "nobody can reach {score} in every star: the max of {key} is {most}": _l(
        "没有支部每颗星都能达到 %(score)s 分：%(key)s 的满分是 %(most)s 分"
    ),
    "nobody is ever {tier}: whoever reaches it reaches {better}, which stands above it": _l(
        "没有支部会评为“%(tier)s”：够条件的也都够上面的“%(better)s”"
    ),
    "these stars require one another in a circle: {way}": _l("这些星互为前提，绕成了圈：%(way)s"),
    "the platform counts {counted} of {most} points, more than {share} %: it must not be the main carrier of assessment": _l(
        "平台自动计 %(counted)s 分（共 %(most)s 分），超过了 %(share)s%%：平台不应成为考核的主要载体"
    ),
    "the best band gives {best}, so nobody gets the max of {most}": _l(
        "最高一档只有 %(best)s 分，谁也得不到满分 %(most)s 分"
    ),
    "a share of fewer than {fair} people would be luck; least is {least}": _l(
        "不到 %(fair)s 人的比例全凭运气；least 现在是 %(least)s"
    ),
    "the quotas of the tiers add up to {share} %": _l("各等次的名额加起来是 %(share)s%%"),
    "version {version} is in force from {day}, too: two versions cannot be in force at once; name another quarter, or say in the file replaces: {version}": _l(
        "第 %(version)s 版也从 %(day)s 起生效，不能同时有两个版本；请换一个季度，或在文件里写 replaces: %(version)s"
    ),
    "version {version} begins later, on {day}: a higher version cannot begin before it": _l(
        "第 %(version)s 版 %(day)s 才生效，更新的版本不能比它早"
    ),
    "version {version} of {code} stands with other content: give the change a new number": _l(
        "第 %(version)s 版已经有了，内容不同：改动请用新的版本号"
    ),
    "version {version} is in force from {day}; another date is a new version": _l(
        "第 %(version)s 版从 %(day)s 起生效；要换日期请另出新版本"
    ),
    "there is no version {version} to replace; there are {known}": _l("没有可以替换的第 %(version)s 版；有：%(known)s"),
    "version {version} has been in force: a version is only replaced before it begins": _l(
        "第 %(version)s 版已经生效，不能再替换"
    ),
    "a version comes into force with a quarter's first day, and {day} is none: name {before} or {after}": _l(
        "方案从季度第一天起生效，%(day)s 不是：请用 %(before)s 或 %(after)s"
    ),
    "the quarter from {day} is over, and no finished quarter is rewritten: name {quarter} or later": _l(
        "从 %(day)s 开始的季度已经结束，不再改动：请用 %(quarter)s 或以后"
    ),
    "the round from {day} has begun and keeps its rules: name {following} or later": _l(
        "从 %(day)s 开始的轮次已经在用原来的方案：请用 %(following)s 或以后"
    ),
    "version {version} is older than version {newest}": _l("第 %(version)s 版比已有的第 %(newest)s 版旧"),
    "floors must say a score for each star it names": _l("floors 要给写到的每颗星一个分数"),
}


def mistake(reason: str) -> str:
    """Return a mistake in the reader's language; what no checker of ours said, such as broken YAML, stays as it is."""
    if isinstance(reason, Reason) and reason.template in MISTAKES:
        return str(MISTAKES[reason.template]) % reason.facts
    return reason


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

PAPER_STATES = {
    PaperState.PENDING: _l("待复核"),
    PaperState.CONFIRMED: _l("已计入"),
    PaperState.REJECTED: _l("未通过"),
}
PAPER_LATER = _l("日期不能晚于今天")
PAPER_NOBODY = _l("没有找到这些人：%(who)s。请核对手机号或志愿者编号，没有登记的请先在居民页登记。")
PAPER_TWICE = _l("同一个人在这张单子上出现了两次：%(who)s")

MEMBER_NOBODY = _l("没有找到这个人：请核对手机号或志愿者编号，没有登记的请先在居民页登记。")
MEMBER_BEFORE = _l("转出日期不能早于入册日期")
NOT_ON_DUTY_HERE = _l("请从名单里选：责任人要在本支部辖区任职")
UNKNOWN_STAR = _l("这一轮的方案里没有这颗星")
UNKNOWN_INDICATOR = _l("这一轮的方案里没有这个指标")

MESSAGES: dict[str, Message] = {
    "own_branch": Message(_l("不能给自己打分"), _l("您是这个支部的书记或党员，请由其他工作人员来评定。")),
    "round_closed": Message(_l("本轮已经结束"), _l("结束的轮次不再改动；新的评定请记到正在进行的轮次。")),
    "already_member": Message(_l("已经在册"), _l("这位党员已经在本支部名册上。")),
    "member_elsewhere": Message(_l("组织关系在别的支部"), _l("请先在原支部转出；只是来本支部报到的，请勾选“双报到”。")),
    "own_paper": Message(_l("要由另一个人复核"), _l("这张单子是您录入的，或单子上有您，请由其他工作人员来复核。")),
    "plan_frozen": Message(_l("计划已经定格"), _l("这一轮已经结束，计划和基数保持结束时的样子，不能再改。")),
    "plan_item_withdrawn": Message(_l("事项已经撤下"), _l("撤下的事项不再改动；需要时请另列一项。")),
    "due_outside_round": Message(
        _l("时限不在本轮内"), _l("完成时限应在 %(starts_on)s 到 %(ends_on)s 之间，请重新填写。")
    ),
    "evidence_elsewhere": Message(
        _l("不是本支部的佐证"), _l("这条记录属于别的支部或别的季度，不能用作这个事项的佐证。")
    ),
    "not_your_indicator": Message(_l("这一项不由您评定"), _l("方案规定这一项由%(by)s评定。")),
    "score_not_allowed": Message(_l("这个分数不能记"), _l("这一项只能记 %(allowed)s 分，请重新填写。")),
    "score_above_max": Message(_l("超过满分"), _l("这个指标的满分是 %(most)s 分，请重新填写。")),
    "counted_by_platform": Message(
        _l("由平台自动计算"), _l("这个指标由平台按实际记录自动计算，不能人工打分；记录有误请走更正。")
    ),
}
