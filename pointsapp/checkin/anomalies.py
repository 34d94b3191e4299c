"""What is worth a second look about credits: one's own hand in one's own hours, nights, pairs, days that are too long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Attendance, AttendanceState, Correction, CorrectionState
from pointsapp.core import clock, policy
from pointsapp.core.anomalies import AnomalyRule, EvidenceRow, Found
from pointsapp.core.events import IS_ACT, Event, EventRow
from pointsapp.tasks.models import Shift, Signup, Task

ACTS = ("checkin.accepted", "checkin.credited", "checkin.provisional", "checkin.corrected")
PAID = ("checkin.credited", "checkin.corrected")
MOST_ROWS = 500  # of one case; a night with more is a case all the same

NIGHT_FROM = policy.declare("checkin.night_from_hour", 23, _l("异常提示：夜里从几点算起（0–23）"))
NIGHT_UNTIL = policy.declare("checkin.night_until_hour", 5, _l("异常提示：夜里到几点为止（0–23）"))
NIGHT_LEAST = policy.declare("checkin.night_least", 5, _l("异常提示：同一个人一夜给几个人记出勤算成批"))
PAIR_LEAST = policy.declare("checkin.pair_least", 3, _l("异常提示：两个人互相记出勤，每个方向至少几次"))
PAIR_DAYS = policy.declare("checkin.pair_days", 60, _l("异常提示：看互相记出勤时，往前看几天"))
DAY_MINUTES = policy.declare("checkin.day_minutes", 600, _l("异常提示：一个人一天的服务时长超过多少分钟"))

CORRECTION = ("checkin.show_correction", "signup")  # the page where the minutes of a row are put right


def _rows(session: Session, ids: Iterable[int]) -> dict[int, tuple[Attendance, EvidenceRow, int]]:
    """Return attendances as evidence with the area of their task, by key, the oldest first."""
    query = (
        select(Attendance, Task.title, Task.area_id, Signup.public_id)
        .join(Signup, Signup.id == Attendance.signup_id)
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Task, Task.id == Shift.task_id)
        .where(Attendance.id.in_(sorted(set(ids))[: 4 * MOST_ROWS]))
        .order_by(Attendance.id)
    )
    return {
        row.id: (row, _evidence(row, title, signup), area_id) for row, title, area_id, signup in session.execute(query)
    }


def _evidence(row: Attendance, title: str, signup: str) -> EvidenceRow:
    return EvidenceRow(
        kind="attendance",
        row_id=row.id,
        at=row.checked_in_at,
        person_id=row.person_id,
        by_id=row.decided_by_id or row.checked_in_by_id,
        facts={
            "title": title,
            "minutes": row.minutes,
            "points": row.points,
            "way": row.way.value,
            "signup": signup,
        },
    )


def _about(subject: str, facts: Mapping[str, Any]) -> int | None:
    """Return the attendance that an event is about: its subject, or what a correction, which is its own subject, names."""
    kind, _, key = subject.partition(":")
    named = key if kind == "attendance" else facts.get("attendance_id")
    return int(named) if named is not None else None


def _subjects(events: Iterable[EventRow]) -> set[int]:
    return {key for event in events if (key := _about(event.subject, event.facts)) is not None}


def find_self_credit(
    session: Session, events: Sequence[EventRow], _limits: Mapping[str, Any], _now: datetime
) -> Iterable[Found]:
    """Find hours that the person ticked, confirmed or corrected themself. The services refuse it: this looks whether they did."""
    ids = _subjects(events)
    if not ids:
        return
    mine = or_(Attendance.decided_by_id == Attendance.person_id, Attendance.checked_in_by_id == Attendance.person_id)
    corrected = (
        select(Correction.id)
        .where(
            Correction.signup_id == Attendance.signup_id,
            Correction.state == CorrectionState.APPROVED,
            or_(Correction.asked_by_id == Attendance.person_id, Correction.decided_by_id == Attendance.person_id),
        )
        .exists()
    )
    found = session.scalars(select(Attendance.id).where(Attendance.id.in_(sorted(ids)), or_(mine, corrected))).all()
    for row, evidence, area_id in _rows(session, found).values():
        yield Found(
            key=f"attendance:{row.id}", rows=(evidence,), least=1, area_id=area_id, person_id=row.person_id,
            by_id=row.person_id,
        )  # fmt: skip


def night_of(at: datetime, start: int, end: int) -> date | None:
    """Return the local evening whose night `at` lies in, None by day. A night may begin before or after midnight."""
    local = clock.to_local(at)
    if start <= end:
        return local.date() if start <= local.hour < end else None
    if local.hour >= start:
        return local.date()
    return local.date() - timedelta(days=1) if local.hour < end else None


def find_night_batches(
    session: Session, events: Sequence[EventRow], limits: Mapping[str, Any], _now: datetime
) -> Iterable[Found]:
    """Find who entered many people's attendance in one night."""
    start, end, least = limits["night_from_hour"], limits["night_until_hour"], limits["night_least"]
    nights = {
        (event.actor_id, night)
        for event in events
        if event.actor_id is not None
        and event.actor_id != event.person_id
        and (night := night_of(event.at, start, end)) is not None
    }
    for actor_id, night in sorted(nights, key=str):
        begin, _end = clock.day_bounds(night)
        acts = session.execute(
            select(Event.at, Event.subject, Event.facts, Event.person_id)
            .where(
                IS_ACT,
                Event.actor_id == actor_id,
                Event.kind.in_(ACTS),
                Event.at >= begin,
                Event.at < begin + timedelta(days=2),
            )
            .order_by(Event.at)
            .limit(MOST_ROWS)
        ).all()
        # When it was done, and by whom: hours of noon that were corrected at night are of the night.
        done = {
            key: (at, person_id)
            for at, subject, facts, person_id in acts
            if night_of(at, start, end) == night and (key := _about(subject, facts)) is not None
        }
        if len({person_id for _at, person_id in done.values()}) < least:
            continue  # the rule says people: one person's week that is put right in one night is no batch
        rows = _rows(session, done)
        yield Found(
            key=f"actor:{actor_id}:{night.isoformat()}",
            rows=tuple(
                replace(evidence, at=done[key][0], by_id=actor_id) for key, (_row, evidence, _area) in rows.items()
            ),
            least=least,
            area_id=next((area for _row, _evidence, area in rows.values()), None),
            by_id=actor_id,
        )


