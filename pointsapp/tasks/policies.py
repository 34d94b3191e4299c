"""Who may do what with tasks, and the numbers an operator may change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from flask_babel import lazy_gettext as _l

from pointsapp.core import policy
from pointsapp.core.actor import COMMUNITY_STAFF, Actor

WEEKLY_QUOTA = policy.declare("tasks.weekly_quota", None, _l("每人每周最多报名几个场次（空 = 不限）"))
WAITLIST_OFFER_MINUTES = policy.declare(
    "tasks.waitlist_offer_minutes", 0, _l("候补到位后保留几分钟等本人确认（0 = 直接转为已报名）")
)
PROMOTION_STOPS_MINUTES = policy.declare("tasks.promotion_stops_minutes", 0, _l("开始前多少分钟停止自动递补"))
NO_SHOW_LIMIT = policy.declare(
    "tasks.no_show_limit", None, _l("多少次无故不来就暂停提前报名（空 = 没有任何后果，只在本人记录里看得到）")
)
NO_SHOW_WINDOW_DAYS = policy.declare("tasks.no_show_window_days", 90, _l("一次爽约算多少天"))
NO_SHOW_PAUSE_DAYS = policy.declare("tasks.no_show_pause_days", 14, _l("达到次数后，从最后一次起暂停提前报名多少天"))
LEAVE_MINUTES = policy.declare("tasks.leave_minutes", 0, _l("开始前至少多少分钟请假，就不用等回复"))
NO_SHOW_POLICIES = (NO_SHOW_LIMIT, NO_SHOW_WINDOW_DAYS, NO_SHOW_PAUSE_DAYS, LEAVE_MINUTES)

# contract.md: "from 60 min before to 24 h after it they may show its code, scan people, tick its list and close it".
LEADERS_BEFORE = timedelta(minutes=60)
LEADERS_AFTER = timedelta(hours=24)


class Span(Protocol):
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class ShiftSpan(Span, Protocol):
    """What a policy must know of a shift; `ShiftBrief` has it."""

    @property
    def area_path(self) -> str: ...


def may_run_task(actor: Actor, area_path: str) -> bool:
    """Staff of the task's area or above create, publish, move, stop and cancel."""
    return actor.holds(COMMUNITY_STAFF, area_path)


def may_create_tasks(actor: Actor) -> bool:
    return actor.holds_anywhere(COMMUNITY_STAFF)


def may_approve_task(actor: Actor, area_path: str, created_by_id: int | None) -> bool:
    """Approval is a second person's: whoever wrote the draft never approves it."""
    return may_run_task(actor, area_path) and actor.person_id != created_by_id


def may_answer_excuse(actor: Actor, area_path: str, person_id: int) -> bool:
    """Staff of the task's area or above; nobody their own."""
    return may_run_task(actor, area_path) and actor.person_id != person_id


def may_decide_appeal(actor: Actor, area_path: str, person_id: int, involved: Collection[int | None]) -> bool:
    """An appeal is decided by somebody else than who answered the excuse, wrote the task or led the shift."""
    return may_answer_excuse(actor, area_path, person_id) and actor.person_id not in involved


def leaders_time(span: Span) -> tuple[datetime, datetime]:
    """Return from when until when a shift's named leaders may lead it."""
    return span.starts_at - LEADERS_BEFORE, span.ends_at + LEADERS_AFTER


def is_leaders_time(span: Span, now: datetime) -> bool:
    opens_at, closes_at = leaders_time(span)
    return opens_at <= now <= closes_at


def may_lead_shift(actor: Actor, span: ShiftSpan, is_leader: bool, now: datetime) -> bool:
    """Staff always; a named leader from 60 minutes before to 24 hours after, for that shift only."""
    return may_run_task(actor, span.area_path) or (is_leader and is_leaders_time(span, now))


def is_on_the_spot(span: ShiftSpan, now: datetime) -> bool:
    """Tell whether a leader of this shift stands where people arrive: from the leaders' first hour until its end."""
    return span.starts_at - LEADERS_BEFORE <= now <= span.ends_at


def may_set_place(actor: Actor, area_path: str, *, leads_now: bool, stands_there: bool) -> bool:
    """Staff set a task's place in any way; who leads a shift of it just now only by standing there (「就在这里」).

    That they stand there is what their phone says, with the accuracy it claims; nobody can prove it. So what a leader may do with
    it stays small: set a place where there is none, mend one within its check-in radius (services/places.py), and every time is
    in the record with who it was.
    """
    return may_run_task(actor, area_path) or (leads_now and stands_there)


def may_lead_own(actor: Actor, span: ShiftSpan, now: datetime) -> bool:
    """Whether it is time for a named leader of this shift; staff of the area always may."""
    return may_lead_shift(actor, span, True, now)


def may_see_signups(actor: Actor, span: ShiftSpan, is_leader: bool) -> bool:
    return is_leader or may_run_task(actor, span.area_path)


def sees_full_names(is_leader: bool, span: ShiftSpan, now: datetime) -> bool:
    """Leaders in their time call people by name; everybody else reads masked names."""
    return is_leader and is_leaders_time(span, now)


def may_see_task(actor: Actor | None, area_path: str, is_draft: bool) -> bool:
    """A draft does not exist for those who may not run it."""
    return not is_draft or (actor is not None and may_run_task(actor, area_path))
