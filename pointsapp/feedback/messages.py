"""Words of feedback: kinds, states, steps, the lines of a timeline, and the refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from pointsapp.audit.messages import act_words, fact_words
from pointsapp.checkin.messages import ACTIONS
from pointsapp.checkin.models import Action, AttendanceState, Way
from pointsapp.feedback.models import FeedbackKind, FeedbackState, StepKind
from pointsapp.feedback.queries import Source, TimelineRow
from pointsapp.notices.saying import say as say_notice
from pointsapp.web.filters import hours, moment, points
from pointsapp.web.messages import Message, message_for

KINDS = {
    FeedbackKind.SUGGESTION: _l("意见建议"),
    FeedbackKind.RECORDS: _l("签到、时长或积分不对"),
    FeedbackKind.SHOP: _l("商户和兑换"),
    FeedbackKind.CONDUCT: _l("工作人员的做法"),
    FeedbackKind.PRIVACY: _l("个人信息"),
    FeedbackKind.OTHER: _l("别的事情"),
}

STATES = {
    FeedbackState.OPEN: _l("办理中"),
    FeedbackState.ANSWERED: _l("已答复"),
    FeedbackState.CLOSED: _l("已办结"),
    FeedbackState.WITHDRAWN: _l("已撤回"),
}

STEPS = {
    StepKind.RECEIVED: _l("收到"),
    StepKind.ASSIGNED: _l("转给承办人"),
    StepKind.ANSWERED: _l("答复"),
    StepKind.DISSATISFIED: _l("不满意"),
    StepKind.OVERDUE: _l("超期没有答复"),
    StepKind.LOOKED: _l("查看了当事人的记录"),
    StepKind.SATISFIED: _l("满意，办结"),
    StepKind.LAPSED: _l("没有再提出意见，自动办结"),
    StepKind.WITHDRAWN: _l("本人撤回"),
}

VIEWS = {
    "mine": _l("等我答复"),
    "open": _l("办理中"),
    "overdue": _l("超期"),
    "answered": _l("已答复"),
    "closed": _l("办结和撤回"),
}

WAYS = {
    Way.VENUE_CODE: _l("扫现场码"),
    Way.TYPED_CODE: _l("输入码"),
    Way.POSTER: _l("扫海报"),
    Way.PERSONAL_CODE: _l("负责人扫个人码"),
    Way.LEADER_LIST: _l("负责人点名"),
    Way.WALK_IN: _l("现场报名"),
    Way.SYSTEM: _l("系统"),
}

ATTENDANCES = {
    AttendanceState.PRESENT: _l("在场，还没有签退"),
    AttendanceState.PROVISIONAL: _l("时长待确认"),
    AttendanceState.CREDITED: _l("已入账"),
    AttendanceState.VOIDED: _l("没有确认"),
}

_UNKNOWN = _l("没有找到这条意见")
MESSAGES: dict[str, Message] = {
    "feedback_unknown": Message(
        _UNKNOWN,
        _l("编号和查询码要一起填，有一个不对就查不到。两个都在提交时给您的单子上。"),
        (_l("再查一次"), "feedback.show_feedback"),
    ),
    "feedback_guests_too_many": Message(
        _l("现在提意见的人太多"),
        _l(
            "没有登录的意见这一小时已经收满了。您写的还在这一页：请登录后再提交（不受此限），或稍后再试，也可以到社区当面说。"
        ),
        (_l("去登录"), "people.show_sign_in"),
    ),
    "feedback_too_much": Message(
        _l("今天提得够多了"), _l("一天最多提 %(most)s 条，明天可以再提；急事请打社区电话或当面说。")
    ),
    "feedback_place_missing": Message(_l("请选社区"), _l("选一个社区，我们才知道请谁来答复。")),
    "own_feedback": Message(_l("不能办自己提的意见"), _l("这是您自己提的，由同事来答复。")),
    "feedback_moved": Message(
        _l("这条意见已经转走"),
        _l("现在由%(office)s办理，您不用再答复。"),
        (_l("看现在等我的"), "feedback.show_desk"),
    ),
    "feedback_you_decided": Message(
        _l("这件事是您定的"), _l("这条意见说的事是您自己处理的，由另一位同事或上一级来答复。")
    ),
    "feedback_nobody_there": Message(
        _l("那里没有能答复的人"),
        _l(
            "%(office)s现在没有人在岗，或者在岗的只有提这条意见、定这件事的人。意见还在原处，没有转出；请换一个单位，或由您答复。"
        ),
    ),
    "feedback_answer_old": Message(
        _l("答复已经过了期限"), _l("答复后 %(days)s 天内可以说不满意，现在已经过了；还有问题请另提一条。")
    ),
}


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One line of a timeline in the reader's language; `is_trouble` where something was refused or voided."""

    at: datetime
    glyph: str
    title: str
    text: str
    by: str
    is_trouble: bool = False


def say_timeline(row: TimelineRow) -> TimelineLine:
    """Word one line of a person's timeline."""
    if row.source is Source.SCAN:
        action = ACTIONS.get(Action(row.facts["action"])) if row.facts["action"] else _("签到")
        title = _("%(action)s没有成功：%(reason)s", action=action, reason=message_for(row.kind).title)
        where = row.facts["title"] or _("没有认出任务")
        return TimelineLine(row.at, "scan", title, f"{where} · {WAYS[Way(row.facts['way'])]}", row.by, True)
    if row.source is Source.ATTENDANCE:
        return _attendance(row)
    if row.source is Source.ENTRY:
        amount = row.facts["points"]
        title = _("积分 %(points)s，余额 %(balance)s", points=f"{amount:+,}", balance=points(row.facts["balance"]))
        return TimelineLine(row.at, "points", title, row.facts["words"], row.by)
    if row.source is Source.NOTICE:
        said = say_notice(row.kind, row.facts)
        read = _("已读") if row.facts["was_read"] else _("未读")
        return TimelineLine(
            row.at, "bell", _("通知（%(read)s）：%(title)s", read=read, title=said.title), said.text, ""
        )
    return TimelineLine(row.at, "edit", act_words(row.kind), " · ".join(fact_words(row.facts)), row.by)


def _attendance(row: TimelineRow) -> TimelineLine:
    facts, state = row.facts, AttendanceState(row.facts["state"])
    said = [str(WAYS[Way(facts["way"])]), str(ATTENDANCES[state])]
    if facts["checked_out_at"]:
        said.append(_("%(at)s 签退", at=moment(datetime.fromisoformat(facts["checked_out_at"]))))
    if facts["cut_off"]:
        said.append(_("忘了签退"))
    if state is AttendanceState.CREDITED:
        said.append(_("时长 %(hours)s，积分 %(points)s", hours=hours(facts["minutes"]), points=points(facts["points"])))
    if facts["void_reason"]:
        said.append(facts["void_reason"])
    title = _("签到：%(title)s", title=facts["title"])
    return TimelineLine(row.at, "check", title, " · ".join(said), row.by, state is AttendanceState.VOIDED)
