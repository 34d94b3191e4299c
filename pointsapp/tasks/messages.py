"""Words of tasks: enum labels and refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

_MORE_TASKS = (_l("看看别的任务"), "tasks.show_tasks")
_MY_TASKS = (_l("看我的任务"), "tasks.show_my_signups")

MESSAGES: dict[str, Message] = {
    "shift_full": Message(_l("名额已满"), _l("这个场次的名额已经被领完了，您的信息没有变动。"), _MORE_TASKS),
    "signup_closed": Message(_l("现在不能报名"), _l("这个场次现在不接受报名。"), _MORE_TASKS),
    "time_conflict": Message(_l("时间有冲突"), _l("这段时间您已有别的安排，不能同时参加；可先取消那一场。"), _MY_TASKS),
    "quota_reached": Message(
        _l("本周次数已满"), _l("每人每周最多报名 %(quota)s 场，把机会也留给邻居，下周再来。"), _MORE_TASKS
    ),
    "not_eligible": Message(_l("不在报名范围"), _l("这个任务只面向指定区域的居民。"), _MORE_TASKS),
    "too_late_to_cancel": Message(_l("现在不能取消"), _l("已过可以取消的时间，请联系组织者说明情况。"), _MY_TASKS),
    "offer_expired": Message(_l("保留时间已过"), _l("这个名额已经转给下一位，您回到了候补队伍的末尾。"), _MY_TASKS),
    "approval_required": Message(_l("需要复核"), _l("积分超出这类任务的常规范围，请另一位工作人员复核后再发布。")),
    "notice_incomplete": Message(_l("招募信息不完整"), _l("还缺：%(missing)s。补齐后才能发布。")),
}
