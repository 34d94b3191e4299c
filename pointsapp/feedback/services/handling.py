"""What the office does: take it on, hand it on, look at the person's records with a reason, answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import ids_in, require_area
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Conflict
from pointsapp.core.states import move, must_move
from pointsapp.feedback.errors import NobodyThere
from pointsapp.feedback.models import Feedback, FeedbackState, StepKind
from pointsapp.feedback.policies import may_hand_on
from pointsapp.feedback.queries.deciders import kept_out
from pointsapp.feedback.queries.duty import on_duty
from pointsapp.feedback.queries.handling import require_handler
from pointsapp.feedback.rules import first_office
from pointsapp.feedback.services.moves import (
    FeedbackReceipt,
    HandedOn,
    last_step,
    load,
    receipt,
    step,
    tell_handler,
    tell_person,
)


def take_feedback(session: Session, actor: Actor, number: str, *, now: datetime) -> FeedbackReceipt:
    """Become the one who answers."""
    row, _path = _handled(session, actor, number, now)
    if row.state is not FeedbackState.OPEN:
        raise Conflict()
    if row.handler_id == actor.person_id:
        return receipt(row, is_repeat=True)
    _assign(session, row, row.area_id, actor.person_id)
    step(session, row, StepKind.ASSIGNED, actor.person_id, now=now)
    return receipt(row)


def hand_on(session: Session, actor: Actor, number: str, area: str, reason: str, *, now: datetime) -> HandedOn:
    """Give it to another office within one's remit, where it belongs; the day by which it is due stays.

    Where nobody is on duty there who may answer it, it goes to the nearest office above; never back to where it stands.
    """
    row, path = _handled(session, actor, number, now)
    place = require_area(session, area)
    require(may_hand_on(actor, path, place.path))
    if row.state is not FeedbackState.OPEN:
        raise Conflict()
    chain = ids_in(place.path)
    office = first_office(chain, on_duty(session, chain, but_not=kept_out(session, row), now=now))
    last = last_step(session, row)
    if (last.kind, last.by_id, last.text, row.area_id) == (StepKind.ASSIGNED, actor.person_id, reason, office.area_id):
        return _handed_on(session, row, is_repeat=True)
    goes_back = office.area_id != place.id and office.area_id in ids_in(path)
    require(office.handler_id is not None and not goes_back, NobodyThere(office=place.name))
    _assign(session, row, office.area_id, office.handler_id)
    step(session, row, StepKind.ASSIGNED, actor.person_id, said=reason, now=now)
    tell_handler(session, row, actor.person_id, now=now)
    return _handed_on(session, row)


def _handed_on(session: Session, row: Feedback, *, is_repeat: bool = False) -> HandedOn:
    office = session.scalars(select(Area.name).where(Area.id == row.area_id)).one()
    return HandedOn(number=row.number, state=row.state, is_repeat=is_repeat, office=office)


def open_timeline(session: Session, actor: Actor, number: str, reason: str, *, now: datetime) -> FeedbackReceipt:
    """Say why the person's records are needed: it is written down, and the person is told."""
    row, _path = _handled(session, actor, number, now)
    if row.person_id is None or row.state not in (FeedbackState.OPEN, FeedbackState.ANSWERED):
        raise Conflict()
    step(session, row, StepKind.LOOKED, actor.person_id, said=reason, now=now)
    tell_person(session, row, "feedback.timeline_opened", actor.person_id, now=now)
    return receipt(row)


def answer_feedback(session: Session, actor: Actor, number: str, text: str, *, now: datetime) -> FeedbackReceipt:
    """Answer it; from now on the person has some days to say whether that is enough."""
    row, _path = _handled(session, actor, number, now)
    if row.state is not FeedbackState.OPEN:
        last = last_step(session, row)
        if (last.kind, last.by_id, last.text) == (StepKind.ANSWERED, actor.person_id, text):
            return receipt(row, is_repeat=True)
        raise Conflict()
    move(session, row, FeedbackState.ANSWERED, answered_at=now, handler_id=actor.person_id, late_at=None)
    step(session, row, StepKind.ANSWERED, actor.person_id, said=text, now=now)
    tell_person(session, row, "feedback.answered", actor.person_id, now=now)
    return receipt(row)


def _handled(session: Session, actor: Actor, number: str, now: datetime) -> tuple[Feedback, str]:
    """Return what this actor may handle; who may not know of it hears that there is none."""
    row, path = load(session, number)
    require_handler(session, actor, row, area_path=path, now=now)
    return row, path


def _assign(session: Session, row: Feedback, area_id: int, handler_id: int | None) -> None:
    must_move(
        session,
        update(Feedback)
        .where(
            Feedback.id == row.id,
            Feedback.state == FeedbackState.OPEN,
            Feedback.area_id == row.area_id,
            Feedback.handler_id.is_(None) if row.handler_id is None else Feedback.handler_id == row.handler_id,
        )
        .values(area_id=area_id, handler_id=handler_id),
    )
    session.refresh(row)