def find_pairs(
    session: Session, events: Sequence[EventRow], limits: Mapping[str, Any], now: datetime
) -> Iterable[Found]:
    """Find two people who enter each other's attendance again and again."""
    least, since = limits["pair_least"], now - timedelta(days=limits["pair_days"])
    pairs = {
        (event.actor_id, event.person_id)
        for event in events
        if event.actor_id is not None and event.person_id is not None and event.actor_id != event.person_id
    }
    if not pairs:
        return
    # Those who are credited and enter others' attendance too are few: asked along the index of who did it.
    back = session.execute(
        select(Event.actor_id, Event.person_id)
        .where(
            IS_ACT,
            Event.actor_id.in_({person for _actor, person in pairs}),
            Event.person_id.in_({actor for actor, _person in pairs}),
            Event.kind.in_(ACTS),
            Event.at >= since,
        )
        .distinct()
        .limit(MOST_ROWS)
    ).all()
    both = {
        (min(actor, person), max(actor, person))
        for actor, person in back
        if actor is not None and person is not None and (person, actor) in pairs
    }
    for first, second in sorted(both):
        found = _pair(session, first, second, since, least)
        if found is not None:
            yield found


def _pair(session: Session, first: int, second: int, since: datetime, least: int) -> Found | None:
    """Return the case of two people where each entered the other's attendance often enough."""
    ways: list[set[int]] = []
    for actor, person in ((first, second), (second, first)):
        acts = session.execute(
            select(Event.subject, Event.facts)
            .where(
                IS_ACT,
                Event.actor_id == actor,
                Event.person_id == person,
                Event.kind.in_(ACTS),
                Event.at >= since,
            )
            .order_by(Event.at)
            .limit(MOST_ROWS)
        )
        ways.append({key for subject, facts in acts if (key := _about(subject, facts)) is not None})
    if min(len(one) for one in ways) < least:
        return None
    rows = _rows(session, ways[0] | ways[1])
    return Found(
        key=f"pair:{first}:{second}",
        rows=tuple(evidence for _row, evidence, _area in rows.values()),
        least=2 * least,
        area_id=next((area for _row, _evidence, area in rows.values()), None),
        person_id=first,
        by_id=second,
    )


