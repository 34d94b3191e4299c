"""Feedback in the demo: in every state, some with the log-ins, one that climbed by itself, one from a guest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from pointsapp.audit.services import SearchAudit, search_audit
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.codes import encode
from pointsapp.demo import facts
from pointsapp.demo.dice import SEED
from pointsapp.demo.street import Street
from pointsapp.demo.timeline import Timeline
from pointsapp.feedback.models import FeedbackKind
from pointsapp.feedback.services import (
    SayFeedback,
    Verdict,
    answer_feedback,
    give_verdict,
    open_timeline,
    say_feedback,
)

Happening = Callable[[Session, datetime], object]


@dataclass(frozen=True, slots=True)
class _Story:
    """One feedback of the demo: who says what where, and how many days ago."""

    timeline: Timeline
    number: str
    who: Actor | None
    area: str
    began: datetime

    def after(self, days: int, hour: int) -> datetime:
        return clock.at_local(clock.local_day(self.began) + timedelta(days=days), time(hour, 12))

    def say(self, kind: FeedbackKind, text: str, page: str) -> None:
        command = SayFeedback(
            kind=kind,
            text=text,
            number=self.number,
            secret=self.number + "00",
            area=self.area,
            contact="" if self.who else "139****0001",
            page=page,
        )
        self.timeline.at(self.began, lambda session, now: say_feedback(session, self.who, command, now=now))

    def look(self, at: datetime, handler: Actor, why: str) -> None:
        self.timeline.at(at, lambda session, now: open_timeline(session, handler, self.number, why, now=now))

    def answer(self, at: datetime, handler: Actor, text: str) -> None:
        self.timeline.at(at, lambda session, now: answer_feedback(session, handler, self.number, text, now=now))

    def judge(self, at: datetime, is_satisfied: bool, text: str = "") -> None:
        verdict = Verdict(number=self.number, is_satisfied=is_satisfied, text=text)
        self.timeline.at(at, lambda session, now: give_verdict(session, self.who, verdict, None, now=now))


def plan_feedback(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put what people say, and what becomes of it, on the timeline."""
    first, second, third = (code for code, _name, _grids in facts.COMMUNITIES[:3])
    me, elder = street.by_log_in["resident"], street.by_log_in["elder"]
    staff, office = street.by_log_in["staff"], street.street_admin
    others = {code: [one.actor for one in street.residents[code][5:9]] for code in (first, second, third)}
    numbers = iter(range(1, 20))

    def story(who: Actor | None, area: str, days: float) -> _Story:
        return _Story(timeline, encode(7_919_604_457 * next(numbers) + SEED, 8), who, area, now - timedelta(days=days))

    settled = story(elder, first, 20)
    settled.say(FeedbackKind.RECORDS, "上周三去陪诊，手机没电没签退，时长只记了一半，能不能核对一下？", "/me/hours")
    settled.look(settled.after(1, 10), staff, "核对上周三陪诊的签到和签退")
    settled.answer(
        settled.after(1, 11),
        staff,
        "查到您 9:02 签到，带队的小宋证明您待到 11:30。已提交更正，两位负责人确认后补到您账上。",
    )
    settled.judge(settled.after(2, 8), True)
    climbed = story(me, first, 13)
    climbed.say(
        FeedbackKind.SUGGESTION, "周末的任务总是两分钟就抢光，上班的人根本抢不到，能不能分时段放名额？", "/tasks"
    )
    climbed.answer(climbed.after(2, 9), staff, "名额先到先得，请早点来抢。")
    climbed.judge(climbed.after(2, 20), False, "早点来抢解决不了问题，上班的人还是没有机会。")
    climbed.answer(
        climbed.after(5, 15),
        office,
        "您说得对。下月起周末任务分早 8 点、晚 8 点两次放名额，每人每周最多两个，试行一个月后再听大家意见。",
    )
    waiting = story(elder, first, 2)
    waiting.say(FeedbackKind.SHOP, "在粥屋换早餐，店员说今天没货，可兑换码显示用掉了，积分也没退。", "/me/vouchers")
    fresh = story(me, first, 0.2)
    fresh.say(FeedbackKind.RECORDS, "今天上午清扫明明签了到，到现在积分还没到账。", "/me/points")
    story(None, first, 1).say(
        FeedbackKind.OTHER, "我不住这个小区，路过看见红专路口的公告栏玻璃碎了，容易划着孩子。", "/"
    )
    story(others[second][0], second, 9).say(
        FeedbackKind.SUGGESTION, "楼道里的签到海报被水泡了，码扫不出来，报了两次没人换。", "/scan"
    )
    story(others[third][0], third, 3).say(
        FeedbackKind.CONDUCT, "点名的时候有人没来也被打了勾，大家都看见了，希望查一查。", "/tasks"
    )
    timeline.at(now - timedelta(hours=5), _search(office, "居民反映代签，核对点名记录", "checkin.credited"))
    auditor = street.by_log_in["auditor"]
    timeline.at(now - timedelta(hours=2), _search(auditor, "月度抽查：时长更正是否都有两人经手", "checkin.corrected"))


def _search(who: Actor, reason: str, kind: str) -> Happening:
    return lambda session, now: search_audit(session, who, SearchAudit(reason=reason, kind=kind), now=now)
