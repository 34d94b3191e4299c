"""Who handles and reads feedback, and the numbers an operator may change. Pure."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import OFFICE_STAFF, Actor

HANDLERS = OFFICE_STAFF

DUE_DAYS = policy.declare("feedback.due_days", 5, _l("意见和投诉几个工作日内答复"))
CLIMBED_DAYS = policy.declare("feedback.climbed_days", 3, _l("意见升级到上一级后，几个工作日内答复"))
VERDICT_DAYS = policy.declare("feedback.verdict_days", 15, _l("答复后几天内可以说不满意；过后自动办结"))
MOST_PER_DAY = policy.declare("feedback.most_per_day", 5, _l("一个人一天最多可以提几条意见"))
GUESTS_PER_HOUR = policy.declare("feedback.guests_per_hour", 60, _l("没有登录的人一小时总共可以提几条意见"))
ADDRESS_PER_HOUR = policy.declare("feedback.address_per_hour", 10, _l("同一网络地址没有登录的人一小时可以提几条意见"))
TIMELINE_MINUTES = policy.declare("feedback.timeline_minutes", 30, _l("说明理由后，可以查看当事人记录多少分钟"))
TIMELINE_DAYS = policy.declare("feedback.timeline_days", 180, _l("查看当事人记录时，最早可以看到多少天以前"))


def may_see_feedback(actor: Actor | None) -> bool:
    """The office of some area: its desk shows what waits there."""
    return actor is not None and actor.holds_anywhere(HANDLERS)


def may_answer_for(actor: Actor | None, area_path: str, person_id: int | None) -> bool:
    """The office that has it, or one above; never for oneself."""
    return actor is not None and actor.holds(HANDLERS, area_path) and actor.person_id != person_id


def may_hand_on(actor: Actor | None, from_path: str, to_path: str) -> bool:
    """To an office below one's own: up it goes by the rules, never by hand."""
    return actor is not None and actor.holds(HANDLERS, from_path) and actor.holds(HANDLERS, to_path)
