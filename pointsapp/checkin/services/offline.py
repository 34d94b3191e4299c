"""A list ticked without a connection, sent when there is one: each row is judged by itself and gets its own true answer, which is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pointsapp.checkin.models import Action, AttendanceState, OfflineTick
from pointsapp.checkin.policies import may_check_others_in
from pointsapp.checkin.queries import look_at, why_not_lead
from pointsapp.checkin.services.arrivals import CheckInPerson, check_in_person
from pointsapp.checkin.services.attending import CheckInReceipt
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound, Refusal, Refused
from pointsapp.people.models import Person
from pointsapp.tasks.queries.briefs import shift_brief

MOST_ROWS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineRow:
    """`key` is drawn by the device, `user_id` a public id, `captured_at` by the device's clock."""

    key: str
    user_id: str
    action: Action
    captured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReceipt:
    """How many rows were accepted, refused, and had come in before."""

    accepted: int
    refused: int
    repeated: int


def sync_list(session: Session, actor: Actor, shift: str, rows: Sequence[OfflineRow], *, now: datetime) -> SyncReceipt:
    """Take in what was ticked without a connection, in the order in which it was ticked; a row that came in before is left alone."""
    brief = shift_brief(session, shift)
    look = None if brief is None else look_at(session, actor.person_id, brief.public_id, actor_id=actor.person_id)
    if brief is None or look is None:
        raise NotFound()
    require(may_check_others_in(actor, look, now), why_not_lead(look, now))
    known = set(
        session.scalars(
            select(OfflineTick.key).where(
                OfflineTick.by_id == actor.person_id, OfflineTick.key.in_([row.key for row in rows])
            )
        )
    )
    fresh = list({row.key: row for row in rows if row.key not in known}.values())
    rows_of_people = session.execute(
        select(Person.public_id, Person.id).where(Person.public_id.in_([row.user_id for row in fresh]))
    )
    people: dict[str, int] = {row.public_id: row.id for row in rows_of_people}
    accepted = 0
    # Person by person, so that two lists sent at once wait for each other in one order; each one's rows as they were ticked.
    for row in sorted(fresh, key=lambda row: (people.get(row.user_id, 0), row.captured_at)):
        outcome = _tick(session, actor, shift, row, now=now)
        kept = {
            "shift_id": brief.id,
            "person_id": people.get(row.user_id),
            "by_id": actor.person_id,
            "key": row.key,
            "action": row.action,
            "captured_at": min(row.captured_at, now),
            "received_at": now,
            **_answer(outcome),
        }
        session.execute(insert(OfflineTick).values(**kept))
        accepted += bool(kept["is_accepted"])
    return SyncReceipt(accepted=accepted, refused=len(fresh) - accepted, repeated=len(rows) - len(fresh))


def _tick(session: Session, actor: Actor, shift: str, row: OfflineRow, *, now: datetime) -> CheckInReceipt | Refusal:
    command = CheckInPerson(user_id=row.user_id, action=row.action, captured_at=row.captured_at)
    try:
        with session.begin_nested():
            outcome = check_in_person(session, actor, shift, command, now=now)
    except Refusal as refusal:
        return refusal
    return outcome.reason if isinstance(outcome, Refused) else outcome


def _answer(outcome: CheckInReceipt | Refusal) -> dict[str, object]:
    if isinstance(outcome, Refusal):
        return {"is_accepted": False, "reason": outcome.code, "facts": outcome.facts, "points": 0}
    return {
        "is_accepted": True,
        "is_repeat": outcome.is_repeat,
        "is_provisional": outcome.state is AttendanceState.PROVISIONAL,
        "points": outcome.points_awarded,
        "reason": None,
        "facts": {},
    }
