"""What a refusal of this feature says, and the next step."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "own_branch": Message(_l("不能给自己打分"), _l("您是这个支部的书记或党员，请由其他工作人员来评定。")),
    "outside_remit": Message(_l("不在您的评定范围"), _l("您的评定范围不包括这个支部，请由负责这一片的人来评定。")),
    "round_closed": Message(_l("本轮已经结束"), _l("结束的轮次不再改动；新的评定请记到正在进行的轮次。")),
    "already_member": Message(_l("已经在册"), _l("这位党员已经在本支部名册上。")),
    "member_elsewhere": Message(_l("组织关系在别的支部"), _l("请先在原支部转出；只是来本支部报到的，请勾选“双报到”。")),
    "own_paper": Message(_l("要由另一个人复核"), _l("这张单子是您录入的，或单子上有您，请由其他工作人员来复核。")),
    "plan_frozen": Message(_l("计划已经定格"), _l("这一轮已经结束，计划和基数保持结束时的样子，不能再改。")),
    "plan_item_withdrawn": Message(_l("事项已经撤下"), _l("撤下的事项不再改动；需要时请另列一项。")),
    "plan_item_accepted": Message(
        _l("事项已经验收"), _l("验收过的事项不再改动；确有不对的，请验收人先收回验收并写明原因。")
    ),
    "item_not_accepted": Message(_l("还没有验收"), _l("这个事项没有验收，或验收已经收回，请刷新页面看看。")),
    "item_not_done": Message(_l("还没有办完"), _l("进度是 %(progress)s%%，办到 100%% 才能验收。")),
    "item_unproven": Message(_l("还没有佐证"), _l("请支部先加上佐证：平台上的记录、材料，或写明纸质材料放在哪里。")),
    "own_plan_item": Message(
        _l("要由另一个人验收"), _l("这个事项是您列的、改过的、补过佐证的，或由您负责，请由其他人来验收。")
    ),
    "due_outside_round": Message(
        _l("时限不在本轮内"), _l("完成时限应在 %(starts_on)s 到 %(ends_on)s 之间，请重新填写。")
    ),
    "evidence_elsewhere": Message(
        _l("不是本支部的佐证"), _l("这条记录属于别的支部或别的季度，不能用作这个事项的佐证。")
    ),
    "not_your_indicator": Message(_l("这一项不由您评定"), _l("方案规定这一项由%(by)s评定。")),
    "not_yours_to_correct": Message(_l("这一项不由您更正"), _l("异议成立时，这一项由%(by)s更正，请转给他们答复。")),
    "scored_by_panel": Message(
        _l("评审小组已经打过分"),
        _l("这一项本轮由评审小组评定，分数和平均分已经公开，不再单独改；有不同意见请在公示期提出异议。"),
    ),
    "score_not_allowed": Message(_l("这个分数不能记"), _l("这一项只能记 %(allowed)s 分，请重新填写。")),
    "score_above_max": Message(_l("超过满分"), _l("这个指标的满分是 %(most)s 分，请重新填写。")),
    "counted_by_platform": Message(
        _l("由平台自动计算"), _l("这个指标由平台按实际记录自动计算，不能人工打分；记录有误请走更正。")
    ),
}
