"""Twelve weeks of the street: tasks published, places taken, arrivals, forgotten check-outs, vouchers and the till.

Everything goes through the services people use; only the moments are handed in.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from pointsapp.checkin.models import Action, Way
from pointsapp.checkin.rules.venue import code_for, window_of
from pointsapp.checkin.services import (
    CheckIn,
    CheckInPerson,
    CheckInReceipt,
    check_in,
    check_in_person,
    confirm_attendance,
)
from pointsapp.core import clock
from pointsapp.core.actor import Actor
from pointsapp.core.coordinates import CoordinateSystem, Point
from pointsapp.core.errors import Refused
from pointsapp.demo import facts
from pointsapp.demo.dice import Dice
from pointsapp.demo.shops import Shops
from pointsapp.demo.street import WEEKS, Resident, Street
from pointsapp.demo.timeline import Timeline
from pointsapp.tasks.models import PointsMode, Shift
from pointsapp.tasks.services import ShiftDraft, TaskDraft, cancel_signup, create_draft, publish, sign_up

BLOCK_WEEKS = 4
WORKS_PER_BLOCK = 8
SHOWS_UP, CANCELS, FORGETS = 0.9, 0.04, 0.06
SCREENSHOTS, CONFIRMED = 0.006, 0.85
SCANS_VENUE, SCANNED_BY_LEADER = 0.6, 0.85  # the rest is ticked in the leader's list


@dataclass(frozen=True, slots=True)
class Attempt:
    """One person's way to one shift."""

    resident: Resident
    shift: Shift
    work: facts.Work
    organiser: Actor


def plan_history(timeline: Timeline, street: Street, shops: Shops, *, now: datetime) -> None:
    """Put twelve weeks of tasks on the timeline; what follows from them schedules itself."""
    dice = street.dice
    first_day = clock.local_day(street.opened_at) + timedelta(days=3)
    for code, _name, _grids in facts.COMMUNITIES:
        for block in range(3):
            begin = first_day + timedelta(weeks=BLOCK_WEEKS * block)
            for work in dice.sample(facts.WORKS, WORKS_PER_BLOCK):
                weekday = dice.randrange(7)
                days = [begin + timedelta(days=weekday + 7 * week) for week in range(BLOCK_WEEKS)]
                starts = [clock.at_local(day, time(work.hour)) for day in days]
                starts = [start for start in starts if start + timedelta(minutes=work.minutes + 60) < now]
                if starts:
                    publish_at = clock.at_local(begin, time(9)) - timedelta(days=2, minutes=dice.randrange(300))
                    plan_task(timeline, street, shops, work, code, starts, publish_at)
    _plan_villages(timeline, street, shops, first_day, now=now)


def _plan_villages(timeline: Timeline, street: Street, shops: Shops, first_day: date, *, now: datetime) -> None:
    """Put a little less on in the villages: two works at a time, every second week, done by a handful of people."""
    dice = street.dice
    for number, (code, _name, _grids) in enumerate(facts.VILLAGES):
        for block in range(3):
            begin = first_day + timedelta(weeks=BLOCK_WEEKS * block)
            for work in dice.sample(facts.VILLAGE_WORKS, 3 - number % 2):
                day = begin + timedelta(days=dice.randrange(7))
                starts = [clock.at_local(day + timedelta(days=14 * turn), time(work.hour)) for turn in range(2)]
                starts = [start for start in starts if start + timedelta(minutes=work.minutes + 60) < now]
                if starts:
                    publish_at = clock.at_local(begin, time(9)) - timedelta(days=2, minutes=dice.randrange(300))
                    plan_task(timeline, street, shops, work, code, starts, publish_at)


def plan_task(
    timeline: Timeline,
    street: Street,
    shops: Shops | None,
    work: facts.Work,
    community: str,
    starts: Sequence[datetime],
    publish_at: datetime,
    *,
    turnout: float = 1.0,
) -> None:
    """Write, publish and fill one task of several shifts."""
    dice, staff = street.dice, street.staff[community]

    def happen(session: Session, now: datetime) -> None:
        leader = dice.choice(street.leaders[community])
        draft = notice(street, work, community, starts, leader)
        task = create_draft(session, staff, draft, now=now)
        publish(session, staff, task.public_id, now=now, needs_full_notice=True)
        for shift in session.query(Shift).filter_by(task_id=task.id).order_by(Shift.starts_at):
            wanted = min(shift.capacity, max(2, round(shift.capacity * turnout * dice.uniform(0.7, 1.17))))
            for resident in _choose(dice, street, community, shift, wanted):
                attempt = Attempt(resident, shift, work, dice.choice((staff, leader)))
                _plan_attempt(timeline, street, shops, attempt, earliest=now)

    timeline.at(publish_at, happen)


def notice(street: Street, work: facts.Work, community: str, starts: Sequence[datetime], leader: Actor) -> TaskDraft:
    """Return the recruiting notice of `work`, complete as the law asks."""
    area = street.areas[community]
    spot = spot_of(community, work.place)
    mode = PointsMode.PER_HOUR if work.per_hour else PointsMode.PER_COMPLETION
    return TaskDraft(
        title=work.title,
        description=work.description,
        category=work.category,
        area_id=area.public_id,
        place=work.place,
        latitude=spot.latitude,
        longitude=spot.longitude,
        coordinate_system=spot.system,
        points=work.points,
        points_mode=mode,
        check_out_required=work.per_hour,
        shifts=tuple(
            ShiftDraft(
                starts_at=start,
                ends_at=start + timedelta(minutes=work.minutes),
                capacity=work.capacity,
                leader_ids=(leader.public_id,),
            )
            for start in starts
        ),
        waitlist=True,
        conditions="年满 18 周岁，身体条件适合，未成年人由家长陪同。",
        risks=work.risks,
        safeguards="现场有网格长带队，备有急救包；恶劣天气改期并通知每个人。",
        insurance="由社区统一投保志愿者意外险。",
        what_to_bring=work.bring,
        contact="社区值班电话 0371-0000-0000（演示）",
        organiser=f"{area.name}居委会",
        cancel_until_minutes=60,
    )


