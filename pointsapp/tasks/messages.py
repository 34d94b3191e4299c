"""Words of tasks: enum labels and refusals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.web.messages import Message

TASK_STATES = {
    "draft": _l("草稿"),
    "published": _l("已发布"),
    "closed": _l("已结束"),
    "cancelled": _l("已取消"),
}
SIGNUP_STATES = {
    "confirmed": _l("已报名"),
    "waitlisted": _l("候补中"),
    "offered": _l("待确认"),
    "cancelled": _l("已取消"),
}
ATTENDANCES = {"none": _l("未到"), "present": _l("已签到"), "done": _l("已完成")}
NO_SHOW_STATES = {
    "noted": _l("没有来"),
    "excuse_asked": _l("原因已收到，等回复"),
    "excused": _l("情有可原，不算"),
    "counted": _l("计一次爽约"),
    "appealed": _l("申诉中，暂不算"),
    "upheld": _l("申诉后维持"),
    "withdrawn": _l("已更正：您到过场"),
}
COORDINATE_SYSTEMS = {"wgs84": _l("手机定位、GPS（WGS-84）"), "gcj02": _l("高德、腾讯等国内地图（GCJ-02）")}
POINTS_MODES = {"per_completion": _l("每次"), "per_hour": _l("每小时")}
AUDIENCES = {"district": _l("全区居民"), "area": _l("仅本区域居民")}

# The names that a fresh database holds (migration 0004); here for their English, read by the filter `shipped`.
CATEGORY_NAMES = {
    "environment": _l("环境保洁"),
    "patrol": _l("平安巡逻"),
    "elder_care": _l("敬老助老"),
    "children": _l("关爱儿童"),
    "culture": _l("文化文明"),
    "health": _l("健康义诊"),
    "safety": _l("安全防范"),
    "traffic": _l("文明交通"),
    "convenience": _l("便民服务"),
    "other": _l("其他"),
}

# The parts of a recruiting notice (志愿服务条例).
NOTICE_LABELS = {
    "description": _l("服务内容"),
    "place": _l("地点"),
    "conditions": _l("报名条件"),
    "risks": _l("可能的风险"),
    "safeguards": _l("安全保障"),
    "insurance": _l("保险"),
    "what_to_bring": _l("需要自带"),
    "contact": _l("联系方式"),
    "organiser": _l("主办单位"),
}

CLOSED_BECAUSE = {
    "not_published": _l("这个任务还没有发布。"),
    "not_yet_open": _l("报名还没有开始，%(opens)s 开抢。"),
    "ended": _l("这个场次已经结束。"),
    "cancelled": _l("这个任务已经取消。"),
    "stopped": _l("这个场次已经停止。"),
    "closed": _l("这个任务已经结束。"),
}
LATE_BECAUSE = {
    "arrived": _l("您已经签到，不能再取消。"),
    "deadline": _l("已过可以取消的时间，请联系组织者说明情况。"),
}
TEXT_CHANGED = _l("这个草稿刚刚改过，请看过新的内容再办。")
RHYTHMS = {
    "weekly": _l("每周"),
    "fortnightly": _l("每两周"),
    "daily": _l("每天"),
    "working_days": _l("每个工作日"),
}
CANCEL_INSTEAD = _l("现在还可以直接取消报名，不用请假。")
NOTHING_TO_EXCUSE = _l("这一场没有需要说明的：您没有名额，或者已经签到，或者已经有了结论。")
ANOTHER_JUDGE = _l("申诉要由另一个人来看：不能是答复过这件事的人，也不能是这一场的发布人或负责人。")
FIELD_WORDS = {
    "ends_before_start": _l("结束时间要晚于开始时间"),
    "longer_than_a_day": _l("一个场次最长 24 小时"),
    "in_the_past": _l("结束时间已经过去"),
    "unknown_category": _l("没有这个类别"),
    "unknown_person": _l("没有找到这个人"),
    "place_needs_point": _l("要核对签到范围，请填写经纬度"),
    "number_of_shifts": _l("应有 1 到 50 个场次"),
    "check_out_needed": _l("按小时计分必须签退"),
    "longer_than_reserved": _l("按小时计分的场次不能比原来更长：预算只留了原来的时长"),
    "poster_needs_radius": _l("打印的签到码必须设签到范围"),
}

_MORE_TASKS = (_l("看看别的任务"), "tasks.show_tasks")
_MY_TASKS = (_l("看我的任务"), "tasks.show_my_signups")

MESSAGES: dict[str, Message] = {
    "shift_full": Message(_l("名额已满"), _l("这个场次的名额已经被领完了，您的信息没有变动。"), _MORE_TASKS),
    "signup_closed": Message(_l("现在不能报名"), _l("这个场次现在不接受报名。"), _MORE_TASKS),
    "time_conflict": Message(_l("时间有冲突"), _l("这段时间您已有别的安排，不能同时参加；可先取消那一场。"), _MY_TASKS),
    "quota_reached": Message(
        _l("本周次数已满"), _l("每人每周最多报名 %(quota)s 场，把机会也留给邻居，下周再来。"), _MORE_TASKS
    ),
    "signup_paused": Message(
        _l("暂时不能提前报名"),
        _l("因为几次报了名没有来，%(day)s 前不能提前报名；当天现场有空位，可以直接来。有原因的话请说明或申诉。"),
        (_l("看我的守约记录"), "tasks.show_my_no_shows"),
    ),
    "location_too_vague": Message(
        _l("定位不够准"),
        _l(
            "手机说误差有 %(accuracy_m)s 米，超过 %(most_m)s 米就定不准；请走到室外空旷处再试，或在地图上查好经纬度填写。"
        ),
    ),
    "place_is_set": Message(
        _l("地点已经定过"),
        _l(
            "您离定好的地点约 %(distance_m)s 米。各个场次都用这个地点，负责人只能在签到范围内调整；要换地方，请联系社区工作人员来改。"
        ),
    ),
    "not_eligible": Message(_l("不在报名范围"), _l("这个任务只面向指定区域的居民。"), _MORE_TASKS),
    "too_late_to_cancel": Message(_l("现在不能取消"), _l("已过可以取消的时间，请联系组织者说明情况。"), _MY_TASKS),
    "offer_expired": Message(_l("保留时间已过"), _l("这个名额已经转给下一位，您回到了候补队伍的末尾。"), _MY_TASKS),
    "approval_required": Message(_l("需要复核"), _l("积分超出这类任务的常规范围，请另一位工作人员复核后再发布。")),
    "template_name_taken": Message(_l("已经有这个名字的模板"), _l("这个区域已有同名的模板，请换一个名字。")),
    "picture_unreadable": Message(
        _l("图片打不开"), _l("没有认出这张图片，请换一张 JPEG、PNG 或 WebP 格式的，最大 20 MB。")
    ),
    "notice_incomplete": Message(_l("招募信息不完整"), _l("还缺：%(missing)s。补齐后才能发布。")),
}