def find_long_days(
    session: Session, events: Sequence[EventRow], limits: Mapping[str, Any], _now: datetime
) -> Iterable[Found]:
    """Find people whose credited minutes of one local day are more than one gives in a day."""
    most, ids = limits["day_minutes"], _subjects(events)
    ended = session.execute(select(Attendance.person_id, Attendance.to_at).where(Attendance.id.in_(sorted(ids)))).all()
    days = {(person, clock.local_day(to_at)) for person, to_at in ended}
    if not days:
        return
    first, last = min(day for _person, day in days), max(day for _person, day in days)
    query = select(Attendance.id, Attendance.person_id, Attendance.to_at, Attendance.minutes).where(
        Attendance.person_id.in_({person for person, _day in days}),
        Attendance.state == AttendanceState.CREDITED,
        Attendance.from_at >= clock.at_local(first - timedelta(days=1)),
        Attendance.from_at < clock.day_bounds(last)[1],
    )
    served: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
    for key, person, to_at, minutes in session.execute(query):
        served[person, clock.local_day(to_at)].append((key, minutes))
    for (person, day), parts in sorted(served.items()):
        if (person, day) not in days or sum(minutes for _key, minutes in parts) <= most:
            continue
        rows = _rows(session, [key for key, _minutes in parts])
        yield Found(
            key=f"person:{person}:{day.isoformat()}",
            rows=tuple(evidence for _row, evidence, _area in rows.values()),
            least=1,
            area_id=next((area for _row, _evidence, area in rows.values()), None),
            person_id=person,
        )


ANOMALIES = (
    AnomalyRule(
        key="checkin.self_credit",
        title=_l("给自己记时长"),
        states=_l("出勤由本人点名、确认，或更正由本人申请、批准。"),
        hears=PAID,
        thresholds=(),
        look=find_self_credit,
        page=CORRECTION,
    ),
    AnomalyRule(
        key="checkin.night_batch",
        title=_l("夜里成批记出勤"),
        states=_l(
            "同一个人在一夜（%(night_from_hour)s 点到次日 %(night_until_hour)s 点）里给 %(night_least)s 人以上点名、确认或更正。"
        ),
        hears=ACTS,
        thresholds=(NIGHT_FROM, NIGHT_UNTIL, NIGHT_LEAST),
        look=find_night_batches,
        page=CORRECTION,
    ),
    AnomalyRule(
        key="checkin.pair",
        title=_l("两个人总是互相记出勤"),
        states=_l("%(pair_days)s 天里，两个人互相点名或确认，每个方向都有 %(pair_least)s 次以上。"),
        hears=ACTS,
        thresholds=(PAIR_LEAST, PAIR_DAYS),
        look=find_pairs,
        page=CORRECTION,
    ),
    AnomalyRule(
        key="checkin.long_day",
        title=_l("一天的时长太多"),
        states=_l("一个人一天入账的服务时长超过 %(day_minutes)s 分钟。"),
        hears=PAID,
        thresholds=(DAY_MINUTES,),
        look=find_long_days,
        page=CORRECTION,
    ),
)
