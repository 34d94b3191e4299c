"""Words of checkin: enum labels and refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.checkin.models import Action
from pointsapp.web.messages import Message

SCAN_AGAIN = (_l("重新扫码"), "checkin.show_scan")

MESSAGES: dict[str, Message] = {
    "code_invalid": Message(_l("码不对"), _l("没有认出这个码，请核对后重新输入，或重新扫一次。"), SCAN_AGAIN),
    "code_expired": Message(_l("码已过期"), _l("现场的码每 30 秒换一次，请扫屏幕上现在的码。"), SCAN_AGAIN),
    "not_signed_up": Message(
        _l("没有报名"), _l("没有报名这一场，现在也不能再报名。"), (_l("看看别的任务"), "tasks.show_tasks")
    ),
    "outside_window": Message(
        _l("不在时间内"), _l("现在不在签到或签退的时间内。"), (_l("看我的报名"), "tasks.show_my_signups")
    ),
    "not_checked_in": Message(_l("还没有签到"), _l("没有签到记录，不能签退；请找现场负责人补签。"), SCAN_AGAIN),
    "location_required": Message(
        _l("需要位置"), _l("这个任务要在现场 %(radius_m)s 米内签到，请允许使用位置，或请负责人点名。")
    ),
    "out_of_range": Message(
        _l("不在现场"),
        _l("您离签到点约 %(distance_m)s 米，超出了 %(radius_m)s 米；走近些再试，或请负责人点名。"),
    ),
}

MORE_THAN_PLANNED = _l("最多 %(most)s 分钟（计划时长）")
ACTIONS = {Action.CHECK_IN: _l("签到"), Action.CHECK_OUT: _l("签退")}

# A row of a list comes in after its moment: what a refusal says of "now" and "here" would be said of another time and place.
OFFLINE_REASONS = {
    "not_found": _l("名单上没有这个人，平台上也没有这个编号。"),
    "outside_window": _l("点的时候不在签到或签退的时间内。"),
}