def spot_of(community: str, place: str) -> Point:
    """Return where a place is: the communities lie side by side, and every second one reads its figures off a map in China."""
    codes = [code for code, _name, _grids in facts.COMMUNITIES]
    number = codes.index(community) if community in codes else len(codes)  # the other street lies beyond
    chance = zlib.crc32(f"{community} {place}".encode())
    north, east = chance % 1000 - 500, chance // 1000 % 1000 - 500
    row, column = divmod(number, 4)
    spot = Point(round(34.756 + row * 0.0072 + north * 4e-6, 6), round(113.655 + column * 0.0088 + east * 5e-6, 6))
    return spot.to(CoordinateSystem.GCJ02) if number % 2 else spot


def _choose(dice: Dice, street: Street, community: str, shift: Shift, wanted: int) -> list[Resident]:
    """Draw residents by how keen they are, passing over who is busy then; a few come from next door."""
    pool = street.residents[community]
    if dice.chance(0.2):
        pool = pool + dice.sample(street.everyone(), 40)
    weights = [resident.keenness for resident in pool]
    chosen: dict[int, Resident] = {}
    for resident in dice.choices(pool, weights, k=wanted * 4):
        if len(chosen) == wanted:
            break
        if resident.person.id not in chosen and resident.is_free(shift.starts_at, shift.ends_at):
            resident.busy.append((shift.starts_at, shift.ends_at))
            chosen[resident.person.id] = resident
    return list(chosen.values())


def _plan_attempt(
    timeline: Timeline, street: Street, shops: Shops | None, attempt: Attempt, *, earliest: datetime
) -> None:
    dice, shift = street.dice, attempt.shift
    lead = timedelta(minutes=dice.randrange(30, 60 * 60))
    timeline.at(
        max(earliest, shift.starts_at - lead),
        lambda session, now: sign_up_and_come(timeline, street, shops, attempt, session, now),
    )


def sign_up_and_come(
    timeline: Timeline, street: Street, shops: Shops | None, attempt: Attempt, session: Session, now: datetime
) -> object:
    dice, shift, actor = street.dice, attempt.shift, attempt.resident.actor
    receipt = sign_up(session, actor, shift.id, now=now)
    if dice.chance(CANCELS):
        before = shift.starts_at - timedelta(minutes=90)
        if before > now:
            timeline.at(before, lambda session, now: cancel_signup(session, actor, receipt.public_id, now=now))
            return receipt
    if dice.chance(SHOWS_UP) or attempt.resident.keeps_word:
        arrival = shift.starts_at + timedelta(minutes=dice.randrange(-12, 8), seconds=dice.randrange(60))
        timeline.at(arrival, lambda session, now: arrive(timeline, street, shops, attempt, session, now))
    return receipt


def arrive(
    timeline: Timeline, street: Street, shops: Shops | None, attempt: Attempt, session: Session, now: datetime
) -> object:
    """Check in by the venue code, by the leader's scan or by the leader's list."""
    dice = street.dice
    if dice.chance(SCREENSHOTS):  # somebody forwarded the code to the chat group a while ago
        old = code_for(attempt.shift.code_key, Action.CHECK_IN.value, window_of(now) - 5)
        return check_in(session, attempt.resident.actor, CheckIn(code=old), now=now)
    answer = _scan(session, attempt, Action.CHECK_IN, dice.random(), now)
    if isinstance(answer, Refused):
        return answer
    if attempt.work.per_hour and dice.chance(FORGETS):
        was_long_ago = attempt.shift.ends_at < street.opened_at + timedelta(weeks=WEEKS)
        if dice.chance(CONFIRMED) or was_long_ago:  # what is open is of the last three days
            next_morning = attempt.shift.ends_at + timedelta(hours=22)  # after the night in which it was cut off
            by = attempt.organiser  # of the task's community: a neighbour's own staff has no say here
            timeline.at(next_morning, lambda session, now: confirm_attendance(session, by, answer.id, now=now))
    elif attempt.work.per_hour:
        leaving = attempt.shift.ends_at + timedelta(minutes=dice.randrange(-8, 12))
        timeline.at(leaving, lambda session, now: _leave(timeline, shops, attempt, dice, session, now))
    if shops is not None:
        shops.tempt(timeline, attempt.resident, answer.points_balance, now)
    return answer


def _leave(
    timeline: Timeline, shops: Shops | None, attempt: Attempt, dice: Dice, session: Session, now: datetime
) -> object:
    answer = _scan(session, attempt, Action.CHECK_OUT, dice.random(), now)
    if shops is not None and not isinstance(answer, Refused):
        shops.tempt(timeline, attempt.resident, answer.points_balance, now)
    return answer


def _scan(session: Session, attempt: Attempt, action: Action, draw: float, now: datetime) -> CheckInReceipt | Refused:
    shift, resident = attempt.shift, attempt.resident
    if draw < SCANS_VENUE:
        code = code_for(shift.code_key, action.value, window_of(now))
        return check_in(session, resident.actor, CheckIn(code=code, way=Way.VENUE_CODE), now=now)
    by_code = draw < SCANNED_BY_LEADER
    command = CheckInPerson(
        code=resident.person.personal_code if by_code else None,
        user_id=None if by_code else resident.person.public_id,
        action=action,
    )
    return check_in_person(session, attempt.organiser, shift.public_id, command, now=now)
