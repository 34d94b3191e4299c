"""Moving to another community: asked by the person, answered there. Points, hours and history stay with the person.

Boards follow the home: from the move on the person's sums of every period that is not closed are counted in the new community,
as the fold of `boards` does with whoever moves. Rounds of the star board that were published stay as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.queries import area_by_id, require_area
from pointsapp.care.errors import MoveAnswered, MoveWaiting, SameCommunity
from pointsapp.care.models import AreaMove, MoveState
from pointsapp.care.policies import MOVE_WORKING_DAYS, may_decide_move
from pointsapp.core import events, policy
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.core.states import move
from pointsapp.core.working_days import end_of_working_days
from pointsapp.people.models import Person
from pointsapp.people.policies import is_staff_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AskMove:
    """`area` is an id or a code; `words` may say why, or the new address's building."""

    area: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReceipt:
    public_id: str
    person_id: int


def ask_move(session: Session, actor: Actor, command: AskMove, *, now: datetime) -> MoveReceipt:
    """Ask to belong to another community; it answers within so many working days."""
    to = require_area(session, command.area, field="area")
    if to.id == actor.home_area_id:
        raise SameCommunity()
    if _asked(session, actor.person_id) is not None:
        raise MoveWaiting()
    days = int(policy.value(session, MOVE_WORKING_DAYS, now=now))
    due_at = end_of_working_days(now, days)
    row = AreaMove(
        person_id=actor.person_id,
        from_area_id=actor.home_area_id,
        to_area_id=to.id,
        state=MoveState.ASKED,
        words=command.words,
        asked_at=now,
        due_at=due_at,
    )
    session.add(row)
    session.flush()
    _tell(session, "care.move_asked", row, actor, to.name, now)
    return MoveReceipt(public_id=row.public_id, person_id=row.person_id)


def withdraw_move(session: Session, actor: Actor, *, now: datetime) -> MoveReceipt:
    """Stay where one is."""
    row = _asked(session, actor.person_id)
    if row is None:
        raise MoveAnswered()
    move(session, row, MoveState.WITHDRAWN, decided_at=now, decided_by_id=actor.person_id)
    return MoveReceipt(public_id=row.public_id, person_id=row.person_id)


def accept_move(session: Session, actor: Actor, public_id: str, *, now: datetime) -> MoveReceipt:
    """Take the person in; their home changes in the same act."""
    row, name = _to_decide(session, actor, public_id)
    move(session, row, MoveState.ACCEPTED, decided_at=now, decided_by_id=actor.person_id)
    session.execute(update(Person).where(Person.id == row.person_id).values(home_area_id=row.to_area_id))
    _tell(session, "care.move_accepted", row, actor, name, now)
    return MoveReceipt(public_id=row.public_id, person_id=row.person_id)


def refuse_move(session: Session, actor: Actor, public_id: str, reason: str, *, now: datetime) -> MoveReceipt:
    """Say no with a reason that the person reads; nothing changes for them."""
    row, name = _to_decide(session, actor, public_id)
    move(session, row, MoveState.REJECTED, decided_at=now, decided_by_id=actor.person_id, reason=reason)
    _tell(session, "care.move_refused", row, actor, name, now, reason=reason)
    return MoveReceipt(public_id=row.public_id, person_id=row.person_id)


def _asked(session: Session, person_id: int) -> AreaMove | None:
    return session.scalars(
        select(AreaMove).where(AreaMove.person_id == person_id, AreaMove.state == MoveState.ASKED)
    ).one_or_none()


def _to_decide(session: Session, actor: Actor, public_id: str) -> tuple[AreaMove, str]:
    row = session.scalars(select(AreaMove).where(AreaMove.public_id == public_id)).one_or_none()
    to = None if row is None else area_by_id(session, row.to_area_id)
    if row is None or to is None or not is_staff_of(actor, to.path):
        raise NotFound()
    require(may_decide_move(actor, to.path, row.person_id))
    if row.state is not MoveState.ASKED:
        raise MoveAnswered()
    return row, to.name


def _tell(session: Session, kind: str, row: AreaMove, actor: Actor, area: str, now: datetime, **facts: str) -> None:
    events.record(
        session,
        kind,
        at=now,
        subject=f"area_move:{row.id}",
        area_id=row.to_area_id,
        person_id=row.person_id,
        actor_id=actor.person_id,
        area=area,
        **facts,
    )
