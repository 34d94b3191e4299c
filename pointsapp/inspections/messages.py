"""Words of inspections: states, steps, and the refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.inspections.models import FindingState, InspectionState, Severity, StepKind
from pointsapp.web.messages import Message

UNKNOWN_STAR = _l("这一轮的方案里没有这颗星或这个指标")

FINDING_STATES = {
    FindingState.OPEN: _l("待整改"),
    FindingState.ANSWERED: _l("待复查"),
    FindingState.RETURNED: _l("退回再改"),
    FindingState.CLOSED: _l("已销号"),
    FindingState.WITHDRAWN: _l("已撤回"),
}

SEVERITIES = {Severity.MINOR: _l("一般"), Severity.SERIOUS: _l("严重")}

STEPS = {
    StepKind.RECORDED: _l("发现问题"),
    StepKind.ANSWERED: _l("整改答复"),
    StepKind.RETURNED: _l("复查退回"),
    StepKind.CLOSED: _l("复查销号"),
    StepKind.WITHDRAWN: _l("撤回"),
    StepKind.LINKED: _l("关联扣分"),
}

INSPECTION_STATES = {
    InspectionState.PLANNED: _l("待督查"),
    InspectionState.DONE: _l("已督查"),
    InspectionState.CANCELLED: _l("已取消"),
}

# Keyed by the text of queries.draws.DrawState.
DRAW_STATES = {
    "committed": _l("已公告，待揭晓"),
    "due": _l("待录入公开数值"),
    "revealed": _l("已抽取"),
    "cancelled": _l("已作废"),
}

MESSAGES: dict[str, Message] = {
    "draw_list_too_short": Message(
        _l("名单不够抽"), _l("名单上只有 %(listed)s 个，抽取的数量不能比它多，请改小数量或补充名单。")
    ),
    "draw_branch_outside": Message(_l("名单里有不在本轮的支部"), _l("请只选本轮参加、并在所选区域内的支部。")),
    "draw_inspector_not_free": Message(
        _l("有督查员不能参加"), _l("所选督查员里，有人现在没有这个角色，或与名单上的支部有关系，需要回避，请重新选择。")
    ),
    "draw_value_known": Message(
        _l("公开数值的时间不合适"),
        _l("它要在公告发布之后才揭晓：请选 %(earliest_at)s 到 %(latest_at)s 之间公布的数值。"),
    ),
    "draw_value_not_yet": Message(_l("还没到揭晓时间"), _l("公开数值要到 %(value_at)s 才公布，到时再来录入。")),
    "draw_is_over": Message(_l("这次抽查已经结束"), _l("它已经抽取或作废，不能再抽，也不能改。")),
    "draw_list_changed": Message(
        _l("存储内容与公告不符"),
        _l("保存的名单或种子与公告时的承诺对不上，不能抽取。请作废这次抽查，并请审计员查明原因。"),
    ),
    "draw_still_open": Message(
        _l("上一次抽查还没结束"), _l("第 %(number)s 次抽查还没有揭晓，请先完成或作废它，再公告下一次。")
    ),
    "pass_unknown": Message(_l("没有这张查阅证"), _l("没有认出这张查阅证，或者它还没有开始生效。")),
    "pass_over": Message(_l("查阅证已经失效"), _l("它已在 %(over_at)s 到期或被收回，需要时请向街道再要一张。")),
    "pass_too_long": Message(_l("时间太长"), _l("查阅证最长 %(hours)s 小时。")),
    "photo_unreadable": Message(
        _l("照片打不开"), _l("没有认出这张照片，请换一张 JPEG、PNG 或 WebP 格式的，或者重新拍一张。")
    ),
    "own_finding": Message(
        _l("不能督查自己的支部"), _l("您是这个支部的书记或党员，或者参与了答复，请由其他督查员来办。")
    ),
    "due_date_wrong": Message(_l("整改期限不对"), _l("期限要在今天到 %(latest_on)s 之间，请重新选择。")),
    "no_deduction": Message(_l("不是这里的扣分"), _l("请选本支部、本轮、扣分项或一票否决项的评定记录。")),
}
