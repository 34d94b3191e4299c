"""Promises kept, passed on and missed: a place that is offered and waits for one tap, a reason that was heard, an appeal to answer."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, policy
from pointsapp.demo import facts
from pointsapp.demo.history import notice
from pointsapp.demo.street import Resident, Street
from pointsapp.demo.timeline import Timeline
from pointsapp.tasks.models import NoShow, NoShowState, Shift, Signup
from pointsapp.tasks.policies import (
    NO_SHOW_LIMIT,
    NO_SHOW_PAUSE_DAYS,
    NO_SHOW_WINDOW_DAYS,
    PROMOTION_STOPS_MINUTES,
    WAITLIST_OFFER_MINUTES,
)
from pointsapp.tasks.services import (
    Decision,
    appeal,
    ask_excuse,
    cancel_signup,
    create_draft,
    decide_no_show,
    publish,
    sign_up,
)

RULES = (
    (WAITLIST_OFFER_MINUTES, 120, "到位后留两小时，免得有人不知道自己被补上"),
    (PROMOTION_STOPS_MINUTES, 180, "开始前三小时起空位先到先得"),
    (NO_SHOW_LIMIT, 3, "议事会通过：三次无故不来，暂停提前报名"),
    (NO_SHOW_WINDOW_DAYS, 60, "只看最近两个月"),
    (NO_SHOW_PAUSE_DAYS, 7, "停一周，现场仍可参加"),
)
REASONS = (
    "孙子发烧，带他去医院了，忘了取消。",
    "厂里临时加班，走不开。",
    "记错了日子，对不起大家。",
    "老家有急事，当天一早走的。",
)
MISSED_DAYS_AGO = (16, 5)


def plan_promises(timeline: Timeline, street: Street, *, now: datetime) -> None:
    """Put the rules in force, let the demo's resident miss two shifts and wait for a third, and give the staff something to answer."""
    first = facts.COMMUNITIES[0][0]
    resident = street.residents[first][0]
    timeline.at(now - timedelta(hours=29), lambda session, moment: _set_rules(session, street, moment))
    for number, days in enumerate(MISSED_DAYS_AGO):
        start = clock.at_local(clock.local_day(now) - timedelta(days=days), time(6, 30))
        if resident.is_free(start, start + timedelta(hours=1)):
            resident.busy.append((start, start + timedelta(hours=1)))
            _miss(timeline, street, resident, start, is_heard=number == 0)
    timeline.at(now - timedelta(hours=6), lambda session, moment: _explain_some(session, street, first, moment))
    _offer(timeline, street, resident, now)


def _set_rules(session: Session, street: Street, moment: datetime) -> None:
    by = street.street_admin.person_id
    for each, value, reason in RULES:
        policy.set_value(session, each, value, now=moment, set_by_id=by, reason=reason)


def _miss(timeline: Timeline, street: Street, resident: Resident, start: datetime, *, is_heard: bool) -> None:
    """Let the resident sign up and not come; the first time they say why and are believed."""
    work = next(each for each in facts.WORKS if each.title == "爱心粥屋帮厨")
    staff = street.staff[resident.community]

    def promise(session: Session, moment: datetime) -> None:
        draft = notice(street, work, resident.community, [start], street.leaders[resident.community][0])
        task = create_draft(session, staff, draft, now=moment)
        publish(session, staff, task.public_id, now=moment, needs_full_notice=True)
        shift = session.scalars(select(Shift).where(Shift.task_id == task.id)).one()
        place = sign_up(session, resident.actor, shift.id, now=moment).signup_id
        if is_heard:
            later = start + timedelta(days=2)
            timeline.at(later, lambda session, now: _heard(session, street, resident, place, now))

    timeline.at(start - timedelta(days=2), promise)


def _heard(session: Session, street: Street, resident: Resident, signup_id: int, moment: datetime) -> None:
    signup = session.get_one(Signup, signup_id)
    receipt = ask_excuse(session, resident.actor, signup.public_id, REASONS[0], now=moment)
    words = Decision(about="excuse", is_accepted=True, words="看过病历，下次打个电话就行。孩子好些了吗？")
    decide_no_show(session, street.staff[resident.community], receipt.public_id, words, now=moment)


def _explain_some(session: Session, street: Street, community: str, moment: datetime) -> None:
    """Let three residents say why they did not come; one is not believed and appeals."""
    actors = {resident.person.id: resident.actor for resident in street.residents[community][2:]}
    rows = session.execute(
        select(NoShow.public_id, NoShow.person_id, Signup.public_id.label("signup"))
        .join(Signup, Signup.id == NoShow.signup_id)
        .where(
            NoShow.state == NoShowState.NOTED,
            NoShow.area_id == street.areas[community].id,
            NoShow.person_id.in_(actors),
        )
        .order_by(NoShow.id.desc())
        .limit(3)
    ).all()
    for row, reason in zip(rows, REASONS[1:], strict=False):
        ask_excuse(session, actors[row.person_id], row.signup, reason, now=moment)
    for row in rows[:1]:
        words = Decision(about="excuse", is_accepted=False, words="加班要提前说一声，名额本可以给别人。")
        decide_no_show(session, street.staff[community], row.public_id, words, now=moment)
        appeal(
            session, actors[row.person_id], row.public_id, "当天下午四点才通知加班，打过值班电话没人接。", now=moment
        )


def _offer(timeline: Timeline, street: Street, resident: Resident, now: datetime) -> None:
    """Give back, twenty minutes ago, a place that the resident had been waiting for."""
    work = next(each for each in facts.WORKS if each.title == "图书角整理")
    day = clock.local_day(now) + timedelta(days=1)
    start = clock.at_local(day, time(work.hour))
    while not resident.is_free(start, start + timedelta(minutes=work.minutes)):
        start += timedelta(days=1)
    staff, code = street.staff[resident.community], resident.community
    holders = [
        each for each in street.residents[code][2:] if each.is_free(start, start + timedelta(minutes=work.minutes))
    ][: work.capacity]
    for each in (resident, *holders):
        each.busy.append((start, start + timedelta(minutes=work.minutes)))

    def happen(session: Session, moment: datetime) -> None:
        draft = notice(street, work, code, [start], street.leaders[code][0])
        task = create_draft(session, staff, draft, now=moment)
        publish(session, staff, task.public_id, now=moment, needs_full_notice=True)
        shift = session.scalars(select(Shift).where(Shift.task_id == task.id)).one()
        places = [sign_up(session, each.actor, shift.id, now=moment) for each in holders]
        sign_up(session, resident.actor, shift.id, now=moment)
        gives_back = holders[0].actor
        timeline.at(
            now - timedelta(minutes=20),
            lambda session, now: cancel_signup(session, gives_back, places[0].public_id, now=now),
        )

    timeline.at(now - timedelta(hours=28), happen)
