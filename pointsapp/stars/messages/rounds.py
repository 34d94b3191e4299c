"""Words of the end of a round: cut-off, publication, objections, editions, errata."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.stars.models import EditionKind, ErratumState, ObjectionState
from pointsapp.stars.rules.objections import Bar
from pointsapp.web.messages import Message

MESSAGES: dict[str, Message] = {
    "round_published": Message(
        _l("本轮正在公示"), _l("公示期间成绩不直接改动；确有错误的，请提出异议，由另一位工作人员答复后更正。")
    ),
    "round_not_published": Message(_l("本轮不在公示期"), _l("只有公示期间可以提出异议、答复异议和定格。")),
    "not_cut_off": Message(_l("还没到截止日"), _l("%(until)s 及以前收到的记录还计入本轮，之后才能公示。")),
    "unfinished_needs_reason": Message(
        _l("还有 %(count)s 项没有办完"), _l("请先办完，或写明为什么不等就公示；原因会一直留存。")
    ),
    "still_published": Message(_l("公示期还没结束"), _l("公示到 %(until)s，之后才能定格。")),
    "objections_open": Message(_l("还有 %(count)s 条异议没有答复"), _l("全部异议答复以后才能定格。")),
    "too_many_objections": Message(_l("您还有异议在等答复"), _l("每人最多同时有 %(most)s 条未答复的异议，请等答复。")),
    "objection_answered": Message(_l("这条异议已经答复"), _l("一条异议只答复一次；仍有不同意见请另提一条。")),
    "not_yours_to_answer": Message(
        _l("要由另一个人答复"), _l("异议不能由提出的人答复，也不能由评过这一项的人答复，请由其他工作人员来办。")
    ),
    "nothing_corrected": Message(
        _l("请写明怎样更正"), _l("异议成立的，要给出新的评分，或勾选应当计入的迟到记录；没有要更正的请选“不成立”。")
    ),
    "round_not_closed": Message(_l("本轮还没有定格"), _l("勘误和摘星只针对已定格的轮次；定格前的错误请走异议。")),
    "same_as_stored": Message(_l("和现在的一样"), _l("定格的版本里已经是这个数，没有要更正的。")),
    "star_not_lit": Message(_l("这颗星没有点亮"), _l("只有已点亮的星才能摘。")),
    "own_erratum": Message(
        _l("要由另一个人确认"), _l("勘误和摘星由一人提出、另一人确认，请由另一位街道负责人来确认。")
    ),
    "erratum_decided": Message(_l("已经处理过了"), _l("这条勘误已经确认或退回，需要时请另提一条。")),
}

OBJECTION_STATES = {
    ObjectionState.OPEN: _l("待答复"),
    ObjectionState.UPHELD: _l("成立，已更正"),
    ObjectionState.REJECTED: _l("不成立"),
}
# Why an objection is left to somebody else.
BARS = {
    Bar.RAISED: _l("这条异议是您提出的。"),
    Bar.SCORED: _l("异议说到的得分有您评过的，或者来自您所在的评审组。"),
    Bar.BELONGS: _l("您是这个支部的书记或党员。"),
}
EDITION_KINDS = {
    EditionKind.FREEZE: _l("定格"),
    EditionKind.ERRATUM: _l("勘误"),
    EditionKind.TAKEN_BACK: _l("摘星"),
}
ERRATUM_STATES = {
    ErratumState.PROPOSED: _l("待确认"),
    ErratumState.CONFIRMED: _l("已确认"),
    ErratumState.REJECTED: _l("已退回"),
}
# What the closing page lists of this feature's own; others say theirs in their rooms `unfinished.py`.
WAITING = {
    "missing": _l("没有评定的项目"),
    "objections": _l("没有答复的异议"),
    "papers": _l("待复核的纸面补录"),
    "projects": _l("办完还没有验收的计划事项"),
    "news": _l("还没有入账的记录"),
}
UNKNOWN_ROW = _l("请从名单里选：要是本支部本季度截止后收到的记录")
WHOLE_NUMBER = _l("这一项由平台计数，请填整数（人数、次数或分钟数）")
NUMBER_MISSING = _l("请填更正后的分数或数字")
