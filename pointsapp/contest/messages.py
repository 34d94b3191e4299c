"""Words of contest: states, steps, and the refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.contest.models import Outcome, PanelState, PledgeState, StepKind
from pointsapp.contest.rules import Verdict
from pointsapp.stars.rules.check import shown
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "pledge_too_late": Message(
        _l("公开承诺的时间已过"), _l("本轮承诺到 %(last_on)s 为止。承诺要在轮次开始时亮出来，请下一轮再公开。")
    ),
    "too_many_pledges": Message(_l("承诺太多了"), _l("一个支部一轮最多公开 %(most)s 条承诺，撤回的也算在内。")),
    "pledge_settled": Message(
        _l("这条承诺不能再这样改"), _l("承诺公开后不改字句；已经办结、撤回或等待复核的按页面上的状态为准。")
    ),
    "own_pledge": Message(_l("要由另一个人认定"), _l("这条承诺是您汇报的，或是您所在支部的，请由其他工作人员来认定。")),
    "pledge_due_outside_round": Message(
        _l("兑现期限不在本轮内"), _l("期限应在 %(starts_on)s 到 %(ends_on)s 之间，请重新填写。")
    ),
    "pledge_shown_by_another": Message(
        _l("不是本支部本轮的佐证"), _l("这个计划事项或这条记录属于别的支部或别的季度，不能说明这条承诺。")
    ),
    "not_for_panel": Message(
        _l("这个指标不由评审组打分"), _l("它由平台自动计算，或者方案规定由别人评定；请选方案交给评审组的指标。")
    ),
    "panel_too_small": Message(_l("评审人数太少"), _l("至少要有 %(least)s 位打分的评委。")),
    "branch_on_panel": Message(
        _l("已经有评审组"), _l("%(branch)s 这一轮的这个指标已经由另一个评审组打分；要换人，请先取消那一场。")
    ),
    "nobody_presents": Message(_l("没有参评的支部"), _l("这个区域没有支部参加本轮，请换一个区域。")),
    "not_on_panel": Message(_l("您不是这一场的评委"), _l("只有名单上打分的评委可以给分。")),
    "not_chair": Message(_l("由主持人操作"), _l("免评和结束评审由这一场的主持人操作。")),
    "panel_not_begun": Message(_l("评审还没有开始"), _l("这一场在 %(held_on)s 举行，当天起可以打分。")),
    "panel_closed": Message(_l("评审已经结束"), _l("结束的评审不再改动，分数和结果都留着。")),
    "panel_incomplete": Message(_l("还有分数没到"), _l("还差 %(missing)s 个分数：请评委补上，或说明原因免评。")),
    "nobody_scored": Message(_l("有支部没有分数"), _l("%(branch)s 一个分数也没有，算不出结果。")),
}

PLEDGE_STATES = {
    PledgeState.PROMISED: _l("兑现中"),
    PledgeState.REPORTED: _l("等待认定"),
    PledgeState.DISPUTED: _l("未获认定"),
    PledgeState.CONFIRMED: _l("已认定"),
    PledgeState.WITHDRAWN: _l("已撤回"),
}

OUTCOMES = {
    Outcome.KEPT: _l("兑现了"),
    Outcome.PARTLY: _l("部分兑现"),
    Outcome.NOT_KEPT: _l("没有兑现"),
}

STEPS = {
    StepKind.PUBLISHED: _l("公开承诺"),
    StepKind.WITHDRAWN: _l("撤回承诺"),
    StepKind.REPORTED: _l("支部汇报"),
    StepKind.CONFIRMED: _l("同意认定"),
    StepKind.DISPUTED: _l("不同意认定"),
}

PANEL_STATES = {
    PanelState.OPEN: _l("评审中"),
    PanelState.CLOSED: _l("已出结果"),
    PanelState.CANCELLED: _l("已取消"),
}

UNKNOWN_STAR_HERE = _l("这一轮的方案里没有这颗星")
NEEDS_EVIDENCE = _l("请选一个计划事项或一条记录，或写一句说明材料在哪里")
NEEDS_REASON = _l("不同意要写明原因")
CHAIR_APART = _l("主持人不能是参评支部的书记或党员，请换一位")
NOBODY_OF_THAT_NUMBER = _l("没有找到 %(who)s：请核对手机号或志愿者编号")
TWICE_ON_PANEL = _l("%(who)s 写了两次")
TOO_MANY_BRANCHES = _l("一场最多评 %(most)s 个支部，请选小一些的区域")
NOT_WAITED_FOR = _l("没有要等的分数")

_REASON_CUT = _l("亮赛比评审：%(count)s 个分数，去掉一个最高分 %(highest)s 和一个最低分 %(lowest)s，平均 %(mean)s 分")
_REASON = _l("亮赛比评审：%(count)s 个分数，平均 %(mean)s 分")


def panel_reason(verdict: Verdict) -> str:
    """Return why a branch's assessment is what a panel made of it."""
    facts = {
        "count": len(verdict.scores),
        "highest": shown(verdict.scores[-1]),
        "lowest": shown(verdict.scores[0]),
        "mean": shown(verdict.mean),
    }
    return str(_REASON_CUT if verdict.is_cut else _REASON) % facts
